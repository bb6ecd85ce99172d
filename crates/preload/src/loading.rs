//! `dlopen` and `dlmopen` without `RTLD_DEEPBIND`. A library that is loaded with this flag is bound to
//! glibc's `free`, which ends the program when it gets a block with our header.
//!
//! The C library takes its caller's return address for the library that wants to load another, and
//! looks in that one's `RUNPATH`. So the functions here change the flags and jump on: the return
//! address stays that of the caller. For the same reason they leave no frame in a stack.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const DEEPBIND: i32 = libc::RTLD_DEEPBIND;

/// The addresses of the C library's functions; 0 before they were needed.
static DLOPEN: AtomicUsize = AtomicUsize::new(0);
static DLMOPEN: AtomicUsize = AtomicUsize::new(0);

extern "C" fn find_dlopen() -> usize {
    find_next(&DLOPEN, c"dlopen")
}

extern "C" fn find_dlmopen() -> usize {
    find_next(&DLMOPEN, c"dlmopen")
}

/// The address of the next function with this name behind ours; that of a function which returns 0
/// if there is none.
pub(crate) fn find_next(known: &AtomicUsize, name: &std::ffi::CStr) -> usize {
    // SAFETY: a name that ends with a NUL.
    let found = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) }.addr();
    let found =
        if found == 0 { (load_nothing as extern "C" fn() -> usize as *const ()).addr() } else { found };
    known.store(found, Relaxed);
    found
}

/// What a program gets that has no such function: null, as if the library were not there.
extern "C" fn load_nothing() -> usize {
    0
}

/// Counts a library that was to be bound to the C library's own functions.
extern "C" fn note_deepbind() {
    heaplab_heap::preload::count_deep_bind();
}

/// Exports a function whose flags are in this register.
macro_rules! export {
    ($name:ident, $find:ident, $place:ident, $flags:literal, $arm_flags:literal) => {
        #[cfg(target_arch = "x86_64")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                concat!("test ", $flags, ", {deepbind}"),
                "jnz 3f",
                "2:",
                "mov rax, [rip + {place}]",
                "test rax, rax",
                "jz 4f",
                "jmp rax",
                "3:",
                concat!("and ", $flags, ", {mask}"),
                "push rdi",
                "push rsi",
                "push rdx",
                "call {note}",
                "pop rdx",
                "pop rsi",
                "pop rdi",
                "jmp 2b",
                "4:",
                "push rdi",
                "push rsi",
                "push rdx",
                "call {find}",
                "pop rdx",
                "pop rsi",
                "pop rdi",
                "jmp rax",
                deepbind = const DEEPBIND,
                mask = const !DEEPBIND,
                place = sym $place,
                note = sym note_deepbind,
                find = sym $find,
            )
        }

        #[cfg(target_arch = "aarch64")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                "stp x0, x1, [sp, #-32]!",
                "stp x2, x30, [sp, #16]",
                concat!("tbz ", $arm_flags, ", {bit}, 3f"),
                "bl {note}",
                "3:",
                "bl {find}",
                "mov x16, x0",
                "ldp x2, x30, [sp, #16]",
                "ldp x0, x1, [sp], #32",
                concat!("and ", $arm_flags, ", ", $arm_flags, ", {mask}"),
                "br x16",
                bit = const DEEPBIND.ilog2(),
                mask = const !DEEPBIND,
                note = sym note_deepbind,
                find = sym $find,
            )
        }
    };
}

export!(dlopen, find_dlopen, DLOPEN, "esi", "w1");
export!(dlmopen, find_dlmopen, DLMOPEN, "edx", "w2");
