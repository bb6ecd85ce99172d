//! The stacks that a thread has met. The same stack comes again at most events, and recognising it
//! takes far less time than walking it.
//!
//! The stack of an event follows from the registers at its start and from the words that a walk
//! reads: return addresses, and saved frame pointers where a rule uses them. So an entry holds these
//! words with their places, and is the stack of an event if all words are the same. No word is
//! trusted without being compared. PERF: the comparisons do not depend on each other, but a step of
//! a walk depends on the step before it.
//!
//! A stack is stored in parts (`entries`), and stacks share their outer parts. A part ends at a
//! *boundary*, a frame whose return address and stack pointer have a hash of a certain kind, so
//! every stack through this frame has a boundary there. A walk that meets a boundary asks the memo
//! for the rest of the stack.
//!
//! An entry is found by its first return address and stack pointer (`slots`). Many stacks may have
//! both in common, such as all that allocate through the standard library at one depth. Then the
//! slot does not name an entry but a word of the stack that tells them apart, and the search goes
//! on with the value of this word.

mod entries;
mod slots;

use super::frames::MAX_FRAMES;
use super::reader::{StackBounds, WORD, read_word};
use super::rule_table;
use super::start::StackStart;
use super::walk::{Resumed, Walk};
use crate::recorder::zeroed::Zeroed;
use crate::recorder::{linker, modules};
use entries::Entries;
pub(super) use entries::EntryIndex;
use slots::{Slot, Slots, first_key, next_key};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed};

/// How many words are looked at to tell stacks apart.
const MAX_BRANCHES: usize = 16;
/// How many stacks are met for one that is stored, while there is no room for all.
const CROWDED_EVERY: u32 = 8;
/// The flags of entries that [`StackMemo::find_doubtful`] finds.
const DOUBTFUL: u64 = entries::CUT | entries::GUESSED | entries::LOADED;

/// The memo of one thread. All zeros is a valid, empty memo. Only its thread uses it, but a signal
/// handler of the thread may run at any moment.
pub(in crate::recorder) struct StackMemo {
    /// A signal handler that finds this set walks its stack without the memo.
    in_use: AtomicBool,
    events: AtomicU32,
    /// There are entries for stacks that are not known to be whole.
    has_doubtful: AtomicBool,
    stack_low: AtomicUsize,
    stack_high: AtomicUsize,
    /// The entry that was found last, if it is the only one with its start; or 0.
    last: AtomicU32,
    /// How often all entries were dropped.
    resets: AtomicU32,
    /// The number of events at the last reset, and how many stacks were to be stored since then.
    reset_at: AtomicU32,
    stores: AtomicU32,
    /// Since the last reset but one, fewer events were hits than misses.
    is_crowded: AtomicBool,
    /// The generation of the rules that the entries follow from.
    generation: AtomicUsize,
    slots: Slots,
    entries: Entries,
}

// SAFETY: atomics of zero are valid; there is no destructor.
unsafe impl Zeroed for StackMemo {}

/// What the memo knows about a stack that is not known to be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::recorder) struct DoubtfulHit {
    /// 0 if only the hash of the stack is known.
    pub(in crate::recorder) site: u32,
    pub(in crate::recorder) hash: u64,
    /// The stack does not reach the place where the thread began.
    pub(in crate::recorder) cut: bool,
    /// A frame was found by its frame pointer.
    pub(in crate::recorder) guessed: bool,
}

/// Whether an entry with these flags needs no second look: its stack is whole, and its code is still
/// what it was.
#[inline(always)]
fn is_trusted(flags: u64) -> bool {
    match flags & DOUBTFUL {
        0 => true,
        entries::LOADED => !linker::may_have_news(),
        _ => false,
    }
}

