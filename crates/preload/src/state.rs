//! Whether this process records: decided once, at the first allocation for which the C library is
//! ready.

use crate::header;
use heaplab_heap::preload;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

const UNDECIDED: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(UNDECIDED);

unsafe extern "C" {
    static environ: *const *const libc::c_char;
}

/// Whether events are counted. Blocks get a header in any case, because the dynamic linker allocates
/// before the decision.
#[inline(always)]
pub(crate) fn is_recording() -> bool {
    match STATE.load(Relaxed) {
        ON => true,
        OFF => false,
        _ => decide(),
    }
}

#[cold]
fn decide() -> bool {
    // SAFETY: only the pointer is read. It is null until the C library has initialised itself.
    if unsafe { environ.is_null() } {
        return false;
    }
    // In this order: asking for the probe claims the recording of a process that is to be recorded
    // alone, and the program's own recorder would be left out.
    let is_on = !preload::is_recorder_in_program() && !preload::is_other_probe_wanted();
    if is_on && preload::is_alone() {
        crate::environment::remove_this_library();
    }
    preload::declare_malloc();
    preload::set_block_watcher(header::watch);
    STATE.store(if is_on { ON } else { OFF }, Relaxed);
    is_on
}
