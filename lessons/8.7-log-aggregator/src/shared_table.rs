//! One table for several processes, in memory that belongs to no file: the lecture's optional
//! homework.
//!
//! memfd_create(2) gives a descriptor of memory. Whoever holds the descriptor can map it, and all
//! mappings are the same pages: whatever one process counts, all of them see. The table is open
//! addressing with atomics. A slot is taken by the one who turns its state from empty to writing;
//! the address is there once the state is 4 or 6.

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

/// 32 bytes, all zero at first.
#[repr(C)]
struct Slot {
    state: AtomicU64,
    high: AtomicU64,
    low: AtomicU64,
    count: AtomicU64,
}

impl Slot {
    /// Whether this is the address's slot; it is taken for the address if it is free.
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

/// A table that this process has mapped. Its first slot is no address's: there stand the sums.
pub struct SharedTable {
    map: MmapRaw,
    hasher: foldhash::fast::FixedState,
}

/// The table has no slot left.
#[derive(Debug)]
pub struct TableFull;

/// Memory for so many slots; pages that nobody touches are never there. It goes away with the last
/// process that has it.
pub fn create_memory(slots: u64) -> io::Result<File> {
    let file = File::from(memfd_create("heaplab-counts", MemfdFlags::CLOEXEC)?);
    file.set_len(slots * size_of::<Slot>() as u64)?;
    Ok(file)
}

impl SharedTable {
    /// Maps a table of [`memory`].
    pub fn map(file: &File) -> io::Result<SharedTable> {
        let map = MmapOptions::new().map_raw(file)?;
        Ok(SharedTable { map, hasher: foldhash::fast::FixedState::default() })
    }

    fn slots(&self) -> &[Slot] {
        // SAFETY: the mapping begins at a page, lives as long as `self`, and its length is a
        // multiple of a slot's. A slot is four atomics, any bytes are one, and no process reaches
        // this memory otherwise than through these.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast(), self.map.len() / size_of::<Slot>()) }
    }

    /// Counts an address once.
    pub fn count(&self, address: IpAddr) -> Result<(), TableFull> {
        let (kind, key) = match address {
            IpAddr::V4(address) => (V4, u128::from(address.to_bits())),
            IpAddr::V6(address) => (V6, address.to_bits()),
        };
        let (high, low) = ((key >> 64) as u64, key as u64);
        let slots = &self.slots()[1..];
        let mut at = self.hasher.hash_one(key) as usize % slots.len();
        // A table that is nearly full is slow before it is full.
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

    /// Adds what a worker has to say at its end: its malformed lines, and the most that was
    /// resident of its own.
    pub fn add_worker_sums(&self, malformed: u64, own_peak_bytes: u64) {
        self.slots()[0].high.fetch_add(malformed, Relaxed);
        self.slots()[0].low.fetch_add(own_peak_bytes, Relaxed);
    }

    /// The malformed lines and the peaks of all workers.
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
