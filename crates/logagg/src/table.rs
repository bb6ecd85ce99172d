//! Hash tables with open addressing and linear probing: for IPv4 (8 bytes per slot), IPv6 (24) and
//! texts.
//!
//! The slot is `hash * factor * slots / 2^64`. Each table is sorted by slot, so growing it reads
//! and writes memory sequentially. Each table has its own factor: if keys read from one table in
//! slot order were inserted into another table with the same order, they would all crowd at one
//! end.

mod prefetch;
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

pub(crate) const PARTITION_BITS: u32 = 6;
pub(crate) const PARTITIONS: usize = 1 << PARTITION_BITS;
const SMALLEST: usize = 512;

pub(crate) trait Table {
    fn bytes(&self) -> usize;
    fn len(&self) -> usize;
    /// Grows the table using at most `spare` more bytes while the old table still exists; false if
    /// that is not enough.
    fn grow(&mut self, spare: usize) -> Result<bool>;
    fn clear(&mut self);
    fn for_each(&self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()>;
}

/// Constants of the hash. They are random, so that the author of a log cannot choose keys that
/// collide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HashSeed {
    factor: u64,
    low: u64,
    high: u64,
}

impl HashSeed {
    /// Drawn once per process and shared by all its tables, because partitions must agree.
    pub(crate) fn for_process() -> HashSeed {
        static SEED: std::sync::OnceLock<HashSeed> = std::sync::OnceLock::new();
        *SEED.get_or_init(|| {
            use std::hash::{BuildHasher, RandomState};
            let state = RandomState::new();
            HashSeed { factor: state.hash_one(1) | 1, low: state.hash_one(2), high: state.hash_one(3) }
        })
    }

    /// Multiply-shift hashing (Dietzfelbinger): the upper bits of the product with a random odd
    /// factor are used.
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

#[inline(always)]
fn slot_index(hash: u64, factor: u64, slots: usize) -> usize {
    ((u128::from(hash.wrapping_mul(factor)) * slots as u128) >> 64) as usize
}

/// An odd number that is different for every table.
fn new_factor() -> u64 {
    static TABLES: AtomicU64 = AtomicU64::new(0);
    let number = TABLES.fetch_add(1, Ordering::Relaxed);
    let mixed = (number ^ HashSeed::for_process().high).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93) | 1
}

/// The next number of slots: twice as many, or what fits if that is at least a quarter more.
fn next_slot_count(slots: usize, slot_bytes: usize, spare: usize) -> Option<usize> {
    let fits = spare / slot_bytes;
    let wanted = (slots * 2).max(SMALLEST);
    // The smallest table is always granted, so that a counter which has just spilled everything can
    // continue.
    if fits >= wanted || slots == 0 {
        return Some(wanted);
    }
    (fits >= slots + slots / 4).then_some(fits)
}

/// The number of keys up to which probe sequences stay short.
fn max_keys(slots: usize) -> usize {
    slots / 4 * 3
}
