//! Worker processes: the file as their standard input, a part of it each, and the table of
//! `shared.rs` as their standard output.

use crate::count::parse_address;
use crate::file_parts;
use crate::log::or_exit;
use crate::shared_table::{self, SharedTable};
use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

/// A slot for every so many bytes of the log, at least; a table that is full is taken four times as
/// large, up to the last.
const BYTES_A_SLOT: u64 = 500;
const LEAST_SLOTS: u64 = 1 << 12;
const FIRST_SLOTS: u64 = 1 << 21;
const MOST_SLOTS: u64 = 1 << 27;
/// A worker's exit status when the table is full.
const FULL: u8 = 4;

/// Has the log counted into a table that all share.
pub fn count_with_workers(file: &File, workers: usize) -> SharedTable {
    let size = crate::log::size(file);
    let mut slots = (size / BYTES_A_SLOT).next_power_of_two().clamp(LEAST_SLOTS, FIRST_SLOTS);
    let parts = file_parts::split_file(file, workers);
    loop {
        let memory = or_exit(shared_table::create_memory(slots), "memfd_create");
        let running = parts.iter().map(|part| WorkerProcess::start(file, part.start, part.end, &memory));
        let mut running: Vec<WorkerProcess> = running.map(|worker| or_exit(worker, "a worker")).collect();
        match or_exit(wait_for_workers(&mut running), "a worker") {
            WaitOutcome::All => break or_exit(SharedTable::map(&memory), "the shared table"),
            WaitOutcome::TableIsFull if slots < MOST_SLOTS => slots *= 4,
            WaitOutcome::TableIsFull => or_exit(
                Err(format!("more than {slots} addresses; `engine` counts any number")),
                "the shared table",
            ),
        }
    }
}

/// What a worker does, for START and END. The exit status says whether all was counted.
pub fn run_worker() -> ExitCode {
    // Without a parent nobody reads the table.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [start, end] = arguments.as_slice() else {
        eprintln!("error: this program is a part of the variant `processes`: run that");
        return ExitCode::from(2);
    };
    let number = |text: &String| or_exit(text.parse::<u64>(), "START and END are bytes");
    let file = File::from(or_exit(std::io::stdin().as_fd().try_clone_to_owned(), "standard input"));
    let memory = File::from(or_exit(std::io::stdout().as_fd().try_clone_to_owned(), "standard output"));
    let table = or_exit(SharedTable::map(&memory), "standard output is the shared table");
    let malformed =
        file_parts::for_each_line(
            &file,
            number(start)..number(end),
            0,
            |malformed, line| match parse_address(line) {
                Some(address) if table.count(address).is_err() => std::process::exit(FULL.into()),
                Some(_) => {}
                None => *malformed += 1,
            },
        );
    table.add_worker_sums(malformed, read_own_peak_bytes());
    ExitCode::SUCCESS
}

/// The most that was resident of this process alone: without the program's pages and the table,
/// which others have too.
fn read_own_peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
    };
    field("VmHWM:").saturating_sub(field("RssFile:") + field("RssShmem:"))
}

enum WaitOutcome {
    All,
    TableIsFull,
}

/// A child that is killed when it is no longer wanted.
struct WorkerProcess(Child);

impl WorkerProcess {
    fn start(file: &File, start: u64, end: u64, memory: &File) -> io::Result<WorkerProcess> {
        // It lies beside this program, and beside the folder of an example or of a test.
        let here = std::env::current_exe()?;
        let name = format!("log-aggregator-worker{}", std::env::consts::EXE_SUFFIX);
        let beside = here.ancestors().skip(1).take(2).map(|folder| folder.join(&name));
        let program = beside.into_iter().find(|program| program.is_file()).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                format!("{name}: build it with the package log-aggregator"),
            )
        })?;
        let mut command = Command::new(program);
        command.args([start.to_string(), end.to_string()]);
        command.stdin(Stdio::from(file.try_clone()?)).stdout(Stdio::from(memory.try_clone()?));
        command.spawn().map(WorkerProcess)
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // Both are harmless for a child that has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Until all are done, or one has failed: then the others wait for nothing any more, and are
/// killed.
fn wait_for_workers(running: &mut Vec<WorkerProcess>) -> io::Result<WaitOutcome> {
    while !running.is_empty() {
        let mut is_full = false;
        let mut lost = None;
        running.retain_mut(|worker| match worker.0.try_wait() {
            Ok(None) => true,
            Ok(Some(status)) => {
                is_full |= status.code() == Some(i32::from(FULL));
                lost = lost.take().or((!status.success()).then(|| format!("{status}")));
                false
            }
            Err(error) => {
                lost = Some(error.to_string());
                false
            }
        });
        if is_full || lost.is_some() {
            running.clear();
            return if is_full {
                Ok(WaitOutcome::TableIsFull)
            } else {
                Err(io::Error::other(lost.unwrap_or_default()))
            };
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(WaitOutcome::All)
}
