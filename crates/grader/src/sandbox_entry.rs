//! `heaplab-grader --fenced LIMITS PROGRAM ARGUMENTS` is not for people: the grader starts itself
//! this way, and the new process limits itself and then executes the program.

use heaplab_sandbox::Limits;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// The first argument of such a process.
pub(crate) const FLAG: &str = "--fenced";
/// The start of the message on descriptor 3 and standard error when nothing was started. No record
/// starts this way.
pub(crate) const ERROR_PREFIX: &str = "fence: ";

/// Runs a sandboxed program if this process was started for that; returns only if that failed.
/// `None` for ordinary commands.
pub(crate) fn run_if_requested() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != FLAG {
        return None;
    }
    let why = enter_sandbox(words).map_or_else(|why| why, |never| match never {});
    eprintln!("{ERROR_PREFIX}{why}");
    Some(ExitCode::from(3))
}

#[cfg(target_os = "linux")]
fn enter_sandbox(mut words: impl Iterator<Item = OsString>) -> Result<std::convert::Infallible, String> {
    let limits = words.next().and_then(|word| word.into_string().ok()).unwrap_or_default();
    let limits: Limits = serde_json::from_str(&limits).map_err(|error| error.to_string())?;
    let program = words.next().ok_or("no program was named")?;
    let arguments: Vec<OsString> = words.collect();
    // The record's descriptor is opened again now, since nothing can be opened after the limits are
    // set.
    let record = limits.inherit.first().map(|number| format!("/proc/self/fd/{number}"));
    let mut record = record.and_then(|place| std::fs::OpenOptions::new().write(true).open(place).ok());
    heaplab_sandbox::enter(&limits, program.as_ref(), &arguments).map_err(|error| {
        if let Some(record) = &mut record {
            // The caller prints it on standard error too.
            let _ = write!(record, "{ERROR_PREFIX}{error}");
        }
        error.to_string()
    })
}

#[cfg(not(target_os = "linux"))]
fn enter_sandbox(_: impl Iterator<Item = OsString>) -> Result<std::convert::Infallible, String> {
    Err("there are no fences on this system".into())
}
