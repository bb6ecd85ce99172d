//! Walks a stack from frame to frame, the innermost first, and notes what it read, so that the memo
//! can recognise the stack.

use super::frames::{Frames, MAX_FRAMES, join_hashes};
use super::memo::{EntryIndex, StackMemo, is_boundary};
use super::modules::check_modules;
use super::reader::{StackBounds, StackReader, WORD};
use super::registers::{ADDRESS_MASK, Registers, Step};
use super::rule::{CfaBase, Rule};
use super::rule_table::{find_rule, generation};
use super::start::StackStart;
use super::tables::{learn_rule, register};
use crate::recorder::modules::{self, number_address};
use heaplab_profile::raw::CUT_ADDRESS;
use std::mem::MaybeUninit;

/// The largest frame that is believed without unwind tables, in bytes.
const MAX_GUESSED_FRAME: usize = 1 << 20;

/// The bits of an address that are not the number of its module.
const CODE_MASK: u64 = (1 << 48) - 1;

/// How one frame was left, for the memo.
#[derive(Clone, Copy)]
pub(super) struct FrameStep {
    pub(super) stack_pointer: usize,
    pub(super) frame_pointer: usize,
    /// Where the return address was read; 0 if it was not.
    pub(super) return_slot: usize,
    /// Where the caller's frame pointer was read; 0 if the register still held it.
    pub(super) frame_pointer_slot: usize,
    /// The outcome depends on the frame pointer.
    pub(super) uses_frame_pointer: bool,
    /// The caller was found by the frame pointer because there are no tables.
    pub(super) is_guessed: bool,
}

pub(in crate::recorder) struct Walk {
    frames: Frames,
    steps: [MaybeUninit<FrameStep>; MAX_FRAMES],
    /// The entry of the memo that the walk ended at. It has the rest of the stack.
    resumed: Option<Resumed>,
    /// The stack follows from the start and the words of the steps.
    is_repeatable: bool,
    /// A frame is of code that may be unloaded.
    is_loaded: bool,
}

/// The rest of a stack, as the memo has it.
#[derive(Clone, Copy)]
pub(super) struct Resumed {
    pub(super) entry: EntryIndex,
    /// The memo's count of resets: after a reset the index means nothing.
    pub(super) resets: u32,
    pub(super) hash: u64,
    pub(super) cut: bool,
    pub(super) guessed: bool,
    pub(super) loaded: bool,
}

/// Where the walk is.
struct Position {
    address: u64,
    stack_pointer: usize,
    frame_pointer: usize,
    /// All registers, at the frame that a signal interrupted.
    interrupted: Option<Registers>,
}

impl Walk {
    /// A walk that has not begun.
    #[inline(always)]
    pub(in crate::recorder) fn new() -> Walk {
        Walk {
            frames: Frames::new(),
            steps: [const { MaybeUninit::uninit() }; MAX_FRAMES],
            resumed: None,
            is_repeatable: false,
            is_loaded: false,
        }
    }

    /// Walks a stack to its end, or to a frame from which on the memo has it. The memo, if there is
    /// one, is that of a thread with these bounds. Called once. PERF: a walk is 5 KiB, which are not
    /// copied.
    #[inline(never)]
    pub(in crate::recorder) fn run(
        &mut self,
        start: &StackStart,
        bounds: &StackBounds,
        memo: Option<&StackMemo>,
    ) {
        // A walk in which another module turned out to be where one was before begins again, because
        // its first addresses carry the number of the former.
        for _ in 0..2 {
            let before = generation();
            self.run_once(start, bounds, memo);
            if before == generation() {
                return;
            }
            *self = Walk::new();
        }
        self.run_once(start, bounds, None);
        self.is_repeatable = false;
    }

    #[inline(always)]
    fn run_once(&mut self, start: &StackStart, bounds: &StackBounds, memo: Option<&StackMemo>) {
        self.is_repeatable = bounds.contains(start.stack_pointer);
        let mut reader = StackReader::new(start.stack_pointer, bounds);
        let mut position = Position {
            address: start.return_address & ADDRESS_MASK,
            stack_pointer: start.stack_pointer,
            frame_pointer: start.frame_pointer,
            interrupted: None,
        };
        if position.address == 0 {
            self.cut();
            return;
        }
        loop {
            if self.frames.length() > 0 && self.is_repeatable && self.resume(&position, memo) {
                break;
            }
            self.note_code(position.address);
            if !self.frames.push(number_address(position.address)) || !self.step(&mut position, &mut reader) {
                break;
            }
        }
        self.is_repeatable &= !reader.left_bounds;
    }

