//! The tables: open addressing with linear probing, one for IPv4 (8 bytes a slot), one for IPv6 (24), one for texts.
//!
//! A slot is `hash * factor * slots / 2^64`, with a factor of the table's own. A table lies in the order of its slots, so growing
//! reads and writes memory from front to back. What is read out of one table comes in that order, and where it goes into another of
//! the same order, all would crowd into one end: with factors of their own, tables have nothing to do with each other.

mod text;
mod v4;
mod v6;
mod word_array;

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Result;
use crate::key::Key;

pub(crate) use text::TextTable;
pub(crate) use v4::V4Table;
pub(crate) use v6::V6Table;

/// Bits of the hash that one partitioning uses.
pub(crate) const PARTITION_BITS: u32 = 6;
/// Parts of one partitioning.
pub(crate) const PARTITIONS: usize = 1 << PARTITION_BITS;
/// The smallest table, in slots.
const SMALLEST: usize = 512;

/// What the counter needs to know of any table.
pub(crate) trait Table {
    /// Memory held, in bytes.
    fn bytes(&self) -> usize;
    /// Keys held.
    fn len(&self) -> usize;
    /// Makes the table larger within `spare` bytes of new memory, the old still held; false if that is not enough.
    fn grow(&mut self, spare: usize) -> Result<bool>;
    /// Forgets all keys and keeps the memory.
    fn clear(&mut self);
    /// Visits every key with its count.
    fn for_each(&self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()>;
}

/// Constants of the hash, drawn once a process: whoever writes a log cannot know which keys collide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HashSeed {
    factor: u64,
    low: u64,
    high: u64,
}

impl HashSeed {
    /// Drawn once a process; all tables of a process share it, as partitions must agree.
    pub(crate) fn for_process() -> HashSeed {
        static SEED: std::sync::OnceLock<HashSeed> = std::sync::OnceLock::new();
        *SEED.get_or_init(|| {
            use std::hash::{BuildHasher, RandomState};
            let state = RandomState::new();
            HashSeed { factor: state.hash_one(1) | 1, low: state.hash_one(2), high: state.hash_one(3) }
        })
    }

    /// Multiply-shift (Dietzfelbinger): the upper bits of a product with a random odd factor are taken.
    #[inline(always)]
    pub(crate) fn hash_v4(self, key: u32) -> u64 {
        (u64::from(key) + 1).wrapping_mul(self.factor)
    }

    #[inline(always)]
    pub(crate) fn hash_v6(self, key: u128) -> u64 {
        let product = u128::from(key as u64 ^ self.low) * u128::from((key >> 64) as u64 ^ self.high);
        (product as u64 ^ (product >> 64) as u64).wrapping_mul(self.factor)
    }

    pub(crate) fn hash_text(self, key: &[u8]) -> u64 {
        use std::hash::{BuildHasher, Hasher};
        let mut hasher = foldhash::quality::FixedState::with_seed(self.low).build_hasher();
        hasher.write(key);
        hasher.finish()
    }

    pub(crate) fn hash_key(self, key: Key) -> u64 {
        match key {
            Key::V4(value) => self.hash_v4(value),
            Key::V6(value) => self.hash_v6(value),
            Key::Text(bytes) => self.hash_text(bytes),
        }
    }
}

/// `hash` as a slot of `slots`, in a table with this factor.
#[inline(always)]
fn slot_index(hash: u64, factor: u64, slots: usize) -> usize {
    ((u128::from(hash.wrapping_mul(factor)) * slots as u128) >> 64) as usize
}

/// Odd, and another one for every table.
fn new_factor() -> u64 {
    static TABLES: AtomicU64 = AtomicU64::new(0);
    let number = TABLES.fetch_add(1, Ordering::Relaxed);
    let mixed = (number ^ HashSeed::for_process().high).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93) | 1
}

/// How many slots to take next: twice as many, or what fits if that is a quarter more.
fn next_slot_count(slots: usize, slot_bytes: usize, spare: usize) -> Option<usize> {
    let fits = spare / slot_bytes;
    let wanted = (slots * 2).max(SMALLEST);
    // The smallest table is always granted: a counter that has just spilled everything must get on.
    if fits >= wanted || slots == 0 {
        return Some(wanted);
    }
    (fits >= slots + slots / 4).then_some(fits)
}

/// Keys that a table of so many slots takes: probes stay short up to here.
fn max_keys(slots: usize) -> usize {
    slots / 4 * 3
}
