//! `cargo xtask profile -- PROGRAM ARGS`: the report of a program of the student's own, whose global allocator is
//! `heaplab_heap::Heap`.

mod cpu;
mod missing;

use crate::cli::{self, ProfileOptions};
use crate::environment;
use crate::growth;
use crate::interrupt;
use crate::probe;
use crate::render;
use crate::screen::Screen;
use crate::show;
use crate::sites::{self, Named};
use crate::stop::Stop;
use crate::store;
use crate::student::{self, Ended, Order};
use crate::{discover, recordings};
use anyhow::{Context as _, Result};
use heaplab_profile::dhat;
use heaplab_profile::raw::Raw;
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_record::{Failure, Growth, HeapRun, Language, Probe, REPORT_SCHEMA, Report, Run, Text};
use heaplab_report::{LiveCurve, Words, program};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

pub(crate) fn run(options: &ProfileOptions) -> Result<()> {
    if options.cpu {
        return cpu::run(options);
    }
    let words = Words::new(cli::language(options.lang));
    let root = discover::root()?;
    let Some((program, arguments)) = options.command.split_first() else {
        return Err(Stop::WrongUse("name a program behind `--`".into()).into());
    };
    let file_name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
    let default_place = root.join("reports/profile").join(&file_name);
    let staging = store::open(options.out.as_ref().unwrap_or(&default_place), options.out.is_some())?;
    interrupt::listen().context("cannot listen to signals")?;

    let (timeout, quiet) = (options.timeout, options.json);
    let order = Order { program, arguments, probe: Probe::Heap, out: staging.runs(), timeout, quiet };
    let ended = student::run(&order)?;
    let recordings = recordings::read(&order.out, ended.process)?;
    if recordings.is_empty() {
        return Err(missing::why(program, &ended).into());
    }
    let screen = Screen::new(!options.json);
    screen.doing("names for the stacks");
    let roots = Roots { workspace: root.clone() };
    let mut runs = Vec::new();
    let mut profiles = Vec::new();
    let mut of_dhat = Vec::new();
    let mut live = Vec::new();
    for recording in &recordings {
        let profile = symbolize(&recording.raw, &roots)
            .with_context(|| format!("{}: the recorded stacks have no names", recording.name))?;
        let profile = sites::within_program(profile).trimmed();
        let name = recording.name.clone();
        let named = Named { section: String::new(), variant: name, probe: Probe::Heap, rows: 1, profile };
        live.extend(LiveCurve::of("", &named.variant, &recording.raw));
        of_dhat.push(dhat::Run::of(&recording.raw));
        runs.push(of_recording(&recording.raw, &named));
        profiles.push(named);
    }
    let report = report(&file_name, runs, &ended, &root, &recordings, &words);
    let artifacts = render::program(&report, &profiles, &of_dhat, &live, &root, &words)?;
    interrupt::check()?;
    let place = staging.publish(&artifacts)?;
    screen.finish();
    conclude(&report, &place, &screen, &words, options)?;
    match ended.interrupted {
        Some(signal) => Err(cut_short(signal, &file_name).into()),
        None => said_no(&report),
    }
}

/// Ctrl-C is no failure of the program's, but a script that runs us has to learn of it.
fn cut_short(signal: i32, name: &str) -> Stop {
    let message = format!("{name}: stopped by signal {signal}; the report is of what it did until then");
    Stop::CutShort { signal, message }
}

fn report(
    name: &str,
    runs: Vec<Run>,
    ended: &Ended,
    root: &Path,
    recordings: &[recordings::Recording],
    words: &Words,
) -> Report {
    let births: u64 = recordings.iter().map(|recording| recording.raw.totals.births).sum();
    let slow_walks: u64 = recordings.iter().map(|recording| recording.raw.totals.slow_walks).sum();
    let mut environment = environment::here(root, None);
    // Nobody tells how it was built. A few stacks go through a C library even where all of Rust has frame pointers.
    environment.frame_pointers = slow_walks <= births / 2;
    Report {
        schema: REPORT_SCHEMA.to_owned(),
        lesson: None,
        title: Text { en: name.to_owned(), zh: name.to_owned() },
        created_at: environment::now(),
        language: words.lang().tag().to_owned(),
        environment,
        goal: None,
        unit: "run".to_owned(),
        rows_requested: 1,
        classifier: None,
        mystery: None,
        ladder: None,
        predictions: Vec::new(),
        mind_map: None,
        runs,
        failed: failure(name, ended).into_iter().collect(),
        claims: Vec::new(),
    }
}

/// One process. Time and resident memory are not asked of the recorder.
fn of_recording(raw: &Raw, named: &Named) -> Run {
    let totals = &raw.totals;
    let heap = HeapRun {
        rows: 1,
        total_blocks: totals.births,
        total_bytes: totals.birth_bytes + totals.grown_bytes,
        reallocations: totals.reallocations,
        reallocated_bytes: totals.reallocated_bytes,
        peak_blocks: totals.peak_blocks,
        peak_bytes: totals.peak_bytes,
        end_blocks: totals.end_blocks,
        end_bytes: totals.end_bytes,
        wall_ns: vec![totals.wall_ns],
        slowdown: None,
        memory_cost_bytes: None,
        sites: sites::largest(&named.profile),
        lifetimes: sites::lifetimes(&named.profile),
        slow_walks: totals.slow_walks,
        peak_error_bytes: totals.peak_error_bytes,
    };
    Run {
        unit: None,
        section: String::new(),
        variant: named.variant.clone(),
        language: Language::Rust,
        about: dhat::Run::of(raw).command,
        work_group: String::new(),
        baseline: false,
        rows: 1,
        checksum: String::new(),
        plain: None,
        counts: None,
        dhat: None,
        heap: Some(heap),
        reconciliation: None,
        // One run says nothing of growth, but which lines make blocks that die young it does say.
        growth: Some(Growth { churn: growth::churn_of(&named.profile), ..Growth::default() }),
        phases: Vec::new(),
        attachments: Vec::new(),
    }
}

/// How it ended, unless it ended well.
fn failure(name: &str, ended: &Ended) -> Option<Failure> {
    (!ended.status.success()).then(|| Failure {
        section: String::new(),
        variant: name.to_owned(),
        language: Language::Rust,
        probe: Probe::Heap,
        cause: ended.cause.clone().unwrap_or_else(|| probe::describe(ended.status)),
        signal: ended.status.signal(),
        // It went to the student's own terminal.
        stderr_tail: String::new(),
    })
}

fn conclude(
    report: &Report,
    place: &Path,
    screen: &Screen,
    words: &Words,
    options: &ProfileOptions,
) -> Result<()> {
    if options.json {
        println!("{}", serde_json::to_string_pretty(report)?);
    }
    screen.result(&program::terminal(report, words, Screen::width()));
    screen.result("");
    show::result(&place.join("report.html"), "report-is-at", options.open, screen, words)?;
    Ok(())
}

fn said_no(report: &Report) -> Result<()> {
    match report.failed.first() {
        None => Ok(()),
        Some(failure) => {
            let (name, cause) = (&failure.variant, &failure.cause);
            let message = format!("{name}: {cause}; the report is of what it did until then");
            Err(Stop::SaysNo(message).into())
        }
    }
}
