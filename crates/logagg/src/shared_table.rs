//! A hash table that several processes share, in memory without a file (the lecture's optional
//! homework).
//!
//! memfd_create(2) gives a descriptor of memory. Every process that has the descriptor can map the
//! same pages, so what one process counts is visible to all. The table uses open addressing with
//! atomics. A process claims a slot by changing its state from empty to writing; the address is
//! complete once the state is 4 or 6.

use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{MemfdFlags, memfd_create};
use std::fs::File;
use std::hash::BuildHasher as _;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

const EMPTY: u64 = 0;
const WRITING: u64 = 1;
const V4: u64 = 4;
const V6: u64 = 6;

/// 32 bytes, initially zero.
#[repr(C)]
struct Slot {
    state: AtomicU64,
    high: AtomicU64,
    low: AtomicU64,
    count: AtomicU64,
}

impl Slot {
    /// Claims the slot if it is free. Returns whether it is the address's slot.
    fn claim_for(&self, kind: u64, high: u64, low: u64) -> bool {
        if self.state.load(Acquire) == EMPTY
            && self.state.compare_exchange(EMPTY, WRITING, Acquire, Acquire).is_ok()
        {
            self.high.store(high, Relaxed);
            self.low.store(low, Relaxed);
            self.state.store(kind, Release);
        }
        let mut state = self.state.load(Acquire);
        while state == WRITING {
            std::hint::spin_loop();
            state = self.state.load(Acquire);
        }
        (state, self.high.load(Relaxed), self.low.load(Relaxed)) == (kind, high, low)
    }
}

/// A table that this process has mapped. Its first slot holds the sums of all workers.
pub struct SharedTable {
    map: MmapRaw,
    hasher: foldhash::fast::FixedState,
}

/// The error of a table without a free slot.
#[derive(Debug)]
pub struct TableFull;

/// Memory for a number of slots. Pages that nobody touches are never allocated. The memory is freed
/// with the last process that has the descriptor.
pub fn create_memory(slots: u64) -> io::Result<File> {
    let file = File::from(memfd_create("heaplab-counts", MemfdFlags::CLOEXEC)?);
    file.set_len(slots * size_of::<Slot>() as u64)?;
    Ok(file)
}

impl SharedTable {
    /// Maps a table made by [`create_memory`].
    pub fn map(file: &File) -> io::Result<SharedTable> {
        let map = MmapOptions::new().map_raw(file)?;
        Ok(SharedTable { map, hasher: foldhash::fast::FixedState::default() })
    }

    fn slots(&self) -> &[Slot] {
        // SAFETY: the mapping is aligned to a page, lives as long as `self`, and its length is a
        // multiple of a slot's. A slot is four atomics, for which any bytes are valid, and every
        // process accesses this memory only through them.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast(), self.map.len() / size_of::<Slot>()) }
    }

    /// Adds 1 to an address's count.
    pub fn count(&self, address: IpAddr) -> Result<(), TableFull> {
        let (kind, key) = match address {
            IpAddr::V4(address) => (V4, u128::from(address.to_bits())),
            IpAddr::V6(address) => (V6, address.to_bits()),
        };
        let (high, low) = ((key >> 64) as u64, key as u64);
        let slots = &self.slots()[1..];
        let mut at = self.hasher.hash_one(key) as usize % slots.len();
        // Long probe sequences make a nearly full table slow, so it counts as full.
        for _ in 0..slots.len().min(4096) {
            let slot = &slots[at];
            if slot.claim_for(kind, high, low) {
                slot.count.fetch_add(1, Relaxed);
                return Ok(());
            }
            at = (at + 1) % slots.len();
        }
        Err(TableFull)
    }

    /// Adds a worker's malformed lines and its peak of memory that it does not share.
    pub fn add_worker_sums(&self, malformed: u64, own_peak_bytes: u64) {
        self.slots()[0].high.fetch_add(malformed, Relaxed);
        self.slots()[0].low.fetch_add(own_peak_bytes, Relaxed);
    }

    /// The sums of all workers: malformed lines, and peaks in bytes.
    pub fn sums(&self) -> (u64, u64) {
        (self.slots()[0].high.load(Relaxed), self.slots()[0].low.load(Relaxed))
    }

    /// Every address with its count.
    pub fn counts(&self) -> impl Iterator<Item = (IpAddr, u64)> + Clone {
        self.slots()[1..].iter().filter_map(|slot| {
            let key = u128::from(slot.high.load(Relaxed)) << 64 | u128::from(slot.low.load(Relaxed));
            let address = match slot.state.load(Acquire) {
                V4 => IpAddr::from((key as u32).to_be_bytes()),
                V6 => IpAddr::from(key.to_be_bytes()),
                _ => return None,
            };
            Some((address, slot.count.load(Relaxed)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn two_mappings_count_into_one_table() {
        let memory = create_memory(1 << 10).unwrap();
        let address = |number: u32| match number % 2 {
            0 => IpAddr::from((number % 60).to_be_bytes()),
            _ => IpAddr::from(u128::from(number % 60).to_be_bytes()),
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let table = SharedTable::map(&memory).unwrap();
                    (0..6000).for_each(|number| table.count(address(number)).unwrap());
                    table.add_worker_sums(1, 10);
                });
            }
        });
        let table = SharedTable::map(&memory).unwrap();
        let expected: BTreeMap<IpAddr, u64> = (0..60).map(|number| (address(number), 400)).collect();
        assert_eq!(table.counts().collect::<BTreeMap<_, _>>(), expected);
        assert_eq!(table.sums(), (4, 40));
    }

    #[test]
    fn a_full_table_refuses_new_addresses() {
        let table = SharedTable::map(&create_memory(9).unwrap()).unwrap();
        let address = |last| IpAddr::from([10, 0, 0, last]);
        (0..8).for_each(|last| table.count(address(last)).unwrap());
        assert!(table.count(address(8)).is_err() && table.count(address(3)).is_ok());
    }
}
