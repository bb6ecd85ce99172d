//! A program that opens no region and ends in the way that its argument names.
//! `tests/never_lost.rs` reads the recording it leaves.

use heaplab_heap::{Heap, region};
use std::hint::black_box;
use std::io::Write;
use std::time::Duration;

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() {
    // Without the black box, an optimised build would not allocate this block.
    let kept = black_box(vec![7u8; 100_000]);
    let word = std::env::args().nth(1).unwrap_or_default();
    match word.as_str() {
        "return" => {}
        "panic" => panic!("as asked"),
        "exit" => std::process::exit(3),
        "thread-exit" => {
            let _ = std::thread::spawn(|| std::process::exit(4)).join();
        }
        "abort" => std::process::abort(),
        // SAFETY: ends the process.
        "_exit" => unsafe { libc::_exit(5) },
        // SAFETY: ends the process.
        "quick_exit" => unsafe { quick_exit(6) },
        "no-memory" => std::alloc::handle_alloc_error(std::alloc::Layout::new::<[u8; 12_345]>()),
        "overflow" => {
            black_box(recurse(0));
        }
        "wait" => wait_for_a_word(),
        "closed" => close_all_files(),
        "region" => drop(region()),
        "elsewhere" => {
            let moved = std::env::set_current_dir("/");
            assert!(moved.is_ok());
        }
        "daemon" => become_daemon(),
        "exec" => exec_itself(),
        "file-limit" => limit_files(),
        "busy" => loop_of_threads(),
        signal => raise(signal),
    }
    drop(kept);
}

unsafe extern "C" {
    fn quick_exit(status: libc::c_int) -> !;
}

fn raise(signal: &str) {
    let Ok(signal) = signal.parse() else { std::process::exit(2) };
    // SAFETY: the default action of a signal.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    // SAFETY: as above.
    unsafe { libc::raise(signal) };
}

#[expect(unconditional_recursion, reason = "it is to fill the stack")]
fn recurse(depth: u64) -> u64 {
    let here = black_box([depth; 100]);
    recurse(depth + 1) + here[7]
}

/// Prints that it is ready, and waits for a line.
fn wait_for_a_word() {
    // SAFETY: plain bytes; the standard streams' buffers would be blocks of the recording.
    unsafe {
        libc::write(1, b"ready\n".as_ptr().cast(), 6);
        let mut byte = 0u8;
        while byte != b'\n' {
            if libc::read(0, (&raw mut byte).cast(), 1) == 0 {
                std::thread::sleep(Duration::from_secs(60));
            }
        }
    }
}

/// Closes all files as a daemon does, and makes a file of its own with the lowest number.
fn close_all_files() {
    for file in 0..1024 {
        // SAFETY: nothing of this program uses a file any more.
        unsafe { libc::close(file) };
    }
    let many: Vec<Vec<u8>> = (0..5_000).map(|_| vec![1u8; 10]).collect();
    drop(black_box(many));
}

/// The parent ends at once, and the grandchild holds a block of its own.
fn become_daemon() {
    // SAFETY: this program has one thread.
    if unsafe { libc::fork() } != 0 {
        std::process::exit(0);
    }
    // SAFETY: as above.
    if unsafe { libc::setsid() } < 0 || unsafe { libc::fork() } != 0 {
        std::process::exit(0);
    }
    std::mem::forget(black_box(vec![1u8; 200_000]));
    std::process::exit(0);
}

/// Replaces this program by itself, with another word.
fn exec_itself() {
    use std::os::unix::process::CommandExt as _;
    let program = std::env::current_exe().unwrap_or_default();
    let error = std::process::Command::new(program).arg("exit").exec();
    panic!("{error}");
}

/// From here on the process may make no file of more than a page.
fn limit_files() {
    let limit = libc::rlimit { rlim_cur: 4096, rlim_max: 4096 };
    // SAFETY: a plain value.
    unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &limit) };
    let many: Vec<Box<[u8; 100]>> = (0..10_000).map(|_| Box::new([1u8; 100])).collect();
    drop(black_box(many));
}

/// Allocates in four threads until it is ended.
fn loop_of_threads() {
    let work = || loop {
        let made: Vec<String> = (0..1000).map(|row| format!("row {row}")).collect();
        black_box(made);
    };
    std::thread::scope(|scope| {
        let _ = std::io::stdout().write_all(b"ready\n").and_then(|()| std::io::stdout().flush());
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
}
