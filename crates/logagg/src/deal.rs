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
    inputs: Vec<String>,
    /// The file in work, and where its next range starts.
    current: Option<(OpenFile, u64, u64)>,
    dealt: usize,
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
        let inputs = inputs.iter().rev().cloned().collect();
        Ok(Dealer { range, state: Mutex::new(State { inputs, current: None, dealt: 0 }) })
    }

    /// The next piece of work, if any is left.
    pub(crate) fn next(&self) -> Result<Option<Work>> {
        let mut state =
            self.state.lock().map_err(|_| Error::Check("a thread panicked while it opened".into()))?;
        let state = &mut *state;
        let part = loop {
            if let Some((input, from, first)) = state.current.take() {
                let bounds = Bounds {
                    // The byte before tells whether a line starts right here.
                    start: if from > first { from - 1 } else { from },
                    in_line: from > first,
                    end: (from + self.range).min(input.size),
                };
                if bounds.end < input.size {
                    state.current = Some((input.clone(), bounds.end, first));
                }
                break Part::Range { input, bounds };
            }
            let Some(name) = state.inputs.pop() else { return Ok(None) };
            match open(&name)? {
                Opened::File(input, first) => state.current = Some((input, first, first)),
                Opened::Stream(file, packing) => break Part::Stream { name, file, packing },
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
