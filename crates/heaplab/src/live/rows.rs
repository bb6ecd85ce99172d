//! Rows of the table: what the stacks of a line hold together, and how much that grew since a mark.

use heaplab_profile::Frame;
use heaplab_profile::raw::RawSite;
use heaplab_profile::statistics::{LineTable, StackLine};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::PathBuf;

/// Stacks that a row keeps for the view of whole stacks.
const MOST_STACKS: usize = 100;

/// What is live at one stack, over all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) live_bytes: i64,
    pub(crate) live_blocks: i64,
    pub(crate) births: u64,
}

impl Holding {
    fn add(&mut self, other: Holding) {
        self.live_bytes += other.live_bytes;
        self.live_blocks += other.live_blocks;
        self.births = self.births.wrapping_add(other.births);
    }
}

/// What each stack holds, by the node of its innermost frame.
pub(crate) type Holdings = HashMap<u32, Holding>;

/// Adds up the threads.
pub(crate) fn sum_holdings(sites: &[RawSite]) -> Holdings {
    let mut holdings = Holdings::new();
    for site in sites {
        let (live_bytes, live_blocks) = (site.live_bytes, site.live_blocks);
        holdings.entry(site.node).or_default().add(Holding { live_bytes, live_blocks, births: site.births });
    }
    holdings
}

/// How much more is live than at the mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Growth {
    pub(crate) bytes: i64,
    pub(crate) blocks: i64,
}

impl Growth {
    fn add(&mut self, other: Growth) {
        self.bytes += other.bytes;
        self.blocks += other.blocks;
    }
}

/// One stack of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StackHolding {
    pub(crate) node: u32,
    pub(crate) holding: Holding,
    pub(crate) growth: Growth,
}

/// A line of the program, with all stacks that lead to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SiteRow {
    /// Tells it apart from other rows, also in later readings.
    pub(crate) key: String,
    pub(crate) frame: Frame,
    pub(crate) holding: Holding,
    /// 0 without a mark.
    pub(crate) growth: Growth,
    /// Blocks that were allocated since the reading before, per second.
    pub(crate) births_per_second: Option<u64>,
    /// How many stacks lead here.
    pub(crate) stack_count: usize,
    /// Those that hold or grew the most.
    pub(crate) stacks: Vec<StackHolding>,
}

/// The rows of one reading of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowSet {
    pub(crate) path: PathBuf,
    /// When the figures were read, since the region was opened.
    pub(crate) at_ns: u64,
    pub(crate) has_mark: bool,
    pub(crate) rows: Vec<SiteRow>,
    /// Stacks whose names are still being looked up, which no row counts, and what they hold.
    pub(crate) unnamed_stacks: usize,
    pub(crate) unnamed_bytes: i64,
}

/// What figures are compared with.
#[derive(Clone, Copy, Default)]
pub(crate) struct Comparison<'a> {
    /// What each stack held at the mark.
    pub(crate) mark: Option<&'a Holdings>,
    /// The reading before, and how much time has passed since.
    pub(crate) former: Option<(&'a Holdings, u64)>,
}

/// Adds up the stacks of each line.
pub(crate) fn sum_rows(holdings: &Holdings, comparison: Comparison<'_>, lines: &LineTable) -> RowSet {
    let mut set = RowSet { has_mark: comparison.mark.is_some(), ..RowSet::default() };
    let mut by_line: HashMap<usize, (SiteRow, u64)> = HashMap::new();
    for (&node, &holding) in holdings {
        let Some(line) = lines.find(node) else {
            set.unnamed_stacks += 1;
            set.unnamed_bytes += holding.live_bytes;
            continue;
        };
        let in_reading = |reading: &Holdings| reading.get(&node).copied().unwrap_or_default();
        let growth = comparison.mark.map(in_reading).map_or(Growth::default(), |before| Growth {
            bytes: holding.live_bytes - before.live_bytes,
            blocks: holding.live_blocks - before.live_blocks,
        });
        let former_births = comparison.former.map_or(0, |(former, _)| in_reading(former).births);
        let (row, new_births) = by_line.entry(line).or_insert_with(|| (empty_row(&lines.lines()[line]), 0));
        row.holding.add(holding);
        row.growth.add(growth);
        row.stack_count += 1;
        row.stacks.push(StackHolding { node, holding, growth });
        *new_births += holding.births.saturating_sub(former_births);
    }
    for (mut row, new_births) in by_line.into_values() {
        row.births_per_second =
            comparison.former.and_then(|(_, elapsed_ns)| per_second(new_births, elapsed_ns));
        row.stacks.sort_by_key(|stack| (Reverse(importance(stack)), stack.node));
        row.stacks.truncate(MOST_STACKS);
        set.rows.push(row);
    }
    set.rows.sort_by(|one, other| {
        (other.holding.live_bytes, &one.key).cmp(&(one.holding.live_bytes, &other.key))
    });
    set
}

