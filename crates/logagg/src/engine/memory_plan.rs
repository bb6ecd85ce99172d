//! Shares out the memory limit before any memory is taken.

use crate::engine::line_range::LONGEST_LINE;
use crate::error::{Error, Result};

/// Memory of the program itself: its pages, stacks and the allocator.
const PROGRAM: usize = 7 << 20;
/// Memory of a thread besides its window and tables: the kept part of a long line, the chunks of
/// its partitions, its stack.
const THREAD: usize = LONGEST_LINE + (1 << 20);
/// Smaller tables would spill all the time.
const LEAST_TABLES: usize = 2 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryPlan {
    /// Threads that fit, at most as many as asked for.
    pub(crate) threads: usize,
    /// The tables of all threads together.
    pub(crate) tables: usize,
    pub(crate) top: usize,
    pub(crate) max_zstd_window_bytes: u64,
}

impl MemoryPlan {
    /// `packed`: an input may be compressed, so each thread may need a decoder's memory.
    pub(crate) fn new(memory: usize, threads: usize, window: usize, packed: bool) -> Result<MemoryPlan> {
        let top = memory / 16;
        for threads in (1..=threads.max(1)).rev() {
            // A decoder's ring buffer takes twice the frame's window.
            let decoder = if packed { (memory / 5).min(memory * 2 / 5 / threads) } else { 0 };
            let taken = PROGRAM + top + threads * (THREAD + window + decoder);
            let tables = memory.saturating_sub(taken);
            if tables >= threads * LEAST_TABLES {
                return Ok(MemoryPlan { threads, tables, top, max_zstd_window_bytes: decoder as u64 / 2 });
            }
        }
        let least = (PROGRAM + THREAD + window + LEAST_TABLES) * 3 / 2;
        Err(Error::Usage(format!("--memory {memory}: at least {least} bytes are needed")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_stay_within_the_limit_and_threads_give_way() {
        for memory in [16_000_000usize, 24_000_000, 100_000_000, 4 << 30] {
            for threads in [1, 2, 8, 64] {
                let plan = MemoryPlan::new(memory, threads, 256 << 10, false).unwrap();
                let taken = PROGRAM + plan.top + plan.tables + plan.threads * (THREAD + (256 << 10));
                assert!(taken <= memory, "{memory} {threads}");
                assert!(plan.threads <= threads && plan.tables >= plan.threads * LEAST_TABLES);
            }
        }
        assert_eq!(MemoryPlan::new(100_000_000, 2, 256 << 10, false).unwrap().threads, 2);
        assert_eq!(MemoryPlan::new(1_000_000, 2, 256 << 10, false).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn zstd_at_its_highest_usual_level_fits_by_default() {
        assert!(MemoryPlan::new(100_000_000, 2, 256 << 10, true).unwrap().max_zstd_window_bytes >= 8 << 20);
    }
}