/// Whether a part of a stack begins at this frame. PERF: one frame of 32, so that
/// most stacks are compared in one or two parts.
#[inline(always)]
pub(super) fn is_boundary(address: u64, stack_pointer: usize) -> bool {
    (address ^ (stack_pointer as u64).rotate_left(20)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 59 == 0
}

impl StackMemo {
    /// The site of the stack at `start`, if this thread has met it and it is whole.
    #[inline(always)]
    pub(in crate::recorder) fn find(&self, start: &StackStart) -> Option<u32> {
        self.events.store(self.events.load(Relaxed).wrapping_add(1), Relaxed);
        let _in_use = InUse::begin(self)?;
        if self.generation.load(Relaxed) != rule_table::generation() {
            return None;
        }
        let entry = self.find_entry(start)?;
        let site = self.entries.site(entry);
        (site != 0 && is_trusted(self.entries.flags(entry))).then_some(site)
    }

    /// As `find`, but gives the hash of the stack, which does not need a site.
    #[cfg(all(feature = "preload", target_os = "linux"))]
    #[inline(always)]
    pub(in crate::recorder) fn find_hash(&self, start: &StackStart) -> Option<u64> {
        self.events.store(self.events.load(Relaxed).wrapping_add(1), Relaxed);
        let _in_use = InUse::begin(self)?;
        if self.generation.load(Relaxed) != rule_table::generation() {
            return None;
        }
        let entry = self.find_entry(start)?;
        is_trusted(self.entries.flags(entry)).then(|| self.entries.hash(entry))
    }

    /// As `find`, for a stack that is cut, that has a frame that was found by its frame pointer, or
    /// that leads through code that may have been unloaded. Other code may have been mapped at the
    /// same addresses, so the linker is asked before such a stack is trusted.
    #[cold]
    pub(in crate::recorder) fn find_doubtful(&self, start: &StackStart) -> Option<DoubtfulHit> {
        if !self.has_doubtful.load(Relaxed) {
            return None;
        }
        let _in_use = InUse::begin(self)?;
        let (entry, flags) = self.find_trusted(start)?;
        let site = self.entries.site(entry);
        let hit = DoubtfulHit {
            site,
            hash: self.entries.hash(entry),
            cut: flags & entries::CUT != 0,
            guessed: flags & entries::GUESSED != 0,
        };
        (flags & DOUBTFUL != 0).then_some(hit)
    }

    /// An entry with its flags, if its code is still what it was.
    fn find_trusted(&self, start: &StackStart) -> Option<(EntryIndex, u64)> {
        let is_current = || self.generation.load(Relaxed) == rule_table::generation();
        if !is_current() {
            return None;
        }
        let entry = self.find_entry(start)?;
        let flags = self.entries.flags(entry);
        if flags & entries::LOADED != 0 {
            super::check_modules();
        }
        is_current().then_some((entry, flags))
    }

    /// The rest of a stack from this frame on, if it has at most `max_frames`.
    pub(super) fn find_rest(&self, start: &StackStart, max_frames: usize) -> Option<Resumed> {
        let _in_use = InUse::begin(self)?;
        let (entry, flags) = self.find_trusted(start)?;
        (self.entries.frames(entry) <= max_frames && flags & entries::CUT == 0).then(|| Resumed {
            entry,
            resets: self.resets.load(Relaxed),
            hash: self.entries.hash(entry),
            cut: false,
            guessed: flags & entries::GUESSED != 0,
            loaded: flags & entries::LOADED != 0,
        })
    }

    #[inline(always)]
    fn find_entry(&self, start: &StackStart) -> Option<EntryIndex> {
        // PERF: an event often has the start of the one before it, and then needs no search.
        let last = EntryIndex(self.last.load(Relaxed));
        let index = if self.entries.has_start(last, start) { last } else { self.search(start)? };
        self.entries.is_current(index, start).then_some(index)
    }

    /// The only entry that may be that of the stack at `start`.
    #[inline(always)]
    fn search(&self, start: &StackStart) -> Option<EntryIndex> {
        let mut key = first_key(start);
        for branches in 0..MAX_BRANCHES {
            match self.slots.find(key)? {
                Slot::Entry(index) => {
                    if branches == 0 {
                        self.last.store(index.0, Relaxed);
                    }
                    return Some(index);
                }
                Slot::Branch(offset) => key = next_key(key, offset, self.word_at(start, offset)?),
            }
        }
        None
    }

    /// Stores a stack that was walked, with its site.
    #[inline(never)]
    pub(in crate::recorder) fn store(&self, walk: &Walk, start: &StackStart, site: u32) {
        // Every call that the linker makes has to come to `find_site_slowly`.
        if linker::contains(start.return_address) {
            return;
        }
        let Some((frames, steps, resumed)) = walk.repeatable() else { return };
        let Some(_in_use) = InUse::begin(self) else { return };
        self.last.store(0, Relaxed);
        let is_loaded = |frame: usize| !modules::is_permanent(Walk::address_of(frames, frame));
        if walk.is_cut() || walk.is_guessed() || walk.is_loaded() {
            self.has_doubtful.store(true, Relaxed);
        }
        let generation = rule_table::generation();
        if self.generation.load(Relaxed) != generation {
            self.reset();
            self.generation.store(generation, Relaxed);
        }
        if self.skips_this() {
            return;
        }
        if !self.entries.have_room_for(steps.len()) || self.slots.are_full() {
            self.make_room();
        }
        if resumed.is_some_and(|rest| rest.resets != self.resets.load(Relaxed)) {
            return;
        }
        let mut rest = resumed.map(|rest| rest.entry);
        let mut end = steps.len();
        for begin in (0..steps.len()).rev() {
            let is_start = begin == 0;
            // A stack that was too deep is one entry, because its outer part is not known.
            let is_part =
                !frames.cut && is_boundary(Walk::address_of(frames, begin), steps[begin].stack_pointer);
            if !is_start && !is_part {
                continue;
            }
            let part = entries::Part {
                start: StackStart {
                    return_address: if is_start {
                        start.return_address
                    } else {
                        Walk::address_of(frames, begin)
                    },
                    stack_pointer: steps[begin].stack_pointer,
                    frame_pointer: steps[begin].frame_pointer,
                },
                addresses: &frames.addresses()[begin..end],
                steps: &steps[begin..end],
                rest,
                site: if is_start { site } else { 0 },
                cut: frames.cut,
                guessed: steps[begin..end].iter().any(|step| step.is_guessed),
                loaded: walk.is_loaded() && (begin..end).any(is_loaded),
            };
            let Some(index) = self.entries.add(&part) else { return };
            self.publish(index, &part.start);
            rest = Some(index);
            end = begin;
        }
    }

    /// Makes an entry findable. Where another entry has the same start, the first word in which the
    /// two stacks differ tells them apart from now on.
    fn publish(&self, index: EntryIndex, start: &StackStart) {
        let mut key = first_key(start);
        for _ in 0..MAX_BRANCHES {
            match self.slots.find(key) {
                None => return self.slots.set(key, Slot::Entry(index)),
                Some(Slot::Branch(offset)) => {
                    let Some(word) = self.word_at(start, offset) else { return };
                    key = next_key(key, offset, word);
                }
                Some(Slot::Entry(other)) => {
                    let difference = self.entries.first_difference(other, start);
                    let Some((offset, old)) = difference else {
                        return self.slots.set(key, Slot::Entry(index));
                    };
                    let Some(new) = self.word_at(start, offset) else { return };
                    self.slots.set(key, Slot::Branch(offset));
                    self.slots.set(next_key(key, offset, old), Slot::Entry(other));
                    return self.slots.set(next_key(key, offset, new), Slot::Entry(index));
                }
            }
        }
    }

    /// Drops all entries, because the tables are full.
    #[cold]
    fn make_room(&self) {
        let events = self.events.load(Relaxed);
        let events_since = events.wrapping_sub(self.reset_at.load(Relaxed));
        let stores = self.stores.load(Relaxed);
        self.is_crowded.store(!self.slots.are_full() && events_since < 2 * stores, Relaxed);
        self.slots.grow_if_full();
        self.reset();
    }

    /// With more stacks than there is room for, most stores are useless, and only one of
    /// [`CROWDED_EVERY`] is made. What is stored then stays for longer.
    fn skips_this(&self) -> bool {
        let stores = self.stores.load(Relaxed).wrapping_add(1);
        self.stores.store(stores, Relaxed);
        self.is_crowded.load(Relaxed) && !stores.is_multiple_of(CROWDED_EVERY)
    }

    /// The word at an offset from the start, if it lies in the thread's stack.
    #[inline(always)]
    fn word_at(&self, start: &StackStart, offset: u32) -> Option<u64> {
        let bounds = self.bounds();
        let address = start.stack_pointer.wrapping_add(offset as usize);
        let is_inside =
            bounds.contains(start.stack_pointer) && address < bounds.high.saturating_sub(WORD - 1);
        // SAFETY: an aligned word of this thread's own stack, in the part that is in use by callers.
        (is_inside && address.is_multiple_of(WORD)).then(|| unsafe { read_word(address) })
    }

    pub(in crate::recorder) fn bounds(&self) -> StackBounds {
        StackBounds { low: self.stack_low.load(Relaxed), high: self.stack_high.load(Relaxed) }
    }

    /// Sets the bounds of the thread's stack, before the thread's first event. What another thread
    /// with other bounds has stored is dropped: all words of an entry lie within the bounds.
    pub(in crate::recorder) fn set_bounds(&self, bounds: StackBounds) {
        if (bounds.low, bounds.high) != (self.bounds().low, self.bounds().high) {
            self.reset();
            self.stack_low.store(bounds.low, Relaxed);
            self.stack_high.store(bounds.high, Relaxed);
        }
    }

    fn reset(&self) {
        self.last.store(0, Relaxed);
        self.slots.clear();
        self.entries.clear();
        self.resets.store(self.resets.load(Relaxed).wrapping_add(1), Relaxed);
        self.reset_at.store(self.events.load(Relaxed), Relaxed);
        self.stores.store(0, Relaxed);
    }
}

/// Marks the memo as used while it exists.
struct InUse<'a>(&'a StackMemo);

