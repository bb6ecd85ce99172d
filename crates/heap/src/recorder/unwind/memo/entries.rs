//! The parts of stacks that a memo holds, in a pool that is filled from its start and cleared as a
//! whole.
//!
//! An entry is a header of [`HEADER_WORDS`] words, followed by the stack words that it holds: the
//! values of single words, their offsets from the entry's stack pointer (two to a word of the pool),
//! the values of pairs of neighbouring words, and the offsets of the pairs. Code with frame pointers
//! has a pair per frame, the saved frame pointer and the return address.

use super::super::frames::{MAX_FRAMES, join_hashes, mix_addresses};
use super::super::reader::{WORD, read_word};
use super::super::start::StackStart;
use super::super::walk::FrameStep;
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;

/// 8 MiB, used as far as they are filled.
const POOL_WORDS: usize = 1 << 20;

/// What lies before the first entry is zero, so that index 0 is an entry that no stack has.
const FIRST_ENTRY: u32 = HEADER_WORDS as u32;

/// The place of an entry in the pool; 0 means that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::recorder::unwind) struct EntryIndex(pub(super) u32);

/// The entry depends on the frame pointer at its start.
const NEEDS_FRAME_POINTER: u64 = 1;
pub(super) const CUT: u64 = 2;
pub(super) const GUESSED: u64 = 4;
/// The stack leads through code that may be unloaded.
pub(super) const LOADED: u64 = 8;

/// Words of a header. The first holds a byte each for: single words (a multiple of [`GROUP`]), pairs
/// (an even number), frames of the stack from this entry on, and flags.
const SHAPE: usize = 0;
/// The site in the low half, the entry of the rest of the stack in the high half.
const SITE_AND_REST: usize = 1;
const RETURN_ADDRESS: usize = 2;
const STACK_POINTER: usize = 3;
const FRAME_POINTER: usize = 4;
/// The hash of the stack from this entry on.
const HASH: usize = 5;
const HEADER_WORDS: usize = 6;

/// PERF: so many single words are compared at once.
const GROUP: usize = 4;

const LOW_HALF: u64 = u32::MAX as u64;

/// All zeros is a valid, empty pool. PERF: plain words, not atomic ones, so that the compiler may
/// compare two at once.
pub(super) struct Entries {
    used: Cell<u32>,
    pool: UnsafeCell<[u64; POOL_WORDS]>,
}

// SAFETY: only one thread uses a memo, and a signal handler of that thread keeps away while the memo
// is in use.
unsafe impl Sync for Entries {}

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
    /// A frame is of code that may be unloaded.
    pub(super) loaded: bool,
}

impl Entries {
    /// The words of the pool from `first` on. PERF: the place is not checked. It comes from an index
    /// that `add` has returned after it wrote the whole entry within the pool, and who calls `clear`
    /// forgets all indexes.
    #[inline(always)]
    fn words(&self, first: usize, count: usize) -> &[u64] {
        debug_assert!(first + count <= POOL_WORDS);
        // SAFETY: within the pool (see above); nothing writes to it while the slice is in use,
        // because `add` and `clear` do not call anything that keeps one.
        unsafe { std::slice::from_raw_parts(self.pool.get().cast::<u64>().add(first), count) }
    }

    #[inline(always)]
    fn header(&self, index: EntryIndex, word: usize) -> u64 {
        self.words(index.0 as usize + word, 1)[0]
    }

    #[inline(always)]
    pub(super) fn site(&self, index: EntryIndex) -> u32 {
        self.header(index, SITE_AND_REST) as u32
    }

