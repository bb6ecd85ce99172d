//! The registers at which a stack walk starts.

use super::registers::step_to_caller;

/// The state of a function at the moment when a call that it made returns. A walk reports the
/// return address first.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
#[cfg_attr(
    not(all(feature = "preload", target_os = "linux")),
    expect(unreachable_pub, reason = "it is public with the feature `preload`")
)]
pub struct StackStart {
    /// Where the function goes on after the call.
    pub return_address: u64,
    /// The stack pointer after the return.
    pub stack_pointer: usize,
    /// The frame pointer's register, whatever the function uses it for.
    pub frame_pointer: usize,
}

impl StackStart {
    /// A start about which nothing is known. Its stack is cut.
    pub(super) const UNKNOWN: StackStart =
        StackStart { return_address: 0, stack_pointer: 0, frame_pointer: 0 };
}

/// Defines a function that calls `$with_start` with its own argument and the three parts of a
/// [`StackStart`] at its caller. It is a few instructions that touch no other register and end in a
/// jump, so it takes no frame of its own.
macro_rules! with_stack_start {
    ($(#[$doc:meta])* fn $name:ident($argument:ident: usize) -> $result:ty = $with_start:ident;) => {
        $(#[$doc])*
        #[cfg(target_arch = "x86_64")]
        #[unsafe(naked)]
        unsafe extern "C" fn $name($argument: usize) -> $result {
            std::arch::naked_asm!(
                "mov rsi, [rsp]",
                "lea rdx, [rsp + 8]",
                "mov rcx, rbp",
                "jmp {target}",
                target = sym $with_start,
            )
        }

        $(#[$doc])*
        #[cfg(target_arch = "aarch64")]
        #[unsafe(naked)]
        unsafe extern "C" fn $name($argument: usize) -> $result {
            std::arch::naked_asm!(
                "mov x1, x30",
                "mov x2, sp",
                "mov x3, x29",
                "b {target}",
                target = sym $with_start,
            )
        }

        $(#[$doc])*
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        unsafe extern "C" fn $name($argument: usize) -> $result {
            $with_start($argument, 0, 0, 0)
        }
    };
}
pub(in crate::recorder) use with_stack_start;

/// The start of a walk at the caller of the function that this is inlined into. It needs one
/// look-up, so it is for functions that run rarely; `count_alloc` gets its caller's registers from
/// a few instructions of its own.
#[inline(always)]
pub(in crate::recorder) fn caller_start() -> StackStart {
    step_to_caller(&read_registers())
}

/// The registers here. The tables describe the state before the instruction whose address a walk
/// holds minus 1, because normally it holds a return address. So 1 is added.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn read_registers() -> StackStart {
    let (pc, stack_pointer, frame_pointer): (u64, usize, usize);
    // SAFETY: reads three registers.
    unsafe {
        std::arch::asm!(
            "lea {pc}, [rip]",
            "mov {sp}, rsp",
            "mov {fp}, rbp",
            pc = out(reg) pc,
            sp = out(reg) stack_pointer,
            fp = out(reg) frame_pointer,
            options(nomem, nostack, preserves_flags)
        );
    }
    StackStart { return_address: pc + 1, stack_pointer, frame_pointer }
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn read_registers() -> StackStart {
    let (pc, stack_pointer, frame_pointer): (u64, usize, usize);
    // SAFETY: reads three registers.
    unsafe {
        std::arch::asm!(
            "adr {pc}, .",
            "mov {sp}, sp",
            "mov {fp}, x29",
            pc = out(reg) pc,
            sp = out(reg) stack_pointer,
            fp = out(reg) frame_pointer,
            options(nomem, nostack, preserves_flags)
        );
    }
    StackStart { return_address: pc + 1, stack_pointer, frame_pointer }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
fn read_registers() -> StackStart {
    StackStart::UNKNOWN
}
