//! One function per command, from options to output.

mod follow_live;
mod oracle;
mod progress;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use heaplab_logagg::engine::merge::merge_partials;
use heaplab_logagg::engine::{self, CountOutcome, processes, scan};
use heaplab_logagg::error::{Error, Result};
use heaplab_logagg::generate::{LogRecipe, generate as write_log};
use heaplab_logagg::input::expand_patterns;
use heaplab_logagg::partial::{PartialHeader, PartialWriter};
use heaplab_logagg::report::{CountReport, group_digits};
use heaplab_logagg::resident_memory;

use crate::cli::{Count, Generate, InputMethod, Merge, ResultArgs};
use crate::signals::{self, sigbus};
use progress::Progress;

pub(crate) fn count(args: &Count) -> Result<()> {
    let begin = Instant::now();
    let (options, key) = args.options()?;
    let inputs = expand_patterns(&args.logs)?;
    let head = PartialHeader::new(key, options.sketch);
    let partial = args.partial.as_deref().map(|path| PartialWriter::to_file(path, &head)).transpose()?;
    if args.follow {
        let outcome = follow_live::follow(&inputs, &options, partial, args.result.quiet)?;
        return print_outcome(outcome, None, &args.result, begin);
    }
    signals::install_handlers();
    signals::set_unfinished(partial.as_ref().and_then(PartialWriter::temporary_path));
    if args.input != InputMethod::Pread {
        sigbus::install_handler()?;
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
        let counted = processes::run_observed(&inputs, &options, processes, &command, &progress, partial);
        progress.finish();
        let (outcome, peak) = counted?;
        return print_outcome(outcome, peak, &args.result, begin);
    }
    let progress = Progress::new(&args.result, &inputs);
    let outcome = engine::run(&inputs, &options, &progress, partial);
    progress.finish();
    print_outcome(outcome?, None, &args.result, begin)
}

pub(crate) fn merge(args: &Merge) -> Result<()> {
    let begin = Instant::now();
    let files = expand_patterns(&args.files)?;
    signals::install_handlers();
    print_outcome(merge_partials(&files, &args.options())?, None, &args.result, begin)
}

pub(crate) fn run_worker() -> Result<()> {
    sigbus::install_handler()?;
    processes::run_worker()
}

pub(crate) fn scan(args: &Count) -> Result<()> {
    let begin = Instant::now();
    let (options, _) = args.options()?;
    sigbus::install_handler()?;
    let tally = scan::scan(&expand_patterns(&args.logs)?, &options)?;
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
    let checked = oracle::check(log, partial)?;
    println!("{}", serde_json::to_string(&checked).map_err(|error| Error::Check(error.to_string()))?);
    Ok(())
}

pub(crate) fn generate(args: &Generate) -> Result<()> {
    let Generate { bytes, addresses, seed, ipv6, malformed, .. } = *args;
    let recipe = LogRecipe { bytes, addresses, seed, ipv6, malformed };
    let name = args.file.display().to_string();
    let written = if args.file == Path::new("-") {
        write_log(&recipe, "standard output", &mut io::stdout().lock())?
    } else {
        let mut file =
            File::create(&args.file).map_err(|source| Error::Output { name: name.clone(), source })?;
        signals::install_handlers();
        signals::set_unfinished(Some(&args.file));
        let written = write_log(&recipe, &name, &mut file);
        if written.is_err() {
            // A truncated log could be mistaken for a complete one.
            let _ = std::fs::remove_file(&args.file);
        }
        written?
    };
    if args.json {
        eprintln!("{}", serde_json::to_string(&written).map_err(|error| Error::Check(error.to_string()))?);
    } else if io::stderr().is_terminal() {
        eprintln!(
            "{} lines, {} of them malformed",
            group_digits(written.lines),
            group_digits(written.malformed)
        );
    }
    Ok(())
}

fn print_outcome(
    outcome: CountOutcome,
    tree_peak_bytes: Option<u64>,
    args: &ResultArgs,
    begin: Instant,
) -> Result<()> {
    let wall_ns = begin.elapsed().as_nanos() as u64;
    let peak = tree_peak_bytes
        .or_else(|| resident_memory::read_resident_memory().map(|resident| resident.peak_bytes));
    let report = CountReport::new(outcome, peak, wall_ns);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = if args.json {
        report.write_json(&mut out)
    } else if args.csv {
        report.write_csv(&mut out)
    } else {
        report.write_text(&mut out)
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Output { name: "standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}
