//! Puts the Python frames of a stack between its native ones.
//!
//! Each evaluation of the interpreter is one native function that runs a number of Python frames. A
//! structure of the evaluation lies on the C stack: `_PyCFrame` in 3.11, the entry frame since 3.12. So
//! the native frame whose part of the C stack has this address is that of the evaluation, and its Python
//! frames come right behind it, before what the evaluation called. No names are needed. An address that
//! lies in no native frame, because a coroutine library has moved the C stack, counts for the next one
//! further out.

use super::interpreter::{active_version, attached_thread};
use super::layout::{CurrentFrame, Entry, KnownVersion, Layout};
use super::memo::{KnownFrame, PythonStack};
use super::memory::{byte, word};
use crate::recorder::unwind::{Frames, MAX_FRAMES, Walk};
use heaplab_profile::raw::{CUT_ADDRESS, PYTHON_NODE};

/// From a stack that is too deep, a multiple of this number of outer frames is left out. PERF: stacks
/// that differ in their innermost frames then begin at the same outer frame and share nodes. If each
/// kept as many frames as there is room for, each would begin at another one: the start of a CPython with
/// deep imports made a hundred nodes per stack.
const CUT_STEP: usize = 64;

/// The whole stack, from a walk that did not end early, and the Python frames of the same moment.
#[cold]
pub(in crate::recorder) fn combine(walk: &Walk, python: &PythonStack<'_>) -> Frames {
    let version = active_version().filter(|_| !python.frames.is_empty());
    let python_frames = if version.is_some() { python.frames } else { &[] };
    let total = walk.frames_with_stack_pointers().count()
        + python_frames.iter().filter(|frame| frame.location().is_some()).count();
    let mut combined = LimitedFrames { frames: Frames::new(), left: count_kept_frames(total) };
    let mut runs = version.map(|version| Runs::new(python, version));
    let mut next_run = || runs.as_mut().and_then(Runs::next);
    let mut run = next_run();
    let mut natives = walk.frames_with_stack_pointers().peekable();
    while let Some((address, _)) = natives.next() {
        // The caller's stack pointer is the end of this frame's part of the stack.
        let end = natives.peek().map_or(usize::MAX, |&(_, stack_pointer)| stack_pointer);
        while let Some((frames, anchor)) = run {
            if anchor >= end && address != CUT_ADDRESS {
                break;
            }
            if !combined.push_run(frames) {
                return combined.frames;
            }
            run = next_run();
        }
        if !combined.push(address) {
            break;
        }
    }
    combined.frames
}

/// How many of a stack's frames are kept, the innermost ones.
fn count_kept_frames(total: usize) -> usize {
    // One place is for the mark of the cut.
    let surplus = total.saturating_sub(MAX_FRAMES - 1);
    if total <= MAX_FRAMES { total } else { total - surplus.next_multiple_of(CUT_STEP) }
}

/// A stack that ends with the mark of a cut where there is a frame too many.
struct LimitedFrames {
    frames: Frames,
    left: usize,
}

impl LimitedFrames {
    fn push(&mut self, address: u64) -> bool {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.frames.push(address)
            }
            None => {
                self.frames.push(CUT_ADDRESS);
                self.frames.cut = true;
                false
            }
        }
    }

    fn push_run(&mut self, frames: &[KnownFrame]) -> bool {
        let mut locations = frames.iter().rev().filter_map(KnownFrame::location);
        locations.all(|location| self.push(PYTHON_NODE | u64::from(location)))
    }
}

/// The Python frames of each evaluation, the innermost evaluation first, with an address in the native
/// frame of the evaluation.
struct Runs<'a> {
    /// The frames that were not yet given, the outermost first.
    rest: &'a [KnownFrame],
    layout: Layout,
    /// The `_PyCFrame` of the next evaluation (3.11).
    cframe: usize,
}

impl<'a> Runs<'a> {
    fn new(python: &PythonStack<'a>, version: KnownVersion) -> Runs<'a> {
        let layout = version.layout();
        let cframe = match (layout.entry, layout.current) {
            // SAFETY: the state of this thread, which holds the interpreter's lock, because it has
            // Python frames.
            (Entry::Flag(_), CurrentFrame::InCFrame { cframe, .. }) => unsafe {
                word(attached_thread(version) + cframe)
            },
            _ => 0,
        };
        Runs { rest: python.frames, layout, cframe }
    }

    fn ends_run(&self, frame: &KnownFrame) -> bool {
        match self.layout.entry {
            Entry::Flag(_) => frame.has_entry_flag(),
            // SAFETY: a live frame of this thread.
            Entry::Owner(owner) => unsafe { byte(frame.address() + self.layout.frame_owner) == owner },
        }
    }

    fn anchor(&mut self, outermost: &KnownFrame) -> usize {
        match (self.layout.entry, self.layout.current) {
            (Entry::Flag(_), CurrentFrame::InCFrame { previous, .. }) if self.cframe != 0 => {
                let anchor = self.cframe;
                // SAFETY: a live `_PyCFrame` of this thread.
                self.cframe = unsafe { word(anchor + previous) };
                anchor
            }
            (Entry::Owner(_), _) if self.ends_run(outermost) => outermost.address(),
            // The outermost part of a chain that was cut.
            _ => usize::MAX,
        }
    }
}

impl<'a> Iterator for Runs<'a> {
    type Item = (&'a [KnownFrame], usize);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let outermost = self.rest.iter().rposition(|frame| self.ends_run(frame)).unwrap_or(0);
        let (rest, run) = self.rest.split_at(outermost);
        self.rest = rest;
        let anchor = self.anchor(&run[0]);
        Some((run, anchor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_of_neighbouring_depths_begin_at_the_same_outer_frame() {
        for total in 0..=MAX_FRAMES {
            assert_eq!(count_kept_frames(total), total);
        }
        for total in MAX_FRAMES + 1..3 * MAX_FRAMES {
            let kept = count_kept_frames(total);
            assert!((64..MAX_FRAMES).contains(&kept), "{kept} of {total}");
            assert_eq!((total - kept) % CUT_STEP, 0);
        }
    }
}
