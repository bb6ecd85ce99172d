//! The workloads with heapscope: whole stacks by frame pointers, without which it refuses to start.

use heapscope::{Alloc, HeapStats, Profiler};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: Alloc = Alloc::system();

fn main() -> ExitCode {
    heaplab_bench_workloads::run(|measured| {
        // What it writes at the end is no part of the measured work.
        let _profiler = Profiler::builder().no_output().build()?;
        measured();
        let stats = HeapStats::get()?;
        // A profiler that recorded nothing would be fast and no valid comparison.
        if stats.total_blocks == 0 || stats.dropped_blocks > 0 {
            return Err(format!("heapscope did not record everything: {stats:?}").into());
        }
        Ok(())
    })
}
