//! The rows of a suite as they are measured, and its files at the end.

use crate::cli::BenchOptions;
use crate::discover::Workspace;
use crate::environment;
use crate::screen::Screen;
use crate::store::Staging;
use anyhow::Result;
use heaplab_record::{BENCH_SCHEMA, Bench, Comparison, PeerCommand, Quantity, Wanted};
use heaplab_report::bench::{
    bench_commands, bench_header, bench_markdown, bench_remarks, bench_row, bench_svg, holds,
};
use heaplab_report::{Artifact, Words};

/// What is compared, before there are figures.
pub(super) struct Row<'a> {
    pub(super) workload: &'a str,
    pub(super) rows: u64,
    pub(super) over: &'a str,
    /// Empty where the figures are of `over` alone.
    pub(super) under: &'a str,
    pub(super) quantity: Quantity,
    pub(super) wanted: Option<Wanted>,
}

/// What a suite fills.
pub(super) struct Table<'a> {
    pub(super) screen: Screen,
    pub(super) words: &'a Words,
    comparisons: Vec<Comparison>,
    commands: Vec<PeerCommand>,
    remarks: Vec<String>,
}

impl<'a> Table<'a> {
    pub(super) fn new(screen: Screen, words: &'a Words) -> Table<'a> {
        Table { screen, words, comparisons: Vec::new(), commands: Vec::new(), remarks: Vec::new() }
    }

    /// The heads of the columns: once everything is built.
    pub(super) fn begin(&self) {
        self.screen.result(&bench_header(self.words));
    }

    /// A row, with its figures or with why there are none.
    pub(super) fn row(&mut self, row: &Row<'_>, measured: Result<Vec<f64>, String>) {
        let (figures, not_measured) = match measured {
            Ok(figures) => (figures, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let comparison = Comparison {
            workload: row.workload.to_owned(),
            rows: row.rows,
            over: row.over.to_owned(),
            under: row.under.to_owned(),
            quantity: row.quantity,
            holds: holds(&figures, row.wanted),
            figures,
            wanted: row.wanted,
            not_measured,
        };
        self.screen.result(&bench_row(&comparison, self.words));
        self.comparisons.push(comparison);
    }

    /// How a peer was called.
    pub(super) fn command(&mut self, name: &str, command: String) {
        self.commands.push(PeerCommand { name: name.to_owned(), command });
    }

    /// A line below the table.
    pub(super) fn remark(&mut self, remark: String) {
        self.remarks.push(remark);
    }

    /// Writes json, Markdown, SVG and PNG under the suite's name; those of other suites stay.
    pub(super) fn publish(
        self,
        options: &BenchOptions,
        workspace: &Workspace,
        staging: Staging,
    ) -> Result<()> {
        let Table { screen, words, comparisons, commands, remarks } = self;
        let suite = options.suite.name();
        let bench = Bench {
            schema: BENCH_SCHEMA.to_owned(),
            suite: suite.to_owned(),
            created_at: environment::now(),
            language: words.lang().tag().to_owned(),
            environment: environment::here(&workspace.root, None),
            comparisons,
            commands,
        };
        let json = serde_json::to_string_pretty(&bench)? + "\n";
        let place = staging.publish(&artifacts(&bench, json.clone(), words)?)?;
        screen.finish();
        if options.json {
            print!("{json}");
        }
        screen.result("");
        bench_commands(&bench).iter().for_each(|line| screen.result(line));
        bench_remarks(&bench.comparisons, words).iter().for_each(|remark| screen.result(remark));
        remarks.iter().for_each(|remark| screen.result(remark));
        screen.result(&words.get("bench-status"));
        screen.note(&words.say("report-is-at", &[("path", &place.display().to_string())]));
        Ok(())
    }
}

fn artifacts(bench: &Bench, json: String, words: &Words) -> Result<Vec<Artifact>> {
    let name = |ending: &str| format!("{}.{ending}", bench.suite);
    let svg = bench_svg(bench, words)?;
    let png = heaplab_report::png(&svg)?;
    let markdown = bench_markdown(bench, &name("svg"), words);
    Ok(vec![
        Artifact { name: name("json"), bytes: json.into_bytes() },
        Artifact { name: name("md"), bytes: markdown.into_bytes() },
        Artifact { name: name("svg"), bytes: svg.into_bytes() },
        Artifact { name: name("png"), bytes: png },
    ])
}
