//! What measuring costs on this machine: reading the clock, and running the work under a sampler.

use crate::sample_pictures::text;
use heaplab_lesson::{Attachment, Cell, Table, Text};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The time that one reading of the clock takes, as the median of many. A micro-benchmark pays it
/// once per batch.
pub fn measure_clock_ns() -> f64 {
    const READINGS: u32 = 1_000;
    let mut all: Vec<f64> = (0..21)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..READINGS {
                black_box(Instant::now());
            }
            started.elapsed().as_secs_f64() * 1e9 / f64::from(READINGS)
        })
        .collect();
    median(&mut all)
}

/// How many times longer the work takes while it is sampled, and the samples per second. The ratio
/// is the median of pairs taken in turns, so that a machine that slows down slows both. `None`
/// where it cannot be sampled.
pub fn measure_sampling_cost(pairs: u32, each: Duration, work: &dyn Fn()) -> Option<(f64, f64)> {
    let a_round = |(rounds, wall): (u64, Duration)| wall.as_secs_f64() / rounds.max(1) as f64;
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for _ in 0..pairs {
        let plain = a_round(heaplab_sampler::repeat_for(each, work));
        let samples = heaplab_sampler::sample(each, work).ok()?;
        ratios.push(a_round((samples.rounds, samples.wall)) / plain);
        let taken: u64 = samples.stacks.iter().map(|(_, seen)| seen).sum();
        rates.push(taken as f64 / samples.wall.as_secs_f64());
    }
    (!ratios.is_empty()).then(|| (median(&mut ratios), median(&mut rates)))
}

/// One row of the lesson's table of tools. The Python scripts and the runner hand over rows of the
/// same table.
pub fn tool_row(axis: Text, tool: &str, command: &str, blind: Text, overhead: Text) -> Attachment {
    let cells = vec![
        Cell::Words(axis),
        Cell::Text(tool.to_owned()),
        Cell::Text(command.to_owned()),
        Cell::Words(blind),
        Cell::Words(overhead),
    ];
    Attachment::Table(Table {
        title: text("The tools and what they cost here", "各种工具，以及它们在这台机器上的代价"),
        columns: vec![
            text("axis", "哪一斧"),
            text("tool", "工具"),
            text("command", "命令"),
            text("what it cannot see", "看不到什么"),
            text("its cost, measured here", "代价（实测）"),
        ],
        rows: vec![cells],
    })
}

/// The row for timing a call with the clock.
pub fn timing_row(clock_ns: f64) -> Attachment {
    let cost = format!("{clock_ns:.0} ns");
    tool_row(
        text("time a call", "按次计时"),
        "criterion (Rust)",
        "cargo bench -p bench-trio",
        text("where inside the call the time goes", "时间花在这次调用里的什么地方"),
        text(
            &format!("a reading of the clock, {cost}, once a batch of calls"),
            &format!("每批调用读一次时钟：{cost}"),
        ),
    )
}

/// The row for sampling, from the ratio and the samples per second.
pub fn sampling_row((ratio, rate): (f64, f64)) -> Attachment {
    let (en, zh) = if ratio < 1.01 {
        ("under 1 %: not to be told from noise".to_owned(), "不到 1 %，与噪声分不清".to_owned())
    } else {
        (format!("{ratio:.2} times the plain run"), format!("是不采样时的 {ratio:.2} 倍"))
    };
    tool_row(
        text("time a function and a line", "按函数、按行计时"),
        "pprof (Rust)",
        "cargo xtask lesson 8.4",
        text(
            &format!(
                "calls, what happens in the C library, and what happens between two of {rate:.0} samples a second"
            ),
            &format!("调用次数、C 库里发生的事，以及每秒 {rate:.0} 个样本之间发生的事"),
        ),
        text(&en, &zh),
    )
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_follows_the_ratio() {
        let said = |ratio| {
            let Attachment::Table(table) = sampling_row((ratio, 120.0)) else { unreachable!() };
            match &table.rows[0][4] {
                Cell::Words(words) => words.clone(),
                other => unreachable!("{other:?}"),
            }
        };
        assert!(said(1.25).en.contains("1.25 times") && said(1.25).zh.contains("1.25 倍"));
        assert!(said(1.001).en.contains("under 1 %"));
    }

    #[test]
    fn a_reading_of_the_clock_takes_something() {
        let ns = measure_clock_ns();
        assert!(ns > 0.1 && ns < 100_000.0, "{ns}");
    }
}
