//! How many points a measured figure earns: all at one anchor, none at the other, and along a
//! straight line in between.

use crate::input::ROW_BYTES;
use crate::task::{SHARED_BYTES, Task, WORKERS};

/// The anchors of one scored figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchors {
    /// At most this earns all points.
    pub full: u64,
    /// At least this earns none; larger than `full`.
    pub none: u64,
    /// Points at `full`.
    pub points: u32,
}

/// A task's scored figures; `None` is not scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreLimits {
    /// Allocations and reallocations.
    pub allocations: Option<Anchors>,
    /// The peak of live bytes.
    pub peak_bytes: Anchors,
    /// The peak at 4 × N, in thousandths of the peak at N.
    pub growth_thousandths: Option<Anchors>,
}

/// The points for a figure, in integers, so that every machine gives the same.
pub fn credit(measured: u64, anchors: Anchors) -> u32 {
    let Anchors { full, none, points } = anchors;
    if measured <= full {
        return points;
    }
    if measured >= none {
        return 0;
    }
    let (left, whole) = (u128::from(none - measured), u128::from(none - full));
    // Less than `points`, which is a u32.
    (u128::from(points) * left / whole) as u32
}

/// The anchors of a task whose input has `rows` rows with `name_bytes` bytes of names.
pub fn score_limits(task: Task, rows: u64, name_bytes: u64) -> ScoreLimits {
    match task {
        // The rows and their names, in one block per name and one for the Vec. A Vec that grows by
        // doubling needs 16 reallocations more and is up to half empty.
        Task::List => {
            let exact = rows * ROW_BYTES + name_bytes;
            ScoreLimits {
                allocations: Some(Anchors { full: rows + 1, none: rows + 12, points: 10 }),
                peak_bytes: Anchors { full: exact + exact / 100, none: exact + exact / 5, points: 25 },
                growth_thousandths: None,
            }
        }
        // One name per row. The peak is a single name; a window of some hundred rows still has full
        // points.
        Task::Generator => ScoreLimits {
            allocations: Some(Anchors { full: rows + 64, none: 2 * rows, points: 5 }),
            peak_bytes: Anchors { full: 65_536, none: 4 << 20, points: 25 },
            growth_thousandths: Some(Anchors { full: 1_100, none: 4_000, points: 25 }),
        },
        // 64 KiB per worker besides the shared memory.
        Task::Aggregate => ScoreLimits {
            allocations: None,
            peak_bytes: Anchors { full: SHARED_BYTES + WORKERS * 65_536, none: 8 << 20, points: 15 },
            growth_thousandths: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn points_add_up() {
        for task in Task::ALL {
            let ScoreLimits { allocations, peak_bytes, growth_thousandths } =
                score_limits(task, 200_000, 2_000_000);
            let scored = [allocations, Some(peak_bytes), growth_thousandths].into_iter().flatten();
            assert_eq!(task.right_points() + scored.map(|one| one.points).sum::<u32>(), task.max_points());
        }
    }

    #[test]
    fn the_line_between_the_anchors() {
        let anchors = Anchors { full: 100, none: 200, points: 10 };
        let given: Vec<u32> = [0, 100, 101, 150, 190, 199, 200, u64::MAX]
            .into_iter()
            .map(|measured| credit(measured, anchors))
            .collect();
        assert_eq!(given, [10, 10, 9, 5, 1, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn less_is_never_worth_less(
            full in any::<u64>(), room in 1u64.., points in 0u32.., one in any::<u64>(), other in any::<u64>(),
        ) {
            let anchors = Anchors { full, none: full.saturating_add(room), points };
            let (low, high) = (one.min(other), one.max(other));
            prop_assert!(credit(low, anchors) >= credit(high, anchors));
            prop_assert!(credit(low, anchors) <= points);
            prop_assert_eq!(credit(full, anchors), points);
        }
    }
}
