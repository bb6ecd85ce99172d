//! The workloads that `cargo xtask bench recorder` measures, and the `main` that runs one of them.
//! The programs in `src/bin` differ only in their allocator.
//!
//! `bench-heap slots --rows 1000000` prints one JSON line: the wall time of the measured part, a
//! checksum that proves the work, and the peak RSS at its end.

mod workloads;

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;
use workloads::{BoxedWork, WORKLOADS, Workload};

/// Runs the workload that the command line names. `around` gets the measured part and calls it
/// once, between opening and closing its profiler.
pub fn run(around: impl FnOnce(&mut dyn FnMut()) -> Result<(), Box<dyn Error>>) -> ExitCode {
    match measure(around) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure(
    around: impl FnOnce(&mut dyn FnMut()) -> Result<(), Box<dyn Error>>,
) -> Result<String, Box<dyn Error>> {
    let (workload, rows) = parse_arguments()?;
    let mut done: Option<(u64, BoxedWork)> = None;
    around(&mut || {
        let started = Instant::now();
        let work = (workload.run)(rows);
        let wall_ns = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        done = Some((wall_ns, work));
    })?;
    let (wall_ns, work) = done.ok_or("the measured part did not run")?;
    let peak_rss = peak_rss_bytes().map_or_else(|| "null".to_owned(), |bytes| bytes.to_string());
    let (name, checksum) = (workload.name, work.checksum());
    // Freeing ten million blocks takes longer than allocating them, and is not measured.
    std::mem::forget(work);
    Ok(format!(
        "{{\"workload\":\"{name}\",\"rows\":{rows},\"wall_ns\":{wall_ns},\"checksum\":{checksum},\
         \"peak_rss_bytes\":{peak_rss}}}"
    ))
}

/// Parses `WORKLOAD --rows N`.
fn parse_arguments() -> Result<(&'static Workload, u64), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let known = || WORKLOADS.iter().map(|workload| workload.name).collect::<Vec<_>>().join(", ");
    let found = WORKLOADS.iter().find(|workload| workload.name == name);
    let workload = found.ok_or_else(|| format!("`{name}` is no workload; there are {}", known()))?;
    match (arguments.next().as_deref(), arguments.next().map(|rows| rows.parse())) {
        (Some("--rows"), Some(Ok(rows))) if rows > 0 => Ok((workload, rows)),
        _ => Err(format!("say how much: {name} --rows 1000000").into()),
    }
}

/// `VmHWM`, which does not include the peak of the parent; `None` without procfs.
fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}
