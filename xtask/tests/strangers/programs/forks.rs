//! Holds known blocks and makes further processes, as its argument says. A forked child uses
//! nothing that allocates but the function that is measured, and ends without any handler.

use heaplab_heap::Heap;
use std::hint::black_box;
use std::os::unix::process::CommandExt;
use std::process::Command;

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    if word == "second" {
        hold_in_second();
        return;
    }
    let mut inherited = Vec::<u8>::with_capacity(black_box(900));
    inherited.push(1);
    hold_in_parent();
    match word.as_str() {
        "child" => wait_for(fork(hold_in_child)),
        "child-by-system-call" => wait_for(fork_by(fork_without_handlers, hold_in_child)),
        "freeing-child" => wait_for(fork(move || {
            drop(black_box(inherited));
            hold_in_child();
        })),
        "child-of-threads" => {
            let (stop, stopped) = std::sync::mpsc::channel::<()>();
            let thread = std::thread::spawn(move || stopped.recv().is_ok());
            wait_for(fork(hold_in_child));
            drop(stop);
            thread.join().expect("it only waits");
        }
        "killed-child" => wait_for(fork(|| {
            hold_in_child();
            // SAFETY: a number.
            unsafe { libc::raise(libc::SIGKILL) };
        })),
        "pool" => {
            let workers: Vec<libc::pid_t> = (1..=4).map(|blocks| fork(|| hold_in_worker(blocks))).collect();
            workers.into_iter().for_each(wait_for);
        }
        "grandchild" => wait_for(fork(|| {
            hold_in_child();
            wait_for(fork(hold_in_grandchild));
        })),
        "daemon" => start_daemon(),
        "exec" => {
            let error = Command::new(own_path()).arg("second").exec();
            panic!("{error}");
        }
        "spawn" => {
            let status = Command::new(own_path()).arg("second").status();
            assert!(status.is_ok_and(|status| status.success()));
        }
        _ => std::process::exit(2),
    }
}

fn own_path() -> std::path::PathBuf {
    std::env::current_exe().expect("the program has a path")
}

/// As a runtime that makes its own processes: the C library does not learn of the child.
unsafe extern "C" fn fork_without_handlers() -> libc::pid_t {
    // SAFETY: as for `fork`.
    unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) as libc::pid_t }
}

/// Runs a child to its end, and returns its number.
fn fork(child: impl FnOnce()) -> libc::pid_t {
    fork_by(libc::fork, child)
}

fn fork_by(call: unsafe extern "C" fn() -> libc::pid_t, child: impl FnOnce()) -> libc::pid_t {
    // SAFETY: the child uses the allocator, which survives a fork, and system calls.
    let process = unsafe { call() };
    assert!(process >= 0);
    if process == 0 {
        child();
        // SAFETY: ends the process.
        unsafe { libc::_exit(0) };
    }
    process
}

fn wait_for(process: libc::pid_t) {
    // SAFETY: no status is asked for.
    assert_eq!(unsafe { libc::waitpid(process, std::ptr::null_mut(), 0) }, process);
}

/// Returns once the daemon holds its blocks. The daemon ends when its parent has gone.
fn start_daemon() {
    let mut ends = [0; 2];
    // SAFETY: an array for two numbers.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    let parent = std::process::id();
    let mut byte = 0u8;
    fork(|| {
        // SAFETY: system calls on numbers, and one byte of this stack.
        unsafe { libc::setsid() };
        hold_in_daemon();
        unsafe { libc::write(ends[1], c"x".as_ptr().cast(), 1) };
        while unsafe { libc::getppid() }.cast_unsigned() == parent {
            unsafe { libc::usleep(1000) };
        }
        unsafe { libc::usleep(300_000) };
    });
    // SAFETY: one byte of this stack.
    assert_eq!(unsafe { libc::read(ends[0], (&raw mut byte).cast(), 1) }, 1);
}

/// Allocates blocks that are never freed.
#[inline(always)]
fn hold(blocks: u64, bytes: usize) {
    for _ in 0..blocks {
        std::mem::forget(black_box(Vec::<u8>::with_capacity(black_box(bytes))));
    }
    black_box(());
}

#[inline(never)]
fn hold_in_parent() {
    hold(6, 10_000);
}

#[inline(never)]
fn hold_in_child() {
    hold(5, 3_000);
}

#[inline(never)]
fn hold_in_grandchild() {
    hold(2, 8_000);
}

#[inline(never)]
fn hold_in_worker(blocks: u64) {
    hold(blocks, 2_500);
}

#[inline(never)]
fn hold_in_daemon() {
    hold(4, 9_000);
}

#[inline(never)]
fn hold_in_second() {
    hold(7, 2_000);
}
