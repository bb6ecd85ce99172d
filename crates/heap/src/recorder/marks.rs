//! Marks that a program sets on its curve. Setting one allocates nothing.

use super::{curve, peak, thread};
use heaplab_profile::raw::RawMark;
use std::sync::Mutex;

/// More marks than this in one region are dropped: a mark is for a person to read.
const MAX_MARKS: usize = 64;

struct Mark {
    name: &'static str,
    clock_bytes: u64,
    at_ns: u64,
}

static MARKS: Mutex<([Option<Mark>; MAX_MARKS], usize)> = Mutex::new(([const { None }; MAX_MARKS], 0));

/// Says that the next part of the work begins here. Without the heap probe it does nothing.
pub fn mark(name: &'static str) {
    if crate::probe() == crate::Probe::Heap && !super::is_child() {
        let mut marks = lock();
        let used = marks.1;
        if let Some(slot) = marks.0.get_mut(used) {
            *slot = Some(Mark { name, clock_bytes: peak::clock(), at_ns: curve::elapsed_ns() });
            marks.1 += 1;
        }
    }
}

pub(super) fn clear() {
    lock().1 = 0;
}

/// In order.
pub(super) fn collect_marks() -> Vec<RawMark> {
    let marks = lock();
    let set = marks.0[..marks.1].iter().flatten();
    thread::untracked(|| {
        set.map(|mark| RawMark {
            name: mark.name.to_owned(),
            clock_bytes: mark.clock_bytes,
            at_ns: mark.at_ns,
        })
        .collect()
    })
}

/// A thread that panicked while it set a mark left nothing half done.
fn lock() -> std::sync::MutexGuard<'static, ([Option<Mark>; MAX_MARKS], usize)> {
    MARKS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
