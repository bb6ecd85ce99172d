//! Loads libraries one after the other, calls each and unloads it before the next. Arguments are
//! pairs of a library's path and its function. The blocks are held below the library's function:
//! three below the first, four below the second, and so on.

use heaplab_heap::Heap;
use std::ffi::CString;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

#[global_allocator]
static HEAP: Heap = Heap::recording();

static BLOCKS: AtomicU64 = AtomicU64::new(3);

fn main() {
    let words: Vec<CString> =
        std::env::args().skip(1).map(|word| CString::new(word).expect("a word has no zero")).collect();
    for pair in words.chunks_exact(2) {
        // SAFETY: both words are strings, and the function takes a function that takes nothing.
        unsafe {
            let library = libc::dlopen(pair[0].as_ptr(), libc::RTLD_NOW);
            assert!(!library.is_null());
            let enter = libc::dlsym(library, pair[1].as_ptr());
            assert!(!enter.is_null());
            std::mem::transmute::<*mut libc::c_void, extern "C" fn(extern "C" fn())>(enter)(hold_below);
            println!("{enter:?}");
            assert_eq!(libc::dlclose(library), 0);
        }
        BLOCKS.fetch_add(1, Ordering::Relaxed);
    }
    std::process::exit(0);
}

#[inline(never)]
extern "C" fn hold_below() {
    for _ in 0..BLOCKS.load(Ordering::Relaxed) {
        std::mem::forget(black_box(Vec::<u8>::with_capacity(black_box(7_000))));
    }
    black_box(());
}
