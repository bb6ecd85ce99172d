//! The Python stacks that a thread has met.
//!
//! A stack is a chain of the interpreter's frames, the innermost first. At most events the chain is the
//! one that was met before, but for the instruction of its innermost frames. So a known stack has, for
//! each frame, its address and its instruction, and the hash of the stack from the outermost frame to
//! this one. The chain is compared frame by frame, and only what differs is looked up and hashed again.
//! No frame is trusted without being compared: an outer frame may have gone on and made the same call
//! again.
//!
//! PERF: several stacks are kept, by the innermost frame and its instruction. Most programs allocate at a
//! few instructions in turns, and each finds its own stack, of which nothing has changed.

use super::code::{self, NO_LOCATION, Place};
use super::interpreter::{active_version, attached_thread, freed_code};
use super::layout::{CurrentFrame, Entry, KnownVersion, Layout, V311, V312, V313, Version};
use super::memory::{byte, word};
use super::pairs::PairTable;
use crate::recorder::thread::untracked;
use crate::recorder::zeroed::Zeroed;
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed, compiler_fence};

/// Frames that are looked at, as many as a recorded stack has.
const MAX_CHAIN: usize = 128;
/// Stacks that are kept; a power of two.
const STACKS: usize = 64;
/// Instructions whose place is kept; a power of two.
const PLACES: usize = 4096;

/// The memo of one thread, and the sites of its pairs of stacks. All zeros is a valid, empty memo.
pub(in crate::recorder) struct PythonMemo {
    /// A signal handler, or the linker when it makes thread-local storage, finds this set and records a
    /// native stack.
    in_use: AtomicBool,
    /// The number of freed code objects up to which everything here is valid.
    freed_code: Cell<u64>,
    places: [KnownPlace; PLACES],
    stacks: [KnownStack; STACKS],
    pub(super) pairs: PairTable,
}

// SAFETY: atomics and cells of zero are valid; there is no destructor.
unsafe impl Zeroed for PythonMemo {}
// SAFETY: only its thread uses it, and `in_use` keeps the thread's signal handlers away.
unsafe impl Sync for PythonMemo {}

/// The place of an instruction.
struct KnownPlace {
    /// As [`KnownFrame::instruction`]; 0 if the entry is empty.
    instruction: Cell<usize>,
    location: Cell<u32>,
}

struct KnownStack {
    length: Cell<u32>,
    /// The chain goes on behind the outermost frame here.
    is_cut: Cell<bool>,
    /// The outermost frame first.
    frames: [KnownFrame; MAX_CHAIN],
}

/// A frame of a known stack.
pub(super) struct KnownFrame {
    address: Cell<usize>,
    /// The address of its instruction, which is even, plus 1 if the frame has the flag of an entry.
    instruction: Cell<usize>,
    /// The hash of the stack from the outermost frame to this one.
    hash: Cell<u64>,
    location: Cell<u32>,
}

impl KnownFrame {
    pub(super) fn address(&self) -> usize {
        self.address.get()
    }

    /// The frame is the outermost of its evaluation (3.11).
    pub(super) fn has_entry_flag(&self) -> bool {
        self.instruction.get() & 1 != 0
    }

    /// The location of the recording, unless the frame is none of the program's.
    pub(super) fn location(&self) -> Option<u32> {
        Some(self.location.get()).filter(|&location| location != NO_LOCATION)
    }
}

/// The Python stack of this thread now.
#[derive(Clone, Copy)]
pub(in crate::recorder) struct PythonStack<'a> {
    /// 0 if the thread has no Python frames.
    pub(in crate::recorder) hash: u64,
    /// The outermost frame first.
    pub(super) frames: &'a [KnownFrame],
    pub(super) is_cut: bool,
}

impl PythonStack<'_> {
    const NONE: PythonStack<'static> = PythonStack { hash: 0, frames: &[], is_cut: false };

    /// Frames were left out.
    pub(in crate::recorder) fn is_cut(&self) -> bool {
        self.is_cut
    }
}

/// Marks the memo as used while it exists.
pub(in crate::recorder) struct InUse<'a>(&'a PythonMemo);

