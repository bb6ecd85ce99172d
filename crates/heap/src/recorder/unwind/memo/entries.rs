//! The parts of stacks that a memo holds, in a pool that is filled from its start and cleared as a
//! whole.
//!
//! An entry is a header of [`HEADER_WORDS`] words and a value per stack word, and in a second pool
//! the offsets of these words from the entry's stack pointer. A saved frame pointer that points into
//! the stack, as it does in code with frame pointers, is a *link*: two offsets and no value.

use super::super::frames::{join_hashes, mix_addresses};
use super::super::reader::{StackBounds, WORD, read_word};
use super::super::start::StackStart;
use super::super::walk::FrameStep;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// 1 MiB of values and 512 KiB of offsets, used as far as they are filled.
const POOL_WORDS: usize = 1 << 17;
const POOL_OFFSETS: usize = 1 << 17;

/// The place of an entry in the pool; never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::recorder::unwind) struct EntryIndex(pub(super) u32);

/// The entry depends on the frame pointer at its start.
const NEEDS_FRAME_POINTER: u64 = 1;
pub(super) const CUT: u64 = 2;
pub(super) const GUESSED: u64 = 4;

/// Words of a header.
const RETURN_ADDRESS: usize = 0;
const STACK_POINTER: usize = 1;
const FRAME_POINTER: usize = 2;
/// The hash of the stack from this entry on.
const HASH: usize = 3;
/// The site in the low half, the entry of the rest of the stack in the high half.
const SITE_AND_REST: usize = 4;
/// A byte each: words, links, frames of the stack from this entry on, flags. In the high half the
/// place of the offsets.
const SHAPE: usize = 5;
/// The highest offset of a word from the stack pointer, of this entry and the rest of the stack.
const HIGHEST: usize = 6;
const HEADER_WORDS: usize = 7;

/// All zeros is a valid, empty pool.
pub(super) struct Entries {
    used: AtomicU32,
    used_offsets: AtomicU32,
    pool: [AtomicU64; POOL_WORDS],
    offsets: [AtomicU32; POOL_OFFSETS],
}

/// A part of a stack to be stored.
pub(super) struct Part<'a> {
    pub(super) start: StackStart,
    pub(super) addresses: &'a [u64],
    pub(super) steps: &'a [FrameStep],
    /// The entry of the rest of the stack.
    pub(super) rest: Option<EntryIndex>,
    /// The site of the stack from here on; 0 if it has none.
    pub(super) site: u32,
    pub(super) cut: bool,
    pub(super) guessed: bool,
}

struct Shape {
    words: usize,
    links: usize,
    flags: u64,
    offsets: usize,
}

impl Entries {
    #[inline(always)]
    fn header(&self, index: EntryIndex, word: usize) -> u64 {
        self.pool[(index.0 as usize + word) % POOL_WORDS].load(Relaxed)
    }

    #[inline(always)]
    fn shape(&self, index: EntryIndex) -> Shape {
        let shape = self.header(index, SHAPE);
        Shape {
            words: (shape & 0xff) as usize,
            links: (shape >> 8 & 0xff) as usize,
            flags: shape >> 24 & 0xff,
            offsets: (shape >> 32) as usize,
        }
    }

    #[inline(always)]
    pub(super) fn site(&self, index: EntryIndex) -> u32 {
        self.header(index, SITE_AND_REST) as u32
    }

    #[inline(always)]
    pub(super) fn flags(&self, index: EntryIndex) -> u64 {
        self.shape(index).flags
    }

    /// Frames of the stack from this entry on.
    pub(super) fn frames(&self, index: EntryIndex) -> usize {
        (self.header(index, SHAPE) >> 16 & 0xff) as usize
    }

    pub(super) fn hash(&self, index: EntryIndex) -> u64 {
        self.header(index, HASH)
    }

    #[inline(always)]
    fn rest(&self, index: EntryIndex) -> Option<EntryIndex> {
        let rest = (self.header(index, SITE_AND_REST) >> 32) as u32;
        (rest != 0).then_some(EntryIndex(rest))
    }

    #[inline(always)]
    fn has_start(&self, index: EntryIndex, start: &StackStart, bounds: &StackBounds) -> bool {
        let highest = self.header(index, HIGHEST) as usize;
        self.header(index, RETURN_ADDRESS) == start.return_address
            && self.header(index, STACK_POINTER) == start.stack_pointer as u64
            && start.stack_pointer.saturating_add(highest) < bounds.high.saturating_sub(WORD - 1)
    }

    /// Whether the stack at `start`, which lies within the bounds, is that of the entry.
    #[inline(always)]
    pub(super) fn is_current(&self, index: EntryIndex, start: &StackStart, bounds: &StackBounds) -> bool {
        if !self.has_start(index, start, bounds) {
            return false;
        }
        let needs_frame_pointer = self.shape(index).flags & NEEDS_FRAME_POINTER != 0;
        if needs_frame_pointer && self.header(index, FRAME_POINTER) != start.frame_pointer as u64 {
            return false;
        }
        let mut part = Some(index);
        while let Some(index) = part {
            if !self.has_equal_words(index) {
                return false;
            }
            part = self.rest(index);
        }
        true
    }

