//! Chooses the faster way of reading, range by range.
//!
//! A mapping saves the copy and costs page tables. Which is faster depends on the kernel, the file
//! system and the page cache: on the development machine either could win by a third.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::ReadBy;

/// Ranges read by each way before one is preferred.
const TRIES: usize = 3;
/// The slower way is tried again after this many ranges, since the page cache may have changed.
const AGAIN: usize = 32;

/// The measured speed of each way, shared by all threads of a run.
#[derive(Debug)]
pub(crate) struct ReaderChoice {
    read_by: ReadBy,
    ranges: AtomicUsize,
    /// Nanoseconds per MiB for `pread` and `mmap`; 0 is unknown.
    took: [AtomicU64; 2],
}

impl ReaderChoice {
    pub(crate) fn new(read_by: ReadBy) -> ReaderChoice {
        ReaderChoice { read_by, ranges: AtomicUsize::new(0), took: [AtomicU64::new(0), AtomicU64::new(0)] }
    }

    pub(crate) fn should_map(&self) -> bool {
        match self.read_by {
            ReadBy::Pread => return false,
            ReadBy::Mmap => return true,
            ReadBy::Fastest => {}
        }
        let number = self.ranges.fetch_add(1, Ordering::Relaxed);
        if number < 2 * TRIES {
            return number % 2 == 1;
        }
        let [pread, mmap] = self.took.each_ref().map(|took| took.load(Ordering::Relaxed));
        (mmap < pread) != number.is_multiple_of(AGAIN)
    }

    /// Records the time for a range that was read and counted. The counting takes the same time
    /// either way.
    pub(crate) fn record(&self, maps: bool, bytes: u64, nanoseconds: u64) {
        const MIB: u64 = 1 << 20;
        // A short range mostly measures the overhead at its beginning.
        if bytes < MIB {
            return;
        }
        let new = (u128::from(nanoseconds) * u128::from(MIB) / u128::from(bytes)) as u64;
        let took = &self.took[usize::from(maps)];
        let old = took.load(Ordering::Relaxed);
        // Other programs can only slow a range down, so a faster time is accepted at once and a
        // slower one gradually.
        let believed = if old == 0 || new < old { new } else { old + (new - old) / 4 };
        took.store(believed.max(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `ranges` ranges are mapped if each way takes the given time.
    fn mapped(pace: &ReaderChoice, ranges: usize, pread: u64, mmap: u64) -> usize {
        let one = |_| {
            let maps = pace.should_map();
            pace.record(maps, 1 << 20, if maps { mmap } else { pread });
            maps
        };
        (0..ranges).map(one).filter(|&maps| maps).count()
    }

    #[test]
    fn the_faster_way_is_taken_and_the_other_not_forgotten() {
        let pace = ReaderChoice::new(ReadBy::Fastest);
        assert_eq!(mapped(&pace, 6, 400, 300), 3);
        assert_eq!(mapped(&pace, 320, 400, 300), 310);
        assert!(mapped(&pace, 320, 400, 900) < 25);
        assert!(mapped(&pace, 320, 900, 300) > 290);
    }

    #[test]
    fn who_says_how_is_obeyed() {
        for (read_by, expected) in [(ReadBy::Pread, 0), (ReadBy::Mmap, 100)] {
            assert_eq!(mapped(&ReaderChoice::new(read_by), 100, 1000, 1), expected);
        }
    }
}
