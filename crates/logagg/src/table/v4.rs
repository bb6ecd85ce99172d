//! A table of IPv4 addresses. Key and count share a word, so a million addresses in a
//! three-quarters full table take 11 MB.

use std::collections::HashMap;

use super::prefetch::prefetch;
use super::word_array::WordArray;
use super::{SMALLEST, Table, max_keys, new_factor, next_slot_count, slot_index};
use crate::error::Result;
use crate::key::Key;

/// Counts above 32 bits are rare. More overflowing keys than this make the table full.
const MAX_OVERFLOW: usize = 1024;

/// The key is in the upper half of a word, its count in the lower; a count of 0 is a free slot.
#[derive(Debug)]
pub(crate) struct V4Table {
    words: WordArray,
    slots: usize,
    len: usize,
    factor: u64,
    /// What has to be added to counts that exceed 32 bits.
    overflow: HashMap<u32, u64>,
}

impl V4Table {
    pub(crate) fn new() -> V4Table {
        V4Table {
            words: WordArray::empty(),
            slots: 0,
            len: 0,
            factor: new_factor(),
            overflow: HashMap::new(),
        }
    }

    #[inline(always)]
    pub(crate) fn prefetch(&self, key: u32) {
        prefetch(self.words.get(), slot_index(hash(key), self.factor, self.slots));
    }

    /// Makes an empty table large enough for `keys` keys, or as large as `spare` bytes allow.
    /// PERF: growing step by step to a partition's size takes twice as long.
    pub(crate) fn reserve(&mut self, keys: usize, spare: usize) -> Result<()> {
        let slots = (keys / 3 * 4 + SMALLEST).min(spare / 8);
        if self.slots == 0 && slots > SMALLEST {
            (self.words, self.slots) = (WordArray::zeroed(slots)?, slots);
        }
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn free_capacity(&self) -> usize {
        if self.overflow.len() > MAX_OVERFLOW { 0 } else { max_keys(self.slots) - self.len }
    }

    /// Adds 1 to each key. There must be room for all of them.
    #[inline(always)]
    pub(crate) fn add_all(&mut self, keys: &[u32]) {
        let (factor, slots) = (self.factor, self.slots);
        let words = self.words.get_mut();
        for &key in keys {
            let mut index = slot_index(hash(key), factor, slots);
            loop {
                let word = words[index];
                if word >> 32 == u64::from(key) && word as u32 != 0 {
                    if word as u32 == u32::MAX {
                        // The count restarts at 1; the old value moves to the overflow map.
                        *self.overflow.entry(key).or_default() += u64::from(u32::MAX);
                        words[index] = u64::from(key) << 32 | 1;
                    } else {
                        words[index] = word + 1;
                    }
                    break;
                }
                if word as u32 == 0 {
                    words[index] = u64::from(key) << 32 | 1;
                    self.len += 1;
                    break;
                }
                index += 1;
                if index == slots {
                    index = 0;
                }
            }
        }
    }

    /// Adds `count`, at least 1, to a key. There must be room.
    pub(crate) fn add(&mut self, key: u32, count: u64) {
        let mut index = slot_index(hash(key), self.factor, self.slots);
        let words = self.words.get_mut();
        loop {
            let word = words[index];
            let held = word & u64::from(u32::MAX);
            if held == 0 || word >> 32 == u64::from(key) {
                self.len += usize::from(held == 0);
                let sum = u128::from(held) + u128::from(count);
                let low = (sum - 1) as u64 % u64::from(u32::MAX) + 1;
                if sum > u128::from(low) {
                    let aside = self.overflow.entry(key).or_default();
                    *aside = aside.saturating_add((sum - u128::from(low)) as u64);
                }
                words[index] = u64::from(key) << 32 | low;
                return;
            }
            index = if index + 1 == self.slots { 0 } else { index + 1 };
        }
    }
}

/// Never 0, which times a factor would stay 0.
#[inline(always)]
fn hash(key: u32) -> u64 {
    u64::from(key) + 1
}

impl Table for V4Table {
    fn bytes(&self) -> usize {
        self.slots * 8 + self.overflow.len() * 48
    }

    fn len(&self) -> usize {
        self.len
    }

    fn grow(&mut self, spare: usize) -> Result<bool> {
        if self.overflow.len() > MAX_OVERFLOW {
            return Ok(false);
        }
        let Some(slots) = next_slot_count(self.slots, 8, spare) else { return Ok(false) };
        let mut words = WordArray::zeroed(slots)?;
        let fresh = words.get_mut();
        for &word in self.words.get().iter().filter(|&&word| word as u32 != 0) {
            let mut index = slot_index(hash((word >> 32) as u32), self.factor, slots);
            while fresh[index] as u32 != 0 {
                index = if index + 1 == slots { 0 } else { index + 1 };
            }
            fresh[index] = word;
        }
        (self.words, self.slots) = (words, slots);
        Ok(true)
    }

    fn clear(&mut self) {
        self.words.get_mut().fill(0);
        self.overflow = HashMap::new();
        self.len = 0;
    }

    fn for_each(&self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()> {
        for &word in self.words.get().iter().filter(|&&word| word as u32 != 0) {
            let key = (word >> 32) as u32;
            let aside =
                if self.overflow.is_empty() { 0 } else { self.overflow.get(&key).copied().unwrap_or(0) };
            visit(Key::V4(key), aside.saturating_add(word & u64::from(u32::MAX)))?;
        }
        Ok(())
    }
}
