//! An assertion for tests on how much memory some work may take. It measures the calling thread and
//! the threads that get a token, so it holds under a parallel `cargo test`. It needs no region.
//!
//! # Examples
//!
//! ```
//! use heaplab_heap::{Heap, Limit, limit};
//!
//! // These two lines, once in a test file (or in the program).
//! #[global_allocator]
//! static HEAP: Heap = Heap::recording();
//!
//! let text = "ann 3\nben 4\n";
//! let longest = limit(Limit::new().peak_bytes(64).blocks(1).leaked_bytes(0), || {
//!     let words: Vec<&str> = text.split_whitespace().collect();
//!     words.iter().map(|word| word.len()).max()
//! });
//! assert_eq!(longest, Some(3));
//! ```
//!
//! A thread that the work starts is measured if it enters a token. Blocks of the work are counted
//! whichever thread frees them:
//!
//! ```
//! use heaplab_heap::{Heap, Limit, limit};
//!
//! #[global_allocator]
//! static HEAP: Heap = Heap::recording();
//!
//! limit(Limit::new().peak_bytes(5_000).leaked_bytes(0), || {
//!     let token = limit::token();
//!     let worker = std::thread::spawn(move || token.enter(|| vec![1u8; 4_000].len()));
//!     assert_eq!(worker.join().ok(), Some(4_000));
//! });
//! ```
//!
//! # Coming from pytest-memray
//!
//! - `@pytest.mark.limit_memory("24 MB")` is `limit(Limit::new().peak_bytes(24 << 20), || …)`.
//! - `@pytest.mark.limit_leaks("1 MB")` is `limit(Limit::new().leaked_bytes(1 << 20), || …)`. Here
//!   it bounds all stacks together, in pytest-memray each stack alone.
//! - `current_thread_only=True` is always the case, except for threads with a [`Token`].
//! - `limit_leaks(…, warmups=1)`: call the work once before. What it allocates once and keeps (a
//!   lazy static, a thread-local) is then not a leak.
//!
//! # What counts
//!
//! Blocks that the work allocates. A block from before is ignored when it is freed and counts as
//! new when it is reallocated. What the work returns is live when it ends, and counts as leaked. A
//! `Vec` that grows is one block. Everything is exact to the byte with any number of threads. It
//! takes about 40 bytes per live block and a lock per event, on the measured threads only.

use crate::active;
use crate::recorder::{self, Scope, ScopeTotals};

/// Bounds on some work, each inclusive. What is not set is not bounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "bounds hold nothing until they are given to `limit`"]
pub struct Limit {
    peak_bytes: Option<u64>,
    blocks: Option<u64>,
    leaked_bytes: Option<u64>,
}

impl Limit {
    /// No bounds yet.
    pub const fn new() -> Limit {
        Limit { peak_bytes: None, blocks: None, leaked_bytes: None }
    }

    /// Bounds the bytes that are live at once.
    pub const fn peak_bytes(self, most: u64) -> Limit {
        Limit { peak_bytes: Some(most), ..self }
    }

    /// Bounds the number of allocated blocks, whether they are freed or not.
    pub const fn blocks(self, most: u64) -> Limit {
        Limit { blocks: Some(most), ..self }
    }

    /// Bounds the bytes that are live when the work has ended.
    pub const fn leaked_bytes(self, most: u64) -> Limit {
        Limit { leaked_bytes: Some(most), ..self }
    }
}

/// Runs `work` and returns its result.
///
/// Limits nest: the outer one includes what the inner one measures. Join threads by their handles
/// before the work ends: `std::thread::scope` alone does not wait until a thread has freed what it
/// began with.
///
/// # Panics
/// As an assertion, it panics if a bound is exceeded or if the recorder is not in use. The message
/// has the bound, the measured figure, and the three most important lines (with the feature
/// `symbols`).
#[track_caller]
pub fn limit<R>(most: Limit, work: impl FnOnce() -> R) -> R {
    if let Err(error) = active::check_active() {
        panic!("heaplab_heap::limit: {error}");
    }
    let scope = Scope::open();
    let returned = scope.enter(work);
    let measured = scope.totals();
    let excesses: Vec<ExceededBound> = recorder::untracked(|| find_exceeded(most, measured));
    if !excesses.is_empty() {
        let message = recorder::untracked(|| format_message(&excesses, &scope));
        panic!("{message}");
    }
    returned
}

