//! What a recording knows about the Python interpreter of its process.

/// Set in the address of a node that stands for a Python location. The other bits are the location's
/// index. No address of code has it.
pub const PYTHON_NODE: u64 = 1 << 63;

/// The index of the Python location that a node's address stands for.
pub fn python_location(address: u64) -> Option<u32> {
    (address & PYTHON_NODE != 0).then_some(address as u32)
}

/// Set in [`RawPython::state`] if the interpreter takes every object from `malloc`.
pub const OBJECTS_ARE_BLOCKS: u64 = 1 << 8;

/// The interpreter of the process, and the places in Python code that its stacks lead through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawPython {
    /// Its version as CPython's `PY_VERSION_HEX` has it (`0x030b07f0` is 3.11.7); 0 if the process has
    /// no interpreter.
    pub version: u64,
    /// Whether stacks have Python frames, as [`PythonState::to_word`] has it, and [`OBJECTS_ARE_BLOCKS`].
    pub state: u64,
    /// The places, by the numbers that nodes refer to.
    pub locations: Vec<PythonLocation>,
}

/// A line of a Python function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PythonLocation {
    /// `User.__init__`, `<module>`, `load.<locals>.<listcomp>`.
    pub function: String,
    /// As the interpreter has it: `/home/x/load.py`, `<string>`, `<frozen importlib._bootstrap>`.
    pub file: String,
    /// 0 if the code has no line there.
    pub line: u32,
}

/// How far the recorder came with an interpreter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PythonState {
    /// The process has no interpreter.
    #[default]
    Absent,
    /// It was not yet initialised, or the check has not run.
    Unchecked,
    /// The check succeeded; from then on stacks have Python frames.
    Active,
    /// The recorder does not know the layout of this version.
    UnknownVersion,
    /// What the recorder read differed from the interpreter's own answers.
    CheckFailed,
    /// The interpreter runs without a global lock, so its frames cannot be read safely.
    FreeThreaded,
}

impl PythonState {
    /// The number in a recording.
    pub fn to_word(self) -> u64 {
        self as u64
    }

    /// Reads the number; `Absent` for one that is unknown.
    pub fn from_word(word: u64) -> PythonState {
        use PythonState::*;
        [Absent, Unchecked, Active, UnknownVersion, CheckFailed, FreeThreaded]
            .into_iter()
            .find(|state| state.to_word() == word)
            .unwrap_or(Absent)
    }
}

impl RawPython {
    /// How far the recorder came.
    pub fn state(&self) -> PythonState {
        PythonState::from_word(self.state & !OBJECTS_ARE_BLOCKS)
    }

    /// Whether every object is a block of its own (`PYTHONMALLOC=malloc`).
    pub fn objects_are_blocks(&self) -> bool {
        self.state & OBJECTS_ARE_BLOCKS != 0
    }

    /// The version as people write it, `3.11.7`.
    pub fn version_text(&self) -> String {
        let part = |shift: u32| self.version >> shift & 0xff;
        format!("{}.{}.{}", part(24), part(16), part(8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_its_word_and_a_version_is_readable() {
        for state in [PythonState::Active, PythonState::CheckFailed, PythonState::FreeThreaded] {
            assert_eq!(PythonState::from_word(state.to_word()), state);
        }
        assert_eq!(PythonState::from_word(99), PythonState::Absent);
        let raw = RawPython { version: 0x030b_07f0, ..RawPython::default() };
        assert_eq!(raw.version_text(), "3.11.7");
    }
}
