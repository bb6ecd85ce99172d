//! What each command does, from options to output.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use heaplab_logagg::engine::{self, Outcome};
use heaplab_logagg::error::{Error, Result};
use heaplab_logagg::gauge;
use heaplab_logagg::generate::{Recipe, generate as write_log};
use heaplab_logagg::input::expand;
use heaplab_logagg::partial::{Head, Writer};
use heaplab_logagg::processes;
use heaplab_logagg::show::{Report, grouped};

use crate::cli::{Count, Generate, Merge, ResultArgs, Way};
use crate::watch::Progress;
use crate::{live, sigbus, stop};

pub(crate) fn count(args: &Count) -> Result<()> {
    let begin = Instant::now();
    let (options, key) = args.options()?;
    let inputs = expand(&args.logs)?;
    let head = Head::new(key, options.sketch);
    let partial = args.partial.as_deref().map(|path| Writer::to_file(path, &head)).transpose()?;
    if args.follow {
        let outcome = live::follow(&inputs, &options, partial, args.result.quiet)?;
        return show(outcome, None, &args.result, begin);
    }
    stop::install();
    stop::unfinished(partial.as_ref().and_then(Writer::unfinished));
    if args.input != Way::Pread {
        sigbus::install()?;
    }
    if let Some(processes) = args.processes {
        let program = std::env::current_exe().map_err(|error| Error::Worker(error.to_string()))?;
        let command = || {
            let mut command = Command::new(&program);
            command.arg("worker");
            command
        };
        let progress = Progress::new(&args.result, &inputs);
        let processes = usize::from(processes);
        let counted = processes::run_watched(&inputs, &options, processes, &command, &progress, partial);
        progress.finish();
        let (outcome, peak) = counted?;
        return show(outcome, peak, &args.result, begin);
    }
    let progress = Progress::new(&args.result, &inputs);
    let outcome = engine::run(&inputs, &options, &progress, partial);
    progress.finish();
    show(outcome?, None, &args.result, begin)
}

pub(crate) fn merge(args: &Merge) -> Result<()> {
    let begin = Instant::now();
    let files = expand(&args.files)?;
    stop::install();
    show(heaplab_logagg::merge::merge(&files, &args.options())?, None, &args.result, begin)
}

/// Part of a run by processes.
pub(crate) fn worker() -> Result<()> {
    sigbus::install()?;
    processes::work()
}

pub(crate) fn scan(args: &Count) -> Result<()> {
    let begin = Instant::now();
    let (options, _) = args.options()?;
    sigbus::install()?;
    let tally = heaplab_logagg::scan::scan(&expand(&args.logs)?, &options)?;
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "{{\"lines\":{},\"bytes\":{},\"wall_ns\":{}}}",
        tally.lines,
        tally.bytes,
        (seconds * 1e9) as u64
    );
    Ok(())
}

pub(crate) fn check(log: &Path, partial: &Path) -> Result<()> {
    let checked = crate::check::check(log, partial)?;
    println!("{}", serde_json::to_string(&checked).map_err(|error| Error::Check(error.to_string()))?);
    Ok(())
}

pub(crate) fn generate(args: &Generate) -> Result<()> {
    let Generate { bytes, addresses, seed, ipv6, malformed, .. } = *args;
    let recipe = Recipe { bytes, addresses, seed, ipv6, malformed };
    let name = args.file.display().to_string();
    let written = if args.file == Path::new("-") {
        write_log(&recipe, "standard output", &mut io::stdout().lock())?
    } else {
        let mut file =
            File::create(&args.file).map_err(|source| Error::Output { name: name.clone(), source })?;
        stop::install();
        stop::unfinished(Some(&args.file));
        let written = write_log(&recipe, &name, &mut file);
        if written.is_err() {
            // Half a log would be taken for a whole one.
            let _ = std::fs::remove_file(&args.file);
        }
        written?
    };
    if args.json {
        eprintln!("{}", serde_json::to_string(&written).map_err(|error| Error::Check(error.to_string()))?);
    } else if io::stderr().is_terminal() {
        eprintln!("{} lines, {} of them malformed", grouped(written.lines), grouped(written.malformed));
    }
    Ok(())
}

fn show(outcome: Outcome, tree_peak_bytes: Option<u64>, args: &ResultArgs, begin: Instant) -> Result<()> {
    let wall_ns = begin.elapsed().as_nanos() as u64;
    let peak = tree_peak_bytes.or_else(|| gauge::resident().map(|resident| resident.peak_bytes));
    let report = Report::new(outcome, peak, wall_ns);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = if args.json {
        report.json(&mut out)
    } else if args.csv {
        report.csv(&mut out)
    } else {
        report.text(&mut out)
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Output { name: "standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}
