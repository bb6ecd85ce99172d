//! Worker processes. Each counts a part of the file, its standard input, into the shared table, its
//! standard output.

use crate::count::parse_address;
use crate::log::or_exit;
use heaplab_logagg::file_parts;
use heaplab_logagg::resident_memory;
use heaplab_logagg::shared_table::{self, SharedTable};
use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

/// The first table has at least one slot per this many bytes of the log. A full table is replaced
/// by one four times as large.
const BYTES_A_SLOT: u64 = 500;
const LEAST_SLOTS: u64 = 1 << 12;
const FIRST_SLOTS: u64 = 1 << 21;
const MOST_SLOTS: u64 = 1 << 27;
/// A worker's exit status when the table is full.
const FULL: u8 = 4;

/// Counts the log in worker processes and returns their shared table.
pub fn count_with_workers(file: &File, workers: usize) -> SharedTable {
    let size = crate::log::size(file);
    let mut slots = (size / BYTES_A_SLOT).next_power_of_two().clamp(LEAST_SLOTS, FIRST_SLOTS);
    let parts = or_exit(file_parts::split_file(file, workers), "reading");
    loop {
        let memory = or_exit(shared_table::create_memory(slots), "memfd_create");
        let running = parts.iter().map(|part| WorkerProcess::start(file, part.start, part.end, &memory));
        let running: Vec<WorkerProcess> = running.map(|worker| or_exit(worker, "a worker")).collect();
        let is_full = or_exit(wait_for_workers(running), "a worker");
        if !is_full {
            break or_exit(SharedTable::map(&memory), "the shared table");
        }
        if slots >= MOST_SLOTS {
            let why = format!("more than {slots} addresses; `engine` counts any number");
            or_exit(Err(why), "the shared table")
        }
        slots *= 4;
    }
}

/// The main function of a worker. Its exit status says whether the whole part was counted.
pub fn run_worker() -> ExitCode {
    // Without a parent nobody would read the table.
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
    let mut malformed = 0;
    let counted =
        file_parts::for_each_line(&file, number(start)..number(end), |line| match parse_address(line) {
            Some(address) if table.count(address).is_err() => std::process::exit(FULL.into()),
            Some(_) => {}
            None => malformed += 1,
        });
    or_exit(counted, "reading");
    table.add_worker_sums(malformed, resident_memory::read_private_peak_bytes());
    ExitCode::SUCCESS
}

struct WorkerProcess(Child);

impl WorkerProcess {
    fn start(file: &File, start: u64, end: u64, memory: &File) -> io::Result<WorkerProcess> {
        // The worker is beside this program, or beside the folder of an example or a test.
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
        // Both calls are harmless if the child has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until all have ended. Returns true if a worker found the table full. As soon as one fails,
/// the others are killed.
fn wait_for_workers(mut running: Vec<WorkerProcess>) -> io::Result<bool> {
    while !running.is_empty() {
        for index in (0..running.len()).rev() {
            match running[index].0.try_wait()? {
                None => {}
                Some(status) if status.success() => drop(running.swap_remove(index)),
                Some(status) if status.code() == Some(i32::from(FULL)) => return Ok(true),
                Some(status) => return Err(io::Error::other(status.to_string())),
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(false)
}