    #[inline(always)]
    pub(super) fn flags(&self, index: EntryIndex) -> u64 {
        self.header(index, SHAPE) >> 24 & 0xff
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
    pub(super) fn has_start(&self, index: EntryIndex, start: &StackStart) -> bool {
        self.header(index, RETURN_ADDRESS) == start.return_address
            && self.header(index, STACK_POINTER) == start.stack_pointer as u64
    }

    /// Whether the stack at `start` is that of the entry.
    #[inline(always)]
    pub(super) fn is_current(&self, index: EntryIndex, start: &StackStart) -> bool {
        if !self.has_start(index, start) {
            return false;
        }
        let needs_frame_pointer = self.flags(index) & NEEDS_FRAME_POINTER != 0;
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

    /// Compares the words of one part with the stack. When the entry was made, they all lay within
    /// the thread's stack, above its stack pointer. That is the stack pointer now as well, or that
    /// of a caller, so the words are mapped.
    #[inline(always)]
    fn has_equal_words(&self, index: EntryIndex) -> bool {
        let body = self.body(index);
        let stack_pointer = self.header(index, STACK_POINTER) as usize;
        // SAFETY: see above; the stack pointer and the offsets are multiples of a word.
        let read = |offset: u64| unsafe { read_word(stack_pointer.wrapping_add(offset as usize)) };
        let (mut even, mut odd) = (0, 0);
        for (group, offsets) in
            body.singles.as_chunks::<GROUP>().0.iter().zip(body.single_offsets.as_chunks().0)
        {
            let [first, second] = *offsets;
            even |= read(first & LOW_HALF) ^ group[0];
            odd |= read(first >> 32) ^ group[1];
            even |= read(second & LOW_HALF) ^ group[2];
            odd |= read(second >> 32) ^ group[3];
        }
        for ([a, b, c, d], offsets) in body.pairs.as_chunks::<4>().0.iter().zip(body.pair_offsets) {
            let (first, second) = (offsets & LOW_HALF, offsets >> 32);
            even |= read(first) ^ a;
            odd |= read(first + WORD as u64) ^ b;
            even |= read(second) ^ c;
            odd |= read(second + WORD as u64) ^ d;
        }
        even | odd == 0
    }

    #[inline(always)]
    fn body(&self, index: EntryIndex) -> Body<'_> {
        let shape = self.header(index, SHAPE);
        let (singles, pairs) = ((shape & 0xff) as usize, (shape >> 8 & 0xff) as usize);
        let first = index.0 as usize + HEADER_WORDS;
        let pairs_at = first + singles + singles / 2;
        Body {
            singles: self.words(first, singles),
            single_offsets: self.words(first + singles, singles / 2),
            pairs: self.words(pairs_at, 2 * pairs),
            pair_offsets: self.words(pairs_at + 2 * pairs, pairs / 2),
        }
    }

    /// The first word in which the entry differs from the stack at `start`: its offset from there,
    /// and the entry's value. `None` if they do not differ, or the entry starts elsewhere.
    pub(super) fn first_difference(&self, index: EntryIndex, start: &StackStart) -> Option<(u32, u64)> {
        if !self.has_start(index, start) {
            return None;
        }
        let split = |pair: &u64| [pair & LOW_HALF, pair >> 32];
        let mut part = Some(index);
        while let Some(index) = part {
            let stack_pointer = self.header(index, STACK_POINTER) as usize;
            let body = self.body(index);
            let singles = body.single_offsets.iter().flat_map(split);
            let pairs = body.pair_offsets.iter().flat_map(split);
            let offsets = singles.chain(pairs.flat_map(|offset| [offset, offset + WORD as u64]));
            let values = body.singles.iter().chain(body.pairs);
            for (offset, &value) in offsets.zip(values) {
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
        // Each frame begins at most one entry, and has at most two words with their offsets.
        self.used.get() as usize + (frames + 1) * (HEADER_WORDS + 3 * GROUP) < POOL_WORDS
    }

    pub(super) fn clear(&self) {
        self.used.set(0);
    }

    #[cfg(test)]
    pub(super) fn used_bytes(&self) -> usize {
        self.used.get() as usize * size_of::<u64>()
    }

    /// Stores a part, for which there is room; `None` if its words lie too far apart.
    pub(super) fn add(&self, part: &Part<'_>) -> Option<EntryIndex> {
        let rest_needs_frame_pointer =
            part.rest.is_some_and(|rest| self.flags(rest) & NEEDS_FRAME_POINTER != 0);
        let mut is_used = [false; MAX_FRAMES];
        let needs_frame_pointer = for_used_saves(part.steps, rest_needs_frame_pointer, |step| {
            is_used[step % MAX_FRAMES] = true;
        });
        let (mut singles, mut pairs) = (SlotList::new(), SlotList::new());
        for (step, is_used) in part.steps.iter().zip(is_used).filter(|(step, _)| step.return_slot != 0) {
            if is_used && step.frame_pointer_slot + WORD == step.return_slot {
                pairs.push(step.frame_pointer_slot);
                continue;
            }
            singles.push(step.return_slot);
            if is_used {
                singles.push(step.frame_pointer_slot);
            }
        }
        singles.pad(GROUP);
        pairs.pad(2);
        let flag = |is_set: bool, flag: u64| if is_set { flag } else { 0 };
        let flags = flag(needs_frame_pointer, NEEDS_FRAME_POINTER)
            | flag(part.cut, CUT)
            | flag(part.guessed, GUESSED)
            | flag(part.loaded, LOADED);
        self.write(part, &singles, &pairs, flags)
    }
}

impl Entries {
    /// Writes an entry at the end of the pool.
    fn write(&self, part: &Part<'_>, singles: &SlotList, pairs: &SlotList, flags: u64) -> Option<EntryIndex> {
        let (singles, pairs) = (singles.as_slice(), pairs.as_slice());
        let stack_pointer = part.start.stack_pointer;
        let rest = part.rest;
        let rest_hash = rest.map_or(0, |rest| self.hash(rest));
        let frames = part.addresses.len() + rest.map_or(0, |rest| self.frames(rest));
        let flags = flags | rest.map_or(0, |rest| self.flags(rest) & (CUT | GUESSED | LOADED));
        let places = singles.iter().chain(pairs);
        let (lowest, highest) =
            places.fold((usize::MAX, 0), |(low, high), &slot| (low.min(slot), high.max(slot)));
        let is_far = highest.saturating_sub(stack_pointer) as u64 >= LOW_HALF - WORD as u64;
        if lowest < stack_pointer || is_far || singles.len() > 255 || pairs.len() > 255 || frames > 255 {
            return None;
        }
        let index = self.used.get().max(FIRST_ENTRY);
        let counts = singles.len() as u64 | (pairs.len() as u64) << 8 | (frames as u64) << 16 | flags << 24;
        let mut end = index as usize;
        let mut add = |word: u64| {
            assert!(end < POOL_WORDS, "the caller has asked for room");
            // SAFETY: within the pool, and no slice of it is in use.
            unsafe { self.pool.get().cast::<u64>().add(end).write(word) };
            end += 1;
        };
        // In the order of the constants.
        let header: [u64; HEADER_WORDS] = [
            counts,
            u64::from(part.site) | u64::from(rest.map_or(0, |rest| rest.0)) << 32,
            part.start.return_address,
            stack_pointer as u64,
            part.start.frame_pointer as u64,
            join_hashes(mix_addresses(part.addresses), part.addresses.len(), rest_hash),
        ];
        header.into_iter().for_each(&mut add);
        // SAFETY: the walk has read these words of the thread's own stack.
        let read = |slot: usize| unsafe { read_word(slot) };
        let offset = |slot: usize| (slot - stack_pointer) as u64;
        let offset_pair = |pair: &[usize; 2]| offset(pair[0]) | offset(pair[1]) << 32;
        singles.iter().map(|&slot| read(slot)).for_each(&mut add);
        singles.as_chunks().0.iter().map(offset_pair).for_each(&mut add);
        pairs.iter().flat_map(|&slot| [read(slot), read(slot + WORD)]).for_each(&mut add);
        pairs.as_chunks().0.iter().map(offset_pair).for_each(&mut add);
        self.used.set(end as u32);
        Some(EntryIndex(index))
    }
}

/// The words of an entry.
struct Body<'a> {
    singles: &'a [u64],
    single_offsets: &'a [u64],
    pairs: &'a [u64],
    pair_offsets: &'a [u64],
}

/// Calls `use_step` with the number of each step that saved a frame pointer which a later step
/// depends on. Returns whether a step depends on the frame pointer at the start.
fn for_used_saves(steps: &[FrameStep], at_end: bool, mut use_step: impl FnMut(usize)) -> bool {
    let mut saved_by = None;
    let mut needs_start = false;
    let uses = steps.iter().map(|step| (step.uses_frame_pointer, step.frame_pointer_slot != 0));
    for (number, (is_used, saves)) in uses.chain([(at_end, false)]).enumerate() {
        if is_used {
            match saved_by {
                Some(step) => use_step(step),
                None => needs_start = true,
            }
        }
        if saves {
            saved_by = Some(number);
        }
    }
    needs_start
}

/// Up to as many addresses as a walk notes. PERF: only the used part is ever written.
struct SlotList {
    slots: [MaybeUninit<usize>; 2 * MAX_FRAMES + GROUP],
    length: usize,
}

impl SlotList {
    fn new() -> SlotList {
        SlotList { slots: [const { MaybeUninit::uninit() }; 2 * MAX_FRAMES + GROUP], length: 0 }
    }

    fn push(&mut self, slot: usize) {
        if let Some(place) = self.slots.get_mut(self.length) {
            place.write(slot);
            self.length += 1;
        }
    }

    fn as_slice(&self) -> &[usize] {
        // SAFETY: `push` has written the first `length` places.
        unsafe { std::slice::from_raw_parts(self.slots.as_ptr().cast::<usize>(), self.length) }
    }

    /// Repeats the last slot until the length is a multiple of `group`.
    fn pad(&mut self, group: usize) {
        let missing = self.length.next_multiple_of(group) - self.length;
        for _ in 0..missing {
            self.push(self.as_slice()[self.length - 1]);
        }
    }
}
