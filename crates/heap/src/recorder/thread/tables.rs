//! Which tables a new thread writes to: those of a thread that has ended, if one of the same name left some. A row of a
//! recording names one thread, so that tables which hold rows are not passed on to a thread of another name; only when there
//! are [`MOST_NAMED`] already, rows of several names are thrown together, and the name says so.

use super::{THREADS, Thread, all, zeroed};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::*};

/// Tables that are made for the sake of a name alone. As many threads as live at once have tables of their own all the same.
const MOST_NAMED: usize = 64;
/// Linux's own limit on a thread's name, its NUL included.
const NAME_BYTES: usize = 16;

/// A name as it is compared.
pub(super) type Words = [u64; NAME_BYTES / 8];

/// What stands for threads of more names than are told apart.
pub(super) const SEVERAL: Words = words(b"(several)\0\0\0\0\0\0\0");

/// The name of the tables' threads.
pub(super) struct Name([AtomicU64; NAME_BYTES / 8]);

/// Tables for this thread alone; `None` where the system has no address space left.
pub(super) fn take() -> Option<&'static Thread> {
    let name = name_of_this_thread();
    // The first life here since the region was opened, or one more of the same name.
    let fits = |thread: &Thread| thread.name.is(name) || thread.lives.load(Relaxed) == 0;
    let left = free(fits).or_else(|| {
        if all().take(MOST_NAMED).count() < MOST_NAMED {
            return None;
        }
        free(|thread| thread.name.is(SEVERAL)).or_else(|| free(|_| true))
    });
    let thread = left.or_else(make)?;
    let lives = thread.lives.load(Relaxed);
    thread.lives.store(lives.saturating_add(1), Relaxed);
    if lives == 0 {
        thread.name.set(name);
    } else if !thread.name.is(name) {
        thread.name.set(SEVERAL);
    }
    Some(thread)
}

/// As the system has it: what `std::thread::Builder::name` sets, cut to 15 bytes.
pub(super) fn name_of_this_thread() -> Words {
    let mut bytes = [0u8; NAME_BYTES];
    // SAFETY: PR_GET_NAME writes at most 16 bytes, its NUL included.
    unsafe { libc::prctl(libc::PR_GET_NAME, bytes.as_mut_ptr()) };
    words(&bytes)
}

/// Tables that no living thread writes to, taken.
fn free(fits: impl Fn(&Thread) -> bool) -> Option<&'static Thread> {
    all().find(|thread| {
        if !fits(thread) || thread.taken.compare_exchange(false, true, AcqRel, Relaxed).is_err() {
            return false;
        }
        // Between the two another thread may have come and gone.
        let fits = fits(thread);
        if !fits {
            thread.taken.store(false, Release);
        }
        fits
    })
}

fn make() -> Option<&'static Thread> {
    let new: &'static Thread = zeroed::leak()?;
    new.taken.store(true, Relaxed);
    let pointer = ptr::from_ref(new).cast_mut();
    let mut head = THREADS.load(Acquire);
    loop {
        new.next.store(head, Relaxed);
        match THREADS.compare_exchange_weak(head, pointer, AcqRel, Acquire) {
            Ok(_) => return Some(new),
            Err(now) => head = now,
        }
    }
}

const fn words(bytes: &[u8; NAME_BYTES]) -> Words {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *bytes;
    [u64::from_ne_bytes([a, b, c, d, e, f, g, h]), u64::from_ne_bytes([i, j, k, l, m, n, o, p])]
}

impl Name {
    pub(super) fn is(&self, name: Words) -> bool {
        self.0.each_ref().map(|word| word.load(Relaxed)) == name
    }

    pub(super) fn set(&self, name: Words) {
        for (word, value) in self.0.iter().zip(name) {
            word.store(value, Relaxed);
        }
    }

    pub(super) fn to_text(&self) -> String {
        let bytes: Vec<u8> = self.0.iter().flat_map(|word| word.load(Relaxed).to_ne_bytes()).collect();
        let length = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }
}
