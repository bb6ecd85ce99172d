//! The workloads with heaplab's allocator; `HEAPLAB_PROBE` selects plain, the recorder, or dhat.

use heaplab_heap::{Heap, region};
use std::process::ExitCode;

#[global_allocator]
static HEAP: Heap = Heap::new();

fn main() -> ExitCode {
    heaplab_bench_workloads::run(|measured| {
        let open = region()?;
        measured();
        open.close();
        Ok(())
    })
}
