//! `cargo xtask bench recorder`: heaplab beside its peers and beside itself, in turns, as ratios.
//!
//! A line of the table is two programs that do the same work. They run in turns, A B A B, each time as a fresh process; the
//! first pair is discarded, and every later pair gives one figure. Whatever slows the machine slows both of a pair.
//!
//! - `plan`: the lines, and what is wanted of each. - `program`: one run. - `instructions`: one run under callgrind.

mod gradebook;
mod instructions;
mod plan;
mod program;

use crate::cli::{self, BenchOptions, Suite};
use crate::screen::Screen;
use crate::stop::Stop;
use crate::{build, discover, environment, interrupt, memory, store};
use anyhow::{Context as _, Result};
use heaplab_record::{BENCH_SCHEMA, Bench, Comparison, Quantity};
use heaplab_report::bench::{bench_header, bench_markdown, bench_remarks, bench_row, bench_svg, holds};
use heaplab_report::{Artifact, Words, format};
use plan::{Line, Side};
use program::{Programs, Said};

const PACKAGE: &str = "heaplab-bench-workloads";
/// The recursion of the `deep_` workloads.
const FRAMES: f64 = 64.0;

pub(crate) fn run(options: &BenchOptions) -> Result<()> {
    if options.suite == Suite::Gradebook {
        return gradebook::run(options);
    }
    let lines = plan::chosen(&options.only, options.rows)?;
    let workspace = discover::workspace()?;
    let words = Words::new(cli::language(options.lang));
    let target = options.out.clone().unwrap_or_else(|| workspace.root.join("reports/bench"));
    let staging = store::open(&target, options.out.is_some())?;
    interrupt::listen().context("cannot listen for signals")?;
    let binaries = build::binaries(&workspace, &[PACKAGE], &["dhat", "mod-alloc"])?;
    let programs = Programs { binaries, folder: staging.runs() };

    let screen = Screen::new(!options.json);
    screen.result(&bench_header(&words));
    let mut comparisons = Vec::new();
    for line in &lines {
        screen.doing(&format!("{} {} / {}", line.workload, line.over.name(), line.under.name()));
        let comparison = compare(&programs, line, options.pairs, &words)?;
        screen.result(&bench_row(&comparison, &words));
        comparisons.push(comparison);
    }
    let bench = Bench {
        schema: BENCH_SCHEMA.to_owned(),
        suite: "recorder".to_owned(),
        created_at: jiff::Timestamp::now().to_string(),
        language: words.lang().tag().to_owned(),
        environment: environment::here(&workspace.root, None),
        comparisons,
    };
    let json = serde_json::to_string_pretty(&bench)? + "\n";
    let place = staging.publish(&artifacts(&bench, json.clone(), &words)?)?;
    screen.finish();
    if options.json {
        print!("{json}");
    }
    screen.result("");
    bench_remarks(&bench.comparisons, &words).iter().for_each(|remark| screen.result(remark));
    screen.result(&words.get("bench-status"));
    screen.note(&words.say("report-is-at", &[("path", &place.display().to_string())]));
    Ok(())
}

fn artifacts(bench: &Bench, json: String, words: &Words) -> Result<Vec<Artifact>> {
    let svg = bench_svg(bench, words)?;
    let png = heaplab_report::png(&svg)?;
    let markdown = bench_markdown(bench, "recorder.svg", words);
    let text = |name: &str, text: String| Artifact { name: name.into(), bytes: text.into_bytes() };
    Ok(vec![
        text("recorder.json", json),
        text("recorder.md", markdown),
        text("recorder.svg", svg),
        Artifact { name: "recorder.png".into(), bytes: png },
    ])
}

