//! A table of texts: the bytes are stored in blocks that never move, and the slots refer to them.

use memmap2::MmapMut;

use super::word_array::WordArray;
use super::{HashSeed, Table, max_keys, new_factor, next_slot_count, slot_index};
use crate::error::{Error, Result};
use crate::key::{Key, LONGEST_KEY};

/// Bytes of a block. The longest key with its head must fit.
const BLOCK: usize = 256 << 10;
/// Each key follows its length in four bytes.
const HEAD: usize = 4;
const _: () = assert!(LONGEST_KEY + HEAD <= BLOCK);

/// Two words per slot: 24 bits of the hash above the place + 1, and the count. 0 is a free slot.
#[derive(Debug)]
pub(crate) struct TextTable {
    words: WordArray,
    slots: usize,
    len: usize,
    factor: u64,
    seed: HashSeed,
    blocks: Vec<MmapMut>,
    /// Bytes used in the current block, and its index.
    used: usize,
    block: usize,
}

const PLACE_BITS: u32 = 40;
const PLACE: u64 = (1 << PLACE_BITS) - 1;

impl TextTable {
    pub(crate) fn new() -> TextTable {
        TextTable {
            words: WordArray::empty(),
            slots: 0,
            len: 0,
            factor: new_factor(),
            seed: HashSeed::for_process(),
            blocks: Vec::new(),
            used: 0,
            block: 0,
        }
    }

    /// Whether one more key of this length fits.
    pub(crate) fn has_room(&self, key_bytes: usize) -> bool {
        self.len < max_keys(self.slots) && self.has_block(key_bytes)
    }

    fn has_block(&self, key_bytes: usize) -> bool {
        self.block + 1 < self.blocks.len()
            || (self.block < self.blocks.len() && self.used + HEAD + key_bytes <= BLOCK)
    }

    /// Adds `count` to a key. There must be room.
    pub(crate) fn add(&mut self, key: &[u8], count: u64) {
        let hash = self.seed.hash_text(key);
        let tag = hash << PLACE_BITS;
        let mut index = slot_index(hash, self.factor, self.slots) * 2;
        loop {
            let word = self.words.get()[index];
            if word == 0 {
                let place = self.store(key);
                let words = self.words.get_mut();
                words[index] = tag | (place + 1);
                words[index + 1] = count;
                self.len += 1;
                return;
            }
            if word & !PLACE == tag && self.key_at((word & PLACE) - 1) == key {
                let held = &mut self.words.get_mut()[index + 1];
                *held = held.saturating_add(count);
                return;
            }
            index = if index + 2 == self.slots * 2 { 0 } else { index + 2 };
        }
    }

    fn store(&mut self, key: &[u8]) -> u64 {
        if self.used + HEAD + key.len() > BLOCK {
            self.block += 1;
            self.used = 0;
        }
        let place = self.block * BLOCK + self.used;
        let block = &mut self.blocks[self.block][self.used..];
        block[..HEAD].copy_from_slice(&(key.len() as u32).to_le_bytes());
        block[HEAD..HEAD + key.len()].copy_from_slice(key);
        self.used += HEAD + key.len();
        place as u64
    }

    fn key_at(&self, place: u64) -> &[u8] {
        let block = &self.blocks[place as usize / BLOCK][place as usize % BLOCK..];
        let length = u32::from_le_bytes([block[0], block[1], block[2], block[3]]) as usize;
        &block[HEAD..HEAD + length]
    }

    fn grow_slots(&mut self, spare: usize) -> Result<bool> {
        let Some(slots) = next_slot_count(self.slots, 16, spare) else { return Ok(false) };
        let mut words = WordArray::zeroed(slots * 2)?;
        let fresh = words.get_mut();
        for old in self.words.get().chunks_exact(2).filter(|old| old[0] != 0) {
            let hash = self.seed.hash_text(self.key_at((old[0] & PLACE) - 1));
            let mut index = slot_index(hash, self.factor, slots) * 2;
            while fresh[index] != 0 {
                index = if index + 2 == slots * 2 { 0 } else { index + 2 };
            }
            fresh[index..index + 2].copy_from_slice(old);
        }
        (self.words, self.slots) = (words, slots);
        Ok(true)
    }
}

impl Table for TextTable {
    fn bytes(&self) -> usize {
        self.slots * 16 + self.blocks.len() * BLOCK
    }

    fn len(&self) -> usize {
        self.len
    }

    fn grow(&mut self, spare: usize) -> Result<bool> {
        if self.len >= max_keys(self.slots) && !self.grow_slots(spare)? {
            return Ok(false);
        }
        if !self.has_block(LONGEST_KEY) {
            if spare < BLOCK && !self.blocks.is_empty() {
                return Ok(false);
            }
            let block = MmapMut::map_anon(BLOCK).map_err(|source| Error::Memory { bytes: BLOCK, source })?;
            self.blocks.push(block);
        }
        Ok(true)
    }

    fn clear(&mut self) {
        self.words.get_mut().fill(0);
        (self.len, self.used, self.block) = (0, 0, 0);
    }

    fn for_each(&self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()> {
        for slot in self.words.get().chunks_exact(2).filter(|slot| slot[0] != 0) {
            visit(Key::Text(self.key_at((slot[0] & PLACE) - 1)), slot[1])?;
        }
        Ok(())
    }
}
