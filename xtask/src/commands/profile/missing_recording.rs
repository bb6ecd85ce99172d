//! Explains why a program left no recording, and what to do about it.

use crate::exit::ExitReason;
use crate::runner::probe;
use crate::runner::user_program::{self, ProgramEnd};
use std::ffi::OsString;
use std::path::Path;

/// The two lines that a program needs.
const SETUP_LINES: &str = "\
    in Cargo.toml, under [dependencies]:\n\n    \
    heaplab-heap = { path = \"PATH/TO/heaplab/crates/heap\" }\n\n  \
    in src/main.rs:\n\n    \
    #[global_allocator] static HEAP: heaplab_heap::Heap = heaplab_heap::Heap::recording();";

/// An environment variable that the allocator reads. Its name is in the bytes of every program that
/// has the allocator.
const RECORDER_MARK: &[u8] = b"HEAPLAB_PROBE";

pub(super) fn explain_missing(program: &OsString, ended: &ProgramEnd) -> ExitReason {
    let name = program.to_string_lossy();
    let how = match &ended.cause {
        Some(cause) => cause.clone(),
        None if ended.status.success() => "it ended well".to_owned(),
        None => probe::describe_status(ended.status),
    };
    let has_allocator =
        user_program::find_in_path(program).is_some_and(|path| file_contains(&path, RECORDER_MARK));
    ExitReason::UsageError(if has_allocator {
        format!(
            "`{name}` has heaplab's allocator and left no recording: {how}.\n\
             It ended before its first allocation, or it was started with HEAPLAB_PROBE or HEAPLAB_OUT set to something \
             else; a message of `heaplab:` above says if the recording could not be made."
        )
    } else {
        format!(
            "`{name}` left no recording ({how}): heaplab's allocator is not in it. Add two lines and build it again,\n  \
             {SETUP_LINES}\n\nFor stacks with names and lines, build with debug = \"line-tables-only\" in its profile."
        )
    })
}

fn file_contains(path: &Path, mark: &[u8]) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.windows(mark.len()).any(|window| window == mark))
}
