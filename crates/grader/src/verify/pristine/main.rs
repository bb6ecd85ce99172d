//! The harness as the grader starts it in a sandbox: the request comes on standard input, the
//! record goes to descriptor 3, which safe code cannot name. The grader builds this file with
//! `harness.rs` and `inherited.rs` of lesson 8.9 and the student's package.

mod harness;
mod inherited;

use ::student::{student, task};
use heaplab_heap as heap;
use std::fs::File;
use std::io::{BufRead as _, Write as _};
use std::os::fd::FromRawFd as _;

#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

/// The usual size of a main thread's stack.
const STACK_BYTES: usize = 8 << 20;

fn main() {
    let status = match run() {
        Ok(()) => 0,
        Err(why) => {
            eprintln!("error: {why}");
            2
        }
    };
    // Exits without dropping anything.
    std::process::exit(status);
}

fn run() -> Result<(), String> {
    let mut line = String::new();
    let cannot = |error: std::io::Error| error.to_string();
    // Not `stdin()`: the student's code could use its lock and its buffer too.
    // SAFETY: the grader passes both descriptors to this process alone, and nothing else here owns
    // them.
    let (input, mut output) = unsafe { (File::from_raw_fd(0), File::from_raw_fd(3)) };
    let mut input = std::io::BufReader::with_capacity(4096, input);
    input.read_line(&mut line).map_err(cannot)?;
    let request = harness::Request::parse(&line)?;
    // A thread of its own: the C library finds the end of the main thread's stack only in /proc,
    // which the sandbox hides.
    let work = std::thread::Builder::new().stack_size(STACK_BYTES);
    let worker = work.spawn(move || harness::measure(&request)).map_err(cannot)?;
    // The panic's message is on standard error.
    let record = worker.join().map_err(|_| "it panicked".to_owned())?;
    // Written after the worker thread has ended: whatever threads exist now were not joined.
    output.write_all(record?.as_bytes()).map_err(cannot)?;
    line.clear();
    input.read_line(&mut line).map_err(cannot)?;
    Ok(())
}
