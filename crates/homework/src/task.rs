//! The tasks, the scales they are measured at, and their points.

/// N of the required tasks. 4 × N is just past a power of two, so a Vec that grew by doubling is a
/// quarter empty.
pub const ROWS: u64 = 50_000;
/// Lines of the optional task.
pub const LINES: u64 = 400_000;
/// The larger scale in multiples of N.
pub const SCALE_FACTOR: u64 = 4;
/// How often a task is measured; a figure that is not the same in all runs is unstable.
pub const RUNS: usize = 3;
/// Worker processes of the optional task.
pub const WORKERS: u64 = 4;
/// Length of the shared memory in 64-bit words.
pub const SHARED_WORDS: u64 = 1 << 15;
/// Length of the shared memory in bytes.
pub const SHARED_BYTES: u64 = SHARED_WORDS * 8;
/// The seed that students measure with. Grading uses a secret one.
pub const PUBLIC_SEED: u64 = 20_260_809;

/// A task of section 8.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Collect every row in a Vec without spare capacity.
    List,
    /// Return the same rows one at a time.
    Generator,
    /// Aggregate a log in several processes over shared memory.
    Aggregate,
}

impl Task {
    /// All tasks, in the order in which they are shown.
    pub const ALL: [Task; 3] = [Task::List, Task::Generator, Task::Aggregate];

    /// The name in files and output.
    pub const fn name(self) -> &'static str {
        match self {
            Task::List => "required.list",
            Task::Generator => "required.generator",
            Task::Aggregate => "optional.aggregate",
        }
    }

    /// Whether its points are a bonus.
    pub const fn is_optional(self) -> bool {
        matches!(self, Task::Aggregate)
    }

    /// Points for the right answer; figures earn the rest.
    pub const fn right_points(self) -> u32 {
        5
    }

    /// The most points it can earn.
    pub const fn max_points(self) -> u32 {
        match self {
            Task::List => 40,
            Task::Generator => 60,
            Task::Aggregate => 20,
        }
    }

    /// The scale at which allocations and peak are measured.
    pub const fn large_scale(self, small: u64) -> u64 {
        match self {
            Task::List | Task::Generator => small * SCALE_FACTOR,
            Task::Aggregate => small,
        }
    }
}
