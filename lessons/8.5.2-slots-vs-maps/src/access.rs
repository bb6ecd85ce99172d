//! What one random access costs, shown beside the size of a row. Every table returns the same type,
//! an owned `(String, u64)`.

use crate::random;
use heaplab_lesson::{Attachment, Cell, Table, Text};
use std::hint::black_box;
use std::time::Instant;

const BATCHES: usize = 100;
const ACCESSES_PER_BATCH: usize = 10_000;

/// Reads rows in random order, in batches, and tabulates the median, fastest and slowest batch.
pub(crate) fn measure_random_access(rows: usize, get: impl Fn(usize) -> (String, u64)) -> Vec<Attachment> {
    let mut next = random::random_numbers(8);
    let mut batches: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let indices: Vec<usize> =
                (0..ACCESSES_PER_BATCH).map(|_| (next() % rows as u64) as usize).collect();
            let started = Instant::now();
            for i in indices {
                black_box(get(i));
            }
            started.elapsed().as_nanos() as f64 / ACCESSES_PER_BATCH as f64
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    let times = [BATCHES / 2, 0, BATCHES - 1].map(|i| Cell::Nanoseconds(batches[i]));
    vec![Attachment::Table(Table {
        title: Text::new("One random access, a new String each", "随机访问一行，每次返回新的 String"),
        columns: vec![
            Text::new("live at end, per row", "结束时每行存活"),
            Text::new("median", "中位数"),
            Text::new("fastest", "最快"),
            Text::new("slowest", "最慢"),
        ],
        rows: vec![[Cell::LiveBytesARow].into_iter().chain(times).collect()],
    })]
}
