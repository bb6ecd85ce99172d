//! The workloads with mod-alloc and its backtraces: 8 frames, allocations and bytes per stack.

use mod_alloc::{ModAlloc, Profiler};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: ModAlloc = ModAlloc::new();

fn main() -> ExitCode {
    heaplab_bench_workloads::run(|measured| {
        let profiler = Profiler::start();
        measured();
        let stats = profiler.stop();
        let sites = ALLOCATOR.call_sites().len();
        // A profiler that recorded nothing would be fast and no valid comparison.
        if stats.alloc_count == 0 || sites == 0 {
            return Err("mod-alloc recorded nothing".into());
        }
        Ok(())
    })
}
