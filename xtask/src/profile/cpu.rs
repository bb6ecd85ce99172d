//! `cargo xtask profile --cpu -- PROGRAM ARGS`: where any program spends its instructions, by function and by line. The
//! program needs nothing of ours; names and lines come from its debug information.

use crate::callgrind;
use crate::cli::{self, ProfileOptions};
use crate::discover;
use crate::environment;
use crate::interrupt;
use crate::probe;
use crate::render;
use crate::screen::Screen;
use crate::show;
use crate::stop::Stop;
use crate::store;
use crate::student::{self, Ended, Order};
use anyhow::{Context as _, Result};
use heaplab_profile::callgrind::{Counted, Line};
use heaplab_profile::symbols::Roots;
use heaplab_record::{CPU_SCHEMA, CpuReport, Probe, Source, Text};
use heaplab_report::{Artifact, Words, cpu, instructions};
use std::ffi::OsString;
use std::path::Path;
use std::time::Instant;

/// Files whose lines are shown.
const MOST_FILES: usize = 12;

pub(super) fn run(options: &ProfileOptions) -> Result<()> {
    let words = Words::new(cli::language(options.lang));
    let root = discover::root()?;
    let Some(program) = options.command.first() else {
        return Err(Stop::WrongUse("name a program behind `--`".into()).into());
    };
    let tool = callgrind::version().ok_or_else(|| {
        let how = callgrind::HOW_TO_GET_IT;
        Stop::Lacks(format!("--cpu counts with valgrind's callgrind, which is not installed here. {how}"))
    })?;
    student::runnable(program)?;
    let file_name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
    let default_place = root.join("reports/profile").join(format!("{file_name}-cpu"));
    let staging = store::open(options.out.as_ref().unwrap_or(&default_place), options.out.is_some())?;
    interrupt::listen().context("cannot listen to signals")?;

    let command: Vec<OsString> =
        callgrind::words(&staging.runs()).into_iter().chain(options.command.iter().cloned()).collect();
    let Some((valgrind, arguments)) = command.split_first() else { return Ok(()) };
    let (timeout, quiet) = (options.timeout, options.json);
    let order =
        Order { program: valgrind, arguments, probe: Probe::Plain, out: staging.runs(), timeout, quiet };
    let started = Instant::now();
    let ended = student::run(&order)?;
    let tool_wall_ns = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let screen = Screen::new(!options.json);
    screen.doing("names for the counts");
    let roots = Roots { workspace: root.clone() };
    let counted = callgrind::read(&staging.runs(), ended.process)?
        .ok_or_else(|| Stop::SaysNo(format!("{file_name}: {}; nothing was counted", how(&ended))))?;
    let (functions, stacks) = instructions::of_program(&counted);
    let program_instructions = stacks.iter().map(|stack| stack.cost).sum();
    let report = CpuReport {
        schema: CPU_SCHEMA.to_owned(),
        program: file_name,
        command: options.command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "),
        created_at: environment::now(),
        language: words.lang().tag().to_owned(),
        environment: environment::here(&root, None),
        tool,
        tool_wall_ns,
        failure: (!ended.status.success()).then(|| how(&ended)),
        process_instructions: counted.total,
        program_instructions,
        cut_instructions: counted.cut,
        functions: instructions::functions(&functions),
        sources: sources(&counted, &roots, program_instructions),
    };
    let artifacts = artifacts(&report, &instructions::stacks(&stacks), &words)?;
    interrupt::check()?;
    let place = staging.publish(&artifacts)?;
    screen.finish();
    conclude(&report, &place, &screen, &words, options)
}

fn how(ended: &Ended) -> String {
    ended.cause.clone().unwrap_or_else(|| probe::describe(ended.status))
}

/// The files of the workspace that ran, the most expensive first; only these lie here for certain and are the reader's own.
fn sources(counted: &Counted, roots: &Roots, total: u64) -> Vec<Source> {
    let own = |lines: &[Line]| lines.iter().map(|line| line.exclusive).sum::<u64>();
    let mut files: Vec<(String, Vec<Line>)> = callgrind::own_lines(counted, roots).into_iter().collect();
    files.sort_by_key(|(_, lines)| std::cmp::Reverse(own(lines)));
    let drawn = files.iter().filter_map(|(file, lines)| {
        let code = std::fs::read_to_string(roots.workspace.join(file)).ok()?;
        let title = Text { en: file.clone(), zh: file.clone() };
        Some(instructions::source(file, &code, lines, total, title))
    });
    drawn.take(MOST_FILES).collect()
}

fn artifacts(report: &CpuReport, folded: &[String], words: &Words) -> Result<Vec<Artifact>> {
    let mut json = serde_json::to_string_pretty(report)?;
    json.push('\n');
    let count = heaplab_report::format::count(report.program_instructions);
    let subtitle = words.say("cpu-flamegraph", &[("count", &count), ("tool", &report.tool)]);
    let counts = words.get("cpu-instructions");
    let svg = heaplab_report::cpu_flamegraph_svg(folded, &counts, &report.program, Some(&subtitle), words)?;
    Ok(vec![
        render::text("cpu.json", json),
        render::text("report.html", cpu::page(report, &svg, words)?),
        render::text("summary.md", cpu::summary(report, words)),
        render::picture("flamegraph.png", &svg)?,
        render::text("flamegraph.svg", svg),
        render::text(format!("{}.folded", report.program), folded.join("\n") + "\n"),
    ])
}

fn conclude(
    report: &CpuReport,
    place: &Path,
    screen: &Screen,
    words: &Words,
    options: &ProfileOptions,
) -> Result<()> {
    if options.json {
        println!("{}", serde_json::to_string_pretty(report)?);
    }
    screen.result(&cpu::terminal(report, words, Screen::width()));
    show::result(&place.join("report.html"), "report-is-at", options.open, screen, words)?;
    match &report.failure {
        None => Ok(()),
        Some(cause) => {
            let name = &report.program;
            Err(Stop::SaysNo(format!("{name}: {cause}; the counts are of what it did until then")).into())
        }
    }
}
