//! Python frames in the stacks of a process that runs CPython.
//!
//! - `interpreter`: the interpreter of the process, how far the recorder came with it, and its
//!   functions; `elf`: finds these in a module's memory.
//! - `layout`: where an interpreter's structures have what the recorder reads, per version.
//! - `check`: compares what the recorder reads with the interpreter's own answers, before any stack
//!   gets a Python frame.
//! - `memory`: reads words of the interpreter's structures.
//! - `memo`: the Python stacks that a thread has met; `pairs`: the site of a native stack and a
//!   Python stack.
//! - `code`: function, file and line of a frame; `text`: Python's strings; `locations`: stores them
//!   in the recording.
//! - `combine`: puts the Python frames between the native ones.
//!
//! Everything but `check` runs inside of an allocation function, perhaps in the middle of the
//! interpreter's work. So it only reads, allocates nothing, takes no lock of the interpreter, and
//! calls only functions that do the same.

mod check;
mod code;
mod combine;
mod elf;
mod interpreter;
mod layout;
mod locations;
mod memo;
mod memory;
mod pairs;
mod text;

pub(super) use combine::combine;
pub(super) use interpreter::{is_active, note_module, note_stack, reset};
pub(crate) use interpreter::{note_freed_code, set_block_watcher};
pub(super) use memo::{PythonMemo, PythonStack};
pub(super) use pairs::pair_key;
