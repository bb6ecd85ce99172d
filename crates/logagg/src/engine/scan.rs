//! The benchmark's baseline: visits every line feed through the engine's own input path.

use crate::engine::work_queue::WorkQueue;
use crate::engine::{CountOptions, count_queue};
use crate::error::Result;
use crate::extract::KeyExtractor;
use crate::input::may_be_compressed;
use crate::key::{Key, KeySink};
use crate::line_offsets::Tally;

/// Counts line feeds with `memchr_iter`.
pub fn scan(inputs: &[String], options: &CountOptions) -> Result<Tally> {
    let packed = inputs.iter().any(|name| may_be_compressed(name));
    let (options, plan) =
        CountOptions { extract: KeyExtractor::Scan, ..options.clone() }.plan_memory(packed)?;
    let queue = WorkQueue::new(inputs, options.range)?;
    count_queue(&queue, &options, &plan, &(), || DiscardSink).map(|(_, tally)| tally)
}

struct DiscardSink;

impl KeySink for DiscardSink {
    fn count_v4(&mut self, _: u32) {}

    fn count_key(&mut self, _: Key) {}

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn key_count(&self) -> usize {
        0
    }
}
