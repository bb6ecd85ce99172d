//! The table of `cargo xtask bench`, with the machine on which it was measured.

use crate::Words;
use crate::bench::{explain_missed_limits, list_bench_commands, render_cells, suite_text};
use heaplab_record::Bench;
use std::fmt::Write as _;

/// `recorder.md` or `logagg.md`. `chart` is the name of the picture beside it.
pub fn render_bench_markdown(bench: &Bench, chart: &str, words: &Words) -> String {
    let title = suite_text(bench, "title", words);
    let mut out = format!("# {title}\n\n![{title}]({chart})\n\n");
    let head = ["workload", "compared", "median", "interval", "wanted", "holds"];
    let head = head.map(|key| words.get(&format!("bench-{key}"))).join(" | ");
    let _ = writeln!(out, "| {head} |\n|---|---|--:|--:|--:|:-:|");
    for comparison in &bench.comparisons {
        let mut cells = render_cells(comparison, words);
        if let Some(why) = &comparison.not_measured {
            // A line break or a bar in an error's text would end the row.
            cells[2] = why.replace('\n', " ").replace('|', "\\|");
        }
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    for remark in explain_missed_limits(&bench.comparisons, words) {
        let _ = writeln!(out, "\n{remark}");
    }
    let of = &bench.environment;
    let (cores, pairs) = (of.cores.to_string(), suite_text(bench, "how", words));
    let commands = list_bench_commands(bench);
    if !commands.is_empty() {
        let _ = writeln!(out, "\n```text\n{}\n```", commands.join("\n"));
    }
    let _ =
        writeln!(out, "\n{pairs}\n\n{} · {} × {cores} · {} · {}", of.os, of.cpu, of.rustc, bench.created_at);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use crate::bench::tests::comparison;
    use heaplab_record::{BENCH_SCHEMA, BenchBuild, Environment, ExpectedFigure, PeerCommand};

    #[test]
    fn every_row_has_every_column() {
        let mut broken = comparison(&[], ExpectedFigure::AtLeast(5.0));
        broken.not_measured = Some("it said\n| that".into());
        let bench = Bench {
            schema: BENCH_SCHEMA.into(),
            suite: "recorder".into(),
            created_at: String::new(),
            language: "en".into(),
            environment: Environment::default(),
            comparisons: vec![comparison(&[1.5], ExpectedFigure::AtMost(1.8)), broken],
            builds: vec![BenchBuild {
                name: "no-fp".into(),
                rustflags: String::new(),
                profile: "lesson".into(),
            }],
            commands: vec![PeerCommand { name: "mawk".into(), command: "mawk -f count.awk LOG".into() }],
        };
        let text = render_bench_markdown(&bench, "recorder.svg", &Words::new(Lang::En));
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 4, "{text}");
        assert!(rows.iter().all(|row| row.replace("\\|", "").matches('|').count() == 7), "{text}");
        assert!(text.contains("\nmawk: mawk -f count.awk LOG\n"), "{text}");
        assert!(text.contains("\nno-fp: RUSTFLAGS=\"\" cargo build --profile lesson\n"), "{text}");
    }
}
