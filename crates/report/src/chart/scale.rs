//! One axis of a picture that a lesson hands over: any figures, in a unit, linear or logarithmic as the lesson says.

use super::axis::trim_zeros;
use crate::format;
use heaplab_record::AxisUnit;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use std::ops::Range;

/// How a scale is made to fit its figures.
pub(crate) struct ScaleFit {
    pub(crate) most_marks: usize,
    pub(crate) logarithmic: bool,
    /// Whether 0 belongs to it however far away the figures are: lengths are compared.
    pub(crate) from_zero: bool,
}

impl ScaleFit {
    /// Linear from 0.
    pub(crate) const fn for_bars(most_marks: usize) -> ScaleFit {
        ScaleFit { most_marks, logarithmic: false, from_zero: true }
    }
}

/// An axis over figures, which plotters asks where they lie.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    /// 2 or 10 for a logarithmic one.
    base: Option<f64>,
    /// The ends: figures, or their logarithms.
    low: f64,
    high: f64,
    marks: Vec<f64>,
    unit: AxisUnit,
}

impl Scale {
    /// Over figures; what is no number, or has no logarithm where there is need of one, has no say in it.
    pub(crate) fn from_figures(figures: impl Iterator<Item = f64>, unit: AxisUnit, fit: &ScaleFit) -> Scale {
        let fits = |figure: &f64| figure.is_finite() && (!fit.logarithmic || *figure > 0.0);
        let figures: Vec<f64> = figures.filter(fits).collect();
        let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
        let most = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (least, most) = if figures.is_empty() { (1.0, 1.0) } else { (least, most) };
        if fit.logarithmic {
            let doubles = matches!(unit, AxisUnit::Count | AxisUnit::Bytes)
                && figures.iter().all(|figure| is_power_of_two(*figure));
            return Scale::logarithmic((least, most), if doubles { 2.0 } else { 10.0 }, unit, fit.most_marks);
        }
        Scale::linear((least, most), &figures, unit, fit)
    }

    fn linear((least, most): (f64, f64), figures: &[f64], unit: AxisUnit, fit: &ScaleFit) -> Scale {
        let near = !fit.from_zero && least > most * 0.6 && most > least;
        let low = if near { least } else { least.min(0.0) };
        let high = if most > low { most } else { low + 1.0 };
        let wanted = (high - low) / fit.most_marks.max(1) as f64;
        let magnitude = 10_f64.powf(wanted.log10().floor());
        let mut step = [1.0, 2.0, 5.0, 10.0]
            .map(|digit| digit * magnitude)
            .into_iter()
            .find(|step| *step >= wanted * 0.999);
        if figures.iter().all(|figure| figure.fract() == 0.0) && unit != AxisUnit::Share {
            step = step.map(|step| step.max(1.0));
        }
        let step = step.unwrap_or(wanted);
        let (first, last) = ((low / step).floor(), (high / step - 1e-9).ceil());
        let marks =
            (0..=(last - first).clamp(0.0, 100.0) as u32).map(|mark| (first + f64::from(mark)) * step);
        Scale { base: None, low: first * step, high: last * step, marks: marks.collect(), unit }
    }

    fn logarithmic((least, most): (f64, f64), base: f64, unit: AxisUnit, most_marks: usize) -> Scale {
        let low = (least.ln() / base.ln() + 1e-9).floor();
        let high = (most.ln() / base.ln() - 1e-9).ceil().max(low + 1.0);
        let every = ((high - low) as usize + 1).div_ceil(most_marks.max(1)).max(1);
        let marks = (0..=(high - low) as usize).step_by(every).map(|power| base.powf(low + power as f64));
        Scale { base: Some(base), low, high, marks: marks.collect(), unit }
    }

    /// The same with a little room above the largest figure.
    pub(crate) fn with_headroom(mut self) -> Scale {
        self.high += (self.high - self.low) * 0.03;
        self
    }

    pub(crate) fn marks(&self) -> &[f64] {
        &self.marks
    }

    /// How many times the one before it a mark is; none for a linear scale.
    pub(crate) fn factor(&self) -> Option<f64> {
        let base = self.base?;
        Some(match self.marks.as_slice() {
            [first, second, ..] => (second / first).round(),
            _ => base,
        })
    }

