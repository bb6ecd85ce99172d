//! The cells, remarks and terminal lines of `cargo xtask bench`.
//!
//! A figure is a median beside the least and the largest: on a shared machine, time varies by a
//! third.

use crate::{Words, format};
use heaplab_analysis::statistics::compute_spread;
use heaplab_record::{Bench, BenchBuild, Comparison, ExpectedFigure, PeerCommand, Quantity};
use unicode_width::UnicodeWidthStr;

/// Widths of the columns on a terminal: workload, compared, median, least to most, wanted, and
/// whether it holds.
const WIDTHS: [usize; 5] = [22, 39, 10, 23, 12];

/// The column heads, and a line under them.
pub fn render_bench_header(words: &Words) -> String {
    let head = ["workload", "compared", "median", "interval", "wanted"];
    let cells = head.map(|key| words.get(&format!("bench-{key}")));
    let line = align_cells(&cells, "");
    format!("{line}\n{}", "─".repeat(WIDTHS.iter().sum::<usize>() + WIDTHS.len() + 1))
}

/// One comparison, or the reason why there is none.
pub fn render_bench_row(comparison: &Comparison, words: &Words) -> String {
    let [workload, compared, median, interval, wanted, mark] = render_cells(comparison, words);
    match &comparison.not_measured {
        Some(why) => format!("{} {why}", align_cells(&[workload, compared], "").trim_end()),
        None => align_cells(&[workload, compared, median, interval, wanted], &mark),
    }
}

/// How each build was made, and the command line of each peer.
pub fn list_bench_commands(bench: &Bench) -> Vec<String> {
    let build = |of: &BenchBuild| {
        format!("{}: RUSTFLAGS=\"{}\" cargo build --profile {}", of.name, of.rustflags, of.profile)
    };
    let peer = |of: &PeerCommand| format!("{}: {}", of.name, of.command);
    bench.builds.iter().map(build).chain(bench.commands.iter().map(peer)).collect()
}

/// A text that each suite has for itself, such as `title`.
pub(crate) fn suite_text(bench: &Bench, key: &str, words: &Words) -> String {
    words.get(&format!("bench-{key}-{}", bench.suite))
}

/// Explains missed limits that no recorder could have met, because the peer itself costs less than
/// was asked for.
pub fn explain_missed_limits(comparisons: &[Comparison], words: &Words) -> Vec<String> {
    let missed = comparisons.iter().filter(|line| line.holds == Some(false));
    let remark = |line: &Comparison| {
        let Some(ExpectedFigure::AtLeast(limit)) = line.wanted else { return None };
        let same = |other: &&Comparison| {
            other.under == "plain"
                && (&other.workload, other.rows, &other.build, &other.over, other.quantity)
                    == (&line.workload, line.rows, &line.build, &line.over, line.quantity)
        };
        let (_, ratio, _) = compute_spread(&comparisons.iter().find(same)?.figures)?;
        (ratio < limit).then(|| {
            let figures = [
                ("ratio", format_figure(line.quantity, ratio)),
                ("limit", format_figure(line.quantity, limit)),
            ];
            let [ratio, limit] = figures.each_ref().map(|(name, text)| (*name, text.as_str()));
            words.say(
                "bench-out-of-reach",
                &[("workload", &line.workload), ("peer", &line.over), ratio, limit],
            )
        })
    };
    missed.filter_map(remark).collect()
}

pub(crate) fn render_cells(comparison: &Comparison, words: &Words) -> [String; 6] {
    let workload = format!("{} {}", comparison.workload, format::scale(comparison.rows));
    let sides = match &*comparison.under {
        "" => comparison.over.clone(),
        under => format!("{} / {under}", comparison.over),
    };
    let build = if comparison.build.is_empty() { "" } else { " · " };
    let unit = quantity_unit(comparison.quantity, words);
    let compared = format!("{sides}{unit}{build}{}", comparison.build);
    let write = |value| format_figure(comparison.quantity, value);
    let (median, interval) = match compute_spread(&comparison.figures) {
        Some((least, median, most)) => (write(median), format!("{} – {}", write(least), write(most))),
        None => Default::default(),
    };
    let wanted = match comparison.wanted {
        Some(wanted) => format!("{} {}", limit_sign(wanted), write(limit_value(wanted))),
        None => String::new(),
    };
    let mark = match comparison.holds {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "",
    };
    [workload, compared, median, interval, wanted, mark.to_owned()]
}

pub(crate) fn limit_sign(wanted: ExpectedFigure) -> char {
    match wanted {
        ExpectedFigure::AtMost(_) => '≤',
        ExpectedFigure::Below(_) => '<',
        ExpectedFigure::AtLeast(_) => '≥',
    }
}

