//! The harness as the teacher starts it, behind a fence: the order on standard input, the record to descriptor 3, which safe code
//! cannot name. xtask puts this file beside `harness.rs` and `inherited.rs` of lesson 8.9 and builds it with the student's package.

mod harness;
mod inherited;

use ::student::{student, task};
use heaplab_heap as heap;
use std::fs::File;
use std::io::{BufRead as _, Write as _};
use std::os::fd::FromRawFd as _;

#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

/// As large as the main thread's usually is.
const STACK_BYTES: usize = 8 << 20;

fn main() {
    let status = match run() {
        Ok(()) => 0,
        Err(why) => {
            eprintln!("error: {why}");
            2
        }
    };
    // Without dropping anything.
    std::process::exit(status);
}

fn run() -> Result<(), String> {
    let mut line = String::new();
    let cannot = |error: std::io::Error| error.to_string();
    // Not `stdin()`: its lock and its buffer are the student's to ask for too.
    // SAFETY: both descriptors were handed over by xtask to this process alone, and nothing else here owns them.
    let (input, mut output) = unsafe { (File::from_raw_fd(0), File::from_raw_fd(3)) };
    let mut input = std::io::BufReader::with_capacity(4096, input);
    input.read_line(&mut line).map_err(cannot)?;
    let order = harness::Order::read(&line)?;
    // A thread of its own: of the main one the C library knows where the stack ends only by reading /proc, which is not there.
    let work = std::thread::Builder::new().stack_size(STACK_BYTES);
    let worker = work.spawn(move || harness::measure(&order)).map_err(cannot)?;
    // A panic has said what it is on standard error.
    let record = worker.join().map_err(|_| "it panicked".to_owned())?;
    // On the main thread and after the other has ended: whatever threads are there now, nobody waits for.
    output.write_all(record?.as_bytes()).map_err(cannot)?;
    line.clear();
    input.read_line(&mut line).map_err(cannot)?;
    Ok(())
}
