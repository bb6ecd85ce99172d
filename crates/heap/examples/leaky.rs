//! A student's program for `cargo xtask profile -- target/debug/examples/leaky`: it leaks half of
//! its blocks. `leaky wait` then waits for Ctrl-C; `panic`, `abort` and `fail` end it badly.

use heaplab_heap::Heap;

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() {
    let how = std::env::args().nth(1).unwrap_or_default();
    let rows = std::env::args().nth(2).and_then(|rows| rows.parse().ok()).unwrap_or(1000);
    let total: usize = (0..rows).map(|row| work(row).len()).sum();
    println!("{total} bytes");
    match how.as_str() {
        "wait" => loop {
            std::thread::park();
        },
        "panic" => panic!("as asked"),
        "abort" => std::process::abort(),
        "fail" => std::process::exit(7),
        _ => {}
    }
}

#[inline(never)]
fn work(row: usize) -> String {
    if row.is_multiple_of(2) {
        remember();
    }
    format!("row {row}")
}

#[inline(never)]
fn remember() {
    std::mem::forget(vec![1u8; 1000]);
}
