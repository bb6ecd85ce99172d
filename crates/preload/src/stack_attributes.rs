//! `pthread_getattr_np`, which allocates while it holds a lock of the thread that it is asked about. The
//! recorder calls it for a thread's bounds at the thread's first event. If that event were within a
//! call of the program, the thread would wait for itself for ever: Rust's standard library calls it at
//! the start of a program, before anything is allocated.

use crate::loading::find_next;
use crate::state;
use heaplab_heap::preload;
use libc::{c_int, pthread_attr_t, pthread_t};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The address of the C library's function; 0 before it was needed.
static GETATTR: AtomicUsize = AtomicUsize::new(0);

type GetAttributes = unsafe extern "C" fn(pthread_t, *mut pthread_attr_t) -> c_int;

#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_getattr_np(thread: pthread_t, attributes: *mut pthread_attr_t) -> c_int {
    if state::is_recording() {
        preload::prepare_thread();
    }
    let address = match GETATTR.load(Relaxed) {
        0 => find_next(&GETATTR, c"pthread_getattr_np"),
        address => address,
    };
    // SAFETY: the C library's function of this name and type.
    unsafe {
        let function: GetAttributes = std::mem::transmute(std::ptr::with_exposed_provenance::<()>(address));
        function(thread, attributes)
    }
}
