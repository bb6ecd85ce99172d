//! Two functions with which a program measures a part of itself. A C program declares them weak
//! (`__attribute__((weak)) int heaplab_region_begin(void);`) and calls them where they are there; a
//! Python script reaches them by `ctypes.CDLL(None)`.

use crate::state;
use heaplab_heap::preload;
use libc::c_int;

/// Begins the measured region: what the process did before is not part of its figures. Returns 0, or
/// -1 if nothing is recorded or a region is open already.
#[unsafe(no_mangle)]
extern "C" fn heaplab_region_begin() -> c_int {
    if state::is_recording() && preload::begin_region() { 0 } else { -1 }
}

/// Ends the measured region; nothing is counted afterwards. Returns 0, or -1 if no region is open.
#[unsafe(no_mangle)]
extern "C" fn heaplab_region_end() -> c_int {
    if state::is_recording() && preload::end_region() { 0 } else { -1 }
}
