//! Chooses the tables of a new thread. It reuses the tables of a thread that has ended, if that
//! thread had the same name. A row of a recording belongs to one thread name, so tables with rows
//! are not given to a thread of another name. Only when there are [`MAX_NAMED`] tables are rows of
//! several names combined, and then the name says `(several)`.

use super::{THREADS, ThreadTables, all_threads, zeroed};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::*};

/// Up to so many tables are made to keep names apart. More are made only if more threads run at the
/// same time.
const MAX_NAMED: usize = 64;
/// The longest thread name on Linux, with its NUL.
const NAME_BYTES: usize = 16;

/// A name in the form in which it is compared.
pub(super) type NameWords = [u64; NAME_BYTES / 8];

/// The name of tables that several thread names share.
pub(super) const SEVERAL: NameWords = name_words(b"(several)\0\0\0\0\0\0\0");

pub(super) struct ThreadName([AtomicU64; NAME_BYTES / 8]);

/// Takes tables for this thread; `None` if the system has no address space left.
pub(super) fn acquire() -> Option<&'static ThreadTables> {
    let name = current_name();
    // Nobody has used them since the region was opened, or only threads of the same name have.
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

/// The system's name of this thread: what `std::thread::Builder::name` sets, cut to 15 bytes.
pub(super) fn current_name() -> NameWords {
    let mut bytes = [0u8; NAME_BYTES];
    // SAFETY: PR_GET_NAME writes at most 16 bytes, its NUL included.
    unsafe { libc::prctl(libc::PR_GET_NAME, bytes.as_mut_ptr()) };
    name_words(&bytes)
}

/// Takes tables that no running thread uses.
fn find_free(fits: impl Fn(&ThreadTables) -> bool) -> Option<&'static ThreadTables> {
    all_threads().find(|thread| {
        if !fits(thread) || thread.is_taken.compare_exchange(false, true, AcqRel, Relaxed).is_err() {
            return false;
        }
        // Another thread may have taken and released them in between.
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
