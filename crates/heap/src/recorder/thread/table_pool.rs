//! Which tables a new thread writes to: those of a thread that has ended, if one of the same name left some. A row of a
//! recording names one thread, so that tables which hold rows are not passed on to a thread of another name; only when there
//! are [`MOST_NAMED`] already, rows of several names are thrown together, and the name says so.

use super::{THREADS, ThreadTables, all_threads, zeroed};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::*};

/// Tables that are made for the sake of a name alone. As many threads as live at once have tables of their own all the same.
const MAX_NAMED: usize = 64;
/// Linux's own limit on a thread's name, its NUL included.
const NAME_BYTES: usize = 16;

/// A name as it is compared.
pub(super) type NameWords = [u64; NAME_BYTES / 8];

/// What stands for threads of more names than are told apart.
pub(super) const SEVERAL: NameWords = name_words(b"(several)\0\0\0\0\0\0\0");

/// The name of the tables' threads.
pub(super) struct ThreadName([AtomicU64; NAME_BYTES / 8]);

/// Tables for this thread alone; `None` where the system has no address space left.
pub(super) fn acquire() -> Option<&'static ThreadTables> {
    let name = current_name();
    // The first life here since the region was opened, or one more of the same name.
    let fits = |thread: &ThreadTables| thread.name.is(name) || thread.uses.load(Relaxed) == 0;
    let left = find_free(fits).or_else(|| {
        if all_threads().take(MAX_NAMED).count() < MAX_NAMED {
            return None;
        }
        find_free(|thread| thread.name.is(SEVERAL)).or_else(|| find_free(|_| true))
    });
    let thread = left.or_else(make_tables)?;
    let lives = thread.uses.load(Relaxed);
    thread.uses.store(lives.saturating_add(1), Relaxed);
    if lives == 0 {
        thread.name.set(name);
    } else if !thread.name.is(name) {
        thread.name.set(SEVERAL);
    }
    Some(thread)
}

/// As the system has it: what `std::thread::Builder::name` sets, cut to 15 bytes.
pub(super) fn current_name() -> NameWords {
    let mut bytes = [0u8; NAME_BYTES];
    // SAFETY: PR_GET_NAME writes at most 16 bytes, its NUL included.
    unsafe { libc::prctl(libc::PR_GET_NAME, bytes.as_mut_ptr()) };
    name_words(&bytes)
}

/// Tables that no living thread writes to, taken.
fn find_free(fits: impl Fn(&ThreadTables) -> bool) -> Option<&'static ThreadTables> {
    all_threads().find(|thread| {
        if !fits(thread) || thread.is_taken.compare_exchange(false, true, AcqRel, Relaxed).is_err() {
            return false;
        }
        // Between the two another thread may have come and gone.
        let fits = fits(thread);
        if !fits {
            thread.is_taken.store(false, Release);
        }
        fits
    })
}

fn make_tables() -> Option<&'static ThreadTables> {
    let new: &'static ThreadTables = zeroed::leak()?;
    new.is_taken.store(true, Relaxed);
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

const fn name_words(bytes: &[u8; NAME_BYTES]) -> NameWords {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *bytes;
    [u64::from_ne_bytes([a, b, c, d, e, f, g, h]), u64::from_ne_bytes([i, j, k, l, m, n, o, p])]
}

impl ThreadName {
    pub(super) fn is(&self, name: NameWords) -> bool {
        self.0.each_ref().map(|word| word.load(Relaxed)) == name
    }

    pub(super) fn set(&self, name: NameWords) {
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