impl<'a> InUse<'a> {
    #[inline(always)]
    fn begin(memo: &'a StackMemo) -> Option<InUse<'a>> {
        if memo.in_use.load(Relaxed) {
            return None;
        }
        memo.in_use.store(true, Relaxed);
        // The compiler must not move the work out of the marked part.
        std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
        Some(InUse(memo))
    }
}

impl Drop for InUse<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
        self.0.in_use.store(false, Relaxed);
    }
}

const _: () = assert!(MAX_FRAMES <= 255, "an entry counts frames in a byte");

#[cfg(test)]
mod tests {
    use super::super::start::caller_start;
    use super::*;
    use crate::recorder::zeroed;
    use proptest::prelude::*;
    use std::collections::HashMap;
    use std::hint::black_box;

    /// A memo beside the full walk, which gives every stack its site.
    struct Compared {
        memo: &'static StackMemo,
        sites: HashMap<u64, u32>,
        hits: u32,
        events: u32,
        most_frames: usize,
    }

    impl Compared {
        fn new() -> Compared {
            let memo: &'static StackMemo = zeroed::leak().expect("address space");
            let (low, high) = crate::recorder::thread::stack_bounds();
            memo.set_bounds(StackBounds { low, high });
            Compared { memo, sites: HashMap::new(), hits: 0, events: 0, most_frames: 0 }
        }