/// Returns a token that lets other threads into this thread's limit. Outside of a limit it has no
/// effect.
pub fn token() -> Token {
    Token(Scope::current())
}

/// The limit that a thread was in when it called [`token`].
#[derive(Clone, Debug)]
pub struct Token(Option<Scope>);

impl Token {
    /// Runs `work` as part of the limit, instead of a limit that this thread may be in.
    pub fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        match &self.0 {
            Some(scope) => scope.enter(work),
            None => work(),
        }
    }
}

struct ExceededBound {
    bound: Bound,
    measured: u64,
    most: u64,
}

#[derive(Clone, Copy)]
enum Bound {
    PeakBytes,
    Blocks,
    LeakedBytes,
}

fn find_exceeded(most: Limit, measured: ScopeTotals) -> Vec<ExceededBound> {
    let bounds = [
        (Bound::PeakBytes, measured.peak_bytes, most.peak_bytes),
        (Bound::Blocks, measured.blocks, most.blocks),
        (Bound::LeakedBytes, measured.live_bytes, most.leaked_bytes),
    ];
    let excess = |(of, measured, most): (Bound, u64, Option<u64>)| {
        most.filter(|&most| measured > most).map(|most| ExceededBound { bound: of, measured, most })
    };
    bounds.into_iter().filter_map(excess).collect()
}

fn format_message(excesses: &[ExceededBound], scope: &Scope) -> String {
    let mut message = "heaplab_heap::limit does not hold".to_owned();
    let sites = ScopeSites::from_scope(scope);
    for excess in excesses {
        let (name, unit) = match excess.bound {
            Bound::PeakBytes => ("peak_bytes", "bytes live at once"),
            Bound::Blocks => ("blocks", "blocks made"),
            Bound::LeakedBytes => ("leaked_bytes", "bytes alive at the end"),
        };
        message += &format!("\n{name}: {} {unit}, limit {}", excess.measured, excess.most);
        message += &sites.format_top(excess.bound);
    }
    message
}

#[cfg(feature = "symbols")]
use with_symbols::ScopeSites;

#[cfg(feature = "symbols")]
mod with_symbols {
    use super::{Bound, Scope};
    use crate::naming;
    use heaplab_profile::statistics::{GroupBy, SiteGroup, group_sites};
    use heaplab_profile::{Measure, Profile};

    /// Lines shown per bound.
    const TOP: usize = 3;

    /// The sites of a scope.
    pub(super) struct ScopeSites(Profile);

    impl ScopeSites {
        pub(super) fn from_scope(scope: &Scope) -> ScopeSites {
            ScopeSites(naming::build_profile(&scope.recording(), &naming::find_workspace()))
        }

        /// The lines with the largest part of what was exceeded.
        pub(super) fn format_top(&self, of: Bound) -> String {
            let measure = match of {
                Bound::PeakBytes => Measure::PeakBytes,
                Bound::Blocks => Measure::TotalBlocks,
                Bound::LeakedBytes => Measure::EndBytes,
            };
            let figures = |line: &SiteGroup| match of {
                Bound::PeakBytes => (line.sums.peak_bytes, line.sums.peak_blocks),
                Bound::Blocks => (line.sums.total_bytes, line.sums.total_blocks),
                Bound::LeakedBytes => (line.sums.end_bytes, line.sums.end_blocks),
            };
            let lines = group_sites(&self.0, GroupBy::Line, measure);
            let lines: Vec<&SiteGroup> = lines.iter().filter(|line| figures(line).1 > 0).collect();
            let mut text = String::new();
            for (index, line) in lines.iter().take(TOP).enumerate() {
                let (bytes, blocks) = figures(line);
                let (size, blocks) = (naming::format_size(bytes), naming::format_blocks(blocks));
                text += &format!("\n  #{}: {}: {size}, {blocks}", index + 1, line.key);
            }
            match lines.len().saturating_sub(TOP) {
                0 => text,
                1 => text + "\n  and 1 more line",
                more => text + &format!("\n  and {more} more lines"),
            }
        }
    }
}

#[cfg(not(feature = "symbols"))]
struct ScopeSites;

#[cfg(not(feature = "symbols"))]
impl ScopeSites {
    fn from_scope(_scope: &Scope) -> ScopeSites {
        ScopeSites
    }

    fn format_top(&self, _bound: Bound) -> String {
        "\n  (the feature `symbols` of heaplab-heap shows the lines)".to_owned()
    }
}
