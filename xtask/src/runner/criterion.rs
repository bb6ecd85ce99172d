//! Runs the criterion bench that a lesson's metadata names in rounds, keeps criterion's report, and
//! compares the samples with the noise between rounds in mind.

use crate::runner::build::{self, BuiltLesson};
use crate::runner::child_process;
use crate::runner::discover::{Lesson, Workspace};
use crate::runner::measure::RunAttachments;
use crate::runner::tool_notes::both_languages;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_analysis::timing::{BenchTimes, compare_timings, measure_control_noise};
use heaplab_record::{Attachment, Axis, AxisUnit, Cell, Chart, Language, Marker, Run, Series, Table};
use heaplab_report::timing::explain_timing;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The machine's speed changes from minute to minute, which one round of a bench cannot show.
const ROUNDS: u32 = 3;
/// criterion needs at least ten.
const SAMPLES: &str = "20";

/// By package, for the lessons that have a bench.
pub(crate) type BenchBinaries = HashMap<String, PathBuf>;

pub(crate) fn build_benches(workspace: &Workspace, lessons: &[&Lesson]) -> Result<BenchBinaries> {
    let named = lessons.iter().filter_map(|lesson| Some((lesson, lesson.criterion.as_deref()?)));
    named
        .map(|(lesson, name)| {
            let binary = build::build_bench(workspace, &lesson.package, name)?;
            Ok((lesson.package.clone(), binary))
        })
        .collect()
}

/// What benches found.
#[derive(Default)]
pub(crate) struct BenchFindings {
    pub(crate) attachments: RunAttachments,
    /// The median time per call in nanoseconds of the runs, which are named by their index.
    pub(crate) calls_ns: Vec<(usize, f64)>,
}

