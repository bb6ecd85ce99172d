//! What each C allocation function does, as glibc's manual has it. Each gets the start of its caller's
//! stack behind its own arguments, from `entry`.

use crate::{block, glibc};
use heaplab_heap::preload::{self, StackStart};
use libc::{EINVAL, ENOMEM, c_int};
use std::ptr;

/// Defines a function with the arguments of the C function, and three more for its caller's registers.
macro_rules! with_caller {
    ($(#[$doc:meta])* $name:ident($($argument:ident: $kind:ty),*) -> $result:ty = |$start:ident| $body:block) => {
        $(#[$doc])*
        pub(crate) unsafe extern "C" fn $name(
            $($argument: $kind,)*
            return_address: u64,
            stack_pointer: usize,
            frame_pointer: usize,
        ) -> $result {
            let $start = StackStart { return_address, stack_pointer, frame_pointer };
            $body
        }
    };
}

with_caller! { malloc(size: usize) -> *mut u8 = |start| { block::allocate(size, start) } }

with_caller! {
    calloc(count: usize, size: usize) -> *mut u8 = |start| {
        match count.checked_mul(size) {
            Some(bytes) => block::allocate_zeroed(bytes, start),
            None => fail(ENOMEM),
        }
    }
}

with_caller! {
    /// A size of zero frees the block, as in glibc.
    realloc(old: *mut u8, size: usize) -> *mut u8 = |start| {
        if old.is_null() {
            return block::allocate(size, start);
        }
        if size == 0 {
            // SAFETY: the program's promise.
            unsafe { block::release(old) };
            return ptr::null_mut();
        }
        // SAFETY: the program's promise.
        unsafe { block::resize(old, size, start) }
    }
}

with_caller! {
    reallocarray(old: *mut u8, count: usize, size: usize) -> *mut u8 = |start| {
        match count.checked_mul(size) {
            // SAFETY: the program's promise.
            Some(bytes) => unsafe {
                realloc(old, bytes, start.return_address, start.stack_pointer, start.frame_pointer)
            },
            None => fail(ENOMEM),
        }
    }
}

with_caller! {
    /// Returns the error instead of setting `errno`.
    posix_memalign(out: *mut *mut u8, alignment: usize, size: usize) -> c_int = |start| {
        if !alignment.is_power_of_two() || !alignment.is_multiple_of(size_of::<usize>()) {
            return EINVAL;
        }
        let block = block::allocate_aligned(alignment, size, start);
        if block.is_null() {
            return ENOMEM;
        }
        // SAFETY: the program's promise: a place for a pointer.
        unsafe { out.write(block) };
        0
    }
}

with_caller! {
    /// An alignment that is no power of two is rounded up, as in glibc.
    memalign(alignment: usize, size: usize) -> *mut u8 = |start| {
        match alignment.checked_next_power_of_two() {
            Some(alignment) => block::allocate_aligned(alignment, size, start),
            None => fail(EINVAL),
        }
    }
}

with_caller! {
    valloc(size: usize) -> *mut u8 = |start| { block::allocate_aligned(page_bytes(), size, start) }
}

with_caller! {
    /// The size is rounded up to whole pages, all of which the program may use.
    pvalloc(size: usize) -> *mut u8 = |start| {
        match size.checked_next_multiple_of(page_bytes()) {
            Some(bytes) => block::allocate_aligned(page_bytes(), bytes, start),
            None => fail(ENOMEM),
        }
    }
}

/// Frees a block, and leaves `errno` as it was.
pub(crate) unsafe extern "C" fn free(old: *mut u8, return_address: u64) {
    preload::note_free_by_linker(return_address);
    if !old.is_null() {
        // SAFETY: the program's promise.
        unsafe { block::release(old) };
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn malloc_usable_size(block: *mut u8) -> usize {
    // SAFETY: the program's promise.
    if block.is_null() { 0 } else { unsafe { block::usable_size(block) } }
}

fn page_bytes() -> usize {
    // SAFETY: asks for a constant of the system.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

fn fail(error: c_int) -> *mut u8 {
    glibc::set_errno(error);
    ptr::null_mut()
}
