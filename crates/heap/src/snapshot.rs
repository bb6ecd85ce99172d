//! What is live now, asked from inside the program, under the names that users of Python's
//! tracemalloc know.
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
//! // The strings; where debug information has the line, the vector as well.
//! assert!(largest.blocks_diff >= 100);
//! println!("{}", after.top(5));
//! # drop(names);
//! # Ok::<(), heaplab_heap::SnapshotError>(())
//! ```

use crate::active::{self, NotRecording};
use crate::naming;
use crate::recorder::{self, untracked};
use heaplab_profile::raw::RawRecording;
use heaplab_profile::statistics::{GroupBy, group_sites};
use heaplab_profile::{Measure, Profile};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The live blocks at one moment: of the open region, or of the process if there is none. After a
/// region has closed, they are those at its close.
///
/// Taking and reading a snapshot is not recorded: live bytes and sites are the same before and
/// after, and what it returns is no block of the program. While other threads run, its figures are
/// not all of the same moment.
#[derive(Debug)]
pub struct Snapshot {
    raw: RawRecording,
    workspace: Option<PathBuf>,
    /// Made at first use: it reads the program's debug information, which takes a moment.
    profile: OnceLock<Profile>,
}

/// Why there is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The recorder is not in use.
    #[error(transparent)]
    NotRecording(#[from] NotRecording),
}

/// The live blocks of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistic {
    /// `src/main.rs:30`, `app::load`, or the functions of a stack with their lines, the root first,
    /// separated by `; `.
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
    /// Blocks added since; negative if there are fewer.
    pub blocks_diff: i64,
    /// Live bytes now.
    pub bytes: u64,
    /// Bytes added since; negative if there are fewer.
    pub bytes_diff: i64,
}

impl Snapshot {
    /// Takes a snapshot, which takes some microseconds, or one or two milliseconds with thousands
    /// of sites.
    ///
    /// # Errors
    /// If the recorder is not in use in this process.
    pub fn take() -> Result<Snapshot, SnapshotError> {
        active::check_active()?;
        Ok(Snapshot { raw: recorder::take_recording(), workspace: None, profile: OnceLock::new() })
    }

    /// Makes source places relative to this folder instead of the nearest folder around the working
    /// directory with a `Cargo.lock` (or the working directory itself). Call it before the other
    /// methods.
    #[must_use]
    pub fn with_workspace(self, folder: impl Into<PathBuf>) -> Snapshot {
        Snapshot { workspace: Some(folder.into()), profile: OnceLock::new(), ..self }
    }

    /// The groups with live blocks, the largest first, equal ones by their keys.
    pub fn statistics(&self, group_by: GroupBy) -> Vec<Statistic> {
        untracked(|| {
            let groups = group_sites(self.profile(), group_by, Measure::EndBytes);
            let live = groups.into_iter().filter(|group| group.sums.end_blocks > 0);
            live.map(|group| Statistic {
                key: group.key,
                blocks: group.sums.end_blocks,
                bytes: group.sums.end_bytes,
            })
            .collect()
        })
    }

    /// The changes since an earlier snapshot, the largest change of bytes first, whichever its
    /// sign. Unchanged groups come last, as in tracemalloc.
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

    /// The `most` source lines with the most live bytes, the sum of the others, and the total, as
    /// text.
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
