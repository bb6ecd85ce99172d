//! Whether the recorder is in use, and what to do if it is not.

use crate::probe::PROBE_VARIABLE;
use crate::recorder;
use heaplab_profile::Probe;

/// The recorder is not the allocator of this program, or the environment asked for another probe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the recorder is not at work, so nothing can be measured. These two lines put it there:\n\
    \n    #[global_allocator]\n    static HEAP: heaplab_heap::Heap = heaplab_heap::Heap::recording();\n{hint}"
)]
pub struct NotRecording {
    /// What to change in the environment; empty if nothing.
    hint: String,
}

/// Whether the recorder is in use. A program with another allocator may have `HEAPLAB_PROBE=heap`
/// set all the same, so the probe alone does not tell.
pub(crate) fn is_active() -> bool {
    crate::probe() == Probe::Heap && recorder::has_recorded()
}

/// As [`is_active`], with an error that says what to do.
pub(crate) fn check_active() -> Result<(), NotRecording> {
    if is_active() {
        return Ok(());
    }
    let word = std::env::var_os(PROBE_VARIABLE).unwrap_or_default();
    let hint = match word.to_string_lossy() {
        word if word.is_empty() || word == "heap" => String::new(),
        word => format!("\n{PROBE_VARIABLE}={word} asks for another probe: unset it, or set it to heap.\n"),
    };
    Err(NotRecording { hint })
}

/// Runs `work` without recording: its allocations belong to no region, and freeing them later
/// changes no figure. For tools that look at a program while it is measured.
pub fn untracked<R>(work: impl FnOnce() -> R) -> R {
    recorder::untracked(work)
}
