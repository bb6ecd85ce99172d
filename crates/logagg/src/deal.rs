//! Dealing out work: inputs are opened one after another and cut into ranges; whichever thread is free takes the next.

use std::fs::File;
use std::io;
use std::sync::Mutex;

use crate::error::{Error, Result};
use crate::input::{OpenFile, Opened, Packing, open};
use crate::range::Bounds;

/// A range or a stream, with its number in the order of the inputs.
pub(crate) struct Work {
    pub(crate) number: usize,
    pub(crate) part: Part,
}

/// What one thread counts in one go.
pub(crate) enum Part {
    /// Lines that start in a range of a file.
    Range { input: OpenFile, bounds: Bounds },
    /// All of a stream.
    Stream { name: String, file: File, packing: Option<Packing> },
}

/// Hands out the work of all inputs.
pub(crate) struct Dealer {
    range: u64,
    state: Mutex<State>,
}

struct State {
    /// Inputs not opened yet, the next one last.
    inputs: Vec<Piece>,
    /// The file in work.
    current: Option<Current>,
    dealt: usize,
}

/// What is left of a file: lines that start in `from..end`; at `first` a line starts whatever comes before.
struct Current {
    input: OpenFile,
    first: u64,
    from: u64,
    end: u64,
}

/// An input, or the part of it that a worker process counts.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Piece {
    /// All of it, whatever it turns out to be.
    Whole(String),
    /// Lines of a plain file that start in `start..end`. It must still be the file with these numbers of device and inode.
    Slice { name: String, device: u64, inode: u64, size: u64, start: u64, end: u64 },
}

impl Piece {
    /// For messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Piece::Whole(name) => name.clone(),
            Piece::Slice { name, start, end, .. } => format!("{name} from byte {start} to {end}"),
        }
    }
}

impl Dealer {
    /// Looks at every input first: a name that leads nowhere should not be found after an hour.
    pub(crate) fn new(inputs: &[String], range: u64) -> Result<Dealer> {
        for name in inputs.iter().filter(|name| *name != "-") {
            let failed = |source| Error::Input { name: name.clone(), offset: 0, source };
            if std::fs::metadata(name).map_err(failed)?.is_dir() {
                let what = "this is a directory: name its files, or a pattern as 'DIR/*.log'";
                return Err(failed(io::Error::other(what)));
            }
        }
        Ok(Dealer::of(inputs.iter().cloned().map(Piece::Whole).collect(), range))
    }

    pub(crate) fn of(mut pieces: Vec<Piece>, range: u64) -> Dealer {
        pieces.reverse();
        Dealer { range, state: Mutex::new(State { inputs: pieces, current: None, dealt: 0 }) }
    }

    /// The next piece of work, if any is left.
    pub(crate) fn next(&self) -> Result<Option<Work>> {
        let mut state =
            self.state.lock().map_err(|_| Error::Check("a thread panicked while it opened".into()))?;
        let state = &mut *state;
        let part = loop {
            if let Some(Current { input, first, from, end }) = state.current.take() {
                let bounds = Bounds {
                    // The byte before tells whether a line starts right here.
                    start: if from > first { from - 1 } else { from },
                    in_line: from > first,
                    end: (from + self.range).min(end),
                };
                if bounds.end < end {
                    state.current = Some(Current { input: input.clone(), first, from: bounds.end, end });
                }
                break Part::Range { input, bounds };
            }
            match state.inputs.pop() {
                None => return Ok(None),
                Some(Piece::Whole(name)) => match open(&name)? {
                    Opened::File(input, first) => {
                        let end = input.size;
                        state.current = Some(Current { input, first, from: first, end });
                    }
                    Opened::Stream(file, packing) => break Part::Stream { name, file, packing },
                },
                Some(Piece::Slice { name, device, inode, size, start, end }) => {
                    let input = reopen(&name, device, inode, size)?;
                    state.current = Some(Current { input, first: 0, from: start, end });
                }
            }
        };
        state.dealt += 1;
        Ok(Some(Work { number: state.dealt - 1, part }))
    }

    /// How many pieces were handed out.
    pub(crate) fn dealt(&self) -> usize {
        self.state.lock().map_or(0, |state| state.dealt)
    }
}

/// Opens a file that another process has looked at before.
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