impl Drop for InUse<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        compiler_fence(std::sync::atomic::Ordering::SeqCst);
        self.0.in_use.store(false, Relaxed);
    }
}

impl PythonMemo {
    /// Begins an event; `None` during another one of this thread.
    #[inline(always)]
    pub(in crate::recorder) fn begin(&self) -> Option<InUse<'_>> {
        if self.in_use.load(Relaxed) {
            return None;
        }
        self.in_use.store(true, Relaxed);
        compiler_fence(std::sync::atomic::Ordering::SeqCst);
        Some(InUse(self))
    }

    /// The site of a pair of stacks.
    #[inline(always)]
    pub(in crate::recorder) fn find_pair(&self, key: u64) -> Option<u32> {
        self.pairs.find(key)
    }

    pub(in crate::recorder) fn add_pair(&self, key: u64, site: u32) {
        // A stack with a code object that cannot be watched has been looked up in vain.
        if self.pairs.find(key).is_none() {
            self.pairs.add(key, site);
        }
    }

    /// The Python stack of this thread; no frames if the thread does not hold the interpreter's lock.
    #[inline(always)]
    pub(in crate::recorder) fn current_stack(&self) -> PythonStack<'_> {
        let Some(version) = active_version() else { return PythonStack::NONE };
        let thread = attached_thread(version);
        if thread == 0 {
            return PythonStack::NONE;
        }
        match version {
            KnownVersion::V311 => self.read::<V311>(thread),
            KnownVersion::V312 => self.read::<V312>(thread),
            KnownVersion::V313 => self.read::<V313>(thread),
        }
    }

    #[inline(always)]
    fn read<V: Version>(&self, thread: usize) -> PythonStack<'_> {
        // SAFETY: the state of this thread, which holds the interpreter's lock; `check` has tested the
        // offsets.
        let innermost = unsafe { current_frame::<V>(thread) };
        if innermost == 0 {
            return PythonStack::NONE;
        }
        if self.freed_code.get() != freed_code() {
            self.forget();
        }
        // SAFETY: a live frame of this thread.
        let key = (innermost >> 3).rotate_left(32) ^ unsafe { instruction::<V>(innermost) };
        let stack = &self.stacks[key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58 & (STACKS - 1)];
        let changed = match compare::<V>(stack, innermost) {
            Ok(changed) => changed,
            Err(changed) => read_chain::<V>(stack, innermost, changed),
        };
        let length = stack.length.get() as usize;
        if changed < length {
            self.hash_from(stack, changed, &V::LAYOUT);
        }
        let frames = &stack.frames[..length];
        PythonStack { hash: frames[length - 1].hash.get(), frames, is_cut: stack.is_cut.get() }
    }

    /// Computes the hashes from this frame on.
    #[inline]
    fn hash_from(&self, stack: &KnownStack, first: usize, layout: &Layout) {
        let length = stack.length.get() as usize;
        let mut hash = match first.checked_sub(1) {
            Some(outer) => stack.frames[outer].hash.get(),
            None => u64::from(stack.is_cut.get()) + 1,
        };
        let mut is_stable = true;
        for frame in &stack.frames[first..length] {
            let place = self.find_place(frame, layout);
            is_stable &= place.is_stable;
            frame.location.set(place.location);
            let step = u64::from(place.location) << 1 | u64::from(frame.has_entry_flag());
            hash = (hash ^ step).wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(31);
            frame.hash.set(hash);
        }
        if !is_stable {
            // The next event reads all frames again.
            self.freed_code.set(0);
        }
    }

    #[inline(always)]
    fn find_place(&self, frame: &KnownFrame, layout: &Layout) -> Place {
        let instruction = frame.instruction.get();
        let known = &self.places[(instruction >> 1) % PLACES];
        if known.instruction.get() == instruction {
            return Place { location: known.location.get(), is_stable: true };
        }
        // It is marked busy, because a signal handler that allocates must not wait for the lock of the
        // locations. SAFETY: a live frame of this thread.
        let place = untracked(|| unsafe { code::find_place(frame.address(), layout) });
        if place.is_stable {
            known.instruction.set(instruction);
            known.location.set(place.location);
        }
        place
    }

    /// Drops what follows from the addresses of instructions, because a code object was freed.
    #[cold]
    fn forget(&self) {
        self.freed_code.set(freed_code());
        self.places.iter().filter(|place| place.instruction.get() != 0).for_each(|place| {
            place.instruction.set(0);
        });
        self.stacks.iter().for_each(|stack| stack.length.set(0));
    }
}

