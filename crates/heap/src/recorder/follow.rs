//! Whether the processes that a recorded process makes are recorded as well. They are, unless
//! `HEAPLAB_FOLLOW` is `0`: then only the process that was started with it is.
//!
//! A forked child inherits the decision. A program that a process starts by `exec` reads the
//! environment anew, so the first process overwrites the `0` in its own environment with [`TAKEN`],
//! which tells every later reader to stay out. Nothing is added to the environment and nothing
//! moves, so this works before `main` and for programs that keep their environment elsewhere.

use std::ffi::CStr;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// The variable that says whether children are recorded.
const VARIABLE: &CStr = c"HEAPLAB_FOLLOW";
/// The value of the variable after the first process has read it.
const TAKEN: u8 = b'-';

const UNDECIDED: u8 = 0;
const EVERY_PROCESS: u8 = 1;
const ONLY_THIS_PROCESS: u8 = 2;
const NOT_THIS_PROCESS: u8 = 3;

static DECISION: AtomicU8 = AtomicU8::new(UNDECIDED);

/// Whether another process has the recorder alone, and this one must not record.
pub(crate) fn is_left_out() -> bool {
    match decide() {
        NOT_THIS_PROCESS => true,
        ONLY_THIS_PROCESS => super::fork::is_child(),
        _ => false,
    }
}

/// Whether this process is recorded and the ones that it makes are not.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(crate) fn is_alone() -> bool {
    decide() == ONLY_THIS_PROCESS
}

fn decide() -> u8 {
    let known = DECISION.load(Relaxed);
    if known != UNDECIDED {
        return known;
    }
    let decision = read_environment();
    DECISION.store(decision, Relaxed);
    decision
}

/// Reads the variable without allocating, at the first allocation of the process.
fn read_environment() -> u8 {
    // SAFETY: the name is NUL-terminated; the program has not yet started a thread that could change
    // the environment.
    let value = unsafe { libc::getenv(VARIABLE.as_ptr()) };
    if value.is_null() {
        return EVERY_PROCESS;
    }
    // SAFETY: a value that is not null is a NUL-terminated string.
    match unsafe { CStr::from_ptr(value) }.to_bytes() {
        b"0" => {
            // SAFETY: the strings of an environment may be written to; this one keeps its length.
            unsafe { value.cast::<u8>().write(TAKEN) };
            ONLY_THIS_PROCESS
        }
        [TAKEN] => NOT_THIS_PROCESS,
        _ => EVERY_PROCESS,
    }
}
