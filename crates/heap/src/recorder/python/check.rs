//! Tests the known layout against the interpreter's own answers, before any stack gets a Python frame.
//!
//! The interpreter calls the check at a safe point of its main thread (`Py_AddPendingCall`). There the
//! chain of frames is read by the layout's offsets, with reads that cannot fault, and each frame is
//! compared with what `PyEval_GetFrame` and `PyFrame_GetBack` say: its code object, its line, its
//! function's name and its file. A layout that fails is never used in this process.

use super::interpreter::{self, Function, attached_thread};
use super::layout::{
    CODE_UNIT, CurrentFrame, Entry, KnownVersion, Layout, OBJECT_LENGTH, OWNED_BY_GENERATOR,
};
use super::memory::{copy_checked, word_checked};
use super::text::{TextBuffer, read_text};
use crate::recorder::errno::keep_errno;
use crate::recorder::tables::hot;
use crate::recorder::thread::untracked;
use heaplab_profile::raw::PythonState;
use std::sync::atomic::Ordering::Relaxed;

/// Frames that are compared at most.
const MAX_COMPARED: usize = 64;

/// The function that the interpreter is asked to call.
pub(super) fn entry_point() -> usize {
    run as extern "C" fn(usize) -> i32 as usize
}

/// Called by the interpreter, with its lock held. What the interpreter allocates for its answers is not
/// the program's.
extern "C" fn run(_argument: usize) -> i32 {
    let _kept = keep_errno();
    untracked(|| {
        let known = KnownVersion::from_hex(hot().process.python_version.load(Relaxed));
        let Some(version) = known else { return };
        match compare_frames(version) {
            Some(true) => {
                pin_interpreter();
                interpreter::activate(version);
            }
            Some(false) => interpreter::set_state(PythonState::CheckFailed),
            None => interpreter::ask_again(),
        }
    });
    0
}

/// Whether all frames are as the interpreter says; `None` if there is none to compare.
fn compare_frames(version: KnownVersion) -> Option<bool> {
    let layout = version.layout();
    let first = ask(Function::GetFrame, 0, 0);
    if first == 0 {
        return None;
    }
    let mut object = Object::borrow(first);
    let mut chain = Chain::begin(attached_thread(version), &layout);
    for _ in 0..MAX_COMPARED {
        let is_equal = match chain.as_mut().and_then(Chain::next_frame) {
            Some(frame) => is_same_frame(object.0, frame, &layout),
            None => false,
        };
        if !is_equal {
            return Some(false);
        }
        object = Object(ask(Function::FrameBack, object.0, 0));
        if object.0 == 0 {
            // The chain must end here as well, and a thread's outermost frame begins an evaluation.
            let rest = chain.as_mut().and_then(Chain::next_frame);
            return Some(rest.is_none() && chain.is_some_and(|chain| chain.has_ended_well()));
        }
    }
    Some(true)
}

/// Calls a function of the interpreter. Private to this module, where the lock is held.
fn ask(function: Function, first: usize, second: usize) -> usize {
    // SAFETY: everything here runs within `run`, which the interpreter calls at a safe point, and the
    // arguments are objects that the interpreter has just given.
    unsafe { function.call(first, second) }
}

/// A reference to an object of the interpreter.
struct Object(usize);

impl Object {
    /// A new reference. The interpreter's functions return one; a frame is given back like any other.
    fn borrow(object: usize) -> Object {
        // `Py_IncRef` on what `PyEval_GetFrame` lends.
        ask(Function::Retain, object, 0);
        Object(object)
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if self.0 != 0 {
            ask(Function::Release, self.0, 0);
        }
    }
}

/// A frame as the layout says.
struct ReadFrame {
    code: usize,
    /// The distance of the instruction from the first, in bytes.
    offset: usize,
}

/// The chain of frames, read with checks.
struct Chain<'a> {
    frame: usize,
    layout: &'a Layout,
    /// The last frame that was read begins an evaluation.
    is_at_entry: bool,
}