/// Runs the lessons' benches in the folder `home`. A bench's times belong to the run whose variant
/// has its name, otherwise to the baseline's.
pub(crate) fn run_benches(
    benches: &BenchBinaries,
    built: &[BuiltLesson<'_>],
    runs: &[Run],
    home: &Path,
    quick: bool,
    screen: &Terminal,
) -> Result<BenchFindings> {
    let mut found = BenchFindings::default();
    for built in built {
        let section = built.lesson.section.to_string();
        let of_lesson = |run: &Run| run.section == section && run.language == Language::Rust;
        let Some(binary) = benches.get(&built.lesson.package) else { continue };
        let Some(baseline) = runs.iter().position(|run| of_lesson(run) && run.baseline) else { continue };
        let baseline_name = &runs[baseline].variant;
        let timed = run_rounds(binary, home, runs[baseline].rows, if quick { 2 } else { ROUNDS }, screen)?;
        let control = measure_control_noise(&timed);
        let baseline_times = timed.iter().find(|timed| timed.name == *baseline_name);
        for bench in &timed {
            let own = runs.iter().position(|run| of_lesson(run) && run.variant == bench.name);
            let index = own.unwrap_or(baseline);
            found.calls_ns.extend(own.zip(bench.median_ns()));
            found.attachments.push((index, timing_table(bench, baseline_times, control, &runs[index])));
        }
        found.attachments.extend(noise_note(&timed, baseline_name).map(|note| (baseline, note)));
    }
    Ok(found)
}

fn run_rounds(
    binary: &Path,
    home: &Path,
    rows: u64,
    rounds: u32,
    screen: &Terminal,
) -> Result<Vec<BenchTimes>> {
    let mut timed: Vec<BenchTimes> = Vec::new();
    for round in 1..=rounds {
        screen.print_step(&format!("criterion, round {round} of {rounds}"));
        run_once(binary, home, rows, round == rounds)?;
        add_round(&mut timed, read_samples(home)?);
    }
    Ok(timed)
}

fn run_once(binary: &Path, home: &Path, rows: u64, with_pictures: bool) -> Result<()> {
    let mut command = Command::new(binary);
    command.args(["--bench", "--quiet", "--sample-size", SAMPLES]);
    command.args(["--warm-up-time", "0.1", "--measurement-time", "0.3", "--nresamples", "2000"]);
    if !with_pictures {
        command.arg("--noplot");
    }
    command.env("CRITERION_HOME", home).env("HEAPLAB_ROWS", rows.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (_, status) = child_process::run_to_end(&mut command, &binary.display().to_string())?;
    anyhow::ensure!(status.success(), "the bench failed: {}", child_process::describe_status(status));
    Ok(())
}

/// criterion's `sample.json`: the calls of each sample, and their total time in nanoseconds.
#[derive(Deserialize)]
struct RawSample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// The part of criterion's `benchmark.json` that is needed.
#[derive(Deserialize)]
struct Benchmark {
    function_id: Option<String>,
}

/// The samples of the last round, by bench: nanoseconds per call.
fn read_samples(home: &Path) -> Result<Vec<(String, Vec<f64>)>> {
    let mut found = Vec::new();
    for group in list_folders(home)? {
        for bench in list_folders(&group)? {
            let place = bench.join("new");
            let read = |name: &str| std::fs::read(place.join(name));
            let (Ok(benchmark), Ok(sample)) = (read("benchmark.json"), read("sample.json")) else { continue };
            let what = || format!("{}: not as criterion 0.8 writes it", place.display());
            let benchmark: Benchmark = serde_json::from_slice(&benchmark).with_context(what)?;
            let sample: RawSample = serde_json::from_slice(&sample).with_context(what)?;
            let calls = sample.times.iter().zip(&sample.iters).map(|(time, iters)| time / iters.max(1.0));
            found.extend(benchmark.function_id.map(|name| (name, calls.collect())));
        }
    }
    anyhow::ensure!(!found.is_empty(), "criterion left no samples in {}", home.display());
    Ok(found)
}

fn list_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    Ok(found)
}

fn add_round(timed: &mut Vec<BenchTimes>, round: Vec<(String, Vec<f64>)>) {
    for (name, calls) in round {
        match timed.iter_mut().find(|timed| timed.name == name) {
            Some(timed) => timed.rounds.push(calls),
            None => timed.push(BenchTimes { name, rounds: vec![calls] }),
        }
    }
}

/// A bench's time, its allocations, and its comparison with the baseline.
fn timing_table(bench: &BenchTimes, base: Option<&BenchTimes>, control: f64, run: &Run) -> Attachment {
    let (least, most) = bench.round_median_range_ns().unwrap_or_default();
    let verdict = base.filter(|base| base.name != bench.name).and_then(|base| {
        Some(Cell::Words(explain_timing(&compare_timings(base, bench, control)?, &base.name)))
    });
    let counted =
        |count: Option<u64>, cell: fn(u64) -> Cell| count.map_or_else(|| Cell::Text("–".to_owned()), cell);
    let counts = run.counts.as_ref();
    Attachment::Table(Table {
        title: both_languages("Time a call, by criterion", "每次调用的时间（criterion）"),
        columns: vec![
            both_languages("bench", "基准"),
            both_languages("median", "中位数"),
            both_languages("quickest round", "最快的一轮"),
            both_languages("slowest round", "最慢的一轮"),
            both_languages("allocations a call", "每次调用的分配次数"),
            both_languages("bytes a call", "每次调用分配的字节"),
            both_languages("verdict", "判断"),
        ],
        rows: vec![vec![
            Cell::Text(bench.name.clone()),
            Cell::Nanoseconds(bench.median_ns().unwrap_or_default()),
            Cell::Nanoseconds(least),
            Cell::Nanoseconds(most),
            counted(counts.map(|counts| counts.allocations + counts.reallocations), Cell::Count),
            counted(counts.map(|counts| counts.bytes_allocated), Cell::Bytes),
            verdict.unwrap_or_else(|| Cell::Text("–".to_owned())),
        ]],
    })
}

/// Every sample of the baseline and of the benches that run the same code, in order.
fn noise_note(timed: &[BenchTimes], base: &str) -> Option<Attachment> {
    let again = format!("{base}_again");
    let series = |timed: &BenchTimes| {
        let calls = timed.rounds.concat();
        let points = calls.iter().enumerate().map(|(index, &ns)| [(index + 1) as f64, ns]).collect();
        Series { name: timed.name.clone(), marker: Marker::Dots, points }
    };
    let drawn: Vec<Series> =
        timed.iter().filter(|timed| timed.name == base || timed.name == again).map(series).collect();
    (drawn.len() == 2).then(|| {
        Attachment::Chart(Chart {
            name: "noise".to_owned(),
            title: both_languages(
                "The same code under two names: every sample",
                "同一段代码，两个名字：每一个样本",
            ),
            x: Axis { label: both_languages("sample", "样本"), unit: AxisUnit::Count, logarithmic: false },
            y: Axis {
                label: both_languages("time a call", "每次调用的时间"),
                unit: AxisUnit::Nanoseconds,
                logarithmic: false,
            },
            series: drawn,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_read_as_criterion_writes_them() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("trio/collected/new");
        std::fs::create_dir_all(&place).unwrap();
        assert!(read_samples(home.path()).is_err());
        std::fs::write(place.join("benchmark.json"), r#"{"group_id":"trio","function_id":"collected"}"#)
            .unwrap();
        let sample = r#"{"sampling_mode":"Linear","iters":[1.0,2.0],"times":[10.0,30.0]}"#;
        std::fs::write(place.join("sample.json"), sample).unwrap();
        let mut timed = Vec::new();
        for _ in 0..2 {
            add_round(&mut timed, read_samples(home.path()).unwrap());
        }
        let rounds = vec![vec![10.0, 15.0]; 2];
        assert_eq!(timed, [BenchTimes { name: "collected".into(), rounds }]);
    }
}
