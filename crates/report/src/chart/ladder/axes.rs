//! Where runs lie on the ladder: both axes are logarithmic, with a small margin around the figures.

use super::{BOTTOM, LEFT, LadderRun, RIGHT, TOP};
use crate::chart::axis::Axis;
use heaplab_record::AxisUnit;

/// A point of the picture.
type Point = (f64, f64);

pub(super) struct LadderAxes {
    pub(super) memory: Axis,
    pub(super) speed: Axis,
}

impl LadderAxes {
    pub(super) fn from_runs(runs: &[LadderRun<'_>], limit: u64) -> LadderAxes {
        let peaks = runs.iter().flat_map(|run| [Some(run.peak), run.anonymous]).flatten();
        let memory = peaks.chain([limit]).map(|bytes| bytes as f64);
        let speed = runs.iter().map(|run| run.speed);
        LadderAxes {
            memory: Axis::with_margin(memory, AxisUnit::Bytes),
            speed: Axis::with_margin(speed, AxisUnit::Count),
        }
    }

    pub(super) fn x(&self, bytes: f64) -> f64 {
        LEFT + self.memory.position(bytes) * (RIGHT - LEFT)
    }

    pub(super) fn y(&self, speed: f64) -> f64 {
        BOTTOM - self.speed.position(speed) * (BOTTOM - TOP)
    }

    /// The marks of a run: of its anonymous pages, and of all its pages.
    pub(super) fn marks(&self, run: &LadderRun<'_>) -> (Point, Point) {
        let y = self.y(run.speed);
        ((self.x(run.anonymous.unwrap_or(run.peak) as f64), y), (self.x(run.peak as f64), y))
    }
}
