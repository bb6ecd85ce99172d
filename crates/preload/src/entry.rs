//! The exported functions. Each adds its caller's return address, stack pointer and frame pointer to
//! its arguments and goes on to the function of `functions`. It is a few instructions that end in a
//! jump, so it takes no frame, and the stack that is recorded begins at the caller.

use crate::functions;

/// Exports a C function with this number of arguments.
macro_rules! export {
    ($name:ident, $arguments:tt) => {
        export!(@define $name, $name, $arguments);
    };
    (@define $name:ident, $target:ident, 1) => { export!(@emit $name, $target, "rsi", "rdx", "rcx", "x1", "x2", "x3"); };
    (@define $name:ident, $target:ident, 2) => { export!(@emit $name, $target, "rdx", "rcx", "r8", "x2", "x3", "x4"); };
    (@define $name:ident, $target:ident, 3) => { export!(@emit $name, $target, "rcx", "r8", "r9", "x3", "x4", "x5"); };
    (@emit $name:ident, $target:ident,
     $address:literal, $stack:literal, $frame:literal, $arm_address:literal, $arm_stack:literal, $arm_frame:literal) => {
        #[cfg(target_arch = "x86_64")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                concat!("mov ", $address, ", [rsp]"),
                concat!("lea ", $stack, ", [rsp + 8]"),
                concat!("mov ", $frame, ", rbp"),
                "jmp {target}",
                target = sym functions::$target,
            )
        }

        #[cfg(target_arch = "aarch64")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                concat!("mov ", $arm_address, ", x30"),
                concat!("mov ", $arm_stack, ", sp"),
                concat!("mov ", $arm_frame, ", x29"),
                "b {target}",
                target = sym functions::$target,
            )
        }
    };
}

/// `free` needs no stack, but has to know whether the dynamic linker calls it.
#[cfg(target_arch = "x86_64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn free() {
    std::arch::naked_asm!("mov rsi, [rsp]", "jmp {target}", target = sym functions::free)
}

#[cfg(target_arch = "aarch64")]
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn free() {
    std::arch::naked_asm!("mov x1, x30", "b {target}", target = sym functions::free)
}

export!(malloc, 1);
export!(calloc, 2);
export!(realloc, 2);
export!(reallocarray, 3);
export!(posix_memalign, 3);
export!(memalign, 2);
export!(valloc, 1);
export!(pvalloc, 1);
export!(@define aligned_alloc, memalign, 2);