/// One line. What a side cannot do here is a reason in the table, not the end of the command; a signal is.
fn compare(programs: &Programs, line: &Line, pairs: u32, words: &Words) -> Result<Comparison> {
    let measured = match lacking(line, words) {
        Some(why) => Err(why),
        None => match figures(programs, line, pairs) {
            Ok(figures) => Ok(figures),
            Err(error) if matches!(error.downcast_ref(), Some(Stop::Interrupted(_))) => return Err(error),
            Err(error) => Err(format!("{error:#}")),
        },
    };
    let (figures, not_measured) = match measured {
        Ok(figures) => (figures, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    Ok(Comparison {
        workload: line.workload.to_owned(),
        rows: line.rows,
        over: line.over.name().to_owned(),
        under: line.under.name().to_owned(),
        quantity: line.quantity,
        holds: holds(&figures, line.wanted),
        figures,
        wanted: line.wanted,
        not_measured,
    })
}

/// What this machine has not got for a line.
fn lacking(line: &Line, words: &Words) -> Option<String> {
    let needs = [
        (line.over == Side::Heaptrack, "heaptrack"),
        (line.quantity == Quantity::InstructionRatio, "valgrind"),
    ];
    let missing = needs.into_iter().find(|&(needed, program)| needed && !is_installed(program));
    if let Some((_, program)) = missing {
        return Some(words.say("bench-not-installed", &[("program", program)]));
    }
    let available = memory::available_bytes()?;
    let bytes = format::bytes(line.memory_bytes);
    (line.memory_bytes > available).then(|| words.say("bench-no-memory", &[("bytes", &bytes)]))
}

fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// A figure a pair, after a pair that warms the machine up.
fn figures(programs: &Programs, line: &Line, pairs: u32) -> Result<Vec<f64>> {
    if line.quantity == Quantity::InstructionRatio {
        // The same on every run but for the addresses of the stack: one pair tells it.
        let of = |side| instructions::count(programs, side, line.workload, line.rows);
        let ((over, over_count), (under, under_count)) = (of(line.over)?, of(line.under)?);
        same_work(line, over, under)?;
        return Ok(vec![over_count as f64 / under_count as f64]);
    }
    let mut figures = Vec::new();
    for pair in 0..=pairs.min(line.most_pairs) {
        let over = programs.run(line.over, line.workload, line.rows)?;
        let under = programs.run(line.under, line.workload, line.rows)?;
        same_work(line, over, under)?;
        if pair > 0 {
            figures.push(figure(line, over, under)?);
        }
    }
    Ok(figures)
}

fn same_work(line: &Line, over: Said, under: Said) -> Result<()> {
    let (one, other) = (line.over.name(), line.under.name());
    anyhow::ensure!(
        over.checksum == under.checksum,
        "{one} and {other} did different work: checksums differ"
    );
    Ok(())
}

fn figure(line: &Line, over: Said, under: Said) -> Result<f64> {
    let (over_ns, under_ns) = (over.wall_ns as f64, under.wall_ns as f64);
    let memory = || {
        let both = over.peak_rss_bytes.zip(under.peak_rss_bytes);
        both.map(|(over, under)| over as f64 - under as f64)
            .context("peak RSS is not measured on this system")
    };
    Ok(match line.quantity {
        Quantity::WallRatio | Quantity::InstructionRatio => over_ns / under_ns,
        Quantity::ProcessRatio => over.process_ns as f64 / under.process_ns as f64,
        Quantity::NanosecondsAFrame => (over_ns - under_ns) / (line.rows as f64 * FRAMES),
        Quantity::BytesABlock => memory()? / line.rows as f64,
        Quantity::Bytes => memory()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_record::Wanted;

    fn said(wall_ns: u64, peak: u64) -> Said {
        Said { wall_ns, checksum: 1, peak_rss_bytes: Some(peak), process_ns: 0 }
    }

    #[test]
    fn figures_are_of_their_quantity() {
        let mut line = plan::all()[0];
        line.rows = 10;
        let (over, under) = (said(7400, 520), said(1000, 200));
        let cases = [
            (Quantity::WallRatio, 7.4),
            (Quantity::NanosecondsAFrame, 10.0),
            (Quantity::BytesABlock, 32.0),
            (Quantity::Bytes, 320.0),
        ];
        for (quantity, expected) in cases {
            line.quantity = quantity;
            assert!((figure(&line, over, under).unwrap() - expected).abs() < 1e-9, "{quantity:?}");
        }
        let other = Said { checksum: 2, ..under };
        assert!(same_work(&line, over, other).is_err());
        assert!(matches!(line.wanted, Some(Wanted::AtMost(_))));
    }
}