    /// Looks for changes of the loaded modules before the first address of one that may be unloaded,
    /// because its rules may be those of other code.
    #[inline]
    fn note_code(&mut self, address: u64) {
        if !self.is_loaded && !modules::is_permanent(address) {
            self.is_loaded = true;
            check_modules();
        }
    }

    /// Asks the memo for the rest of the stack.
    #[inline]
    fn resume(&mut self, position: &Position, memo: Option<&StackMemo>) -> bool {
        let Some(memo) = memo else { return false };
        if !is_boundary(position.address, position.stack_pointer) {
            return false;
        }
        let start = StackStart {
            return_address: position.address,
            stack_pointer: position.stack_pointer,
            frame_pointer: position.frame_pointer,
        };
        self.resumed = memo.find_rest(&start, MAX_FRAMES - self.frames.length());
        self.resumed.is_some()
    }

    /// Goes to the caller; `false` at the end of the stack.
    #[inline]
    fn step(&mut self, position: &mut Position, reader: &mut StackReader) -> bool {
        let rule = match position.interrupted {
            Some(_) => Rule::Complex,
            None => find_rule(position.address).unwrap_or_else(|| learn_rule(position.address)).unpack(),
        };
        match rule {
            Rule::Frame { base, cfa_offset, return_below, frame_pointer_below } => {
                let is_frame_based = base == CfaBase::FramePointer;
                let base = if is_frame_based { position.frame_pointer } else { position.stack_pointer };
                let cfa = base.wrapping_add(cfa_offset);
                let saved_at =
                    if frame_pointer_below == 0 { 0 } else { cfa.wrapping_sub(frame_pointer_below) };
                self.leave_frame(
                    position,
                    cfa,
                    cfa.wrapping_sub(return_below),
                    saved_at,
                    is_frame_based,
                    reader,
                )
            }
            Rule::End => {
                self.note(position, 0, 0, false);
                false
            }
            Rule::Complex => self.step_by_registers(position, reader),
            Rule::NoTables => self.step_by_frame_pointer(position, reader),
            Rule::Unknown => {
                self.note(position, 0, 0, false);
                self.cut()
            }
        }
    }

    /// Reads the return address and the saved frame pointer at these places.
    #[inline(always)]
    fn leave_frame(
        &mut self,
        position: &mut Position,
        cfa: usize,
        return_slot: usize,
        saved_at: usize,
        is_frame_based: bool,
        reader: &mut StackReader,
    ) -> bool {
        self.note(position, return_slot, saved_at, is_frame_based);
        if cfa <= position.stack_pointer {
            return self.cut();
        }
        let Some(address) = reader.read(return_slot) else { return self.cut() };
        if saved_at != 0 {
            let Some(saved) = reader.read(saved_at) else { return self.cut() };
            position.frame_pointer = saved as usize;
        }
        position.address = address & ADDRESS_MASK;
        position.stack_pointer = cfa;
        position.address != 0
    }

    #[cold]
    fn step_by_registers(&mut self, position: &mut Position, reader: &mut StackReader) -> bool {
        self.is_repeatable = false;
        self.note(position, 0, 0, false);
        let is_interrupted = position.interrupted.is_some();
        let mut registers = position
            .interrupted
            .take()
            .unwrap_or_else(|| Registers::new(position.stack_pointer, position.frame_pointer));
        let step = registers.step(position.address, is_interrupted, reader);
        match step {
            Step::End => return false,
            Step::Cut => return self.cut(),
            Step::NoTables => return self.step_by_frame_pointer(position, reader),
            Step::Caller { address, is_interrupted } => {
                position.address = address;
                position.interrupted = is_interrupted.then_some(registers);
            }
        }
        let Some(stack_pointer) = registers.get(register::STACK_POINTER) else { return self.cut() };
        position.stack_pointer = stack_pointer as usize;
        position.frame_pointer = registers.get(register::FRAME_POINTER).unwrap_or(0) as usize;
        true
    }