    /// Where a figure lies, from 0 to 1. One that the scale does not reach lies at its end.
    pub(crate) fn part(&self, figure: f64) -> f64 {
        let place = match self.base {
            Some(base) if figure > 0.0 => figure.ln() / base.ln(),
            Some(_) => self.low,
            None => figure,
        };
        let part = (place - self.low) / (self.high - self.low);
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// A figure as its marks write it: `500 kB`, `64 KiB` where they double, `10M`, `50 %`.
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

impl Ranged for Scale {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, figure: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.part(*figure) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.marks.clone()
    }

    fn range(&self) -> Range<f64> {
        let figure = |end: f64| self.base.map_or(end, |base| base.powf(end));
        figure(self.low)..figure(self.high)
    }
}

fn is_power_of_two(figure: f64) -> bool {
    (1.0..1e18).contains(&figure) && figure.fract() == 0.0 && (figure as u64).is_power_of_two()
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

fn format_signed(figure: f64, write: impl Fn(f64) -> String) -> String {
    let sign = if figure < 0.0 { "−" } else { "" };
    format!("{sign}{}", write(figure.abs()))
}

/// At most three decimals, none that say nothing.
fn format_trimmed(figure: f64) -> String {
    let text = format!("{figure:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(figures: &[f64], unit: AxisUnit, logarithmic: bool) -> String {
        let fit = ScaleFit { most_marks: 6, logarithmic, from_zero: true };
        let scale = Scale::from_figures(figures.iter().copied(), unit, &fit);
        scale.marks().iter().map(|mark| scale.format_mark(*mark)).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn marks_are_round_and_in_the_unit() {
        assert_eq!(marks(&[2.0, 3.0], AxisUnit::Count, false), "0 | 1 | 2 | 3");
        assert_eq!(marks(&[0.0], AxisUnit::Count, false), "0 | 1");
        assert_eq!(marks(&[1.9e9], AxisUnit::Bytes, false), "0 B | 500 MB | 1 GB | 1.5 GB | 2 GB");
        assert_eq!(marks(&[0.95], AxisUnit::Share, false), "0 % | 20 % | 40 % | 60 % | 80 % | 100 %");
        assert_eq!(marks(&[14.2], AxisUnit::Nanoseconds, false), "0 | 5 ns | 10 ns | 15 ns");
        assert_eq!(marks(&[-3.0, 3.0], AxisUnit::Count, false), "−3 | −2 | −1 | 0 | 1 | 2 | 3");
    }

    #[test]
    fn a_logarithm_is_of_two_where_figures_double() {
        assert_eq!(marks(&[8.0, 64.0], AxisUnit::Bytes, true), "8 B | 16 B | 32 B | 64 B");
        assert_eq!(marks(&[512.0, 65536.0], AxisUnit::Bytes, true), "512 B | 2 KiB | 8 KiB | 32 KiB");
        assert_eq!(marks(&[3.0, 4000.0], AxisUnit::Count, true), "1 | 10 | 100 | 1,000 | 10,000");
    }

    #[test]
    fn figures_without_a_place_do_no_harm() {
        for logarithmic in [false, true] {
            for figures in [
                vec![],
                vec![f64::NAN],
                vec![f64::INFINITY, 0.0],
                vec![-5.0],
                vec![1e300, 1e-300],
                vec![7.0; 3],
            ] {
                let fit = ScaleFit { most_marks: 6, logarithmic, from_zero: false };
                let scale =
                    Scale::from_figures(figures.iter().copied(), AxisUnit::Bytes, &fit).with_headroom();
                for figure in [f64::NAN, f64::NEG_INFINITY, 0.0, 1e308] {
                    assert!((0.0..=1.0).contains(&scale.part(figure)), "{figures:?} {figure}");
                }
                assert!(scale.marks().len() < 120, "{figures:?}");
            }
        }
    }

    #[test]
    fn places_by_ratio_and_by_difference() {
        let linear = Scale::from_figures([100.0].into_iter(), AxisUnit::Count, &ScaleFit::for_bars(5));
        assert_eq!(linear.part(50.0), 0.5);
        let fit = ScaleFit { most_marks: 5, logarithmic: true, from_zero: false };
        let log = Scale::from_figures([1.0, 10_000.0].into_iter(), AxisUnit::Nanoseconds, &fit);
        assert!((log.part(100.0) - 0.5).abs() < 1e-9);
        assert_eq!((log.factor(), linear.factor()), (Some(10.0), None));
    }
}
