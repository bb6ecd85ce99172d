//! The harness as `cargo xtask homework check` starts it: requests come on standard input,
//! `record.txt` and the recording `heap.raw` go to `HEAPLAB_OUT`. Forging these is of no use: the
//! teacher measures again, in a sandbox.

#[cfg(student)]
#[path = "../../harness.rs"]
mod harness;
#[cfg(student)]
#[path = "../../inherited.rs"]
mod inherited;

#[cfg(student)]
use heaplab_lesson::heap;
#[cfg(student)]
use homework::{student, task};

#[cfg(student)]
#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

#[cfg(student)]
fn main() -> std::process::ExitCode {
    match run() {
        // Drops nothing and runs no exit functions.
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            std::process::ExitCode::from(2)
        }
    }
}

#[cfg(student)]
fn run() -> Result<(), String> {
    use std::io::BufRead as _;
    let out = std::env::var_os("HEAPLAB_OUT").ok_or("HEAPLAB_OUT names the folder for the record")?;
    let out = std::path::PathBuf::from(out);
    let mut input = std::io::stdin().lock();
    let mut line = String::new();
    input.read_line(&mut line).map_err(|error| format!("cannot read the request: {error}"))?;
    let record = harness::measure(&harness::Request::parse(&line)?)?;
    let cannot = |error: std::io::Error| format!("cannot write to {}: {error}", out.display());
    heap::write_recording(&out.join("heap.raw")).map_err(cannot)?;
    std::fs::write(out.join("record.txt"), record).map_err(cannot)?;
    line.clear();
    input.read_line(&mut line).map_err(|error| format!("cannot wait: {error}"))?;
    Ok(())
}

#[cfg(not(student))]
fn main() -> std::process::ExitCode {
    eprintln!("there is no src/student/ yet: cargo xtask homework new --id ID --name NAME");
    std::process::ExitCode::from(2)
}
