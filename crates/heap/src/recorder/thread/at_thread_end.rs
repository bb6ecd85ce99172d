//! Releases a thread's tables when it ends, so that the next thread can take them.

use super::{AcqRel, Acquire, AtomicU32, LOCAL, Relaxed, ThreadTables, fork, ptr};

/// A POSIX key plus 1; 0 means that there is none yet.
static KEY: AtomicU32 = AtomicU32::new(0);

pub(super) fn release_at_thread_end(thread: &'static ThreadTables) {
    // SAFETY: the value is a reference that lives as long as the process.
    unsafe { libc::pthread_setspecific(key(), ptr::from_ref(thread).cast()) };
}

fn key() -> libc::pthread_key_t {
    let known = KEY.load(Acquire);
    if known != 0 {
        return known - 1;
    }
    let mut key = 0;
    // SAFETY: the destructor is a plain function that takes the value set by
    // `release_at_thread_end`.
    unsafe { libc::pthread_key_create(&mut key, Some(on_thread_end)) };
    match KEY.compare_exchange(0, key + 1, AcqRel, Acquire) {
        Ok(_) => key,
        Err(earlier) => {
            // SAFETY: this key was never used.
            unsafe { libc::pthread_key_delete(key) };
            earlier - 1
        }
    }
}

unsafe extern "C" fn on_thread_end(value: *mut libc::c_void) {
    // SAFETY: set by `release_at_thread_end` to a reference that lives as long as the process.
    if let Some(thread) = unsafe { value.cast::<ThreadTables>().as_ref() } {
        LOCAL.with(|local| {
            local.thread.set(ptr::null());
            local.former.set(ptr::null());
            local.ended.set(true);
        });
        // In a forked child that has not allocated yet, these are the parent's tables.
        if fork::is_started() && thread.generation.load(Relaxed) == fork::generation() {
            thread.release();
        }
    }
}
