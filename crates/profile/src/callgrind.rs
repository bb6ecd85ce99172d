//! What valgrind's callgrind counted: instructions a function, a line and a stack. Counts and no times: they are the same on
//! every run of the same work, on a busy machine too, and a test may assert them.
//!
//! The format is callgrind's (<https://valgrind.org/docs/manual/cl-format.html>), of a run with [`OPTIONS`]. Callgrind knows who
//! called whom; with `--separate-callers` it keeps a count for every chain of callers apart, so that a function's inclusive
//! cost is a sum over stacks, exact under recursion too, and a flamegraph is no guess.

mod parse;
mod tally;
#[cfg(test)]
mod tests;

use std::rc::Rc;

/// Callers that are kept of a stack; a deeper one has lost its root.
pub const MAX_CALLERS: usize = 40;

/// The options of callgrind that [`read`] wants.
pub const OPTIONS: [&str; 5] =
    ["--tool=callgrind", "--dump-instr=yes", "--separate-callers=40", "--separate-recs=1", "--demangle=no"];

/// A run under callgrind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallgrindProfile {
    /// Instructions of the whole process, from the loader's first to the last.
    pub total: u64,
    /// Every function that ran, what it cost by itself first.
    pub functions: Vec<FunctionCost>,
    /// Every instruction that ran, in the order of objects and addresses.
    pub instructions: Vec<InstructionCost>,
    /// Every stack that ran, in the order of their frames.
    pub stacks: Vec<StackCost>,
    /// Instructions of stacks deeper than [`CALLERS`]: their inclusive costs are missing at the root.
    pub cut: u64,
}

/// One function, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionCost {
    /// As `name` of [`read`] made it.
    pub name: String,
    /// Calls that callgrind saw; none for one that was entered by no call, as the first of all.
    pub calls: u64,
    /// Instructions with those of everything it called.
    pub inclusive: u64,
    /// Its own instructions; those of what the compiler put into it are its own.
    pub exclusive: u64,
}

/// One instruction of the processor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstructionCost {
    /// The program or library.
    pub object: Rc<str>,
    /// As the object itself counts, wherever it was loaded.
    pub address: u64,
    /// As the debug information names it: where the code was written, also if it was inlined. `???` where nobody knows.
    pub file: Rc<str>,
    /// 0 where nobody knows.
    pub line: u32,
    /// How often it ran.
    pub exclusive: u64,
    /// What the calls that it made cost; a call of a recursive function is counted once.
    pub called: u64,
}

/// One line of source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineCost {
    /// As the debug information names it.
    pub file: String,
    /// From 1.
    pub number: u32,
    /// How often the most frequent instruction of the line ran. A loop that does four rounds at once has a quarter.
    pub hits: u64,
    /// Its own instructions.
    pub exclusive: u64,
    /// With those of everything that it called; what a call of itself cost is counted once.
    pub inclusive: u64,
}

/// One chain of calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StackCost {
    /// Names, the root first.
    pub frames: Vec<String>,
    /// Instructions of the innermost function in this chain.
    pub cost: u64,
    /// How often it was called in this chain.
    pub calls: u64,
}

/// A file that is none of callgrind's, or of a run with other options.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CallgrindError {
    /// The header is missing, or names other positions or events.
    #[error("this is no file of callgrind with `positions: instr line` and `events: Ir`")]
    Header,
    /// A line that the format does not have.
    #[error("line {number} of callgrind's file is not to be understood: {text}")]
    Line {
        /// From 1.
        number: usize,
        /// The line.
        text: String,
    },
}

/// Reads callgrind's file. `name` makes a function's name of its symbol; functions of one name are one.
///
/// # Errors
/// When it is not what callgrind writes with [`OPTIONS`].
pub fn read(text: &str, name: impl Fn(&str) -> String) -> Result<CallgrindProfile, CallgrindError> {
    let mut tally = tally::Tally::new();
    parse::parse(text, &mut tally)?;
    Ok(tally.into_profile(name))
}

impl CallgrindProfile {
    /// Sums by line. `place` says which line an instruction counts for; none leaves it out.
    pub fn sum_by_line(&self, place: impl FnMut(&InstructionCost) -> Option<(String, u32)>) -> Vec<LineCost> {
        tally::sum_by_line(&self.instructions, place)
    }

    /// What ran from the first frame on that is `first`.
    pub fn stacks_from(&self, first: &str) -> Option<(Vec<FunctionCost>, Vec<StackCost>)> {
        self.select_stacks(|frames| frames.iter().position(|frame| frame == first))
    }

    /// What ran below the last frame for which `is_border` holds, as Rust's own start of a program or a thread: sums by
    /// function, and stacks without what stands above. `None` where no stack has such a frame.
    pub fn stacks_below(
        &self,
        is_border: impl Fn(&str) -> bool,
    ) -> Option<(Vec<FunctionCost>, Vec<StackCost>)> {
        self.select_stacks(|frames| Some(frames.iter().rposition(|frame| is_border(frame))? + 1))
    }

    fn select_stacks(
        &self,
        start: impl Fn(&[String]) -> Option<usize>,
    ) -> Option<(Vec<FunctionCost>, Vec<StackCost>)> {
        let from_start = |stack: &StackCost| {
            let frames = stack.frames[start(&stack.frames)?..].to_vec();
            (!frames.is_empty()).then_some(StackCost { frames, ..*stack })
        };
        let stacks: Vec<StackCost> = self.stacks.iter().filter_map(from_start).collect();
        (!stacks.is_empty()).then(|| (tally::sum_by_function(&stacks), stacks))
    }
}
