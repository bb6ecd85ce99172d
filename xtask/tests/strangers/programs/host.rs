//! A program that carries the recorder and loads a library that carries one as well.

use heaplab_heap::Heap;
use std::ffi::CString;
use std::hint::black_box;
use std::os::unix::ffi::OsStringExt;

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() {
    let path = std::env::args_os().nth(1).expect("the library's path");
    let path = CString::new(path.into_vec()).expect("a path has no zero");
    hold_in_host();
    // SAFETY: the path is a string; the library's entry takes no argument.
    unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
        assert!(!library.is_null());
        let entry = libc::dlsym(library, c"plugin_entry".as_ptr());
        assert!(!entry.is_null());
        std::mem::transmute::<*mut libc::c_void, extern "C" fn() -> i32>(entry)();
    }
    std::process::exit(0);
}

#[inline(never)]
fn hold_in_host() {
    for _ in 0..3 {
        std::mem::forget(black_box(Box::new(black_box([1u8; 7_777]))));
    }
    black_box(());
}
