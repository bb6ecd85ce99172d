//! One log read in every way, with one thread and with two: logagg beside the scan, its default
//! beside the better input, two threads beside one. All sides run in the same rounds.

use super::side::{AggregatorOutput, Input, Side};
use super::{BenchRow, BenchTable, RunContext, log_label, reason_unless_interrupted, run_in_rounds};
use anyhow::Result;
use heaplab_analysis::statistics::median;
use heaplab_record::{ExpectedFigure, Quantity};

/// Least speed of logagg as a share of the newline scan's.
const LEAST_SHARE_OF_SCAN: f64 = 0.45;
/// Most time of the default, relative to the better input.
const MOST_RATIO_TO_BETTER: f64 = 1.2;
/// Least speedup of two threads.
const LEAST_SPEEDUP: f64 = 1.5;

const BOTH: [Input; 2] = [Input::Pread, Input::Mmap];

/// A row of the table: the sides that it needs, and its figure.
struct SpeedComparison {
    sides: Vec<Side>,
    under: String,
    quantity: Quantity,
    wanted: Option<ExpectedFigure>,
    figure: SpeedFigure,
}

/// How a figure is computed from the times of a row's sides.
#[derive(Clone, Copy)]
enum SpeedFigure {
    /// The first side's speed.
    Speed,
    /// The first side's speed relative to the second's.
    Share,
    /// The first side's time relative to the better of the others, which is the one with the lower
    /// median, so that noise does not choose.
    OfBetter,
}

pub(super) fn measure_speed(
    ask: &RunContext<'_>,
    wants: &dyn Fn(&str) -> bool,
    table: &mut BenchTable<'_>,
) -> Result<()> {
    let lines = plan_comparisons(wants, &table.words.get("bench-better-input"));
    let mut sides: Vec<Side> = Vec::new();
    for side in lines.iter().flat_map(|line| &line.sides) {
        if !sides.contains(side) {
            sides.push(*side);
        }
    }
    if sides.is_empty() {
        return Ok(());
    }
    let run = |side: &Side| {
        table.screen.set_activity(&side.name());
        ask.programs.run_side(*side, &ask.main.path, &[])
    };
    let rounds = reason_unless_interrupted(run_in_rounds(ask.rounds, &sides, run))?;
    for line in &lines {
        let measured = rounds.as_ref().map_err(String::clone);
        let figures = measured.map(|rounds| {
            let took: Vec<Vec<f64>> =
                rounds.iter().map(|round| wall_times(&line.sides, &sides, round)).collect();
            compute_figures(line.figure, &took, ask.main.bytes)
        });
        let row = BenchRow {
            build: "",
            workload: &log_label(ask.main, table),
            rows: ask.main.bytes,
            over: &line.sides[0].name(),
            under: &line.under,
            quantity: line.quantity,
            wanted: line.wanted,
        };
        table.add_row(&row, figures);
    }
    Ok(())
}

/// The times of a row's sides in one round, in nanoseconds.
fn wall_times(of: &[Side], sides: &[Side], round: &[AggregatorOutput]) -> Vec<f64> {
    let time = |side| sides.iter().position(|other| other == side).map(|at| round[at].took_ns as f64);
    of.iter().filter_map(time).collect()
}

/// One figure per round.
fn compute_figures(figure: SpeedFigure, rounds: &[Vec<f64>], bytes: u64) -> Vec<f64> {
    let median = |side: usize| {
        let times: Vec<f64> = rounds.iter().map(|took| took[side]).collect();
        median(&times).unwrap_or(f64::MAX)
    };
    let better = if matches!(figure, SpeedFigure::OfBetter) && median(2) < median(1) { 2 } else { 1 };
    let of = |took: &Vec<f64>| match figure {
        SpeedFigure::Speed => bytes as f64 / took[0] * 1e9,
        SpeedFigure::Share => took[1] / took[0],
        SpeedFigure::OfBetter => took[0] / took[better],
    };
    rounds.iter().map(of).collect()
}

fn plan_comparisons(wants: &dyn Fn(&str) -> bool, better: &str) -> Vec<SpeedComparison> {
    let speed = |side: Side| SpeedComparison {
        sides: vec![side],
        under: String::new(),
        quantity: Quantity::BytesASecond,
        wanted: None,
        figure: SpeedFigure::Speed,
    };
    let share = |over: Side, under: Side, limit: f64| SpeedComparison {
        sides: vec![over, under],
        under: under.name(),
        quantity: Quantity::SpeedRatio,
        wanted: Some(ExpectedFigure::AtLeast(limit)),
        figure: SpeedFigure::Share,
    };
    let mut lines = Vec::new();
    for threads in [1, 2].into_iter().filter(|_| wants("scan")) {
        let scans = BOTH.map(|input| Side::Scan(input, threads));
        lines.extend(scans.map(speed));
        lines.extend(scans.map(|scan| share(matching_logagg(scan), scan, LEAST_SHARE_OF_SCAN)));
    }
    for threads in [1, 2].into_iter().filter(|_| wants("input")) {
        let [fastest, pread, mmap] =
            [Input::Fastest, Input::Pread, Input::Mmap].map(|input| Side::Logagg(input, threads));
        lines.push(SpeedComparison {
            sides: vec![fastest, pread, mmap],
            under: better.to_owned(),
            quantity: Quantity::WallRatio,
            wanted: Some(ExpectedFigure::AtMost(MOST_RATIO_TO_BETTER)),
            figure: SpeedFigure::OfBetter,
        });
    }
    if wants("threads") {
        let [one, two] = [1, 2].map(|threads| Side::Logagg(Input::Fastest, threads));
        lines.extend([speed(one), speed(two), share(two, one, LEAST_SPEEDUP)]);
    }
    lines
}

/// logagg with the input of a scan.
const fn matching_logagg(scan: Side) -> Side {
    match scan {
        Side::Scan(input, threads) => Side::Logagg(input, threads),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_rounds() {
        let of = |figure, rounds: &[&[f64]]| {
            let rounds: Vec<Vec<f64>> = rounds.iter().map(|round| round.to_vec()).collect();
            compute_figures(figure, &rounds, 4_000_000_000)
        };
        // One second for four billion bytes; half of the scan's speed.
        assert_eq!(of(SpeedFigure::Speed, &[&[1e9]]), [4e9]);
        assert_eq!(of(SpeedFigure::Share, &[&[2e9, 1e9], &[1e9, 1e9]]), [0.5, 1.0]);
        // The third side has the lower median, though not the lower time in the last round.
        let rounds: [&[f64]; 3] = [&[1.1, 2.0, 1.0], &[1.2, 2.0, 1.0], &[1.5, 1.0, 3.0]];
        assert_eq!(of(SpeedFigure::OfBetter, &rounds), [1.1, 1.2, 0.5]);
    }

    #[test]
    fn only_what_is_wanted_is_run() {
        let of = |name: &'static str| plan_comparisons(&move |other| other == name, "").len();
        assert_eq!((of("scan"), of("input"), of("threads"), of("mawk")), (8, 2, 3, 0));
    }
}
