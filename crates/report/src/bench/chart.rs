//! `recorder.svg`: a bar a ratio, with the wanted figure marked. What should be small and what should be large stand apart,
//! each on a scale of its own.

use super::{figure, spread};
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
const LEFT: i32 = 330;
const RIGHT: i32 = 760;

/// Draws every ratio that was measured and that something is wanted of.
pub fn bench_svg(bench: &Bench, words: &Words) -> Result<String, RenderError> {
    let ratios = || bench.comparisons.iter().filter(|of| is_ratio(of.quantity) && !of.figures.is_empty());
    let small: Vec<&Comparison> =
        ratios().filter(|of| matches!(of.wanted, Some(Wanted::AtMost(_)))).collect();
    let large: Vec<&Comparison> =
        ratios().filter(|of| matches!(of.wanted, Some(Wanted::AtLeast(_)))).collect();
    let panels = [("bench-less-is-better", small), ("bench-more-is-better", large)];
    let tall = |bars: &[&Comparison]| if bars.is_empty() { 0 } else { PANEL + ROW * bars.len() as i32 };
    let height = HEAD + panels.iter().map(|(_, bars)| tall(bars)).sum::<i32>() + FOOT;
    let title = words.get("bench-title");
    canvas::draw(WHAT, (WIDTH as u32, height as u32), &title, |page| {
        canvas::write(page, WHAT, &title, (EDGE, 30), Type::left(21, INK))?;
        canvas::write(page, WHAT, &words.get("bench-how"), (EDGE, 57), Type::left(13, QUIET))?;
        let mut top = HEAD;
        for (key, bars) in panels.iter().filter(|(_, bars)| !bars.is_empty()) {
            canvas::write(page, WHAT, &words.get(key), (EDGE, top + PANEL / 2), Type::left(15, INK))?;
            panel(page, bars, top + PANEL)?;
            top += tall(bars);
        }
        canvas::write(page, WHAT, &words.get("bench-legend"), (EDGE, height - 18), Type::left(12, QUIET))
    })
}

fn is_ratio(quantity: Quantity) -> bool {
    matches!(quantity, Quantity::WallRatio | Quantity::ProcessRatio | Quantity::InstructionRatio)
}

fn limit(of: &Comparison) -> f64 {
    match of.wanted {
        Some(Wanted::AtMost(limit) | Wanted::AtLeast(limit)) => limit,
        None => 0.0,
    }
}

fn panel(page: &Canvas<'_>, bars: &[&Comparison], top: i32) -> Result<(), RenderError> {
    let reach = |of: &&Comparison| spread(&of.figures).map_or(0.0, |(_, _, most)| most).max(limit(of));
    let longest = bars.iter().map(reach).fold(1.0, f64::max);
    let at = |value: f64| LEFT + (f64::from(RIGHT - LEFT) * value / longest) as i32;
    line(page, [(LEFT, top), (LEFT, top + ROW * bars.len() as i32)], GRID, 1)?;
    for (index, bar) in bars.iter().enumerate() {
        let Some((least, median, most)) = spread(&bar.figures) else { continue };
        let middle = top + ROW * index as i32 + ROW / 2;
        let name = format!("{}  {} / {}", bar.workload, bar.over, bar.under);
        canvas::write(page, WHAT, &name, (LEFT - 10, middle), Type::right(13, INK))?;
        // Blue holds, vermilion does not: the two are told apart by every kind of colour vision.
        let colour =
            canvas::language_colour(if bar.holds == Some(true) { Language::Python } else { Language::Rust });
        let shape = Rectangle::new([(LEFT, middle - 8), (at(median), middle + 8)], colour.filled());
        page.draw(&shape).map_err(failed)?;
        line(page, [(at(least), middle), (at(most), middle)], INK, 1)?;
        line(page, [(at(limit(bar)), middle - 12), (at(limit(bar)), middle + 12)], INK, 3)?;
        let sign = if matches!(bar.wanted, Some(Wanted::AtMost(_))) { '≤' } else { '≥' };
        let write = |value| figure(bar.quantity, value);
        let says = format!("{} ({sign} {})", write(median), write(limit(bar)));
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
