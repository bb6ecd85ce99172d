//! Marks that a program sets on its curve of live bytes. Setting one allocates nothing.

use super::{curve, peak, thread};
use heaplab_profile::raw::RawMark;
use std::sync::Mutex;

/// Further marks of a region are dropped: people read them.
const MAX_MARKS: usize = 64;

struct Mark {
    name: &'static str,
    clock_bytes: u64,
    at_ns: u64,
}

static MARKS: Mutex<([Option<Mark>; MAX_MARKS], usize)> = Mutex::new(([const { None }; MAX_MARKS], 0));

/// Marks the beginning of the next part of the work. Does nothing under other probes.
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

/// The marks stay usable after a panic: setting one leaves nothing half done.
fn lock() -> std::sync::MutexGuard<'static, ([Option<Mark>; MAX_MARKS], usize)> {
    MARKS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
