//! Which tasks there are, at which scale they are measured and how many points they give.

use heaplab_record::Text;

/// N of the required tasks. Just past a power of two from 4 × N: a Vec that grew by doubling has a quarter of its room empty.
pub const ROWS: u64 = 50_000;
/// Lines of the optional task.
pub const LINES: u64 = 400_000;
/// The larger scale is this many times N.
pub const SCALE_FACTOR: u64 = 4;
/// How often everything is measured: what is not the same in all of them is unstable.
pub const RUNS: usize = 3;
/// Processes of the optional task.
pub const WORKERS: u64 = 4;
/// 64-bit words of memory that the workers share.
pub const SHARED_WORDS: u64 = 1 << 15;
/// The same in bytes.
pub const SHARED_BYTES: u64 = SHARED_WORDS * 8;
/// The seed that students measure with. The teacher's is another.
pub const PUBLIC_SEED: u64 = 20_260_809;

/// A task of section 8.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Every row in a list, with no more room than needed.
    List,
    /// The same rows, one at a time.
    Generator,
    /// The log aggregator as several processes over shared memory.
    Aggregate,
}

impl Task {
    /// In the order in which they are shown.
    pub const ALL: [Task; 3] = [Task::List, Task::Generator, Task::Aggregate];

    /// As everything that is written calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Task::List => "required.list",
            Task::Generator => "required.generator",
            Task::Aggregate => "optional.aggregate",
        }
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<Task> {
        Task::ALL.into_iter().find(|task| task.name() == name)
    }

    /// Whether its points come on top.
    pub const fn is_optional(self) -> bool {
        matches!(self, Task::Aggregate)
    }

    /// The points for a right answer alone; everything else builds on them.
    pub const fn right_points(self) -> u32 {
        5
    }

    /// The most points.
    pub const fn max_points(self) -> u32 {
        match self {
            Task::List => 40,
            Task::Generator => 60,
            Task::Aggregate => 20,
        }
    }

    /// The scale that allocations and peak are measured at.
    pub const fn large_scale(self, small: u64) -> u64 {
        match self {
            Task::List | Task::Generator => small * SCALE_FACTOR,
            Task::Aggregate => small,
        }
    }

    /// What it asks for, in one line.
    pub fn description(self) -> Text {
        let (en, zh) = match self {
            Task::List => {
                ("every row in a Vec, with no more room than needed", "把每一行都收进 Vec，容量不多不少")
            }
            Task::Generator => ("the same rows, one at a time", "同样的行，一次只要一行"),
            Task::Aggregate => (
                "PV and UV of a log, counted by several processes over shared memory",
                "多个进程通过共享内存统计日志的 PV 和 UV",
            ),
        };
        Text { en: en.to_owned(), zh: zh.to_owned() }
    }
}
