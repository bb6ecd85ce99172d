//! Exact counts within a memory limit.
//!
//! A counter owns three tables. When a table is full and there is no memory left to grow, all
//! tables are written to disk, partitioned by hash, and counting continues with empty tables. At
//! the end each partition is counted by a counter of its own, which may spill again one level
//! deeper, so any number of keys is counted exactly.

mod batched_adds;
pub(crate) mod key_codec;
pub mod sketch;
pub mod spill;
#[cfg(test)]
mod tests;
pub mod top;

use std::sync::Arc;

use batched_adds::BatchedAdds;

use crate::counter::spill::{SpillFile, SpillWriter, SpilledPartitions};
use crate::error::{Error, Result};
use crate::key::{Key, KeySink};
use crate::table::{HashSeed, PARTITION_BITS, PARTITIONS, Table, TextTable, V4Table, V6Table};

/// IPv4 keys are buffered until their slots have been prefetched.
const BATCH: usize = 64;
/// Each level partitions by six bits of the 64-bit hash, so this many levels are always enough.
const DEEPEST: u32 = 9;

#[derive(Debug)]
pub(crate) struct Counter {
    v4: V4Table,
    v6: V6Table,
    text: TextTable,
    waiting: [u32; BATCH],
    waiting_count: usize,
    budget: usize,
    level: u32,
    seed: HashSeed,
    file: Arc<SpillFile>,
    runs: Option<SpillWriter>,
    /// The first failure. The methods of a sink return nothing, so it is kept until `flush`.
    failure: Option<Error>,
}

impl Counter {
    pub(crate) fn new(file: &Arc<SpillFile>, budget: usize, level: u32) -> Counter {
        Counter {
            v4: V4Table::new(),
            v6: V6Table::new(),
            text: TextTable::new(),
            waiting: [0; BATCH],
            waiting_count: 0,
            budget,
            level,
            seed: HashSeed::for_process(),
            file: Arc::clone(file),
            runs: None,
            failure: None,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.v4.bytes() + self.v6.bytes() + self.text.bytes()
    }

    pub(crate) fn has_spilled(&self) -> bool {
        self.runs.is_some()
    }

    pub(crate) fn set_budget(&mut self, budget: usize) {
        self.budget = budget;
    }

    pub(crate) fn add(&mut self, key: Key, count: u64) -> Result<()> {
        match key {
            Key::V4(value) => {
                while self.v4.free_capacity() == 0 {
                    self.make_room(|counter| &mut counter.v4)?;
                }
                self.v4.add(value, count);
            }
            Key::V6(value) => {
                while self.v6.free_capacity() == 0 {
                    self.make_room(|counter| &mut counter.v6)?;
                }
                self.v6.add(value, count);
            }
            Key::Text(bytes) => {
                while !self.text.has_room(bytes.len()) {
                    self.make_room(|counter| &mut counter.text)?;
                }
                self.text.add(bytes, count);
            }
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn make_room<T: Table>(&mut self, table: fn(&mut Counter) -> &mut T) -> Result<()> {
        let spare = self.budget.saturating_sub(self.bytes());
        if !table(self).grow(spare)? {
            self.spill()?;
        }
        Ok(())
    }

    #[inline(never)]
    fn flush_waiting(&mut self) {
        let waits = std::mem::take(&mut self.waiting_count);
        if self.failure.is_some() {
            return;
        }
        while self.v4.free_capacity() < waits {
            if let Err(error) = self.make_room(|counter| &mut counter.v4) {
                self.failure = Some(error);
                return;
            }
        }
        self.v4.add_all(&self.waiting[..waits]);
    }

    fn spill(&mut self) -> Result<()> {
        if self.level >= DEEPEST {
            return Err(Error::Check(format!("{DEEPEST} partitionings do not tell the keys apart")));
        }
        let runs = self.runs.get_or_insert_with(|| SpillWriter::new(&self.file));
        let (seed, shift) = (self.seed, self.level * PARTITION_BITS);
        let mut push = |key: Key, count| {
            let partition = (seed.hash_key(key) << shift) >> (64 - PARTITION_BITS);
            runs.push(partition as usize, key, count)
        };
        self.v4.for_each(&mut push)?;
        self.v6.for_each(&mut push)?;
        self.text.for_each(&mut push)?;
        // A table that holds nearly all the memory keeps it. Otherwise all start small again, so
        // that each can grow to what it needs.
        let total = self.bytes();
        let keeps = |table: &dyn Table| table.bytes() * 10 >= total * 9;
        if keeps(&self.v4) {
            self.v4.clear()
        } else {
            self.v4 = V4Table::new()
        }
        if keeps(&self.v6) {
            self.v6.clear()
        } else {
            self.v6 = V6Table::new()
        }
        if keeps(&self.text) {
            self.text.clear()
        } else {
            self.text = TextTable::new()
        }
        Ok(())
    }

    /// Adds everything that `other` holds. `other` must not have spilled.
    pub(crate) fn absorb(&mut self, other: Counter) -> Result<()> {
        let mut pairs = BatchedAdds::new(self);
        other.for_each(&mut |key, count| pairs.add(key, count))?;
        pairs.finish()
    }

    /// Visits the keys in memory, which are all keys if nothing was spilled.
    pub(crate) fn for_each(&self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()> {
        self.v4.for_each(visit)?;
        self.v6.for_each(visit)?;
        self.text.for_each(visit)
    }

    pub(crate) fn into_partitions(mut self) -> Result<SpilledPartitions> {
        self.spill()?;
        let Counter { runs, file, .. } = self;
        runs.unwrap_or_else(|| SpillWriter::new(&file)).finish()
    }

    /// Visits every key once with its whole count, partition by partition if anything was spilled.
    pub(crate) fn drain(self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()> {
        if !self.has_spilled() {
            return self.for_each(visit);
        }
        let (file, budget, level) = (Arc::clone(&self.file), self.budget, self.level);
        let parts = [self.into_partitions()?];
        (0..PARTITIONS)
            .try_for_each(|partition| drain_partition(&parts, partition, &file, budget, level, visit))
    }
}

pub(crate) fn drain_partition(
    parts: &[SpilledPartitions],
    partition: usize,
    file: &Arc<SpillFile>,
    budget: usize,
    level: u32,
    visit: &mut dyn FnMut(Key, u64) -> Result<()>,
) -> Result<()> {
    let mut counter = Counter::new(file, budget, level + 1);
    counter.v4.reserve(parts.iter().map(|spilled| spilled.v4_count(partition)).sum(), budget)?;
    let mut pairs = BatchedAdds::new(&mut counter);
    for spilled in parts {
        spilled.for_each(partition, &mut |key, count| pairs.add(key, count))?;
    }
    pairs.finish()?;
    counter.drain(visit)
}

impl KeySink for Counter {
    #[inline(always)]
    fn count_v4(&mut self, key: u32) {
        self.v4.prefetch(key);
        self.waiting[self.waiting_count] = key;
        self.waiting_count += 1;
        if self.waiting_count == BATCH {
            self.flush_waiting();
        }
    }

    fn count_key(&mut self, key: Key) {
        match key {
            Key::V4(value) => self.count_v4(value),
            key if self.failure.is_none() => {
                if let Err(error) = self.add(key, 1) {
                    self.failure = Some(error);
                }
            }
            _ => {}
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.flush_waiting();
        self.failure.take().map_or(Ok(()), Err)
    }

    fn key_count(&self) -> usize {
        self.v4.len() + self.v6.len() + self.text.len()
    }
}