pub(crate) fn limit_value(wanted: ExpectedFigure) -> f64 {
    match wanted {
        ExpectedFigure::AtMost(limit) | ExpectedFigure::Below(limit) | ExpectedFigure::AtLeast(limit) => {
            limit
        }
    }
}

/// The unit of the figures; empty for ratios of times.
fn quantity_unit(quantity: Quantity, words: &Words) -> String {
    let key = match quantity {
        Quantity::WallRatio | Quantity::BytesASecond => return String::new(),
        Quantity::SpeedRatio => "bench-speed",
        Quantity::ByteTimeRatio => "bench-a-byte",
        Quantity::LineTimeRatio => "bench-a-line",
        Quantity::PeakBytes => "bench-peak",
        Quantity::KeysThatDiffer => "bench-keys",
        Quantity::ProcessRatio => "bench-process",
        Quantity::CpuRatio => "bench-cpu",
        Quantity::InstructionRatio => "bench-instructions",
        Quantity::BytesABlock => "bench-bytes-a-block",
        Quantity::Bytes => "bench-memory",
        Quantity::NanosecondsAFrame => "bench-a-frame",
        Quantity::NanosecondsAnEvent | Quantity::EventTimeRatio => "bench-an-event",
    };
    format!(" {}", words.get(key))
}

pub(crate) fn format_figure(quantity: Quantity, value: f64) -> String {
    match quantity {
        Quantity::WallRatio
        | Quantity::ProcessRatio
        | Quantity::CpuRatio
        | Quantity::EventTimeRatio
        | Quantity::SpeedRatio
        | Quantity::ByteTimeRatio
        | Quantity::LineTimeRatio => format!("{value:.2}"),
        Quantity::BytesASecond => format!("{:.2} GB/s", value / 1e9),
        // To the kilobyte: three digits would round to the limit itself.
        Quantity::PeakBytes => format!("{:.3} MB", value / 1e6),
        Quantity::KeysThatDiffer => format!("{value:.0}"),
        Quantity::InstructionRatio => format!("{value:.4}"),
        Quantity::BytesABlock => format!("{value:.1} B"),
        Quantity::Bytes => format::signed_bytes(value as i64),
        Quantity::NanosecondsAFrame => format!("{value:.2} ns"),
        Quantity::NanosecondsAnEvent => format!("{value:.1} ns"),
    }
}

/// Aligns words, the first two columns, to the left and figures to the right.
fn align_cells(cells: &[String], mark: &str) -> String {
    let mut line = String::new();
    for (index, (cell, width)) in cells.iter().zip(WIDTHS).enumerate() {
        let space = " ".repeat(width.saturating_sub(cell.width()));
        line += &if index < 2 { format!("{cell}{space} ") } else { format!("{space}{cell} ") };
    }
    format!("{line}{mark}").trim_end().to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Lang;
    use heaplab_analysis::statistics::meets_limit;

    pub(crate) fn comparison(figures: &[f64], wanted: ExpectedFigure) -> Comparison {
        Comparison {
            workload: "slots".into(),
            rows: 1_000_000,
            build: "no-fp".into(),
            over: "heap".into(),
            under: "plain".into(),
            quantity: Quantity::WallRatio,
            figures: figures.to_vec(),
            wanted: Some(wanted),
            holds: meets_limit(figures, Some(wanted)),
            not_measured: None,
        }
    }

    #[test]
    fn a_row_says_what_was_wanted_and_whether_it_holds() {
        let words = Words::new(Lang::En);
        let row = render_bench_row(&comparison(&[1.5, 1.6, 1.4], ExpectedFigure::AtMost(1.8)), &words);
        let flat = row.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(flat, "slots 1M heap / plain · no-fp 1.50 1.40 – 1.60 ≤ 1.80 ✓");
        assert!(render_bench_row(&comparison(&[2.0], ExpectedFigure::AtMost(1.8)), &words).ends_with('✗'));
        let missing = Comparison {
            not_measured: Some("heaptrack is not installed here".into()),
            ..comparison(&[], ExpectedFigure::AtLeast(5.0))
        };
        assert!(render_bench_row(&missing, &words).ends_with("heaptrack is not installed here"));
    }

    #[test]
    fn what_no_recorder_could_hold_is_said() {
        let words = Words::new(Lang::En);
        let beside = |under: &str, figures: &[f64]| Comparison {
            over: "heaptrack".into(),
            under: under.into(),
            quantity: Quantity::ProcessRatio,
            ..comparison(figures, ExpectedFigure::AtLeast(5.0))
        };
        let remarks =
            |plain: &[f64]| explain_missed_limits(&[beside("heap", &[3.4]), beside("plain", plain)], &words);
        let cheap = remarks(&[4.1]);
        assert!(cheap[0].contains("heaptrack itself costs slots 4.10 times"), "{cheap:?}");
        assert!(remarks(&[6.0]).is_empty());
    }
}
