//! The axis of every chart: figures in a unit, linear or logarithmic.

use crate::format;
use heaplab_record::AxisUnit;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use std::ops::Range;

/// From this ratio of the largest figure to the smallest on, bars and curves get a logarithmic
/// axis. On a linear one, the smallest bar would be three pixels long.
const LOG_FROM_RATIO: f64 = 30.0;
/// Margin at either end of [`Axis::with_margin`]: a part of the axis, and at least so many powers of
/// ten.
const MARGIN_PART: f64 = 0.07;
const LEAST_MARGIN: f64 = 0.15;
/// An axis of [`Axis::with_margin`] that is not longer than so many powers of ten is marked at 1, 2
/// and 5 times each.
const FEW_POWERS: f64 = 2.5;

/// How [`Axis::from_figures`] fits an axis to its figures.
pub(crate) struct AxisFit {
    pub(crate) most_marks: usize,
    pub(crate) logarithmic: bool,
    /// Whether 0 is on the axis however far away the figures are, because lengths are compared.
    pub(crate) from_zero: bool,
}

impl AxisFit {
    /// Linear from 0.
    pub(crate) const fn linear(most_marks: usize) -> AxisFit {
        AxisFit { most_marks, logarithmic: false, from_zero: true }
    }
}

/// An axis that can be asked for the position of a figure and for its marks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    /// 2 or 10 for a logarithmic axis.
    base: Option<f64>,
    /// The ends: figures, or their logarithms.
    low: f64,
    high: f64,
    marks: Vec<f64>,
    unit: AxisUnit,
}

impl Axis {
    /// For bars of these lengths. A logarithmic axis begins at a power of ten below the shortest
    /// bar, so that this bar has a length too. A length of 0 has no logarithm and is ignored.
    pub(crate) fn for_bars(lengths: &[u64], unit: AxisUnit, most_marks: usize) -> Axis {
        let (least, most) = positive_range(lengths);
        if !is_wide(least, most) {
            return Axis::linear_to(most, unit, most_marks);
        }
        let power = least.log10().floor();
        let low = if least.log10() - power < 0.1 { (power - 1.0).max(0.0) } else { power };
        Axis::logarithmic((low, most.log10()), 10.0, unit, most_marks)
    }

    /// For lines with these peaks. Smaller figures of a line, such as a program's first kilobytes,
    /// lie on the low end of a logarithmic axis: nobody compares variants there, and they would
    /// take half of the picture.
    pub(crate) fn for_lines(peaks: &[u64], unit: AxisUnit, most_marks: usize) -> Axis {
        let (least, most) = positive_range(peaks);
        if !is_wide(least, most) {
            return Axis::linear_to(most, unit, most_marks);
        }
        let low = (least / 3.0).max(1.0).log10();
        Axis::logarithmic((low, most.log10()), 10.0, unit, most_marks)
    }

    /// For any figures. Those that are not finite, or that have no logarithm where one is needed,
    /// are ignored. A logarithmic axis has the base 2 where every figure is a power of two.
    pub(crate) fn from_figures(figures: impl Iterator<Item = f64>, unit: AxisUnit, fit: &AxisFit) -> Axis {
        let fits = |figure: &f64| figure.is_finite() && (!fit.logarithmic || *figure > 0.0);
        let figures: Vec<f64> = figures.filter(fits).collect();
        let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
        let most = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (least, most) = if figures.is_empty() { (1.0, 1.0) } else { (least, most) };
        if !fit.logarithmic {
            let whole = figures.iter().all(|figure| figure.fract() == 0.0) && unit != AxisUnit::Share;
            return Axis::linear((least, most), whole, unit, fit);
        }
        let doubles = matches!(unit, AxisUnit::Count | AxisUnit::Bytes)
            && figures.iter().all(|figure| is_power_of_two(*figure));
        let base = if doubles { 2.0 } else { 10.0 };
        let low = (log(base, least) + 1e-9).floor();
        let high = (log(base, most) - 1e-9).ceil().max(low + 1.0);
        Axis::logarithmic((low, high), base, unit, fit.most_marks)
    }

