//! `recorder.svg`, `logagg.svg`: a bar a ratio, with the wanted figure marked. What should be small and what should be large stand apart,
//! each on a scale of its own.

use super::{cells, figure, limit, of_suite, sign, spread};
use crate::canvas::{self, Canvas, GRID, INK, QUIET, Type};
use crate::{RenderError, Words};
use heaplab_record::{Bench, Comparison, Language, Quantity, Wanted};
use plotters::prelude::*;

const WHAT: &str = "recorder.svg";
const WIDTH: i32 = 1000;
const EDGE: i32 = 24;
const ROW: i32 = 28;
const HEAD: i32 = 76;
const PANEL: i32 = 40;
const FOOT: i32 = 36;
/// Where bars begin and where the longest ends; words stand on both sides.
const LEFT: i32 = 420;
const RIGHT: i32 = 760;

/// Draws every ratio and every peak that was measured and that something is wanted of.
pub fn bench_svg(bench: &Bench, words: &Words) -> Result<String, RenderError> {
    let panels: Vec<(&str, Vec<&Comparison>)> = ["less-is-better", "more-is-better", "share", "peaks"]
        .map(|key| (key, bench.comparisons.iter().filter(|of| panel_of(of) == Some(key)).collect()))
        .into_iter()
        .filter(|(_, bars): &(_, Vec<_>)| !bars.is_empty())
        .collect();
    let height = HEAD + panels.iter().map(|(_, bars)| PANEL + ROW * bars.len() as i32).sum::<i32>() + FOOT;
    let title = of_suite(bench, "title", words);
    canvas::draw(WHAT, (WIDTH as u32, height as u32), &title, |page| {
        canvas::write(page, WHAT, &title, (EDGE, 30), Type::left(21, INK))?;
        canvas::write(page, WHAT, &of_suite(bench, "how", words), (EDGE, 57), Type::left(13, QUIET))?;
        let mut top = HEAD;
        for (key, bars) in &panels {
            canvas::write(
                page,
                WHAT,
                &of_suite(bench, key, words),
                (EDGE, top + PANEL / 2),
                Type::left(15, INK),
            )?;
            panel(page, bars, top + PANEL, words)?;
            top += PANEL + ROW * bars.len() as i32;
        }
        canvas::write(page, WHAT, &words.get("bench-legend"), (EDGE, height - 18), Type::left(12, QUIET))
    })
}

/// Where a comparison is drawn: figures of one panel share a scale.
fn panel_of(of: &Comparison) -> Option<&'static str> {
    let wanted = of.wanted.filter(|_| !of.figures.is_empty())?;
    match (of.quantity, wanted) {
        (Quantity::PeakBytes, _) => Some("peaks"),
        (Quantity::SpeedRatio, _) => Some("share"),
        (
            Quantity::WallRatio
            | Quantity::ProcessRatio
            | Quantity::InstructionRatio
            | Quantity::ByteTimeRatio
            | Quantity::LineTimeRatio,
            Wanted::AtMost(_) | Wanted::Below(_),
        ) => Some("less-is-better"),
        (
            Quantity::WallRatio
            | Quantity::ProcessRatio
            | Quantity::InstructionRatio
            | Quantity::ByteTimeRatio
            | Quantity::LineTimeRatio,
            Wanted::AtLeast(_),
        ) => Some("more-is-better"),
        _ => None,
    }
}

fn mark(of: &Comparison) -> f64 {
    of.wanted.map_or(0.0, limit)
}

fn panel(page: &Canvas<'_>, bars: &[&Comparison], top: i32, words: &Words) -> Result<(), RenderError> {
    let reach = |of: &&Comparison| spread(&of.figures).map_or(0.0, |(_, _, most)| most).max(mark(of));
    let longest = bars.iter().map(reach).fold(f64::MIN_POSITIVE, f64::max);
    let at = |value: f64| LEFT + (f64::from(RIGHT - LEFT) * value / longest) as i32;
    line(page, [(LEFT, top), (LEFT, top + ROW * bars.len() as i32)], GRID, 1)?;
    for (index, bar) in bars.iter().enumerate() {
        let Some((least, median, most)) = spread(&bar.figures) else { continue };
        let middle = top + ROW * index as i32 + ROW / 2;
        let [workload, compared, ..] = cells(bar, words);
        let name = format!("{workload}  {compared}");
        canvas::write(page, WHAT, &name, (LEFT - 10, middle), Type::right(13, INK))?;
        // Blue holds, vermilion does not: the two are told apart by every kind of colour vision.
        let colour =
            canvas::language_colour(if bar.holds == Some(true) { Language::Python } else { Language::Rust });
        let shape = Rectangle::new([(LEFT, middle - 8), (at(median), middle + 8)], colour.filled());
        page.draw(&shape).map_err(failed)?;
        line(page, [(at(least), middle), (at(most), middle)], INK, 1)?;
        line(page, [(at(mark(bar)), middle - 12), (at(mark(bar)), middle + 12)], INK, 3)?;
        let write = |value| figure(bar.quantity, value);
        let wanted = bar.wanted.map_or(' ', sign);
        let says = format!("{} ({wanted} {})", write(median), write(mark(bar)));
        canvas::write(page, WHAT, &says, (at(reach(bar)) + 10, middle), Type::left(13, INK))?;
    }
    Ok(())
}

fn line(page: &Canvas<'_>, ends: [(i32, i32); 2], colour: RGBColor, wide: u32) -> Result<(), RenderError> {
    page.draw(&PathElement::new(ends, colour.stroke_width(wide))).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> RenderError {
    RenderError::picture(WHAT, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use crate::bench::tests::comparison;
    use heaplab_record::{BENCH_SCHEMA, Environment};

    fn drawn(comparisons: Vec<Comparison>, lang: Lang) -> String {
        let bench = Bench {
            schema: BENCH_SCHEMA.into(),
            suite: "recorder".into(),
            created_at: String::new(),
            language: lang.tag().into(),
            environment: Environment::default(),
            comparisons,
            commands: Vec::new(),
        };
        bench_svg(&bench, &Words::new(lang)).unwrap()
    }

    #[test]
    fn a_missed_figure_has_another_colour() {
        for lang in [Lang::En, Lang::Zh] {
            let svg = drawn(
                vec![comparison(&[1.5], Wanted::AtMost(1.8)), comparison(&[4.0], Wanted::AtLeast(5.0))],
                lang,
            );
            assert!(svg.contains("1.50 (≤ 1.80)") && svg.contains("4.00 (≥ 5.00)"));
            assert_eq!(svg.matches("#0072B2").count(), 1);
            assert_eq!(svg.matches("#D55E00").count(), 1);
        }
    }

    #[test]
    fn what_was_not_measured_has_no_bar() {
        let svg = drawn(vec![comparison(&[], Wanted::AtMost(1.8))], Lang::En);
        assert!(svg.contains("</svg>") && !svg.contains("slots"));
    }
}
