//! Live bytes over wall time, in a bounded number of points that keep every peak.

/// Points that are kept. A screen is at most some hundred columns wide.
const MOST_POINTS: usize = 8192;

/// A point of the curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Point {
    /// Since the region was opened.
    pub(crate) at_ns: u64,
    /// The most live bytes since the point before, as far as they were seen.
    pub(crate) live_bytes: u64,
}

/// The points in the order of time.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    points: Vec<Point>,
}

impl History {
    /// Begins with the points of a recording's own curve.
    pub(crate) fn from_points(points: Vec<Point>) -> History {
        let mut history = History::default();
        points.into_iter().for_each(|point| history.push(point));
        history
    }

    /// Adds a point. One that is older than the last counts at the last one's time.
    pub(crate) fn push(&mut self, point: Point) {
        let at_ns = point.at_ns.max(self.points.last().map_or(0, |last| last.at_ns));
        self.points.push(Point { at_ns, ..point });
        if self.points.len() > MOST_POINTS {
            let pairs = self.points.chunks(2);
            self.points =
                pairs.filter_map(|pair| pair.iter().copied().max_by_key(|point| point.live_bytes)).collect();
        }
    }

    /// The time of the last point.
    pub(crate) fn end_ns(&self) -> u64 {
        self.points.last().map_or(0, |last| last.at_ns)
    }

    /// The most live bytes in each of `columns` equal parts of the time from `from_ns` to `until_ns`.
    /// Where nothing was seen, the level before goes on; `None` before the first point.
    pub(crate) fn columns(&self, from_ns: u64, until_ns: u64, columns: usize) -> Vec<Option<u64>> {
        let span = u128::from(until_ns.saturating_sub(from_ns).max(1));
        let column_of = |at_ns: u64| {
            let part = u128::from(at_ns.saturating_sub(from_ns)) * columns as u128 / span;
            usize::try_from(part).unwrap_or(columns).min(columns.saturating_sub(1))
        };
        let mut levels: Vec<Option<u64>> = vec![None; columns];
        let mut last_in: Vec<Option<u64>> = vec![None; columns];
        let mut before = None;
        for point in self.points.iter().take_while(|point| point.at_ns <= until_ns) {
            if point.at_ns < from_ns {
                before = Some(point.live_bytes);
            } else if let Some(level) = levels.get_mut(column_of(point.at_ns)) {
                *level = (*level).max(Some(point.live_bytes));
                last_in[column_of(point.at_ns)] = Some(point.live_bytes);
            }
        }
        for (level, last) in levels.iter_mut().zip(last_in) {
            *level = level.or(before);
            before = last.or(before);
        }
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(points: &[(u64, u64)]) -> History {
        History::from_points(points.iter().map(|&(at_ns, live_bytes)| Point { at_ns, live_bytes }).collect())
    }

    #[test]
    fn a_column_has_the_most_of_its_time_and_a_gap_has_the_level_before() {
        let history = history(&[(10, 5), (12, 9), (14, 2), (40, 7)]);
        assert_eq!(history.columns(0, 50, 5), [None, Some(9), Some(2), Some(2), Some(7)]);
        assert_eq!(history.columns(20, 50, 3), [Some(2), Some(2), Some(7)]);
        assert_eq!(history.columns(0, 30, 3), [None, Some(9), Some(2)]);
        assert_eq!(history.columns(0, 0, 2), [None, None]);
    }

    #[test]
    fn many_points_keep_the_peak() {
        let mut history = History::default();
        for at_ns in 0..50_000 {
            history.push(Point { at_ns, live_bytes: if at_ns == 31_415 { 1000 } else { at_ns % 10 } });
        }
        assert!(history.points.len() <= MOST_POINTS);
        let columns = history.columns(0, 50_000, 100);
        let highest = columns.iter().enumerate().max_by_key(|(_, level)| **level).unwrap();
        assert_eq!(highest, (62, &Some(1000)));
    }
}
