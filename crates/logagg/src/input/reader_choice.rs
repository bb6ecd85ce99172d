//! Which way of reading is the faster one here: tried range by range, and asked again now and then.
//!
//! A mapping saves the copy and pays for page tables; which is more depends on kernel, file system and whether the file lies in the
//! page cache. On the machine that this was written on either could be the faster by a third.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::ReadBy;

/// Each way reads so many ranges before one is preferred.
const TRIES: usize = 3;
/// Every so many ranges the other way is tried again: what follows may lie on disk, or no longer.
const AGAIN: usize = 32;

/// What each way took, of all threads of a run.
#[derive(Debug)]
pub(crate) struct ReaderChoice {
    read_by: ReadBy,
    ranges: AtomicUsize,
    /// Nanoseconds a MiB: `pread`, `mmap`. 0 is not known yet.
    took: [AtomicU64; 2],
}

impl ReaderChoice {
    pub(crate) fn new(read_by: ReadBy) -> ReaderChoice {
        ReaderChoice { read_by, ranges: AtomicUsize::new(0), took: [AtomicU64::new(0), AtomicU64::new(0)] }
    }

    /// Whether to map the next range.
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

    /// A range was read and counted. Ranges are compared whole: counting is the same work either way.
    pub(crate) fn record(&self, maps: bool, bytes: u64, nanoseconds: u64) {
        const MIB: u64 = 1 << 20;
        // A short one is mostly its beginning.
        if bytes < MIB {
            return;
        }
        let new = (u128::from(nanoseconds) * u128::from(MIB) / u128::from(bytes)) as u64;
        let took = &self.took[usize::from(maps)];
        let old = took.load(Ordering::Relaxed);
        // What is quicker is believed at once, what is slower by and by: other programs only ever make a range slower.
        let believed = if old == 0 || new < old { new } else { old + (new - old) / 4 };
        took.store(believed.max(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many ranges are mapped if each way takes so long.
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
        // Once mapping has become slow, it is given up after a few ranges.
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
