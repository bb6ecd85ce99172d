//! The workloads in a program that has no allocator of ours: what the plain probe is held against, and what heaptrack runs.

use std::process::ExitCode;

fn main() -> ExitCode {
    heaplab_bench_workloads::run(|measured| {
        measured();
        Ok(())
    })
}
