//! What is live now, asked from inside the program, under the names that users of Python's tracemalloc know.
//!
//! # Examples
//!
//! ```
//! use heaplab_heap::{GroupBy, Heap, Snapshot};
//!
//! #[global_allocator]
//! static HEAP: Heap = Heap::recording();
//!
//! let before = Snapshot::take()?;
//! let names: Vec<String> = (0..100).map(|number| format!("user number {number:3}")).collect();
//! let after = Snapshot::take()?;
//!
//! let largest = &after.compare_to(&before, GroupBy::Line)[0];
//! assert_eq!(largest.blocks_diff, 101);
//! println!("{}", after.top(5));
//! # drop(names);
//! # Ok::<(), heaplab_heap::SnapshotError>(())
//! ```

use crate::active::{self, NotRecording};
use crate::naming;
use crate::recorder::{self, untracked};
use heaplab_profile::raw::RawRecording;
use heaplab_profile::statistics::{GroupBy, compute_statistics};
use heaplab_profile::{Measure, Profile};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The live blocks at one moment: of the open region, or of the process where there is none. After a region has closed they
/// are those at its close.
///
/// Neither taking a snapshot nor asking it is seen by the recorder: live bytes and sites are the same before and after, and
/// what it hands out is no block of the program. While other threads run, each of its figures is of a moment of its own.
#[derive(Debug)]
pub struct Snapshot {
    raw: RawRecording,
    workspace: Option<PathBuf>,
    /// Found when it is first asked for: that reads the program's debug information, which takes a moment.
    profile: OnceLock<Profile>,
}

/// Why there is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The heap probe is not at work.
    #[error(transparent)]
    NotRecording(#[from] NotRecording),
}

/// What is live of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistic {
    /// `src/main.rs:30`, `app::load`, or the functions of a stack with their lines, the root first, separated by `; `.
    pub key: String,
    /// Live blocks.
    pub blocks: u64,
    /// Live bytes.
    pub bytes: u64,
}

/// How one group has changed since an earlier snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// As in [`Statistic::key`].
    pub key: String,
    /// Live blocks now.
    pub blocks: u64,
    /// What was added since, or below zero taken away.
    pub blocks_diff: i64,
    /// Live bytes now.
    pub bytes: u64,
    /// What was added since, or below zero taken away.
    pub bytes_diff: i64,
}

impl Snapshot {
    /// What is live now. Takes some microseconds, and one or two milliseconds where there are thousands of sites.
    ///
    /// # Errors
    /// When the heap probe is not at work in this process.
    pub fn take() -> Result<Snapshot, SnapshotError> {
        active::check_active()?;
        Ok(Snapshot { raw: recorder::take_recording(), workspace: None, profile: OnceLock::new() })
    }

    /// Names places from this folder, where it would be the nearest one around the working directory with a `Cargo.lock`
    /// (the working directory itself if there is none). To be said before anything else is asked.
    #[must_use]
    pub fn with_workspace(self, folder: impl Into<PathBuf>) -> Snapshot {
        Snapshot { workspace: Some(folder.into()), profile: OnceLock::new(), ..self }
    }

    /// The sums over the groups that have live blocks, the largest first, equal ones by their keys.
    pub fn statistics(&self, group_by: GroupBy) -> Vec<Statistic> {
        untracked(|| {
            let groups = compute_statistics(self.profile(), group_by, Measure::EndBytes);
            let live = groups.into_iter().filter(|group| group.end_blocks > 0);
            live.map(|group| Statistic { key: group.key, blocks: group.end_blocks, bytes: group.end_bytes })
                .collect()
        })
    }

    /// What has changed since an earlier snapshot, the largest change of bytes first, whichever its sign. Groups that have
    /// not changed come last, as in tracemalloc.
    pub fn compare_to(&self, earlier: &Snapshot, group_by: GroupBy) -> Vec<Difference> {
        untracked(|| {
            // Blocks and bytes, then and now.
            let mut groups: BTreeMap<String, [(u64, u64); 2]> = BTreeMap::new();
            for (when, snapshot) in [earlier, self].into_iter().enumerate() {
                for group in snapshot.statistics(group_by) {
                    groups.entry(group.key).or_default()[when] = (group.blocks, group.bytes);
                }
            }
            let difference = |(key, [then, now]): (String, [(u64, u64); 2])| Difference {
                key,
                blocks: now.0,
                blocks_diff: now.0.wrapping_sub(then.0).cast_signed(),
                bytes: now.1,
                bytes_diff: now.1.wrapping_sub(then.1).cast_signed(),
            };
            let mut differences: Vec<Difference> = groups.into_iter().map(difference).collect();
            // A stable sort: equal changes stay in the order of their keys.
            differences.sort_by_key(|group| {
                Reverse((group.bytes_diff.unsigned_abs(), group.bytes, group.blocks_diff.unsigned_abs()))
            });
            differences
        })
    }

    /// The `most` lines of source with the most live bytes, what the others hold, and the total: text to print.
    pub fn top(&self, most: usize) -> String {
        untracked(|| {
            let lines = self.statistics(GroupBy::Line);
            let (shown, others) = lines.split_at(most.min(lines.len()));
            let mut text = format!("Top {} lines by live bytes", shown.len());
            for (index, line) in shown.iter().enumerate() {
                text += &format!("\n#{}: {line}", index + 1);
            }
            if !others.is_empty() {
                text += &format!("\n{} other: {}", others.len(), format_sum(others));
            }
            text + &format!("\nTotal live: {}", format_sum(&lines))
        })
    }

    fn profile(&self) -> &Profile {
        self.profile.get_or_init(|| {
            let workspace = self.workspace.clone().unwrap_or_else(naming::find_workspace);
            naming::build_profile(&self.raw, &workspace)
        })
    }
}

/// `src/main.rs:30: 419.8 KiB, 12 blocks`.
impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, {}", self.key, naming::format_size(self.bytes), naming::format_blocks(self.blocks))
    }
}

/// `src/main.rs:30: 419.8 KiB (+12.0 KiB), 12 blocks (+1)`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.bytes_diff < 0 { '-' } else { '+' };
        let change = naming::format_size(self.bytes_diff.unsigned_abs());
        let (size, blocks) = (naming::format_size(self.bytes), naming::format_blocks(self.blocks));
        write!(f, "{}: {size} ({sign}{change}), {blocks} ({:+})", self.key, self.blocks_diff)
    }
}

fn format_sum(lines: &[Statistic]) -> String {
    let (bytes, count) =
        (lines.iter().map(|line| line.bytes).sum(), lines.iter().map(|line| line.blocks).sum());
    format!("{}, {}", naming::format_size(bytes), naming::format_blocks(count))
}
