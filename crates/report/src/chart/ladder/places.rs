//! Where figures lie on the paper: both axes are logarithmic, and no longer than their figures with a little room around.

use super::{BOTTOM, LEFT, LadderRun, RIGHT, TOP};

/// Room at either end, as a part of an axis, and at least so much of a power of ten.
const ROOM: f64 = 0.07;
const LEAST_ROOM: f64 = 0.15;
/// Axes up to so many powers of ten have marks at 2 and 5 times each.
const SHORT: f64 = 2.5;

/// A point on the paper.
type Point = (f64, f64);

pub(super) struct LadderAxes {
    pub(super) memory: Axis,
    pub(super) speed: Axis,
}

/// One axis, in powers of ten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
}

impl LadderAxes {
    pub(super) fn from_runs(rungs: &[LadderRun<'_>], limit: u64) -> LadderAxes {
        let peaks = rungs.iter().flat_map(|rung| [Some(rung.peak), rung.anonymous]).flatten();
        let memory = peaks.chain([limit]).map(|bytes| bytes as f64);
        LadderAxes {
            memory: Axis::from_figures(memory),
            speed: Axis::from_figures(rungs.iter().map(|rung| rung.speed)),
        }
    }

    pub(super) fn x(&self, bytes: f64) -> f64 {
        LEFT + self.memory.part(bytes) * (RIGHT - LEFT)
    }

    pub(super) fn y(&self, speed: f64) -> f64 {
        BOTTOM - self.speed.part(speed) * (BOTTOM - TOP)
    }

    /// Of the anonymous pages, and of all.
    pub(super) fn marks(&self, rung: &LadderRun<'_>) -> (Point, Point) {
        let y = self.y(rung.speed);
        ((self.x(rung.anonymous.unwrap_or(rung.peak) as f64), y), (self.x(rung.peak as f64), y))
    }
}

impl Axis {
    /// What has no logarithm has no say in it, and lies on the low end.
    fn from_figures(figures: impl Iterator<Item = f64>) -> Axis {
        let powers = figures.filter(|figure| figure.is_finite() && *figure > 0.0).map(f64::log10);
        let ends = powers.fold(None, |ends: Option<(f64, f64)>, power| {
            Some(ends.map_or((power, power), |(low, high)| (low.min(power), high.max(power))))
        });
        let (low, high) = ends.unwrap_or((0.0, 0.0));
        let room = ((high - low) * ROOM).max(LEAST_ROOM);
        Axis { low: low - room, high: high + room }
    }

    /// From 0 to 1.
    fn part(self, figure: f64) -> f64 {
        let part = (figure.log10() - self.low) / (self.high - self.low);
        if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) }
    }

    /// Powers of ten, on a short axis with twice and five times each.
    pub(super) fn marks(self) -> Vec<f64> {
        let digits: &[f64] = if self.high - self.low > SHORT { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let powers = self.low.floor() as i32..=self.high.floor() as i32;
        let marks = powers.flat_map(|power| digits.iter().map(move |digit| digit * 10_f64.powi(power)));
        marks.filter(|mark| (self.low..=self.high).contains(&mark.log10())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_more_on_a_short_axis() {
        let marks = |figures: &[f64]| {
            let marks = Axis::from_figures(figures.iter().copied()).marks();
            marks.iter().map(|mark| format!("{mark:.0}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(marks(&[1.2e6, 1.1e9]), "1000000 10000000 100000000 1000000000");
        assert_eq!(marks(&[7e7, 4e8]), "50000000 100000000 200000000 500000000");
        assert_eq!((marks(&[1e8]), marks(&[])), ("100000000".to_owned(), "1".to_owned()));
    }

    #[test]
    fn equal_factors_are_equal_distances_and_what_has_no_place_does_no_harm() {
        let axis = Axis::from_figures([f64::NAN, 0.0, -1.0, 1e6, 1e8].into_iter());
        assert!((axis.part(1e7) - 0.5).abs() < 1e-9);
        let off = axis.part(1e8) - axis.part(1e7);
        assert!((axis.part(1e7) - axis.part(1e6) - off).abs() < 1e-9);
        for figure in [f64::NAN, 0.0, -5.0, f64::INFINITY, 1e300] {
            assert!((0.0..=1.0).contains(&axis.part(figure)), "{figure}");
        }
    }
}
