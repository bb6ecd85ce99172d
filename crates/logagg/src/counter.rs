//! Exact counts within a limit of memory.
//!
//! A counter owns three tables. When one is full and there is no memory to grow, all go to disk as partitions by hash, and counting
//! goes on with empty tables. At the end each partition is counted by a counter of its own, which may spill again, one level
//! deeper: any number of keys is counted exactly.

use std::sync::Arc;

use pairs::Pairs;

use crate::error::{Error, Result};
use crate::key::{Key, Sink};
use crate::spill::{Partitions, Runs, SpillFile};
use crate::table::{PARTITION_BITS, PARTITIONS, Seed, Table, TextTable, V4Table, V6Table};

/// IPv4 keys wait here until their slots have come.
const BATCH: usize = 64;
/// A partitioning uses six bits of 64; so many levels hold more keys than there are.
const DEEPEST: u32 = 9;

/// Tables, what was spilled of them, and a budget in bytes for both.
#[derive(Debug)]
pub(crate) struct Counter {
    v4: V4Table,
    v6: V6Table,
    text: TextTable,
    waiting: [u32; BATCH],
    waits: usize,
    budget: usize,
    level: u32,
    seed: Seed,
    file: Arc<SpillFile>,
    runs: Option<Runs>,
    /// The first failure; a sink returns nothing, so it waits here.
    failure: Option<Error>,
}

impl Counter {
    pub(crate) fn new(file: &Arc<SpillFile>, budget: usize, level: u32) -> Counter {
        Counter {
            v4: V4Table::new(),
            v6: V6Table::new(),
            text: TextTable::new(),
            waiting: [0; BATCH],
            waits: 0,
            budget,
            level,
            seed: Seed::of_process(),
            file: Arc::clone(file),
            runs: None,
            failure: None,
        }
    }

    /// Memory of the tables, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.v4.bytes() + self.v6.bytes() + self.text.bytes()
    }

    pub(crate) fn has_spilled(&self) -> bool {
        self.runs.is_some()
    }

    pub(crate) fn set_budget(&mut self, budget: usize) {
        self.budget = budget;
    }

    /// Counts a key `count` times.
    pub(crate) fn add(&mut self, key: Key, count: u64) -> Result<()> {
        match key {
            Key::V4(value) => {
                while self.v4.room() == 0 {
                    self.make_room(|counter| &mut counter.v4)?;
                }
                self.v4.add(value, count);
            }
            Key::V6(value) => {
                while self.v6.room() == 0 {
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
    fn take_waiting(&mut self) {
        let waits = std::mem::take(&mut self.waits);
        if self.failure.is_some() {
            return;
        }
        while self.v4.room() < waits {
            if let Err(error) = self.make_room(|counter| &mut counter.v4) {
                self.failure = Some(error);
                return;
            }
        }
        self.v4.add_all(&self.waiting[..waits]);
    }

    /// Writes all tables to their partitions and empties them.
    fn spill(&mut self) -> Result<()> {
        if self.level >= DEEPEST {
            return Err(Error::Check(format!("{DEEPEST} partitionings do not tell the keys apart")));
        }
        let runs = self.runs.get_or_insert_with(|| Runs::new(&self.file));
        let (seed, shift) = (self.seed, self.level * PARTITION_BITS);
        let mut push = |key: Key, count| {
            let partition = (seed.of(key) << shift) >> (64 - PARTITION_BITS);
            runs.push(partition as usize, key, count)
        };
        self.v4.each(&mut push)?;
        self.v6.each(&mut push)?;
        self.text.each(&mut push)?;
        // One table that has nearly all the memory keeps it. Else all start small again: each gets what it then needs.
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

    /// Adds all that `other` holds, which must not have spilled.
    pub(crate) fn absorb(&mut self, other: Counter) -> Result<()> {
        let mut pairs = Pairs::new(self);
        other.each(&mut |key, count| pairs.add(key, count))?;
        pairs.finish()
    }

    /// Visits the keys in memory: all of them, if nothing was spilled.
    pub(crate) fn each(&self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()> {
        self.v4.each(visit)?;
        self.v6.each(visit)?;
        self.text.each(visit)
    }

    /// Sends everything to disk and gives all memory back.
    pub(crate) fn into_partitions(mut self) -> Result<Partitions> {
        self.spill()?;
        let Counter { runs, file, .. } = self;
        runs.unwrap_or_else(|| Runs::new(&file)).close()
    }

    /// Visits every key once with its whole count, in parts where something was spilled.
    pub(crate) fn drain(self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()> {
        if !self.has_spilled() {
            return self.each(visit);
        }
        let (file, budget, level) = (Arc::clone(&self.file), self.budget, self.level);
        let parts = [self.into_partitions()?];
        (0..PARTITIONS).try_for_each(|partition| drain_part(&parts, partition, &file, budget, level, visit))
    }
}

/// Counts one partition of several counters' spills.
pub(crate) fn drain_part(
    parts: &[Partitions],
    partition: usize,
    file: &Arc<SpillFile>,
    budget: usize,
    level: u32,
    visit: &mut dyn FnMut(Key, u64) -> Result<()>,
) -> Result<()> {
    let mut counter = Counter::new(file, budget, level + 1);
    counter.v4.presize(parts.iter().map(|spilled| spilled.v4(partition)).sum(), budget)?;
    let mut pairs = Pairs::new(&mut counter);
    for spilled in parts {
        spilled.each(partition, &mut |key, count| pairs.add(key, count))?;
    }
    pairs.finish()?;
    counter.drain(visit)
}

impl Sink for Counter {
    #[inline(always)]
    fn v4(&mut self, key: u32) {
        self.v4.prefetch(key);
        self.waiting[self.waits] = key;
        self.waits += 1;
        if self.waits == BATCH {
            self.take_waiting();
        }
    }

    fn key(&mut self, key: Key) {
        match key {
            Key::V4(value) => self.v4(value),
            key if self.failure.is_none() => {
                if let Err(error) = self.add(key, 1) {
                    self.failure = Some(error);
                }
            }
            _ => {}
        }
    }

    fn settle(&mut self) -> Result<()> {
        self.take_waiting();
        self.failure.take().map_or(Ok(()), Err)
    }

    fn held(&self) -> usize {
        self.v4.len() + self.v6.len() + self.text.len()
    }
}

mod pairs;
#[cfg(test)]
mod tests;
