//! One axis of a chart: linear, or logarithmic where the figures lie too far apart to be seen side by side.

use crate::format;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use std::ops::Range;

/// From this ratio of the largest to the smallest on, the smallest would be a bar of three pixels or a line on the ground.
const LOG_FROM_RATIO: f64 = 30.0;

/// An axis over bytes or nanoseconds, which plotters asks where they lie.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) is_log: bool,
    /// The ends: figures, or their logarithms.
    low: f64,
    high: f64,
    marks: Vec<u64>,
}

impl Axis {
    /// For bars of these lengths. A logarithmic one begins at a power of ten under the shortest, so that this has a length
    /// too. What is 0 has no logarithm and no say in this.
    pub(crate) fn for_bars(lengths: &[u64], most_marks: usize) -> Axis {
        let (least, most) = positive_range(lengths);
        if !is_wide(least, most) {
            return Axis::linear(most, most_marks);
        }
        let power = least.log10().floor();
        let low = if least.log10() - power < 0.1 { (power - 1.0).max(0.0) } else { power };
        Axis::logarithmic(low, most.log10(), most_marks)
    }

    /// For lines that reach this far. What they pass on the way, such as a program that starts with a few kilobytes, lies
    /// on the low end of a logarithmic axis: nobody compares variants there, and it would take half of the picture.
    pub(crate) fn for_lines(reaches: &[u64], most_marks: usize) -> Axis {
        let (least, most) = positive_range(reaches);
        if is_wide(least, most) {
            Axis::logarithmic((least / 3.0).max(1.0).log10(), most.log10(), most_marks)
        } else {
            Axis::linear(most, most_marks)
        }
    }

    /// How many times the one before it a mark of a logarithmic axis is.
    pub(crate) fn factor(&self) -> u64 {
        match self.marks.as_slice() {
            [first, second, ..] if *first > 0 => second / first,
            _ => 10,
        }
    }

    /// The same axis with a little room above the largest figure.
    pub(crate) fn with_headroom(mut self) -> Axis {
        self.high += (self.high - self.low) * 0.03;
        self
    }

    /// Where the axis begins: 0, or the power of ten that stands for it.
    pub(crate) fn start(&self) -> u64 {
        if self.is_log { 10_f64.powf(self.low).round() as u64 } else { 0 }
    }

    fn linear(largest: f64, most_marks: usize) -> Axis {
        let magnitude = 10_f64.powf((largest / most_marks as f64).log10().floor());
        let fits = |step: &f64| step * most_marks as f64 >= largest;
        let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * magnitude);
        let step = steps.into_iter().find(fits).unwrap_or(largest).max(1.0) as u64;
        let last = (largest as u64).div_ceil(step);
        Axis {
            is_log: false,
            low: 0.0,
            high: (last * step) as f64,
            marks: (0..=last).map(|mark| mark * step).collect(),
        }
    }

    fn logarithmic(low: f64, high: f64, most_marks: usize) -> Axis {
        let powers = low.ceil() as usize..=high.floor() as usize;
        let every = powers.clone().count().div_ceil(most_marks).max(1);
        let marks = powers.step_by(every).map(|power| 10_u64.saturating_pow(power as u32));
        Axis { is_log: true, low, high, marks: marks.collect() }
    }
}

/// The least that is above 0 and the most; 1 for none.
fn positive_range(figures: &[u64]) -> (f64, f64) {
    let least = figures.iter().copied().filter(|&figure| figure > 0).min().unwrap_or(1);
    let most = figures.iter().copied().max().unwrap_or(0).max(1);
    (least as f64, most as f64)
}

fn is_wide(least: f64, most: f64) -> bool {
    most / least > LOG_FROM_RATIO
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = u64;

    /// A figure that the axis does not reach lies on its low end.
    fn map(&self, figure: &u64, (from, to): (i32, i32)) -> i32 {
        let figure = *figure as f64;
        let place = if self.is_log { figure.max(1.0).log10() } else { figure };
        let part = (place.max(self.low) - self.low) / (self.high - self.low);
        from + (part * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<u64> {
        self.marks.clone()
    }

    fn range(&self) -> Range<u64> {
        let figure = |end: f64| if self.is_log { 10_f64.powf(end) } else { end };
        figure(self.low) as u64..figure(self.high).ceil() as u64
    }
}

/// A mark in bytes: `2 GB`, `500 kB`.
pub(crate) fn format_bytes_mark(bytes: u64) -> String {
    trim_zeros(&format::bytes(bytes))
}

/// A mark of time: `200 ms`, `10 s`.
pub(crate) fn format_time_mark(nanoseconds: u64) -> String {
    if nanoseconds == 0 { "0 s".to_owned() } else { trim_zeros(&format::nanoseconds(nanoseconds as f64)) }
}

/// `2.00 GB` without the digits that say nothing on an axis.
pub(crate) fn trim_zeros(text: &str) -> String {
    match text.split_once(' ') {
        Some((figure, unit)) if figure.contains('.') => {
            format!("{} {unit}", figure.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(figures: &[u64]) -> Axis {
        Axis::for_bars(figures, 6)
    }

    #[test]
    fn the_scale_is_logarithmic_from_a_ratio_on() {
        assert!(!axis(&[100, 3000]).is_log);
        assert!(axis(&[100, 3001]).is_log);
        assert!(!axis(&[0, 3001]).is_log, "0 does not count");
        assert!(!axis(&[]).is_log);
    }

    fn marks(axis: &Axis, mark: fn(u64) -> String) -> String {
        axis.marks.iter().copied().map(mark).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn marks_are_round_and_reach_over_every_figure() {
        let linear = axis(&[1_920_000_000, 480_000_000]);
        assert_eq!(marks(&linear, format_bytes_mark), "0 B | 500 MB | 1 GB | 1.5 GB | 2 GB");
        assert_eq!(linear.map(&1_000_000_000, (100, 300)), 200);
        let log = axis(&[10, 7_000_000_000]);
        assert_eq!(marks(&log, format_bytes_mark), "1 B | 100 B | 10 kB | 1 MB | 100 MB");
        assert_eq!(log.map(&7_000_000_000, (0, 500)), 500);
        assert!(log.map(&10, (0, 500)) > 0, "the smallest has a length");
        assert_eq!(log.map(&0, (7, 500)), 7);
        assert_eq!(marks(&axis(&[1]), format_bytes_mark), "0 B | 1 B");
        assert_eq!(marks(&axis(&[]), format_bytes_mark), "0 B | 1 B");
    }

    #[test]
    fn times_are_short() {
        assert_eq!(
            marks(&axis(&[12_000_000_000]), format_time_mark),
            "0 s | 2 s | 4 s | 6 s | 8 s | 10 s | 12 s"
        );
        let log = Axis::for_lines(&[30_000_000, 30_000_000_000], 6);
        assert_eq!(marks(&log, format_time_mark), "10 ms | 100 ms | 1 s | 10 s");
        assert_eq!((log.map(&5_000_000, (0, 100)), log.map(&10_000_000, (0, 100)), log.factor()), (0, 0, 10));
    }
}