        #[inline(never)]
        fn meet(&mut self) {
            let start = caller_start();
            let mut walk = Walk::new();
            walk.run(&start, &self.memo.bounds(), None);
            let next = self.sites.len() as u32 + 1;
            let site = *self.sites.entry(walk.hash()).or_insert(next);
            self.events += 1;
            let frames = walk.whole_frames().map_or(0, |frames| frames.length());
            self.most_frames = self.most_frames.max(frames);
            let found =
                self.memo.find(&start).or_else(|| self.memo.find_doubtful(&start).map(|hit| hit.site));
            if let Some(found) = found {
                assert_eq!(found, site, "the memo has taken one stack for another");
                self.hits += 1;
                return;
            }
            let mut resumed = Walk::new();
            resumed.run(&start, &self.memo.bounds(), Some(self.memo));
            assert_eq!(resumed.hash(), walk.hash(), "the rest of the stack is another's");
            self.memo.store(&resumed, &start, site);
        }

        fn used_bytes(&self) -> usize {
            self.memo.entries.used_bytes() + self.memo.slots.used_bytes()
        }
    }

    /// Goes down a path, with two bits of `path` for each frame.
    #[inline(never)]
    fn descend(compared: &mut Compared, frames: u32, path: u64) -> u64 {
        if frames == 0 {
            compared.meet();
            return path;
        }
        let (frames, rest) = (frames - 1, path >> 2);
        match path & 3 {
            0 => black_box(descend(compared, frames, rest)) + 1,
            1 => black_box(descend(compared, frames, rest)) ^ 3,
            2 => {
                let words = black_box([path; 9]);
                descend(compared, frames, rest) ^ words[3]
            }
            _ => {
                black_box(path);
                let below = descend(compared, frames, rest);
                black_box(below).rotate_left(3)
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn what_is_found_is_the_stack_of_a_full_walk(
            paths in prop::collection::vec((0u32..30, any::<u64>()), 1..60),
            order in prop::collection::vec(any::<prop::sample::Index>(), 1..600),
        ) {
            let mut compared = Compared::new();
            for index in &order {
                let (frames, path) = *index.get(&paths);
                black_box(descend(&mut compared, frames, path));
            }
            // Every stack is missed at first, and again after each time that the tables grew.
            let resets = compared.memo.resets.load(Relaxed) as usize;
            let most = (resets + 1) * compared.sites.len() + order.len() / 10;
            let misses = compared.events - compared.hits;
            prop_assert!(misses as usize <= most, "{misses} of {} missed, not {most}", compared.events);
        }
    }

    #[test]
    fn a_thousand_stacks_are_remembered_in_little_memory() {
        let mut compared = Compared::new();
        // 1,250 paths of 8 frames, below those of the test.
        let scatter = |path: u64| path.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let mut hits = Vec::new();
        for _ in 0..5 {
            (0..1_250).map(scatter).for_each(|path| {
                black_box(descend(&mut compared, 8, path));
            });
            hits.push(compared.hits - hits.iter().sum::<u32>());
        }
        assert!(compared.sites.len() >= 1_200, "{} stacks", compared.sites.len());
        // The first rounds miss, and a table that grows forgets.
        assert!(hits[4] > 1_000, "{hits:?}");
        // As much as 500 KiB for as many stacks of 15 frames, in a build with frame pointers.
        let most = (500 << 10) * compared.most_frames / 15;
        assert!(compared.used_bytes() < most, "{} bytes", compared.used_bytes());
    }
}
