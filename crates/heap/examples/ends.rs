//! A program that opens no region and ends in the way that its argument names.
//! `tests/never_lost.rs` reads the recording it leaves.

use heaplab_heap::{Heap, region};
use std::io::Write;
use std::time::Duration;

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() {
    // Without the black box, an optimised build would not allocate this block.
    let kept = std::hint::black_box(vec![7u8; 100_000]);
    let word = std::env::args().nth(1).unwrap_or_default();
    match word.as_str() {
        "return" => {}
        "panic" => panic!("as asked"),
        "exit" => std::process::exit(3),
        "thread-exit" => {
            let _ = std::thread::spawn(|| std::process::exit(4)).join();
        }
        "abort" => {
            wait_for_a_word();
            std::process::abort();
        }
        "wait" => wait_for_a_word(),
        "own-handler" => {
            // SAFETY: the handler only ends the process.
            unsafe { libc::signal(libc::SIGTERM, own_handler as extern "C" fn(i32) as *const () as usize) };
            wait_for_a_word();
        }
        "chained-handler" => {
            chain();
            wait_for_a_word();
            wait_for_a_word();
        }
        "region" => drop(region()),
        "elsewhere" => {
            let moved = std::env::set_current_dir("/");
            assert!(moved.is_ok());
        }
        "busy" => loop_of_threads(),
        _ => std::process::exit(2),
    }
    drop(kept);
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

extern "C" fn own_handler(_: i32) {
    // SAFETY: may be called in a handler.
    unsafe { libc::_exit(9) };
}

static EARLIER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

/// As the crate signal-hook does: the program's handler calls the earlier one, which is ours.
fn chain() {
    // SAFETY: the handler calls a handler.
    let earlier = unsafe { libc::signal(libc::SIGTERM, chained as extern "C" fn(i32) as *const () as usize) };
    EARLIER.store(earlier, std::sync::atomic::Ordering::SeqCst);
}

extern "C" fn chained(signal: i32) {
    let earlier = EARLIER.load(std::sync::atomic::Ordering::SeqCst);
    if earlier != libc::SIG_DFL {
        // SAFETY: what `signal` gave back and is not the default is a handler.
        let earlier: extern "C" fn(i32) = unsafe { std::mem::transmute(earlier) };
        earlier(signal);
    }
}

/// Allocates in four threads until it is ended.
fn loop_of_threads() {
    let work = || loop {
        let made: Vec<String> = (0..1000).map(|row| format!("row {row}")).collect();
        std::hint::black_box(made);
    };
    std::thread::scope(|scope| {
        let _ = std::io::stdout().write_all(b"ready\n").and_then(|()| std::io::stdout().flush());
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
}
