//! The tables: open addressing with linear probing, one for IPv4 (8 bytes a slot), one for IPv6 (24), one for texts.
//!
//! A slot is `hash * slots / 2^64`, so a table lies in the order of its keys' hashes: growing reads and writes memory from
//! front to back, and what spills to disk comes out partition by partition. `level` counts the partitionings that lie behind a
//! key; their bits of the hash are the same for all keys here and are shifted out.

mod text;
mod v4;
mod v6;
mod words;

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
    fn each(&self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()>;
}

/// Constants of the hash, drawn once a process: whoever writes a log cannot know which keys collide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed {
    factor: u64,
    low: u64,
    high: u64,
}

impl Seed {
    /// Drawn once a process; all tables of a process share it, as partitions must agree.
    pub(crate) fn of_process() -> Seed {
        static SEED: std::sync::OnceLock<Seed> = std::sync::OnceLock::new();
        *SEED.get_or_init(|| {
            use std::hash::{BuildHasher, RandomState};
            let state = RandomState::new();
            Seed { factor: state.hash_one(1) | 1, low: state.hash_one(2), high: state.hash_one(3) }
        })
    }

    /// Multiply-shift (Dietzfelbinger): the upper bits of a product with a random odd factor.
    #[inline(always)]
    pub(crate) fn v4(self, key: u32) -> u64 {
        (u64::from(key) + 1).wrapping_mul(self.factor)
    }

    #[inline(always)]
    pub(crate) fn v6(self, key: u128) -> u64 {
        let product = u128::from(key as u64 ^ self.low) * u128::from((key >> 64) as u64 ^ self.high);
        (product as u64 ^ (product >> 64) as u64).wrapping_mul(self.factor)
    }

    pub(crate) fn text(self, key: &[u8]) -> u64 {
        use std::hash::{BuildHasher, Hasher};
        let mut hasher = foldhash::quality::FixedState::with_seed(self.low).build_hasher();
        hasher.write(key);
        hasher.finish()
    }

    pub(crate) fn of(self, key: Key) -> u64 {
        match key {
            Key::V4(value) => self.v4(value),
            Key::V6(value) => self.v6(value),
            Key::Text(bytes) => self.text(bytes),
        }
    }
}

/// `hash` as a slot of `slots`, after `level` partitionings.
#[inline(always)]
fn slot(hash: u64, level: u32, slots: usize) -> usize {
    ((u128::from(hash << (level * PARTITION_BITS)) * slots as u128) >> 64) as usize
}

/// How many slots to take next: twice as many, or what fits if that is a quarter more.
fn next_slots(slots: usize, slot_bytes: usize, spare: usize) -> Option<usize> {
    let fits = spare / slot_bytes;
    let wanted = (slots * 2).max(SMALLEST);
    // The smallest table is always granted: a counter that has just spilled everything must get on.
    if fits >= wanted || slots == 0 {
        return Some(wanted);
    }
    (fits >= slots + slots / 4).then_some(fits)
}

/// Keys that a table of so many slots takes: probes stay short up to here.
fn most_keys(slots: usize) -> usize {
    slots / 4 * 3
}