    /// Compares the words of one part with the stack. All its words lie within the thread's stack,
    /// which the caller has checked by `HIGHEST` of the first part.
    #[inline(always)]
    fn has_equal_words(&self, index: EntryIndex) -> bool {
        let (words, links) = self.words(index);
        let stack_pointer = self.header(index, STACK_POINTER) as usize;
        // SAFETY: see above; the offsets are multiples of a word.
        let read = |offset: u32| unsafe { read_word(stack_pointer.wrapping_add(offset as usize)) };
        let mut difference = 0;
        for (offset, value) in words {
            difference |= read(offset) ^ value;
        }
        for (offset, target) in links {
            difference |= read(offset) ^ (stack_pointer.wrapping_add(target as usize) as u64);
        }
        difference == 0
    }

    /// The words of a part as offset and value, and its links as two offsets.
    #[inline(always)]
    fn words(
        &self,
        index: EntryIndex,
    ) -> (impl Iterator<Item = (u32, u64)>, impl Iterator<Item = (u32, u32)>) {
        let shape = self.shape(index);
        let first = index.0 as usize + HEADER_WORDS;
        let values = self.pool.get(first..first + shape.words).unwrap_or_default();
        let links_at = shape.offsets + shape.words;
        let offsets = self.offsets.get(shape.offsets..links_at).unwrap_or_default();
        let links = self.offsets.get(links_at..links_at + 2 * shape.links).unwrap_or_default();
        let load = |word: &AtomicU32| word.load(Relaxed);
        (
            offsets.iter().zip(values).map(move |(offset, value)| (load(offset), value.load(Relaxed))),
            links.chunks_exact(2).map(move |pair| (load(&pair[0]), load(&pair[1]))),
        )
    }

    /// The first word in which the entry differs from the stack at `start`: its offset from there,
    /// and the entry's value. `None` if they do not differ, or the entry starts elsewhere.
    pub(super) fn first_difference(
        &self,
        index: EntryIndex,
        start: &StackStart,
        bounds: &StackBounds,
    ) -> Option<(u32, u64)> {
        if !self.has_start(index, start, bounds) {
            return None;
        }
        let mut part = Some(index);
        while let Some(index) = part {
            let stack_pointer = self.header(index, STACK_POINTER) as usize;
            let (words, links) = self.words(index);
            let links = links.map(|(offset, target)| (offset, stack_pointer as u64 + u64::from(target)));
            for (offset, value) in words.chain(links) {
                let address = stack_pointer + offset as usize;
                // SAFETY: as in `has_equal_words`.
                if unsafe { read_word(address) } != value {
                    return Some(((address - start.stack_pointer) as u32, value));
                }
            }
            part = self.rest(index);
        }
        None
    }

    pub(super) fn have_room_for(&self, frames: usize) -> bool {
        // Each frame has at most two words and begins at most one entry.
        self.used.load(Relaxed) as usize + frames * (HEADER_WORDS + 2) < POOL_WORDS
            && self.used_offsets.load(Relaxed) as usize + 4 * frames < POOL_OFFSETS
    }

    pub(super) fn clear(&self) {
        self.used.store(0, Relaxed);
        self.used_offsets.store(0, Relaxed);
    }

    /// Stores a part, for which there is room; `None` if its words lie too far apart.
    pub(super) fn add(&self, part: &Part<'_>) -> Option<EntryIndex> {
        let mut writer = Writer::new(self, part.start.stack_pointer);
        let return_slots = part.steps.iter().map(|step| step.return_slot).filter(|&slot| slot != 0);
        for slot in return_slots {
            writer.add_word(slot)?;
        }
        let rest_needs_frame_pointer =
            part.rest.is_some_and(|rest| self.flags(rest) & NEEDS_FRAME_POINTER != 0);
        let mut fits = true;
        let needs_frame_pointer = for_used_slots(part.steps, rest_needs_frame_pointer, |slot| {
            fits &= writer.link_target(slot).is_some() || writer.add_word(slot).is_some();
        });
        for_used_slots(part.steps, rest_needs_frame_pointer, |slot| {
            if let Some(target) = writer.link_target(slot) {
                fits &= writer.add_link(slot, target).is_some();
            }
        });
        if !fits {
            return None;
        }
        let flag = |is_set: bool, flag: u64| if is_set { flag } else { 0 };
        let flags = flag(needs_frame_pointer, NEEDS_FRAME_POINTER)
            | flag(part.cut, CUT)
            | flag(part.guessed, GUESSED);
        writer.finish(part, flags)
    }
}

