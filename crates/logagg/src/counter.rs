//! Exact counts within a limit of memory.
//!
//! A counter owns three tables. When one is full and there is no memory to grow, all go to disk as partitions by hash, and counting
//! goes on with empty tables. At the end each partition is counted by a counter of its own, which may spill again, one level
//! deeper: any number of keys is counted exactly.

use std::sync::Arc;

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
        other.each(&mut |key, count| self.add(key, count))
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
    for spilled in parts {
        spilled.each(partition, &mut |key, count| counter.add(key, count))?;
    }
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// Counts with a budget that spills all the time, and holds the result against a map.
    fn hold(keys: &[(u8, u32, u64)], budget: usize, counters: usize) {
        let file = SpillFile::new(&std::env::temp_dir());
        let mut expected: HashMap<Vec<u8>, u64> = HashMap::new();
        let mut all: Vec<Counter> = (0..counters).map(|_| Counter::new(&file, budget, 0)).collect();
        for (index, &(kind, value, count)) in keys.iter().enumerate() {
            let text = format!("/{value}").repeat(1 + value as usize % 5);
            let key = match kind % 3 {
                0 => Key::V4(value),
                1 => Key::V6(u128::from(value) << 50 | u128::from(value)),
                _ => Key::Text(text.as_bytes()),
            };
            *expected.entry(key.text().into_owned()).or_default() += count;
            all[index % counters].add(key, count).unwrap();
        }
        let parts: Vec<Partitions> =
            all.into_iter().map(|counter| counter.into_partitions().unwrap()).collect();
        let mut found = HashMap::new();
        for partition in 0..PARTITIONS {
            drain_part(&parts, partition, &file, budget, 0, &mut |key, count| {
                assert_eq!(found.insert(key.text().into_owned(), count), None, "a key comes once");
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(found, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn spilled_or_not_the_counts_are_those_of_a_map(
            keys in prop::collection::vec((any::<u8>(), prop_oneof![0u32..50, any::<u32>()], prop_oneof![1u64..4, 1u64..1 << 40]), 0..3000),
            budget in 4096usize..400_000,
            counters in 1usize..4,
        ) {
            hold(&keys, budget, counters);
        }
    }

    #[test]
    fn partitions_that_do_not_fit_are_parted_again() {
        // 60,000 keys over 64 partitions are more than a table of 4 KiB holds.
        let keys: Vec<(u8, u32, u64)> = (0..120_000u32).map(|value| (0, value / 2 * 977, 1)).collect();
        hold(&keys, 4096, 2);
    }

    #[test]
    fn a_count_goes_on_beyond_32_bits() {
        let file = SpillFile::new(&std::env::temp_dir());
        let mut counter = Counter::new(&file, 1 << 20, 0);
        counter.add(Key::V4(7), u64::from(u32::MAX) - 1).unwrap();
        for _ in 0..5 {
            counter.v4(7);
        }
        counter.settle().unwrap();
        counter.add(Key::V4(7), 1 << 40).unwrap();
        let mut all = Vec::new();
        counter
            .drain(&mut |key, count| {
                all.push((key.text().into_owned(), count));
                Ok(())
            })
            .unwrap();
        assert_eq!(all, [(b"0.0.0.7".to_vec(), u64::from(u32::MAX) + 4 + (1 << 40))]);
    }
}
