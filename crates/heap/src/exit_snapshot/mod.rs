//! Never lost: where no region was ever opened the region is the process, and this leaves its recording in
//! `$HEAPLAB_OUT/heap-PID.raw` however the process ends.
//!
//! | end | how |
//! |---|---|
//! | `main` returns or panics, `process::exit` | an `atexit` handler writes |
//! | SIGINT, SIGTERM | the handler wakes a thread that writes, gives the default back and raises the signal again |
//! | `abort`, SIGKILL, `_exit` | the last snapshot of `HEAPLAB_SNAPSHOT_EVERY=2s`, if that was asked for |
//!
//! SIGUSR1 writes `heap-PID-N.raw`, of an open region too, and the program goes on. Without `HEAPLAB_OUT` or without the
//! recorder nothing of this happens, and no signal is touched.
//!
//! It all begins in a constructor of the program, before `main` and outside of the allocator. There is one thread then and
//! no lock is held, which cannot be said of any later allocation: one may stand inside the dynamic linker or in a handler of
//! fork. It is also the only moment that is sure to come before the signal. Because the handlers stand there first, whatever
//! the program installs later replaces them; one that was there before (or SIG_IGN, from `nohup`) is left alone.
//!
//! - `environment`: what was asked for.
//! - `signals`: the handlers, and whether they are still ours.
//! - `writer`: the thread.

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

/// What was asked for.
struct ExitRequest {
    folder: PathBuf,
    process: u32,
    every: Option<Duration>,
}

static REQUEST: OnceLock<ExitRequest> = OnceLock::new();
/// One file at a time; the number of the last one that was written on demand.
static WRITE_LOCK: Mutex<u32> = Mutex::new(0);
/// A signal ends the process as soon as the file is there.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

#[used]
// SAFETY: the dynamic linker calls what stands in this section with arguments that a C function may leave unread.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    if !environment::has_folder() {
        return;
    }
    recorder::untracked(|| {
        // The first allocation decides on the probe, and only the program's own allocator knows what it does by default.
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
    // SAFETY: the handlers are plain functions; the one for forks only calls `sigaction`. It runs after the recorder's own,
    // which was registered first.
    unsafe {
        libc::pthread_atfork(None, None, Some(disarm_after_fork));
        libc::atexit(write_at_exit);
    }
    // Without the thread nobody would hear the handlers: then the signals do what they always do.
    if writer::start() {
        signals::install();
    }
}

/// Runs in the child of a fork, which leaves no recording: its signals get their default handlers back.
unsafe extern "C" fn disarm_after_fork() {
    signals::restore_defaults();
}

extern "C" fn write_at_exit() {
    if !is_this_process() {
        return;
    }
    // A signal came first, and its number is the exit status: the writer raises it when the file is there.
    while IS_ENDING.load(Acquire) {
        std::thread::sleep(Duration::from_millis(1));
    }
    recorder::untracked(write_final);
}

/// A child that was forked, or cloned behind libc's back, inherits the order and must not carry it out.
fn is_this_process() -> bool {
    REQUEST.get().is_some_and(|order| order.process == std::process::id()) && !recorder::is_child()
}

/// The process ends now: what threads still do is not counted any more, so that all sums agree.
fn write_final() {
    if recorder::is_whole_process() {
        recorder::close_at_exit();
        write(|_| String::new());
    }
}

/// As it is now; the program goes on, and events under way may be counted in one sum and not yet in another.
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

/// Writes `heap-PID….raw`. Nobody is there to take an error but the person at the terminal.
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
    // Unlike `eprintln!` it does not panic where stderr is closed.
    let _ = writeln!(std::io::stderr(), "heaplab: {message}");
}
