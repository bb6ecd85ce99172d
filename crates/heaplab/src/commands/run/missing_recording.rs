//! Explains why a program left no recording, and what to do about it.

use super::recorder_choice::RecorderChoice;
use crate::exit::ExitReason;
use crate::runner::user_program::ProgramEnd;
use heaplab_command::child_process;
use std::ffi::OsString;

/// The two lines that a program needs.
const SETUP_LINES: &str = "\
    in Cargo.toml, under [dependencies]:\n\n    \
    heaplab-heap = { path = \"PATH/TO/heaplab/crates/heap\" }\n\n  \
    in src/main.rs:\n\n    \
    #[global_allocator] static HEAP: heaplab_heap::Heap = heaplab_heap::Heap::recording();";

/// `choice`: how the program was to get the recorder.
pub(super) fn explain_missing(program: &OsString, ended: &ProgramEnd, choice: &RecorderChoice) -> ExitReason {
    let name = program.to_string_lossy();
    let how = match &ended.cause {
        Some(cause) => cause.clone(),
        None if ended.status.success() => "it ended well".to_owned(),
        None => child_process::describe_status(ended.status),
    };
    ExitReason::UsageError(match choice {
        RecorderChoice::OfProgram => format!(
            "`{name}` has heaplab's allocator and left no recording: {how}.\n\
             It ended before its first allocation, or it was started with HEAPLAB_PROBE or HEAPLAB_OUT set to something \
             else; a message of `heaplab:` above says if the recording could not be made."
        ),
        RecorderChoice::Preloaded { has_malloc: true } => format!(
            "`{name}` left no recording ({how}): it has a malloc of its own, and the recorder saw no other allocation. \
             Build it without that allocator, or ask the allocator itself (jemalloc, mimalloc and tcmalloc can profile)."
        ),
        RecorderChoice::Preloaded { has_malloc: false } => format!(
            "`{name}` left no recording ({how}), though heaplab's recorder was to be loaded into it.\n\
             It ended before its first allocation, or its environment has HEAPLAB_PROBE, HEAPLAB_OUT or LD_PRELOAD set to \
             something else; a message of `heaplab:` or of `ld.so` above says if it could not be loaded."
        ),
        RecorderChoice::Impossible(reason) => format!(
            "`{name}` left no recording ({how}): heaplab's allocator is not in it, and {reason}. Add two lines and build it \
             again,\n  {SETUP_LINES}\n\nFor stacks with names and lines, build with debug = \"line-tables-only\" in its profile."
        ),
    })
}