fn empty_row(line: &StackLine) -> SiteRow {
    SiteRow {
        key: line.key.clone(),
        frame: line.frame.clone(),
        holding: Holding::default(),
        growth: Growth::default(),
        births_per_second: None,
        stack_count: 0,
        stacks: Vec::new(),
    }
}

/// With a mark, the growth; what is live breaks ties.
fn importance(stack: &StackHolding) -> (i64, i64) {
    (stack.growth.bytes, stack.holding.live_bytes)
}

/// `None` where no time has passed.
pub(crate) fn per_second(count: u64, elapsed_ns: u64) -> Option<u64> {
    let rate = u128::from(count) * 1_000_000_000 / u128::from(elapsed_ns).max(1);
    (elapsed_ns > 0).then(|| u64::try_from(rate).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(node: u32, thread: u32, births: u64, live_blocks: i64, live_bytes: i64) -> RawSite {
        RawSite { node, thread, births, live_blocks, live_bytes, ..RawSite::default() }
    }

    fn line_table() -> LineTable {
        let mut lines = LineTable::default();
        for (stack, caller, line) in [(1, 10, 30), (2, 11, 30), (3, 12, 40)] {
            let frame = |function: &str, line: u32| Frame {
                function: function.to_owned(),
                location: Some(format!("src/main.c:{line}")),
                ..Frame::default()
            };
            lines.add_stack(stack, &[frame("app::run", caller), frame("load", line)]);
        }
        lines
    }

    #[test]
    fn threads_and_stacks_of_a_line_are_added_up_and_growth_is_since_the_mark() {
        let mark = sum_holdings(&[site(1, 0, 5, 5, 500), site(3, 0, 1, 1, 70)]);
        // Node 2 is new since the mark, one thread freed what another allocated, and node 9 has no
        // name yet.
        let now = [
            site(1, 0, 9, 9, 900),
            site(1, 1, 0, -2, -200),
            site(2, 0, 1, 1, 50),
            site(3, 0, 1, 0, 0),
            site(9, 0, 1, 1, 8),
        ];
        let comparison = Comparison { mark: Some(&mark), former: None };
        let set = sum_rows(&sum_holdings(&now), comparison, &line_table());
        let found: Vec<_> = set
            .rows
            .iter()
            .map(|row| {
                (
                    row.key.as_str(),
                    row.holding.live_bytes,
                    row.growth.bytes,
                    row.growth.blocks,
                    row.stack_count,
                )
            })
            .collect();
        assert_eq!(found, [("src/main.c:30", 750, 250, 3, 2), ("src/main.c:40", 0, -70, -1, 1)]);
        assert_eq!((set.unnamed_stacks, set.unnamed_bytes), (1, 8));
        assert_eq!(set.rows[0].stacks[0].node, 1, "it grew the most");
    }

    #[test]
    fn rates_are_per_second() {
        let former = sum_holdings(&[site(1, 0, 100, 0, 0)]);
        let comparison = Comparison { mark: None, former: Some((&former, 2_000_000_000)) };
        // Node 2 is new, and leads to the same line.
        let now = sum_holdings(&[site(1, 0, 300, 0, 0), site(2, 0, 20, 0, 0)]);
        let set = sum_rows(&now, comparison, &line_table());
        assert_eq!(set.rows[0].births_per_second, Some(110));
        assert_eq!(per_second(7, 0), None);
    }
}
