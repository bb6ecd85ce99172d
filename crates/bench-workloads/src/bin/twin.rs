//! The workloads with the system's allocator. The plain probe is compared with this program, and
//! heaptrack runs it.

use std::process::ExitCode;

fn main() -> ExitCode {
    heaplab_bench_workloads::run(|measured| {
        measured();
        Ok(())
    })
}