/// Compares a known stack with the chain. Gives the outermost frame whose instruction has changed (the
/// length, if none has); an error, with the same, if the chain has other frames.
#[inline(always)]
fn compare<V: Version>(stack: &KnownStack, innermost: usize) -> Result<usize, usize> {
    let mut index = stack.length.get() as usize;
    let mut changed = index;
    let mut frame = innermost;
    if index == 0 {
        return Err(0);
    }
    while index > 0 {
        index -= 1;
        let known = &stack.frames[index % MAX_CHAIN];
        if known.address.get() != frame {
            return Err(changed);
        }
        // SAFETY: a live frame of this thread: its address is the one that the chain has.
        let (instruction, previous) = unsafe { (instruction::<V>(frame), previous::<V>(frame)) };
        if known.instruction.get() != instruction {
            known.instruction.set(instruction);
            changed = index;
        }
        frame = previous;
    }
    if frame == 0 || stack.is_cut.get() { Ok(changed) } else { Err(changed) }
}

/// Reads the whole chain into a known stack, and gives the outermost frame that differs from before.
/// Frames from `valid` on differ in any case.
#[inline(never)]
fn read_chain<V: Version>(stack: &KnownStack, innermost: usize, valid: usize) -> usize {
    let mut found = [const { MaybeUninit::<(usize, usize)>::uninit() }; MAX_CHAIN];
    let (mut count, mut frame) = (0, innermost);
    while frame != 0 && count < MAX_CHAIN {
        // SAFETY: a live frame of this thread, from the chain.
        let (instruction, previous) = unsafe { (instruction::<V>(frame), previous::<V>(frame)) };
        found[count].write((frame, instruction));
        count += 1;
        frame = previous;
    }
    // SAFETY: the first `count` were written.
    let found = unsafe { std::slice::from_raw_parts(found.as_ptr().cast::<(usize, usize)>(), count) };
    let is_cut = frame != 0;
    let former = (stack.length.get() as usize).min(valid);
    // The outermost frame of a chain that is cut is another one at each depth.
    let comparable = if is_cut || stack.is_cut.get() { 0 } else { former.min(count) };
    let outer_first = || stack.frames.iter().zip(found.iter().rev());
    let is_same = |(known, now): &(&KnownFrame, &(usize, usize))| {
        (known.address.get(), known.instruction.get()) == **now
    };
    let same = outer_first().take(comparable).take_while(is_same).count();
    for (known, (address, instruction)) in outer_first().skip(same) {
        known.address.set(*address);
        known.instruction.set(*instruction);
    }
    stack.length.set(count as u32);
    stack.is_cut.set(is_cut);
    same
}

/// The innermost frame of a thread, or 0.
///
/// # Safety
/// The state of this thread, which holds the interpreter's lock.
#[inline(always)]
unsafe fn current_frame<V: Version>(thread: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        match V::LAYOUT.current {
            CurrentFrame::Direct { frame } => word(thread + frame),
            CurrentFrame::InCFrame { cframe, frame, .. } => match word(thread + cframe) {
                0 => 0,
                cframe => word(cframe + frame),
            },
        }
    }
}

/// # Safety
/// A live frame of this thread.
#[inline(always)]
unsafe fn previous<V: Version>(frame: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe { word(frame + V::LAYOUT.frame_previous) }
}

/// The frame's instruction as [`KnownFrame`] has it.
///
/// # Safety
/// A live frame of this thread.
#[inline(always)]
unsafe fn instruction<V: Version>(frame: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        let instruction = word(frame + V::LAYOUT.frame_instruction);
        match V::LAYOUT.entry {
            Entry::Flag(flag) => instruction | usize::from(byte(frame + flag) & 1),
            Entry::Owner(_) => instruction,
        }
    }
}
