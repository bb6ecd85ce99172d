//! Prints the rows of a suite as they are measured, and writes its files at the end.

use crate::cli::BenchOptions;
use crate::publish::store::Staging;
use crate::runner::discover::Workspace;
use crate::runner::environment;
use crate::terminal::Terminal;
use anyhow::Result;
use heaplab_analysis::statistics::meets_limit;
use heaplab_record::{BENCH_SCHEMA, Bench, BenchBuild, Comparison, ExpectedFigure, PeerCommand, Quantity};
use heaplab_report::bench::{
    explain_missed_limits, list_bench_commands, render_bench_header, render_bench_row,
};
use heaplab_report::markdown::render_bench_markdown;
use heaplab_report::{Artifact, Words};

/// What a row compares, before it has figures.
pub(super) struct BenchRow<'a> {
    pub(super) workload: &'a str,
    pub(super) rows: u64,
    /// The build of both; empty where nothing is built.
    pub(super) build: &'a str,
    pub(super) over: &'a str,
    /// Empty where the figures are of `over` alone.
    pub(super) under: &'a str,
    pub(super) quantity: Quantity,
    pub(super) wanted: Option<ExpectedFigure>,
}

pub(super) struct BenchTable<'a> {
    pub(super) screen: Terminal,
    pub(super) words: &'a Words,
    comparisons: Vec<Comparison>,
    builds: Vec<BenchBuild>,
    commands: Vec<PeerCommand>,
    remarks: Vec<String>,
}

impl<'a> BenchTable<'a> {
    pub(super) fn new(screen: Terminal, words: &'a Words) -> BenchTable<'a> {
        BenchTable {
            screen,
            words,
            comparisons: Vec::new(),
            builds: Vec::new(),
            commands: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Prints the column heads, once everything is built.
    pub(super) fn print_header(&self) {
        self.screen.print_result(&render_bench_header(self.words));
    }

    /// Adds a row with its figures, or with the reason why there are none.
    pub(super) fn add_row(&mut self, row: &BenchRow<'_>, measured: Result<Vec<f64>, String>) {
        let (figures, not_measured) = match measured {
            Ok(figures) => (figures, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let comparison = Comparison {
            workload: row.workload.to_owned(),
            rows: row.rows,
            build: row.build.to_owned(),
            over: row.over.to_owned(),
            under: row.under.to_owned(),
            quantity: row.quantity,
            holds: meets_limit(&figures, row.wanted),
            figures,
            wanted: row.wanted,
            not_measured,
        };
        self.screen.print_result(&render_bench_row(&comparison, self.words));
        self.comparisons.push(comparison);
    }

    /// Adds a build that rows name.
    pub(super) fn add_build(&mut self, build: BenchBuild) {
        self.builds.push(build);
    }

    /// Adds the command by which a peer was run.
    pub(super) fn add_command(&mut self, name: &str, command: String) {
        self.commands.push(PeerCommand { name: name.to_owned(), command });
    }

    /// Adds a line below the table.
    pub(super) fn add_remark(&mut self, remark: String) {
        self.remarks.push(remark);
    }

    /// Writes JSON, Markdown, SVG and PNG under the suite's name. The files of other suites stay.
    pub(super) fn publish(
        self,
        options: &BenchOptions,
        workspace: &Workspace,
        staging: Staging,
    ) -> Result<()> {
        let BenchTable { screen, words, comparisons, builds, commands, remarks } = self;
        let suite = options.suite.name();
        let bench = Bench {
            schema: BENCH_SCHEMA.to_owned(),
            suite: suite.to_owned(),
            created_at: environment::timestamp(),
            language: words.lang().tag().to_owned(),
            environment: environment::collect_environment(&workspace.root, None),
            comparisons,
            builds,
            commands,
        };
        let json = serde_json::to_string_pretty(&bench)? + "\n";
        let place = staging.publish(&render_artifacts(&bench, json.clone(), words)?)?;
        screen.finish();
        if options.json {
            print!("{json}");
        }
        screen.print_result("");
        list_bench_commands(&bench).iter().for_each(|line| screen.print_result(line));
        explain_missed_limits(&bench.comparisons, words)
            .iter()
            .for_each(|remark| screen.print_result(remark));
        remarks.iter().for_each(|remark| screen.print_result(remark));
        screen.print_result(&words.get("bench-status"));
        screen.print_note(&words.say("report-is-at", &[("path", &place.display().to_string())]));
        Ok(())
    }
}

fn render_artifacts(bench: &Bench, json: String, words: &Words) -> Result<Vec<Artifact>> {
    let name = |ending: &str| format!("{}.{ending}", bench.suite);
    let svg = heaplab_report::bench_svg(bench, words)?;
    let png = heaplab_report::svg_to_png(&svg)?;
    let markdown = render_bench_markdown(bench, &name("svg"), words);
    Ok(vec![
        Artifact { name: name("json"), bytes: json.into_bytes() },
        Artifact { name: name("md"), bytes: markdown.into_bytes() },
        Artifact { name: name("svg"), bytes: svg.into_bytes() },
        Artifact { name: name("png"), bytes: png },
    ])
}
