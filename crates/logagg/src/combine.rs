//! From the tables of all threads to one result, within the same limit of memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::counter::{Counter, drain_part};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::partial::Writer;
use crate::plan::Plan;
use crate::record;
use crate::spill::SpillFile;
use crate::table::PARTITIONS;
use crate::top::Top;

/// Keys for a partial result are handed over in chunks of this size.
const CHUNK: usize = 64 << 10;

/// What comes of keys that are each seen once, with their whole counts.
pub(crate) struct Harvest<'a> {
    pub(crate) uv: u64,
    pub(crate) pv: u128,
    pub(crate) top: Top,
    chunk: Vec<u8>,
    writer: Option<&'a Mutex<Writer>>,
}

impl<'a> Harvest<'a> {
    pub(crate) fn new(top: usize, budget: usize, writer: Option<&'a Mutex<Writer>>) -> Harvest<'a> {
        Harvest { uv: 0, pv: 0, top: Top::new(top, budget), chunk: Vec::new(), writer }
    }

    pub(crate) fn take(&mut self, key: Key, count: u64) -> Result<()> {
        self.uv += 1;
        self.pv += u128::from(count);
        self.top.offer(key, count)?;
        if self.writer.is_some() {
            record::push(&mut self.chunk, key, count);
            if self.chunk.len() >= CHUNK {
                self.hand_over()?;
            }
        }
        Ok(())
    }

    fn hand_over(&mut self) -> Result<()> {
        if let Some(writer) = self.writer
            && !self.chunk.is_empty()
        {
            let mut writer =
                writer.lock().map_err(|_| Error::Check("a thread panicked while it wrote".into()))?;
            writer.keys(&self.chunk)?;
        }
        self.chunk.clear();
        Ok(())
    }

    fn join(&mut self, other: Harvest) -> Result<()> {
        self.uv += other.uv;
        self.pv += other.pv;
        self.top.join(other.top)
    }
}

/// Every key once: in memory if all fits, by partitions on all threads if not.
pub(crate) fn combine<'a>(
    mut counters: Vec<Counter>,
    plan: &Plan,
    top: usize,
    file: &Arc<SpillFile>,
    writer: Option<&'a Mutex<Writer>>,
) -> Result<Harvest<'a>> {
    let mut harvest = Harvest::new(top, plan.top / (plan.threads + 1), writer);
    if !counters.iter().any(Counter::has_spilled) {
        counters.sort_by_key(Counter::bytes);
        let Some(mut whole) = counters.pop() else { return Ok(harvest) };
        while let Some(next) = counters.pop() {
            let others: usize = counters.iter().map(Counter::bytes).sum::<usize>() + next.bytes();
            whole.set_budget(plan.tables.saturating_sub(others));
            whole.absorb(next)?;
        }
        if !whole.has_spilled() {
            whole.each(&mut |key, count| harvest.take(key, count))?;
            harvest.hand_over()?;
            return Ok(harvest);
        }
        counters.push(whole);
    }
    let parts = counters.into_iter().map(Counter::into_partitions).collect::<Result<Vec<_>>>()?;
    let next = AtomicUsize::new(0);
    let budget = plan.tables / plan.threads;
    let worker = || -> Result<Harvest<'a>> {
        let mut harvest = Harvest::new(top, plan.top / (plan.threads + 1), writer);
        loop {
            let partition = next.fetch_add(1, Ordering::Relaxed);
            if partition >= PARTITIONS {
                harvest.hand_over()?;
                return Ok(harvest);
            }
            drain_part(&parts, partition, file, budget, 0, &mut |key, count| harvest.take(key, count))?;
        }
    };
    let harvests: Vec<Result<Harvest>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..plan.threads).map(|_| scope.spawn(worker)).collect();
        let lost = || Error::Check("a thread panicked while it combined".into());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(lost()))).collect()
    });
    for found in harvests {
        harvest.join(found?)?;
    }
    Ok(harvest)
}
