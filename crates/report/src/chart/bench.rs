//! `recorder.svg`, `logagg.svg`: one bar per ratio, with the wanted figure marked. Ratios that
//! should be small and those that should be large have a scale each.

use super::canvas::{self, Canvas, DrawError, EDGE, GRID, INK, QUIET, TextLook};
use crate::bench::{format_figure, limit_sign, limit_value, render_cells, suite_text};
use crate::{RenderError, Words};
use heaplab_analysis::statistics::compute_spread;
use heaplab_record::{Bench, Comparison, ExpectedFigure, Language, Quantity};
use plotters::prelude::*;

const WHAT: &str = "recorder.svg";
const WIDTH: i32 = 1000;
const ROW: i32 = 28;
const HEAD: i32 = 76;
const PANEL: i32 = 40;
const FOOT: i32 = 36;
/// The left end of the bars and the right end of the longest one. Text stands on both sides.
const LEFT: i32 = 420;
const RIGHT: i32 = 760;

/// Draws every ratio and peak that was measured and has a wanted figure.
///
/// # Errors
/// If plotters cannot draw.
pub fn bench_svg(bench: &Bench, words: &Words) -> Result<String, RenderError> {
    let panels: Vec<(&str, Vec<&Comparison>)> = ["less-is-better", "more-is-better", "share", "peaks"]
        .map(|key| (key, bench.comparisons.iter().filter(|of| panel_key(of) == Some(key)).collect()))
        .into_iter()
        .filter(|(_, bars): &(_, Vec<_>)| !bars.is_empty())
        .collect();
    let height = HEAD + panels.iter().map(|(_, bars)| PANEL + ROW * bars.len() as i32).sum::<i32>() + FOOT;
    let title = suite_text(bench, "title", words);
    canvas::draw_svg(WHAT, (WIDTH as u32, height as u32), &title, |page| {
        canvas::draw_text(page, &title, (EDGE, 30), TextLook::left_aligned(21, INK))?;
        canvas::draw_text(
            page,
            &suite_text(bench, "how", words),
            (EDGE, 57),
            TextLook::left_aligned(13, QUIET),
        )?;
        let mut top = HEAD;
        for (key, bars) in &panels {
            canvas::draw_text(
                page,
                &suite_text(bench, key, words),
                (EDGE, top + PANEL / 2),
                TextLook::left_aligned(15, INK),
            )?;
            draw_panel(page, bars, top + PANEL, words)?;
            top += PANEL + ROW * bars.len() as i32;
        }
        canvas::draw_text(
            page,
            &words.get("bench-legend"),
            (EDGE, height - 18),
            TextLook::left_aligned(12, QUIET),
        )
    })
}

/// The panel of a comparison. Figures of one panel share a scale.
fn panel_key(of: &Comparison) -> Option<&'static str> {
    let wanted = of.wanted.filter(|_| !of.figures.is_empty())?;
    match (of.quantity, wanted) {
        (Quantity::PeakBytes, _) => Some("peaks"),
        (Quantity::SpeedRatio, _) => Some("share"),
        (
            Quantity::WallRatio
            | Quantity::ProcessRatio
            | Quantity::CpuRatio
            | Quantity::EventTimeRatio
            | Quantity::InstructionRatio
            | Quantity::ByteTimeRatio
            | Quantity::LineTimeRatio,
            ExpectedFigure::AtMost(_) | ExpectedFigure::Below(_),
        ) => Some("less-is-better"),
        (
            Quantity::WallRatio
            | Quantity::ProcessRatio
            | Quantity::CpuRatio
            | Quantity::EventTimeRatio
            | Quantity::InstructionRatio
            | Quantity::ByteTimeRatio
            | Quantity::LineTimeRatio,
            ExpectedFigure::AtLeast(_),
        ) => Some("more-is-better"),
        _ => None,
    }
}

fn wanted_limit(of: &Comparison) -> f64 {
    of.wanted.map_or(0.0, limit_value)
}

fn draw_panel(page: &Canvas<'_>, bars: &[&Comparison], top: i32, words: &Words) -> Result<(), DrawError> {
    let reach =
        |of: &&Comparison| compute_spread(&of.figures).map_or(0.0, |(_, _, most)| most).max(wanted_limit(of));
    let longest = bars.iter().map(reach).fold(f64::MIN_POSITIVE, f64::max);
    let at = |value: f64| LEFT + (f64::from(RIGHT - LEFT) * value / longest) as i32;
    draw_line(page, [(LEFT, top), (LEFT, top + ROW * bars.len() as i32)], GRID, 1)?;
    for (index, bar) in bars.iter().enumerate() {
        let Some((least, median, most)) = compute_spread(&bar.figures) else { continue };
        let middle = top + ROW * index as i32 + ROW / 2;
        let [workload, compared, ..] = render_cells(bar, words);
        let name = format!("{workload}  {compared}");
        canvas::draw_text(page, &name, (LEFT - 10, middle), TextLook::right_aligned(13, INK))?;
        // Blue holds, vermilion does not: the two are told apart by every kind of colour vision.
        let colour =
            canvas::language_colour(if bar.holds == Some(true) { Language::Python } else { Language::Rust });
        let shape = Rectangle::new([(LEFT, middle - 8), (at(median), middle + 8)], colour.filled());
        page.draw(&shape)?;
        draw_line(page, [(at(least), middle), (at(most), middle)], INK, 1)?;
        draw_line(
            page,
            [(at(wanted_limit(bar)), middle - 12), (at(wanted_limit(bar)), middle + 12)],
            INK,
            3,
        )?;
        let write = |value| format_figure(bar.quantity, value);
        let wanted = bar.wanted.map_or(' ', limit_sign);
        let says = format!("{} ({wanted} {})", write(median), write(wanted_limit(bar)));
        canvas::draw_text(page, &says, (at(reach(bar)) + 10, middle), TextLook::left_aligned(13, INK))?;
    }
    Ok(())
}

fn draw_line(page: &Canvas<'_>, ends: [(i32, i32); 2], colour: RGBColor, wide: u32) -> Result<(), DrawError> {
    page.draw(&PathElement::new(ends, colour.stroke_width(wide)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use crate::bench::tests::comparison;
    use heaplab_record::{BENCH_SCHEMA, Environment};

    fn draw_fixture(comparisons: Vec<Comparison>, lang: Lang) -> String {
        let bench = Bench {
            schema: BENCH_SCHEMA.into(),
            suite: "recorder".into(),
            created_at: String::new(),
            language: lang.tag().into(),
            environment: Environment::default(),
            comparisons,
            builds: Vec::new(),
            commands: Vec::new(),
        };
        bench_svg(&bench, &Words::new(lang)).unwrap()
    }

    #[test]
    fn a_missed_figure_has_another_colour() {
        for lang in [Lang::En, Lang::Zh] {
            let svg = draw_fixture(
                vec![
                    comparison(&[1.5], ExpectedFigure::AtMost(1.8)),
                    comparison(&[4.0], ExpectedFigure::AtLeast(5.0)),
                ],
                lang,
            );
            assert!(svg.contains("1.50 (≤ 1.80)") && svg.contains("4.00 (≥ 5.00)"));
            assert_eq!(svg.matches("#0072B2").count(), 1);
            assert_eq!(svg.matches("#D55E00").count(), 1);
        }
    }

    #[test]
    fn what_was_not_measured_has_no_bar() {
        let svg = draw_fixture(vec![comparison(&[], ExpectedFigure::AtMost(1.8))], Lang::En);
        assert!(svg.contains("</svg>") && !svg.contains("slots"));
    }
}
