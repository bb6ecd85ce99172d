//! `heaplab run --cpu -- PROGRAM ARGS`: where any program spends its instructions, by
//! function and by line. The program needs no preparation; names and lines come from its debug
//! information.

use super::open_place;
use crate::cli::{OutputOptions, RunOptions};
use crate::exit::ExitReason;
use crate::interrupt;
use crate::publish::render;
use crate::publish::report_link;
use crate::runner::callgrind;
use crate::runner::environment;
use crate::runner::user_program::{self, ProgramEnd, ProgramRequest};
use crate::setting::Setting;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_command::child_process;
use heaplab_command::language::resolve_language;
use heaplab_profile::callgrind::{CallgrindProfile, LineCost};
use heaplab_profile::symbols::Roots;
use heaplab_record::{CPU_SCHEMA, CpuReport, Probe, SourceListing, Text};
use heaplab_report::{Artifact, Words, instructions, markdown, page, terminal};
use std::ffi::OsString;
use std::path::Path;
use std::time::Instant;

/// The number of source files that are shown.
const MOST_FILES: usize = 12;

pub(super) fn run_cpu(name: &str, options: &RunOptions, setting: &Setting<'_>) -> Result<()> {
    let RunOptions { program: options, out, .. } = options;
    let output = &options.output;
    let words = Words::new(resolve_language(output.lang));
    let Some(program) = options.command.first() else { return Ok(()) };
    let root = &setting.workspace;
    let tool = callgrind::version().ok_or_else(|| {
        let how = callgrind::INSTALL_HINT;
        ExitReason::MissingRequirement(format!(
            "--cpu counts with valgrind's callgrind, which is not installed here. {how}"
        ))
    })?;
    user_program::check_runnable(program)?;
    let staging = open_place(out.as_deref(), &setting.reports.join(format!("{name}-cpu")))?;
    interrupt::install_handlers().context("cannot listen to signals")?;

    let command: Vec<OsString> = callgrind::profile_command(&staging.runs_folder())
        .into_iter()
        .chain(options.command.iter().cloned())
        .collect();
    let Some((valgrind, arguments)) = command.split_first() else { return Ok(()) };
    let (timeout, quiet) = (options.timeout, output.json);
    let order = ProgramRequest {
        program: valgrind,
        arguments,
        probe: Probe::Plain,
        preload: None,
        has_own_malloc: false,
        follow: true,
        out: staging.runs_folder(),
        timeout,
        quiet,
        terminal_output: None,
    };
    let started = Instant::now();
    let ended = user_program::run_program(&order)?;
    let tool_wall_ns = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let screen = Terminal::new(output.prints_results());
    screen.set_activity("names for the counts");
    let roots = Roots { workspace: root.clone() };
    let counted = callgrind::read_counts(&staging.runs_folder(), ended.process)?.ok_or_else(|| {
        ExitReason::CheckFailed(format!("{name}: {}; nothing was counted", describe_end(&ended)))
    })?;
    let (functions, stacks) = instructions::select_program_part(&counted);
    let program_instructions = stacks.iter().map(|stack| stack.cost).sum();
    let report = CpuReport {
        schema: CPU_SCHEMA.to_owned(),
        program: name.to_owned(),
        command: options.command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "),
        created_at: environment::timestamp(),
        language: words.lang().tag().to_owned(),
        environment: environment::collect_environment(root, None),
        tool,
        tool_wall_ns,
        failure: (!ended.status.success()).then(|| describe_end(&ended)),
        process_instructions: counted.total,
        program_instructions,
        cut_instructions: counted.cut,
        functions: instructions::list_functions(&functions),
        sources: annotated_sources(&counted, &roots, program_instructions),
    };
    let artifacts = render_artifacts(&report, &instructions::fold_stacks(&stacks), &words)?;
    interrupt::check()?;
    let place = staging.publish(&artifacts)?;
    screen.finish();
    print_outcome(&report, &place, &screen, &words, output)
}

fn describe_end(ended: &ProgramEnd) -> String {
    ended.cause.clone().unwrap_or_else(|| child_process::describe_status(ended.status))
}

/// The workspace's files that ran, the most expensive first. Only these are certain to be on this
/// machine.
fn annotated_sources(counted: &CallgrindProfile, roots: &Roots, total: u64) -> Vec<SourceListing> {
    let own = |lines: &[LineCost]| lines.iter().map(|line| line.exclusive).sum::<u64>();
    let mut files: Vec<(String, Vec<LineCost>)> = callgrind::own_lines(counted, roots).into_iter().collect();
    files.sort_by_key(|(_, lines)| std::cmp::Reverse(own(lines)));
    let drawn = files.iter().filter_map(|(file, lines)| {
        let code = std::fs::read_to_string(roots.workspace.join(file)).ok()?;
        let title = Text { en: file.clone(), zh: file.clone() };
        Some(instructions::annotate_source(file, &code, lines, total, title))
    });
    drawn.take(MOST_FILES).collect()
}

fn render_artifacts(report: &CpuReport, folded: &[String], words: &Words) -> Result<Vec<Artifact>> {
    let count = heaplab_report::format::count(report.program_instructions);
    let subtitle = words.say("cpu-flamegraph", &[("count", &count), ("tool", &report.tool)]);
    let counts = words.get("cpu-instructions");
    let svg = heaplab_report::cpu_flamegraph_svg(folded, &counts, &report.program, Some(&subtitle), words)?;
    Ok(vec![
        render::json_artifact("cpu.json", report)?,
        render::text_artifact("report.html", page::render_cpu_page(report, &svg, words)?),
        render::text_artifact("summary.md", markdown::render_cpu_summary(report, words)),
        render::svg_artifact("flamegraph.png", &svg)?,
        render::text_artifact("flamegraph.svg", svg),
        render::text_artifact(format!("{}.folded", report.program), folded.join("\n") + "\n"),
    ])
}

fn print_outcome(
    report: &CpuReport,
    place: &Path,
    screen: &Terminal,
    words: &Words,
    options: &OutputOptions,
) -> Result<()> {
    if options.json {
        println!("{}", serde_json::to_string_pretty(report)?);
    }
    screen.print_result(&terminal::render_cpu(report, words, Terminal::width_columns()));
    report_link::print_location(&place.join("report.html"), "report-is-at", options.open, screen, words)?;
    match &report.failure {
        None => Ok(()),
        Some(cause) => {
            let name = &report.program;
            Err(ExitReason::CheckFailed(format!("{name}: {cause}; the counts are of what it did until then"))
                .into())
        }
    }
}
