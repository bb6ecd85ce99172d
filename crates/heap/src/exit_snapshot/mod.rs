//! Leaves the recording of a whole process in `$HEAPLAB_OUT/heap-PID.raw` when the process ends,
//! unless a region was opened.
//!
//! | end | how |
//! |---|---|
//! | `main` returns or panics, `process::exit` | an `atexit` handler writes |
//! | SIGINT, SIGTERM | the handler wakes a thread that writes and then raises the signal again with the default handler |
//! | `abort`, SIGKILL, `_exit` | the last snapshot of `HEAPLAB_SNAPSHOT_EVERY=2s` remains, if it was asked for |
//!
//! SIGUSR1 writes `heap-PID-N.raw`, also of an open region, and the program goes on. Without
//! `HEAPLAB_OUT` or without the recorder nothing of this happens and no signal handler is
//! installed.
//!
//! It starts in a constructor before `main`, outside of the allocator. At that moment there is only
//! one thread and no lock is held; a later allocation might happen inside the dynamic linker or in
//! a fork handler. It is also certain to come before any signal. A handler that the program
//! installs later replaces ours, and one that is already installed (or SIG_IGN, from `nohup`) is
//! not replaced.
//!
//! - `environment`: reads what was asked for.
//! - `signals`: the signal handlers.
//! - `writer`: the thread that writes.

mod environment;
mod signals;
mod writer;

use crate::probe;
use crate::recorder;
use heaplab_profile::Probe;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::*};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// What the environment asked for.
struct ExitRequest {
    folder: PathBuf,
    process: u32,
    every: Option<Duration>,
}

static REQUEST: OnceLock<ExitRequest> = OnceLock::new();
/// Held while a file is written; the number of the last file that was written on demand.
static WRITE_LOCK: Mutex<u32> = Mutex::new(0);
/// A signal is ending the process; the writer thread is writing the last file.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

#[used]
// SAFETY: the dynamic linker calls what stands in this section with arguments that a C function may
// leave unread.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    if !environment::has_folder() {
        return;
    }
    recorder::untracked(|| {
        // The first allocation decides on the probe, because only the program's own allocator knows
        // its default.
        drop(std::hint::black_box(Box::new(0u8)));
        if probe::decided_probe() == Some(Probe::Heap) {
            arm();
        }
    });
}

fn arm() {
    let Some(order) = environment::read_request() else { return };
    if REQUEST.set(order).is_err() {
        return;
    }
    recorder::start_process_region();
    // SAFETY: the handlers are plain functions; the one for forks only calls `sigaction`. It runs
    // after the recorder's own, which was registered first.
    unsafe {
        libc::pthread_atfork(None, None, Some(disarm_after_fork));
        libc::atexit(write_at_exit);
    }
    // Without the thread nobody would act on the handlers, so then they are not installed.
    if writer::start() {
        signals::install();
    }
}

/// Runs in the child of a fork, which leaves no recording: its signals get their default handlers
/// back.
unsafe extern "C" fn disarm_after_fork() {
    signals::restore_defaults();
}

extern "C" fn write_at_exit() {
    if !is_this_process() {
        return;
    }
    // A signal came first and determines the exit status: the writer raises it again once the file
    // is written.
    while IS_ENDING.load(Acquire) {
        std::thread::sleep(Duration::from_millis(1));
    }
    recorder::untracked(write_final);
}

/// Whether this is the process that was asked, and not a child that was forked or cloned behind
/// libc's back.
fn is_this_process() -> bool {
    REQUEST.get().is_some_and(|order| order.process == std::process::id()) && !recorder::is_child()
}

/// Writes the last recording. Threads that still run are no longer counted, so that all sums agree.
fn write_final() {
    if recorder::is_whole_process() {
        recorder::close_at_exit();
        write(|_| String::new());
    }
}

/// Writes the recording so far. The program goes on, so events in progress may be in one sum and
/// not yet in another.
fn write_snapshot() {
    if recorder::is_whole_process() {
        write(|_| String::new());
    }
}

fn write_on_demand() {
    write(|number| {
        *number += 1;
        format!("-{number}")
    });
}

/// Writes `heap-PID….raw`. No caller could handle an error, so errors are printed.
fn write(suffix: impl FnOnce(&mut u32) -> String) {
    let Some(order) = REQUEST.get() else { return };
    let mut number = WRITE_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let path = order.folder.join(format!("heap-{}{}.raw", order.process, suffix(&mut number)));
    let written = std::fs::create_dir_all(&order.folder).and_then(|()| crate::region::write_recording(&path));
    if let Err(error) = written {
        print_error(format_args!("cannot write the recording {}: {error}", path.display()));
    }
}

fn print_error(message: std::fmt::Arguments<'_>) {
    // Unlike `eprintln!`, this does not panic if stderr is closed.
    let _ = writeln!(std::io::stderr(), "heaplab: {message}");
}