/// Calls `use_slot` with each place of a saved frame pointer that a later step depends on. Returns
/// whether a step depends on the frame pointer at the start.
fn for_used_slots(steps: &[FrameStep], at_end: bool, mut use_slot: impl FnMut(usize)) -> bool {
    // Where the frame pointer was saved last; 0 if the register still holds that of the start.
    let (mut source, mut is_done, mut needs_start) = (0, false, false);
    let uses = steps.iter().map(|step| (step.uses_frame_pointer, step.frame_pointer_slot));
    for (is_used, saved_at) in uses.chain([(at_end, 0)]) {
        if is_used && !is_done {
            is_done = true;
            if source == 0 {
                needs_start = true;
            } else {
                use_slot(source);
            }
        }
        if saved_at != 0 {
            (source, is_done) = (saved_at, false);
        }
    }
    needs_start
}

/// Writes one entry at the end of the pools.
struct Writer<'a> {
    entries: &'a Entries,
    stack_pointer: usize,
    index: usize,
    offsets: usize,
    words: usize,
    links: usize,
    highest: usize,
}

impl<'a> Writer<'a> {
    fn new(entries: &'a Entries, stack_pointer: usize) -> Writer<'a> {
        // Index 0 means that there is no entry.
        let index = entries.used.load(Relaxed).max(1) as usize;
        let offsets = entries.used_offsets.load(Relaxed) as usize;
        Writer { entries, stack_pointer, index, offsets, words: 0, links: 0, highest: 0 }
    }

    fn offset(&mut self, slot: usize) -> Option<u32> {
        let offset = slot.checked_sub(self.stack_pointer)?;
        self.highest = self.highest.max(offset);
        u32::try_from(offset).ok()
    }

    fn add_word(&mut self, slot: usize) -> Option<()> {
        let offset = self.offset(slot)?;
        self.entries.offsets.get(self.offsets + self.words)?.store(offset, Relaxed);
        let place = self.entries.pool.get(self.index + HEADER_WORDS + self.words)?;
        // SAFETY: the walk has read this word of the thread's own stack.
        place.store(unsafe { read_word(slot) }, Relaxed);
        self.words += 1;
        Some(())
    }

    /// The offset of the place that the word in `slot` points to, if that lies in the stack.
    fn link_target(&self, slot: usize) -> Option<u32> {
        // SAFETY: as above.
        let value = unsafe { read_word(slot) } as usize;
        u32::try_from(value.checked_sub(self.stack_pointer)?).ok()
    }

    fn add_link(&mut self, slot: usize, target: u32) -> Option<()> {
        let offset = self.offset(slot)?;
        let at = self.offsets + self.words + 2 * self.links;
        self.entries.offsets.get(at)?.store(offset, Relaxed);
        self.entries.offsets.get(at + 1)?.store(target, Relaxed);
        self.links += 1;
        Some(())
    }

    fn finish(self, part: &Part<'_>, flags: u64) -> Option<EntryIndex> {
        let rest = part.rest;
        let rest_hash = rest.map_or(0, |rest| self.entries.hash(rest));
        let frames = part.addresses.len() + rest.map_or(0, |rest| self.entries.frames(rest));
        let flags = flags | rest.map_or(0, |rest| self.entries.flags(rest) & (CUT | GUESSED));
        let rest_highest = rest.map_or(0, |rest| {
            let start = self.entries.header(rest, STACK_POINTER) as usize;
            start - self.stack_pointer + self.entries.header(rest, HIGHEST) as usize
        });
        let counts = self.words as u64 | (self.links as u64) << 8 | (frames as u64) << 16 | flags << 24;
        let mut header = [0; HEADER_WORDS];
        header[RETURN_ADDRESS] = part.start.return_address;
        header[STACK_POINTER] = part.start.stack_pointer as u64;
        header[FRAME_POINTER] = part.start.frame_pointer as u64;
        header[HASH] = join_hashes(mix_addresses(part.addresses), part.addresses.len(), rest_hash);
        header[SITE_AND_REST] = u64::from(part.site) | u64::from(rest.map_or(0, |rest| rest.0)) << 32;
        header[SHAPE] = counts | (self.offsets as u64) << 32;
        header[HIGHEST] = self.highest.max(rest_highest) as u64;
        if self.words > 255 || self.links > 255 || frames > 255 {
            return None;
        }
        let places = self.entries.pool.get(self.index..self.index + HEADER_WORDS)?;
        places.iter().zip(header).for_each(|(place, word)| place.store(word, Relaxed));
        let (index, end) = (self.index as u32, self.index + HEADER_WORDS + self.words);
        self.entries.used.store(end as u32, Relaxed);
        let end = self.offsets + self.words + 2 * self.links;
        self.entries.used_offsets.store(end as u32, Relaxed);
        Some(EntryIndex(index))
    }
}
