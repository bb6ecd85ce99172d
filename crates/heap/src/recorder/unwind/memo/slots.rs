//! The hash table of a memo: from the start of a stack, and the words that tell stacks apart, to an
//! entry.

use super::super::start::StackStart;
use super::EntryIndex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Slots at most: 1 MiB.
const MAX_SLOTS: usize = 1 << 17;
/// Slots at first. PERF: they fill one page, and a thread with few stacks needs no more.
const FIRST_SLOTS: usize = 1 << 9;
/// How many neighbouring slots may hold a key.
const WAYS: usize = 4;

/// All zeros is a valid, empty table.
pub(super) struct Slots {
    /// The capacity minus [`FIRST_SLOTS`].
    extra_slots: AtomicU32,
    used: AtomicU32,
    /// The high 31 bits are those of the key, then follow the kind and 32 bits of content.
    slots: [AtomicU64; MAX_SLOTS],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Entry(EntryIndex),
    /// The word at this offset from the stack pointer tells several stacks apart.
    Branch(u32),
}

const BRANCH: u64 = 1 << 32;
const TAG_SHIFT: u32 = 33;

#[inline(always)]
pub(super) fn first_key(start: &StackStart) -> u64 {
    mix(start.return_address.rotate_left(23) ^ start.stack_pointer as u64)
}

/// The key of the entries whose word at `offset` has this value.
#[inline(always)]
pub(super) fn next_key(key: u64, offset: u32, word: u64) -> u64 {
    mix(key.rotate_left(31) ^ word ^ (u64::from(offset) << 48))
}

#[inline(always)]
fn mix(value: u64) -> u64 {
    let product = value.wrapping_mul(0xd6e8_feb8_6659_fd93);
    product ^ (product >> 32)
}

impl Slots {
    #[inline(always)]
    pub(super) fn find(&self, key: u64) -> Option<Slot> {
        self.places(key).find_map(|place| {
            let word = self.slots[place].load(Relaxed);
            if word == 0 || word >> TAG_SHIFT != key >> TAG_SHIFT {
                return None;
            }
            let content = word as u32;
            Some(if word & BRANCH == 0 { Slot::Entry(EntryIndex(content)) } else { Slot::Branch(content) })
        })
    }

    /// Sets the slot of a key. If no slot is free, another key is forgotten: preferably one of an
    /// entry, because many entries may lie behind a branch.
    pub(super) fn set(&self, key: u64, slot: Slot) {
        let word_in = |place: usize| self.slots[place].load(Relaxed);
        let find = |is_right: &dyn Fn(u64) -> bool| self.places(key).find(|&place| is_right(word_in(place)));
        let place = find(&|word| word != 0 && word >> TAG_SHIFT == key >> TAG_SHIFT)
            .or_else(|| find(&|word| word == 0))
            .or_else(|| find(&|word| word & BRANCH == 0))
            .or_else(|| self.places(key).next());
        let Some(place) = place else { return };
        if word_in(place) == 0 {
            self.used.store(self.used.load(Relaxed) + 1, Relaxed);
        }
        let content = match slot {
            Slot::Entry(index) => u64::from(index.0),
            Slot::Branch(offset) => u64::from(offset) | BRANCH,
        };
        self.slots[place].store(key >> TAG_SHIFT << TAG_SHIFT | content, Relaxed);
    }

    pub(super) fn are_full(&self) -> bool {
        4 * self.used.load(Relaxed) as usize > 3 * self.capacity() && self.capacity() < MAX_SLOTS
    }

    /// Takes four times the capacity if three quarters of it are used. The caller clears the table.
    /// PERF: a table that doubles forgets everything twice as often.
    pub(super) fn grow_if_full(&self) {
        if self.are_full() {
            self.clear();
            self.extra_slots.store((4 * self.capacity() - FIRST_SLOTS) as u32, Relaxed);
        }
    }

    pub(super) fn clear(&self) {
        self.slots[..self.capacity()].iter().for_each(|slot| slot.store(0, Relaxed));
        self.used.store(0, Relaxed);
    }

    #[cfg(test)]
    pub(super) fn used_bytes(&self) -> usize {
        self.capacity() * size_of::<u64>()
    }

    #[inline(always)]
    fn places(&self, key: u64) -> impl Iterator<Item = usize> + use<> {
        let mask = self.capacity() - 1;
        let first = key as usize;
        // PERF: the second mask tells the compiler that no index is out of bounds.
        (0..WAYS).map(move |way| (first ^ way) & mask & (MAX_SLOTS - 1))
    }

    #[inline(always)]
    fn capacity(&self) -> usize {
        FIRST_SLOTS + self.extra_slots.load(Relaxed) as usize
    }
}
