//! Function, file and line of a frame's instruction.

use super::interpreter::{self, Function};
use super::layout::{CODE_UNIT, Entry, Layout, OBJECT_LENGTH, OWNED_BY_GENERATOR};
use super::locations;
use super::memory::{byte, half, word};
use super::text::{TextBuffer, read_text};

/// What an instruction of a frame stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// A location of the recording, or [`NO_LOCATION`].
    pub(super) location: u32,
    /// It is known when the code object is freed, so the place may be remembered.
    pub(super) is_stable: bool,
}

/// A frame that is none of the program's: it begins an evaluation, helps with a call, or its function
/// has not begun yet. `traceback` and `tracemalloc` leave them out as well.
pub(super) const NO_LOCATION: u32 = u32::MAX;

/// Finds out where a frame is, and stores it in the recording.
///
/// # Safety
/// `frame` is that of a live frame of this thread, which holds the interpreter's lock.
#[cold]
#[inline(never)]
pub(super) unsafe fn find_place(frame: usize, layout: &Layout) -> Place {
    // SAFETY: the fields of a live frame and of its code object, which the frame keeps alive.
    unsafe {
        if is_entry_frame(frame, layout) {
            return Place { location: NO_LOCATION, is_stable: true };
        }
        let code = word(frame + layout.frame_code);
        if code == 0 {
            return Place { location: NO_LOCATION, is_stable: false };
        }
        let is_stable = watch(code, layout);
        let location = match instruction_offset(frame, code, layout) {
            None => NO_LOCATION,
            Some(offset) => store(code, offset, layout),
        };
        Place { location, is_stable }
    }
}

/// Whether a frame only marks where an evaluation begins.
///
/// # Safety
/// As [`find_place`].
#[inline(always)]
pub(super) unsafe fn is_entry_frame(frame: usize, layout: &Layout) -> bool {
    match layout.entry {
        Entry::Flag(_) => false,
        // SAFETY: a field of a live frame.
        Entry::Owner(owner) => unsafe { byte(frame + layout.frame_owner) == owner },
    }
}

/// The distance of a frame's instruction from the first of its code, in bytes; `None` if the function
/// has not begun. A generator's has, even if its instruction is an early one.
unsafe fn instruction_offset(frame: usize, code: usize, layout: &Layout) -> Option<usize> {
    // SAFETY: fields of a live frame and its code object.
    unsafe {
        let first = code + layout.code_units;
        let offset = word(frame + layout.frame_instruction).wrapping_sub(first).cast_signed();
        let first_traceable = half(code + layout.code_first_traceable) as usize * CODE_UNIT;
        let is_generator = byte(frame + layout.frame_owner) == OWNED_BY_GENERATOR;
        if !is_generator && offset < first_traceable.cast_signed() {
            return None;
        }
        Some(offset.max(0).cast_unsigned())
    }
}

/// Asks to be told when a code object is freed; false if that is not possible.
unsafe fn watch(code: usize, layout: &Layout) -> bool {
    // SAFETY: a live object. What is not part of a module was allocated, so there is memory before it.
    unsafe {
        let bytes = layout.code_units + word(code + OBJECT_LENGTH) * CODE_UNIT;
        interpreter::is_in_module(code) || interpreter::watch_block(code, bytes.next_multiple_of(8))
    }
}

unsafe fn store(code: usize, offset: usize, layout: &Layout) -> u32 {
    let (mut name_buffer, mut file_buffer) = (TextBuffer::new(), TextBuffer::new());
    // SAFETY: fields of a live code object; its strings live as long as it does. The line is computed
    // from the code's table, without allocating anything.
    unsafe {
        let is_inside = offset < word(code + OBJECT_LENGTH) * CODE_UNIT;
        let line = if is_inside { Function::LineOfInstruction.call(code, offset) as i32 } else { 0 };
        let name = read_text(word(code + layout.code_name), layout, &mut name_buffer);
        let file = read_text(word(code + layout.code_file), layout, &mut file_buffer);
        locations::find_or_add(name, file, u32::try_from(line).unwrap_or(0))
    }
}
