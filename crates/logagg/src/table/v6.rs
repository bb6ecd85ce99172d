//! A table of IPv6 addresses, with three words per slot.

use super::word_array::WordArray;
use super::{HashSeed, Table, max_keys, new_factor, next_slot_count, slot_index};
use crate::error::Result;
use crate::key::Key;

#[derive(Debug)]
pub(crate) struct V6Table {
    words: WordArray,
    slots: usize,
    len: usize,
    factor: u64,
    seed: HashSeed,
}

impl V6Table {
    pub(crate) fn new() -> V6Table {
        V6Table {
            words: WordArray::empty(),
            slots: 0,
            len: 0,
            factor: new_factor(),
            seed: HashSeed::for_process(),
        }
    }

    pub(crate) fn free_capacity(&self) -> usize {
        max_keys(self.slots) - self.len
    }

    /// Adds `count` to a key. There must be room.
    pub(crate) fn add(&mut self, key: u128, count: u64) {
        let index = slot_index(self.seed.hash_v6(key), self.factor, self.slots);
        self.len += usize::from(add_at(self.words.get_mut(), index, key, count));
    }
}

/// Adds to the key's slot, searching from `index` on; true if the key is new.
fn add_at(words: &mut [u64], index: usize, key: u128, count: u64) -> bool {
    let (high, low) = ((key >> 64) as u64, key as u64);
    let mut at = index * 3;
    loop {
        if at >= words.len() {
            at = 0;
        }
        let [held_high, held_low, held] = &mut words[at..at + 3] else { return false };
        if *held == 0 {
            (*held_high, *held_low, *held) = (high, low, count);
            return true;
        }
        if *held_low == low && *held_high == high {
            *held = held.saturating_add(count);
            return false;
        }
        at += 3;
    }
}

impl Table for V6Table {
    fn bytes(&self) -> usize {
        self.slots * 24
    }

    fn len(&self) -> usize {
        self.len
    }

    fn grow(&mut self, spare: usize) -> Result<bool> {
        let Some(slots) = next_slot_count(self.slots, 24, spare) else { return Ok(false) };
        let mut words = WordArray::zeroed(slots * 3)?;
        let (seed, factor) = (self.seed, self.factor);
        self.for_each(&mut |key, count| {
            if let Key::V6(key) = key {
                add_at(words.get_mut(), slot_index(seed.hash_v6(key), factor, slots), key, count);
            }
            Ok(())
        })?;
        (self.words, self.slots) = (words, slots);
        Ok(true)
    }

    fn clear(&mut self) {
        self.words.get_mut().fill(0);
        self.len = 0;
    }

    fn for_each(&self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()> {
        for slot in self.words.get().chunks_exact(3).filter(|slot| slot[2] != 0) {
            visit(Key::V6(u128::from(slot[0]) << 64 | u128::from(slot[1])), slot[2])?;
        }
        Ok(())
    }
}
