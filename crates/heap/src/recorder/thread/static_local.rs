//! The state of a thread, at a fixed distance from its thread pointer (the ELF model "initial exec").
//!
//! `thread_local!` in a library calls `__tls_get_addr`, which may allocate after a `dlopen`. In a
//! library that is the program's `malloc`, this call would never end. The compiler has no stable
//! option for another model, so the variable is declared in assembly. It is all zeros at first.

use super::Local;

std::arch::global_asm!(
    ".pushsection .tbss.heaplab_thread_state, \"awT\", %nobits",
    ".hidden heaplab_thread_state",
    ".globl heaplab_thread_state",
    ".type heaplab_thread_state, %object",
    ".size heaplab_thread_state, {size}",
    ".balign 16",
    "heaplab_thread_state:",
    ".zero {size}",
    ".popsection",
    size = const size_of::<Local>(),
);

/// Has the interface of a `LocalKey`.
pub(super) struct StaticLocal;

impl StaticLocal {
    #[inline(always)]
    pub(super) fn with<R>(&self, look: impl FnOnce(&Local) -> R) -> R {
        // SAFETY: the variable has the size and the alignment of `Local`, for which zeros are valid
        // (null pointers and false). Only this thread reaches it, and it lives as long as the thread.
        look(unsafe { &*address() })
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn address() -> *const Local {
    let address: *const Local;
    // SAFETY: computes an address. It is the same in all of a thread's life.
    unsafe {
        std::arch::asm!(
            "mov {address}, qword ptr fs:[0]",
            "add {address}, qword ptr [rip + heaplab_thread_state@GOTTPOFF]",
            address = out(reg) address,
            options(pure, nomem, nostack)
        );
    }
    address
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn address() -> *const Local {
    let address: *const Local;
    // SAFETY: as above.
    unsafe {
        std::arch::asm!(
            "adrp {address}, :gottprel:heaplab_thread_state",
            "ldr {address}, [{address}, :gottprel_lo12:heaplab_thread_state]",
            "mrs {thread}, tpidr_el0",
            "add {address}, {address}, {thread}",
            address = out(reg) address,
            thread = out(reg) _,
            options(pure, nomem, nostack)
        );
    }
    address
}

const _: () = assert!(align_of::<Local>() <= 16);
