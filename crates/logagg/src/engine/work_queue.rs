//! Cuts the inputs into ranges. Inputs are opened one after another, and whichever thread is free
//! takes the next range.

use std::fs::File;
use std::io;
use std::sync::Mutex;

use crate::engine::line_range::LineBounds;
use crate::error::{Error, Result};
use crate::input::{Compression, OpenFile, OpenInput, open_input};

/// A range or a stream, with its number in the order of the inputs.
pub(crate) struct WorkItem {
    pub(crate) number: usize,
    pub(crate) part: WorkSource,
}

pub(crate) enum WorkSource {
    /// Lines that start in a range of a file.
    Range {
        input: OpenFile,
        bounds: LineBounds,
    },
    Stream {
        name: String,
        file: File,
        packing: Option<Compression>,
    },
}

pub(crate) struct WorkQueue {
    range: u64,
    state: Mutex<QueueState>,
}

struct QueueState {
    /// Inputs that are not opened yet, the next one last.
    inputs: Vec<InputSlice>,
    current: Option<OpenRange>,
    issued: usize,
}

/// The rest of a file: lines that start in `from..end`. A line starts at `first`, whatever byte
/// comes before it.
struct OpenRange {
    input: OpenFile,
    first: u64,
    from: u64,
    end: u64,
}

/// An input, or the part of it that a worker process counts.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum InputSlice {
    Whole(String),
    /// Lines of a plain file that start in `start..end`. The file must still have this device and
    /// inode.
    Slice {
        name: String,
        device: u64,
        inode: u64,
        size: u64,
        start: u64,
        end: u64,
    },
}

impl InputSlice {
    pub(crate) fn name(&self) -> String {
        match self {
            InputSlice::Whole(name) => name.clone(),
            InputSlice::Slice { name, start, end, .. } => format!("{name} from byte {start} to {end}"),
        }
    }
}

impl WorkQueue {
    /// Checks all names first, so that a wrong name is not found only after an hour of counting.
    pub(crate) fn new(inputs: &[String], range: u64) -> Result<WorkQueue> {
        for name in inputs.iter().filter(|name| *name != "-") {
            let failed = |source| Error::Input { name: name.clone(), offset: 0, source };
            if std::fs::metadata(name).map_err(failed)?.is_dir() {
                let what = "this is a directory: name its files, or a pattern as 'DIR/*.log'";
                return Err(failed(io::Error::other(what)));
            }
        }
        Ok(WorkQueue::from_slices(inputs.iter().cloned().map(InputSlice::Whole).collect(), range))
    }

    pub(crate) fn from_slices(mut pieces: Vec<InputSlice>, range: u64) -> WorkQueue {
        pieces.reverse();
        WorkQueue { range, state: Mutex::new(QueueState { inputs: pieces, current: None, issued: 0 }) }
    }

    pub(crate) fn next(&self) -> Result<Option<WorkItem>> {
        let mut state =
            self.state.lock().map_err(|_| Error::Check("a thread panicked while it opened".into()))?;
        let state = &mut *state;
        let part = loop {
            if let Some(OpenRange { input, first, from, end }) = state.current.take() {
                let bounds = LineBounds {
                    // The byte before the range tells whether a line starts at its first byte.
                    start: if from > first { from - 1 } else { from },
                    in_line: from > first,
                    end: (from + self.range).min(end),
                };
                if bounds.end < end {
                    state.current = Some(OpenRange { input: input.clone(), first, from: bounds.end, end });
                }
                break WorkSource::Range { input, bounds };
            }
            match state.inputs.pop() {
                None => return Ok(None),
                Some(InputSlice::Whole(name)) => match open_input(&name)? {
                    OpenInput::File(input, first) => {
                        let end = input.size;
                        state.current = Some(OpenRange { input, first, from: first, end });
                    }
                    OpenInput::Stream(file, packing) => break WorkSource::Stream { name, file, packing },
                },
                Some(InputSlice::Slice { name, device, inode, size, start, end }) => {
                    let input = reopen(&name, device, inode, size)?;
                    state.current = Some(OpenRange { input, first: 0, from: start, end });
                }
            }
        };
        state.issued += 1;
        Ok(Some(WorkItem { number: state.issued - 1, part }))
    }

    pub(crate) fn issued_count(&self) -> usize {
        self.state.lock().map_or(0, |state| state.issued)
    }
}

/// Opens a file that another process has opened before.
fn reopen(name: &str, device: u64, inode: u64, size: u64) -> Result<OpenFile> {
    use std::os::unix::fs::MetadataExt;
    let failed = |source| Error::Input { name: name.to_owned(), offset: 0, source };
    let file = File::open(name).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    if (found.dev(), found.ino()) != (device, inode) {
        return Err(failed(io::Error::other("the file was replaced by another one after the run had begun")));
    }
    Ok(OpenFile { file: file.into(), name: name.into(), size })
}
