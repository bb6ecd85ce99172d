//! Chooses the tables of a new thread. It reuses the tables of a thread that has ended, if that
//! thread had the same name. A row of a recording belongs to one thread name, so tables with rows
//! are not given to a thread of another name. Only when there are [`MAX_NAMED`] tables are rows of
//! several names combined, and then the name says `(several)`.

use super::super::stacks::Locked;
use super::super::tables;
use super::{THREADS, ThreadTables, all_threads, zeroed};
use heaplab_profile::raw::tables::ThreadRow;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};

/// Up to so many tables are made to keep names apart. More are made only if more threads run at the
/// same time.
const MAX_NAMED: usize = 64;
/// The longest thread name on Linux, with its NUL.
const NAME_BYTES: usize = 16;

/// A name in the form in which it is compared.
pub(super) type NameWords = [u64; NAME_BYTES / 8];

/// The name of tables that several thread names share.
pub(super) const SEVERAL: NameWords = name_words(b"(several)\0\0\0\0\0\0\0");

/// Held while a row is added for a thread.
static ROWS_LOCK: AtomicBool = AtomicBool::new(false);

/// Takes tables for this thread; `None` if the system has no address space left.
pub(super) fn acquire() -> Option<&'static ThreadTables> {
    let name = current_name();
    // Nobody has used them since the region was opened, or only threads of the same name have.
    let fits = |thread: &ThreadTables| has_name(thread.row(), name) || thread.row().uses.load(Relaxed) == 0;
    let left = find_free(fits).or_else(|| {
        if all_threads().take(MAX_NAMED).count() < MAX_NAMED {
            return None;
        }
        find_free(|thread| has_name(thread.row(), SEVERAL)).or_else(|| find_free(|_| true))
    });
    let thread = left.or_else(make_tables)?;
    let row = thread.row();
    let uses = row.uses.load(Relaxed);
    row.uses.store(uses.saturating_add(1), Relaxed);
    if uses == 0 {
        set_name(row, name);
    } else if !has_name(row, name) {
        set_name(row, SEVERAL);
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
        if !fits(thread) || thread.row().is_taken.compare_exchange(0, 1, AcqRel, Relaxed).is_err() {
            return false;
        }
        // Another thread may have taken and released them in between.
        let fits = fits(thread);
        if !fits {
            thread.row().is_taken.store(0, Release);
        }
        fits
    })
}

fn make_tables() -> Option<&'static ThreadTables> {
    let new: &'static ThreadTables = zeroed::leak()?;
    let (index, row) = {
        let _locked = Locked::new(&ROWS_LOCK);
        tables::add_thread_row(tables::bulk()?)?
    };
    row.is_taken.store(1, Relaxed);
    new.connect(index, row);
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

pub(super) fn has_name(row: &ThreadRow, name: NameWords) -> bool {
    row.name.each_ref().map(|word: &AtomicU64| word.load(Relaxed)) == name
}

pub(super) fn set_name(row: &ThreadRow, name: NameWords) {
    for (word, value) in row.name.iter().zip(name) {
        word.store(value, Relaxed);
    }
}

/// In a forked child another thread of the parent may have held the lock.
pub(super) fn reset() {
    ROWS_LOCK.store(false, Relaxed);
}