    /// Code without tables, such as a compiler at run time makes, normally keeps frame pointers:
    /// the register points to the saved one, with the return address after it. Zero ends the
    /// stack. If the register points far away, it is no frame pointer.
    #[cold]
    fn step_by_frame_pointer(&mut self, position: &mut Position, reader: &mut StackReader) -> bool {
        let frame = position.frame_pointer;
        if frame == 0 {
            self.note(position, 0, 0, true);
            return false;
        }
        let cfa = frame.wrapping_add(2 * WORD);
        if cfa <= position.stack_pointer || cfa - position.stack_pointer > MAX_GUESSED_FRAME {
            self.note(position, 0, 0, true);
            return self.cut();
        }
        self.frames.guessed = true;
        let index = (self.frames.length() - 1) % MAX_FRAMES;
        let goes_on = self.leave_frame(position, cfa, frame.wrapping_add(WORD), frame, true, reader);
        // SAFETY: `leave_frame` has noted the step of the frame that was the current one.
        unsafe { self.steps[index].assume_init_mut() }.is_guessed = true;
        goes_on
    }

    #[inline(always)]
    fn note(&mut self, position: &Position, return_slot: usize, saved_at: usize, is_frame_based: bool) {
        // The current frame was pushed before.
        let index = (self.frames.length() - 1) % MAX_FRAMES;
        self.steps[index].write(FrameStep {
            stack_pointer: position.stack_pointer,
            frame_pointer: position.frame_pointer,
            return_slot,
            frame_pointer_slot: saved_at,
            uses_frame_pointer: is_frame_based,
            is_guessed: false,
        });
    }

    /// Marks the stack as one that does not reach the place where the thread began.
    #[cold]
    fn cut(&mut self) -> bool {
        self.is_repeatable = false;
        self.frames.push(CUT_ADDRESS);
        self.frames.cut = true;
        false
    }

    /// The hash of the whole stack.
    pub(in crate::recorder) fn hash(&self) -> u64 {
        match self.resumed {
            Some(rest) => join_hashes(self.frames.hash, self.frames.length(), rest.hash),
            None => self.frames.hash,
        }
    }

    pub(in crate::recorder) fn is_cut(&self) -> bool {
        self.frames.cut || self.resumed.is_some_and(|rest| rest.cut)
    }

    pub(in crate::recorder) fn is_guessed(&self) -> bool {
        self.frames.guessed || self.resumed.is_some_and(|rest| rest.guessed)
    }

    /// Whether the stack leads through code that may be unloaded.
    pub(in crate::recorder) fn is_loaded(&self) -> bool {
        self.is_loaded || self.resumed.is_some_and(|rest| rest.loaded)
    }

    /// The addresses of the whole stack; `None` if the memo has the rest of it.
    pub(in crate::recorder) fn whole_frames(&self) -> Option<&Frames> {
        self.resumed.is_none().then_some(&self.frames)
    }

    /// The frames of a walk without a memo, each with the stack pointer in it, where its part of the
    /// stack begins; for the mark of a cut, the highest address.
    #[cfg(all(feature = "preload", target_os = "linux"))]
    pub(in crate::recorder) fn frames_with_stack_pointers(&self) -> impl Iterator<Item = (u64, usize)> {
        self.frames.addresses().iter().zip(&self.steps).map(|(&address, step)| match address {
            CUT_ADDRESS => (address, usize::MAX),
            // SAFETY: the step of every frame that was pushed has been noted.
            _ => (address, unsafe { step.assume_init_ref() }.stack_pointer),
        })
    }

    /// The address of a frame, without the number of its module.
    pub(super) fn address_of(frames: &Frames, frame: usize) -> u64 {
        frames.addresses()[frame] & CODE_MASK
    }

    /// The frames and the steps of a walk that the memo can store.
    pub(super) fn repeatable(&self) -> Option<(&Frames, &[FrameStep], Option<Resumed>)> {
        if !self.is_repeatable {
            return None;
        }
        // SAFETY: every step of a repeatable walk was noted: each frame that was pushed was left by
        // a rule of 31 bits, ended there, or was the last one that there was room for.
        let steps = unsafe {
            std::slice::from_raw_parts(self.steps.as_ptr().cast::<FrameStep>(), self.frames.length())
        };
        Some((&self.frames, steps, self.resumed))
    }
}
