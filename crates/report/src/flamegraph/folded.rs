//! Folded stacks: lines of `main;run;push 4096`, the root first.

use std::collections::BTreeMap;

/// Amounts by the path from the root. The empty path has the whole.
type PathSums<'a> = BTreeMap<Vec<&'a str>, u64>;

/// The stacks of every line that has an amount.
pub(super) fn parse(folded: &str) -> impl Iterator<Item = (Vec<&str>, u64)> {
    folded.lines().filter_map(parse_line)
}

pub(super) fn parse_line(line: &str) -> Option<(Vec<&str>, u64)> {
    let (stack, amount) = line.rsplit_once(' ')?;
    Some((stack.split(';').collect(), amount.parse().ok()?))
}

/// Adds up all stacks that begin with a path.
fn sum_by_path(folded: &str) -> PathSums<'_> {
    let mut sums = PathSums::new();
    for (stack, amount) in parse(folded) {
        for depth in 0..=stack.len() {
            *sums.entry(stack[..depth].to_vec()).or_default() += amount;
        }
    }
    sums
}

/// Folded stacks of one window of the run and of the whole run.
#[derive(Clone, Copy, Debug)]
pub struct LeakStacks<'a> {
    /// Bytes that give the frames their widths.
    pub width: &'a str,
    /// Bytes that were allocated in the whole run.
    pub total: &'a str,
    /// Bytes that were never freed.
    pub end: &'a str,
}

/// Which share of its bytes each frame never freed.
pub(super) struct LeakShares<'a> {
    total: PathSums<'a>,
    end: PathSums<'a>,
}

impl<'a> LeakShares<'a> {
    pub(super) fn from_stacks(stacks: LeakStacks<'a>) -> LeakShares<'a> {
        LeakShares { total: sum_by_path(stacks.total), end: sum_by_path(stacks.end) }
    }

    /// 1 where nothing was freed.
    pub(super) fn share(&self, path: &[&str]) -> f64 {
        let of = |sums: &PathSums<'_>| sums.get(path).copied().unwrap_or(0);
        of(&self.end) as f64 / of(&self.total).max(1) as f64
    }
}
