//! Which rows of the table are shown, in which order, and which one is selected.

use super::rows::{RowSet, SiteRow};
use std::cmp::Reverse;

/// What the rows are sorted by, the largest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SortKey {
    /// Live bytes.
    #[default]
    Live,
    /// Growth of live bytes since the mark.
    Growth,
    /// Live blocks.
    Blocks,
    /// Allocations per second.
    Rate,
}

impl SortKey {
    /// The next one; growth only if there is a mark.
    pub(crate) const fn next(self, has_mark: bool) -> SortKey {
        match self {
            SortKey::Live if has_mark => SortKey::Growth,
            SortKey::Live | SortKey::Growth => SortKey::Blocks,
            SortKey::Blocks => SortKey::Rate,
            SortKey::Rate => SortKey::Live,
        }
    }

    fn figure(self, row: &SiteRow) -> i64 {
        match self {
            SortKey::Live => row.holding.live_bytes,
            SortKey::Growth => row.growth.bytes,
            SortKey::Blocks => row.holding.live_blocks,
            SortKey::Rate => i64::try_from(row.births_per_second.unwrap_or(0)).unwrap_or(i64::MAX),
        }
    }
}

/// Sorting, filter and selection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableOrder {
    pub(crate) sort: SortKey,
    /// Rows whose function or place has this text; capital letters only matter if it has one.
    pub(crate) filter: String,
    /// The key of the selected row; without one, the first row is selected.
    pub(crate) selected: Option<String>,
}

impl TableOrder {
    /// The rows that are shown.
    pub(crate) fn select_rows<'rows>(&self, set: &'rows RowSet) -> Vec<&'rows SiteRow> {
        let mut rows: Vec<&SiteRow> = set.rows.iter().filter(|row| self.matches(row)).collect();
        rows.sort_by_key(|row| (Reverse(self.sort.figure(row)), Reverse(row.holding.live_bytes)));
        rows
    }

    fn matches(&self, row: &SiteRow) -> bool {
        let texts =
            [Some(row.frame.function.as_str()), row.frame.location.as_deref(), Some(row.key.as_str())];
        let is_exact = self.filter.chars().any(char::is_uppercase);
        texts.into_iter().flatten().any(|text| match is_exact {
            true => text.contains(&self.filter),
            false => text.to_lowercase().contains(&self.filter),
        })
    }

    /// The place of the selected row among those that are shown.
    pub(crate) fn selected_index(&self, rows: &[&SiteRow]) -> usize {
        let selected = self.selected.as_ref();
        rows.iter().position(|row| Some(&row.key) == selected).unwrap_or(0)
    }

    /// Moves the selection by so many rows.
    pub(crate) fn move_selection(&mut self, set: &RowSet, by: isize) {
        let rows = self.select_rows(set);
        let last = rows.len().saturating_sub(1);
        let index = self.selected_index(&rows).saturating_add_signed(by).min(last);
        // The first row is selected without its key, so that the selection stays at the top.
        self.selected = rows.get(index).filter(|_| index > 0).map(|row| row.key.clone());
    }
}
