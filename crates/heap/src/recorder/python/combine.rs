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
use crate::recorder::unwind::{Frames, Walk};
use heaplab_profile::raw::{CUT_ADDRESS, PYTHON_NODE};

/// The whole stack, from a walk that did not end early, and the Python frames of the same moment.
#[cold]
pub(in crate::recorder) fn combine(walk: &Walk, python: &PythonStack<'_>) -> Frames {
    let mut combined = Frames::new();
    let Some(version) = active_version().filter(|_| !python.frames.is_empty()) else {
        walk.frames_with_stack_pointers().all(|(address, _)| combined.push(address));
        return combined;
    };
    let mut runs = Runs::new(python, version);
    let mut run = runs.next();
    let mut natives = walk.frames_with_stack_pointers().peekable();
    while let Some((address, _)) = natives.next() {
        // The caller's stack pointer is the end of this frame's part of the stack.
        let end = natives.peek().map_or(usize::MAX, |&(_, stack_pointer)| stack_pointer);
        while let Some((frames, anchor)) = run {
            if anchor >= end && address != CUT_ADDRESS {
                break;
            }
            if !push_all(&mut combined, frames) {
                return combined;
            }
            run = runs.next();
        }
        if !combined.push(address) {
            return combined;
        }
    }
    combined
}

fn push_all(combined: &mut Frames, frames: &[KnownFrame]) -> bool {
    let locations = frames.iter().rev().filter_map(KnownFrame::location);
    locations.map(|location| PYTHON_NODE | u64::from(location)).all(|address| combined.push(address))
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