    /// Logarithmic with base 10, from a little below the smallest figure to a little above the
    /// largest. Figures that have no logarithm are ignored.
    pub(crate) fn with_margin(figures: impl Iterator<Item = f64>, unit: AxisUnit) -> Axis {
        let powers = figures.filter(|figure| figure.is_finite() && *figure > 0.0).map(f64::log10);
        let ends = powers.fold(None, |ends: Option<(f64, f64)>, power| {
            Some(ends.map_or((power, power), |(low, high)| (low.min(power), high.max(power))))
        });
        let (low, high) = ends.unwrap_or((0.0, 0.0));
        let margin = ((high - low) * MARGIN_PART).max(LEAST_MARGIN);
        let (low, high) = (low - margin, high + margin);
        let digits: &[f64] = if high - low > FEW_POWERS { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let powers = low.floor() as i32..=high.floor() as i32;
        let marks = powers.flat_map(|power| digits.iter().map(move |digit| digit * 10_f64.powi(power)));
        let marks = marks.filter(|mark| (low..=high).contains(&mark.log10())).collect();
        Axis { base: Some(10.0), low, high, marks, unit }
    }

    fn linear_to(most: f64, unit: AxisUnit, most_marks: usize) -> Axis {
        Axis::linear((0.0, most), true, unit, &AxisFit::linear(most_marks))
    }

    fn linear((least, most): (f64, f64), whole: bool, unit: AxisUnit, fit: &AxisFit) -> Axis {
        let near = !fit.from_zero && least > most * 0.6 && most > least;
        let low = if near { least } else { least.min(0.0) };
        let high = if most > low { most } else { low + 1.0 };
        let wanted = (high - low) / fit.most_marks.max(1) as f64;
        let magnitude = 10_f64.powf(wanted.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * magnitude);
        let step = steps.into_iter().find(|step| *step >= wanted * 0.999).unwrap_or(wanted);
        let step = if whole { step.max(1.0) } else { step };
        let (first, last) = ((low / step).floor(), (high / step - 1e-9).ceil());
        let count = (last - first).clamp(0.0, 100.0) as u32;
        let marks = (0..=count).map(|mark| (first + f64::from(mark)) * step).collect();
        Axis { base: None, low: first * step, high: last * step, marks, unit }
    }

    /// Between two powers of the base.
    fn logarithmic((low, high): (f64, f64), base: f64, unit: AxisUnit, most_marks: usize) -> Axis {
        let first = low.ceil();
        let count = (high.floor() - first).max(-1.0) as i64 + 1;
        let every = (count as usize).div_ceil(most_marks.max(1)).max(1);
        let powers = (0..count).step_by(every);
        let marks = powers.map(|power| base.powf(first + power as f64)).collect();
        Axis { base: Some(base), low, high, marks, unit }
    }

    /// The same axis with a little room above the largest figure.
    pub(crate) fn with_headroom(mut self) -> Axis {
        self.high += (self.high - self.low) * 0.03;
        self
    }

    pub(crate) fn marks(&self) -> &[f64] {
        &self.marks
    }

    /// The figure at the low end.
    pub(crate) fn start(&self) -> f64 {
        self.base.map_or(self.low, |base| base.powf(self.low).round())
    }

    /// The ratio of a mark to the mark before it; `None` for a linear axis.
    pub(crate) fn factor(&self) -> Option<f64> {
        let base = self.base?;
        Some(match self.marks.as_slice() {
            [first, second, ..] => (second / first).round(),
            _ => base,
        })
    }

    /// Where a figure lies, from 0 to 1. A figure beyond the axis lies at its end.
    pub(crate) fn position(&self, figure: f64) -> f64 {
        let place = match self.base {
            Some(base) if figure > 0.0 => log(base, figure),
            Some(_) => self.low,
            None => figure,
        };
        let part = (place - self.low) / (self.high - self.low);
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// A figure as a mark shows it: `500 kB`, `64 KiB` where figures double, `10M`, `50 %`.
    pub(crate) fn format_mark(&self, figure: f64) -> String {
        let whole = figure.max(0.0).round() as u64;
        match self.unit {
            AxisUnit::Bytes if self.base == Some(2.0) => format_binary(whole),
            AxisUnit::Bytes => {
                format_signed(figure, |value| trim_zeros(&format::bytes(value.round() as u64)))
            }
            AxisUnit::Nanoseconds if figure == 0.0 => "0".to_owned(),
            AxisUnit::Nanoseconds => format_signed(figure, |value| trim_zeros(&format::nanoseconds(value))),
            AxisUnit::Share => format!("{} %", format_trimmed(figure * 100.0)),
            AxisUnit::Count if figure.fract() != 0.0 => format_trimmed(figure),
            AxisUnit::Count if self.base != Some(2.0) && whole >= 100_000 => format::scale(whole),
            AxisUnit::Count => format_signed(figure, |value| format::count(value as u64)),
        }
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, figure: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.position(*figure) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.marks.clone()
    }

    fn range(&self) -> Range<f64> {
        let figure = |end: f64| self.base.map_or(end, |base| base.powf(end));
        figure(self.low)..figure(self.high)
    }
}

/// The smallest figure above 0 and the largest one; 1 where there is none.
fn positive_range(figures: &[u64]) -> (f64, f64) {
    let least = figures.iter().copied().filter(|&figure| figure > 0).min().unwrap_or(1);
    let most = figures.iter().copied().max().unwrap_or(0).max(1);
    (least as f64, most as f64)
}

fn is_wide(least: f64, most: f64) -> bool {
    most / least > LOG_FROM_RATIO
}

fn log(base: f64, figure: f64) -> f64 {
    if base == 2.0 { figure.log2() } else { figure.log10() }
}

fn is_power_of_two(figure: f64) -> bool {
    (1.0..1e18).contains(&figure) && figure.fract() == 0.0 && (figure as u64).is_power_of_two()
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

/// A power of two in binary units: `1 KiB`, `512 B`.
fn format_binary(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut value, mut unit) = (bytes, 0);
    while value >= 1024 && value.is_multiple_of(1024) && unit + 1 < UNITS.len() {
        value /= 1024;
        unit += 1;
    }
    format!("{value} {}", UNITS[unit])
}

fn format_signed(figure: f64, format: impl Fn(f64) -> String) -> String {
    let sign = if figure < 0.0 { "−" } else { "" };
    format!("{sign}{}", format(figure.abs()))
}

/// At most three decimals, without zeros at the end.
fn format_trimmed(figure: f64) -> String {
    let text = format!("{figure:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(axis: &Axis) -> String {
        axis.marks().iter().map(|mark| axis.format_mark(*mark)).collect::<Vec<_>>().join(" | ")
    }

    fn bars(lengths: &[u64]) -> Axis {
        Axis::for_bars(lengths, AxisUnit::Bytes, 6)
    }

    fn fitted(figures: &[f64], unit: AxisUnit, logarithmic: bool) -> String {
        let fit = AxisFit { most_marks: 6, logarithmic, from_zero: true };
        marks(&Axis::from_figures(figures.iter().copied(), unit, &fit))
    }

    fn with_margin(figures: &[f64]) -> Axis {
        Axis::with_margin(figures.iter().copied(), AxisUnit::Bytes)
    }

    #[test]
    fn the_scale_is_logarithmic_from_a_ratio_on() {
        let is_log = |lengths: &[u64]| bars(lengths).factor().is_some();
        assert!(!is_log(&[100, 3000]));
        assert!(is_log(&[100, 3001]));
        assert!(!is_log(&[0, 3001]), "0 does not count");
        assert!(!is_log(&[]));
    }

    #[test]
    fn marks_are_round_and_reach_over_every_figure() {
        let linear = bars(&[1_920_000_000, 480_000_000]);
        assert_eq!(marks(&linear), "0 B | 500 MB | 1 GB | 1.5 GB | 2 GB");
        assert_eq!(linear.map(&1e9, (100, 300)), 200);
        let log = bars(&[10, 7_000_000_000]);
        assert_eq!(marks(&log), "1 B | 100 B | 10 kB | 1 MB | 100 MB");
        assert_eq!(log.map(&7e9, (0, 500)), 500);
        assert!(log.map(&10.0, (0, 500)) > 0, "the smallest has a length");
        assert_eq!(log.map(&0.0, (7, 500)), 7);
        assert_eq!((marks(&bars(&[1])), marks(&bars(&[]))), ("0 B | 1 B".to_owned(), "0 B | 1 B".to_owned()));
    }

    #[test]
    fn times_are_short() {
        let times = |peaks: &[u64]| Axis::for_lines(peaks, AxisUnit::Nanoseconds, 6);
        assert_eq!(marks(&times(&[12_000_000_000])), "0 | 2 s | 4 s | 6 s | 8 s | 10 s | 12 s");
        let log = times(&[30_000_000, 30_000_000_000]);
        assert_eq!(marks(&log), "10 ms | 100 ms | 1 s | 10 s");
        assert_eq!((log.map(&5e6, (0, 100)), log.map(&1e7, (0, 100)), log.factor()), (0, 0, Some(10.0)));
    }

    #[test]
    fn marks_are_round_and_in_the_unit() {
        assert_eq!(fitted(&[2.0, 3.0], AxisUnit::Count, false), "0 | 1 | 2 | 3");
        assert_eq!(fitted(&[0.0], AxisUnit::Count, false), "0 | 1");
        assert_eq!(fitted(&[1.9e9], AxisUnit::Bytes, false), "0 B | 500 MB | 1 GB | 1.5 GB | 2 GB");
        assert_eq!(fitted(&[0.95], AxisUnit::Share, false), "0 % | 20 % | 40 % | 60 % | 80 % | 100 %");
        assert_eq!(fitted(&[14.2], AxisUnit::Nanoseconds, false), "0 | 5 ns | 10 ns | 15 ns");
        assert_eq!(fitted(&[-3.0, 3.0], AxisUnit::Count, false), "−3 | −2 | −1 | 0 | 1 | 2 | 3");
    }

    #[test]
    fn a_logarithm_is_of_two_where_figures_double() {
        assert_eq!(fitted(&[8.0, 64.0], AxisUnit::Bytes, true), "8 B | 16 B | 32 B | 64 B");
        assert_eq!(fitted(&[512.0, 65536.0], AxisUnit::Bytes, true), "512 B | 2 KiB | 8 KiB | 32 KiB");
        assert_eq!(fitted(&[3.0, 4000.0], AxisUnit::Count, true), "1 | 10 | 100 | 1,000 | 10,000");
    }

    #[test]
    fn with_margin_a_short_axis_has_more_marks() {
        assert_eq!(marks(&with_margin(&[1.2e6, 1.1e9])), "1 MB | 10 MB | 100 MB | 1 GB");
        assert_eq!(marks(&with_margin(&[7e7, 4e8])), "50 MB | 100 MB | 200 MB | 500 MB");
        assert_eq!(marks(&with_margin(&[1e8])), "100 MB");
    }

    #[test]
    fn equal_factors_are_equal_distances() {
        let axis = with_margin(&[f64::NAN, 0.0, -1.0, 1e6, 1e8]);
        assert!((axis.position(1e7) - 0.5).abs() < 1e-9);
        let off = axis.position(1e8) - axis.position(1e7);
        assert!((axis.position(1e7) - axis.position(1e6) - off).abs() < 1e-9);
        let linear = Axis::from_figures([100.0].into_iter(), AxisUnit::Count, &AxisFit::linear(5));
        assert_eq!((linear.position(50.0), linear.factor()), (0.5, None));
    }

    #[test]
    fn figures_without_a_place_do_no_harm() {
        let odd: [&[f64]; 6] =
            [&[], &[f64::NAN], &[f64::INFINITY, 0.0], &[-5.0], &[1e300, 1e-300], &[7.0; 3]];
        for figures in odd {
            let fits = [false, true].map(|logarithmic| {
                let fit = AxisFit { most_marks: 6, logarithmic, from_zero: false };
                Axis::from_figures(figures.iter().copied(), AxisUnit::Bytes, &fit).with_headroom()
            });
            for axis in fits.into_iter().chain([with_margin(figures)]) {
                for figure in [f64::NAN, f64::NEG_INFINITY, f64::INFINITY, -5.0, 0.0, 1e308] {
                    assert!((0.0..=1.0).contains(&axis.position(figure)), "{figures:?} {figure}");
                }
                assert!(axis.marks().len() < 1200, "{figures:?}");
            }
        }
    }
}
