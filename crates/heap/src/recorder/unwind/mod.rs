//! Finds the stack of an allocation in any build, with frame pointers or without.
//!
//! - `start`: the registers at which a walk starts.
//! - `modules`: the unwind tables (`.eh_frame`) of the module that an address belongs to.
//! - `tables`: reads these tables; `rule`: what they say about one return address, in 31 bits;
//!   `rule_table`: the rules that the process has needed so far.
//! - `registers`: the step to the caller where a rule of 31 bits does not suffice, such as through
//!   a signal frame; `signal_frame`: that of aarch64.
//! - `reader`: reads words of a stack; `frames`: the return addresses of a stack.
//! - `walk`: goes from frame to frame.
//! - `memo`: the stacks that a thread has met. PERF: most events meet a stack again, and comparing
//!   it with the memo takes a quarter of the time of walking it.

mod frames;
mod memo;
mod modules;
mod reader;
mod registers;
mod rule;
mod rule_table;
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
mod signal_frame;
mod start;
mod tables;
mod walk;

pub(super) use frames::{Frames, MAX_FRAMES};
pub(super) use memo::StackMemo;
pub(super) use modules::check_modules;
pub(super) use reader::StackBounds;
#[cfg(all(feature = "preload", target_os = "linux"))]
pub use start::StackStart;
#[cfg(not(all(feature = "preload", target_os = "linux")))]
pub(super) use start::StackStart;
pub(super) use start::{caller_start, with_stack_start};
pub(super) use walk::Walk;
