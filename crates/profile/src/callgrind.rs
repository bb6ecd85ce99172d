//! The counts of valgrind's callgrind: instructions per function, per line and per stack. Unlike
//! times, they are the same on every run of the same work, also on a busy machine, and a test may
//! assert them.
//!
//! The format is callgrind's (<https://valgrind.org/docs/manual/cl-format.html>), of a run with
//! [`OPTIONS`]. With `--separate-callers` callgrind keeps a count for every chain of callers, so
//! that a function's inclusive cost is a sum over stacks, exact also under recursion.

mod parse;
mod tally;
#[cfg(test)]
mod tests;

use std::rc::Rc;

/// How many callers of a stack are kept; a deeper stack has lost its root.
pub const MAX_CALLERS: usize = 40;

/// The options of callgrind that [`read`] requires.
pub const OPTIONS: [&str; 5] =
    ["--tool=callgrind", "--dump-instr=yes", "--separate-callers=40", "--separate-recs=1", "--demangle=no"];

/// A run under callgrind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallgrindProfile {
    /// Instructions of the whole process, from the loader's first to the last.
    pub total: u64,
    /// Every function that ran, sorted by its own cost, the highest first.
    pub functions: Vec<FunctionCost>,
    /// Every instruction that ran, in the order of objects and addresses.
    pub instructions: Vec<InstructionCost>,
    /// Every stack that ran, in the order of their frames.
    pub stacks: Vec<StackCost>,
    /// Instructions of stacks deeper than [`MAX_CALLERS`]: inclusive costs near the root lack them.
    pub cut: u64,
}

/// One function, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionCost {
    /// The name that [`read`]'s `name` made.
    pub name: String,
    /// Calls that callgrind saw; 0 for a function that was not entered by a call, such as the first
    /// one.
    pub calls: u64,
    /// Its own instructions and those of everything that it called.
    pub inclusive: u64,
    /// Its own instructions, with those of functions inlined into it.
    pub exclusive: u64,
}

/// One machine instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstructionCost {
    /// The program or library.
    pub object: Rc<str>,
    /// The address in the object, wherever it was loaded.
    pub address: u64,
    /// The source file in the debug information, also of inlined code; `???` where it is unknown.
    pub file: Rc<str>,
    /// The line; 0 where it is unknown.
    pub line: u32,
    /// How often it ran.
    pub exclusive: u64,
    /// The cost of the calls that it made; a call of a recursive function is counted once.
    pub called: u64,
}

/// One line of source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineCost {
    /// The file in the debug information.
    pub file: String,
    /// From 1.
    pub number: u32,
    /// How often the most frequent instruction of the line ran. A loop unrolled four times has a
    /// quarter of its rounds.
    pub hits: u64,
    /// Its own instructions.
    pub exclusive: u64,
    /// Its own instructions and those of everything that it called.
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

/// The file is not callgrind's, or of a run with other options.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CallgrindError {
    /// The header is missing, or has other positions or events.
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

/// Reads callgrind's file. `name` makes a function's name of its symbol; functions of one name are
/// added up.
///
/// # Errors
/// When the text is not what callgrind writes with [`OPTIONS`].
pub fn read(text: &str, name: impl Fn(&str) -> String) -> Result<CallgrindProfile, CallgrindError> {
    let mut tally = tally::Tally::new();
    parse::parse(text, &mut tally)?;
    Ok(tally.into_profile(name))
}

impl CallgrindProfile {
    /// Sums by line. `place` says which line an instruction counts for; `None` leaves it out.
    pub fn sum_by_line(&self, place: impl FnMut(&InstructionCost) -> Option<(String, u32)>) -> Vec<LineCost> {
        tally::sum_by_line(&self.instructions, place)
    }

    /// The functions and stacks from the first frame named `first` on.
    pub fn stacks_from(&self, first: &str) -> Option<(Vec<FunctionCost>, Vec<StackCost>)> {
        self.select_stacks(|frames| frames.iter().position(|frame| frame == first))
    }

    /// The functions and stacks below the last frame for which `is_border` holds, such as Rust's
    /// own start of a program or a thread. `None` where no stack has such a frame.
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