impl<'a> Chain<'a> {
    fn begin(thread: usize, layout: &'a Layout) -> Option<Chain<'a>> {
        let frame = match layout.current {
            CurrentFrame::Direct { frame } => word_checked(thread + frame)?,
            CurrentFrame::InCFrame { cframe, frame, .. } => {
                word_checked(word_checked(thread + cframe)? + frame)?
            }
        };
        Some(Chain { frame, layout, is_at_entry: false })
    }

    /// The next frame of the program's.
    fn next_frame(&mut self) -> Option<ReadFrame> {
        // A wrong layout may lead in a circle.
        for _ in 0..10 * MAX_COMPARED {
            if self.frame == 0 {
                return None;
            }
            let frame = self.frame;
            self.frame = word_checked(frame + self.layout.frame_previous)?;
            let owner = byte_checked(frame + self.layout.frame_owner)?;
            self.is_at_entry = match self.layout.entry {
                Entry::Flag(flag) => byte_checked(frame + flag)? == 1,
                Entry::Owner(entry) => owner == entry,
            };
            if matches!(self.layout.entry, Entry::Owner(_)) && self.is_at_entry {
                continue;
            }
            let code = word_checked(frame + self.layout.frame_code)?;
            let instruction = word_checked(frame + self.layout.frame_instruction)?;
            let first_traceable = word_checked(code + self.layout.code_first_traceable)? & 0xffff_ffff;
            let offset = instruction.wrapping_sub(code + self.layout.code_units).cast_signed();
            if owner == OWNED_BY_GENERATOR || offset >= (first_traceable * CODE_UNIT).cast_signed() {
                return Some(ReadFrame { code, offset: offset.max(0).cast_unsigned() });
            }
        }
        None
    }

    fn has_ended_well(&self) -> bool {
        self.frame == 0 && self.is_at_entry
    }
}

fn byte_checked(address: usize) -> Option<u8> {
    let mut byte = [0];
    copy_checked(address, &mut byte).then_some(byte[0])
}

/// Whether a frame object of the interpreter is the frame that was read.
fn is_same_frame(object: usize, frame: ReadFrame, layout: &Layout) -> bool {
    let code = Object(ask(Function::FrameCode, object, 0));
    if code.0 != frame.code {
        return false;
    }
    // The code object is a real one from here on, so its fields can be read.
    let read = |field: usize| word_checked(code.0 + field).unwrap_or(0);
    let is_inside = frame.offset < read(OBJECT_LENGTH) * CODE_UNIT;
    let line = ask(Function::LineOfInstruction, code.0, frame.offset) as i32;
    is_inside
        && line == ask(Function::FrameLine, object, 0) as i32
        && has_text(code.0, c"co_qualname", read(layout.code_name), layout)
        && has_text(code.0, c"co_filename", read(layout.code_file), layout)
}

/// Whether the string at `address` reads as the attribute of the code object.
fn has_text(code: usize, attribute: &std::ffi::CStr, address: usize, layout: &Layout) -> bool {
    let object = Object(ask(Function::GetAttribute, code, attribute.as_ptr().addr()));
    let mut length = 0_usize;
    let text = if object.0 == 0 {
        0
    } else {
        ask(Function::TextAsUtf8, object.0, (&raw mut length).expose_provenance())
    };
    if text == 0 {
        // A name with surrogates has no UTF-8; that says nothing about the layout.
        ask(Function::ClearError, 0, 0);
        return object.0 == address;
    }
    if object.0 != address {
        return false;
    }
    let mut buffer = TextBuffer::new();
    // SAFETY: `address` is that of the string that the interpreter has just returned, and the UTF-8 is
    // the interpreter's own, of this length.
    unsafe {
        let own = read_text(address, layout, &mut buffer);
        let theirs = std::slice::from_raw_parts(std::ptr::with_exposed_provenance::<u8>(text), length);
        own == &theirs[..theirs.len().min(own.len().max(1))] || (own.is_empty() && theirs.is_empty())
    }
}

/// Keeps the interpreter's library loaded until the process ends, because the recorder calls it. It is
/// loaded already, and no lock is needed that a safe point does not have.
fn pin_interpreter() {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    let address = std::ptr::without_provenance(Function::IsInitialized.address());
    // SAFETY: the linker fills the structure and returns names that live as long as the library.
    unsafe {
        if libc::dladdr(address, info.as_mut_ptr()) != 0 && !info.assume_init_ref().dli_fname.is_null() {
            let flags = libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
            libc::dlopen(info.assume_init_ref().dli_fname, flags);
        }
    }
}
