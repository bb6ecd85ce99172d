//! Merges the tables of all threads into one result, within the same memory limit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::counter::key_codec;
use crate::counter::spill::SpillFile;
use crate::counter::top::TopKeys;
use crate::counter::{Counter, drain_partition};
use crate::engine::memory_plan::MemoryPlan;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::partial::PartialWriter;
use crate::table::PARTITIONS;

/// Keys for a partial result are written in chunks of this many bytes.
const CHUNK: usize = 64 << 10;

/// Totals over keys that each come once, with their whole counts.
pub(crate) struct MergedCounts<'a> {
    pub(crate) uv: u64,
    pub(crate) pv: u128,
    pub(crate) top: TopKeys,
    chunk: Vec<u8>,
    writer: Option<&'a Mutex<PartialWriter>>,
}

impl<'a> MergedCounts<'a> {
    pub(crate) fn new(
        top: usize,
        budget: usize,
        writer: Option<&'a Mutex<PartialWriter>>,
    ) -> MergedCounts<'a> {
        MergedCounts { uv: 0, pv: 0, top: TopKeys::new(top, budget), chunk: Vec::new(), writer }
    }

    pub(crate) fn add(&mut self, key: Key, count: u64) -> Result<()> {
        self.uv += 1;
        self.pv += u128::from(count);
        self.top.offer(key, count)?;
        if self.writer.is_some() {
            key_codec::encode(&mut self.chunk, key, count);
            if self.chunk.len() >= CHUNK {
                self.flush_chunk()?;
            }
        }
        Ok(())
    }

    fn flush_chunk(&mut self) -> Result<()> {
        if let Some(writer) = self.writer
            && !self.chunk.is_empty()
        {
            let mut writer =
                writer.lock().map_err(|_| Error::Check("a thread panicked while it wrote".into()))?;
            writer.write_keys(&self.chunk)?;
        }
        self.chunk.clear();
        Ok(())
    }

    fn merge(&mut self, other: MergedCounts) -> Result<()> {
        self.uv += other.uv;
        self.pv += other.pv;
        self.top.merge(other.top)
    }
}

/// Visits every key once: in memory if all tables fit, otherwise partition by partition on all
/// threads.
pub(crate) fn combine<'a>(
    mut counters: Vec<Counter>,
    plan: &MemoryPlan,
    top: usize,
    file: &Arc<SpillFile>,
    writer: Option<&'a Mutex<PartialWriter>>,
) -> Result<MergedCounts<'a>> {
    let mut merged = MergedCounts::new(top, plan.top / (plan.threads + 1), writer);
    if !counters.iter().any(Counter::has_spilled) {
        counters.sort_by_key(Counter::bytes);
        let Some(mut whole) = counters.pop() else { return Ok(merged) };
        while let Some(next) = counters.pop() {
            let others: usize = counters.iter().map(Counter::bytes).sum::<usize>() + next.bytes();
            whole.set_budget(plan.tables.saturating_sub(others));
            whole.absorb(next)?;
        }
        if !whole.has_spilled() {
            whole.for_each(&mut |key, count| merged.add(key, count))?;
            merged.flush_chunk()?;
            return Ok(merged);
        }
        counters.push(whole);
    }
    let parts = counters.into_iter().map(Counter::into_partitions).collect::<Result<Vec<_>>>()?;
    let next = AtomicUsize::new(0);
    let budget = plan.tables / plan.threads;
    let worker = || -> Result<MergedCounts<'a>> {
        let mut merged = MergedCounts::new(top, plan.top / (plan.threads + 1), writer);
        loop {
            let partition = next.fetch_add(1, Ordering::Relaxed);
            if partition >= PARTITIONS {
                merged.flush_chunk()?;
                return Ok(merged);
            }
            drain_partition(&parts, partition, file, budget, 0, &mut |key, count| merged.add(key, count))?;
        }
    };
    let results: Vec<Result<MergedCounts>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..plan.threads).map(|_| scope.spawn(worker)).collect();
        let lost = || Error::Check("a thread panicked while it combined".into());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(lost()))).collect()
    });
    for found in results {
        merged.merge(found?)?;
    }
    Ok(merged)
}
