//! Marks that a lesson sets during its work. Setting one allocates nothing, so it may be done
//! inside the measured region.

use heaplab_record::Phase;
use std::sync::Mutex;
use std::time::Instant;

/// Further marks of a run are dropped: people read them on a curve.
const MAX_MARKS: usize = 64;

struct Marks {
    started: Option<Instant>,
    marks: [Option<Mark>; MAX_MARKS],
    used: usize,
}

#[derive(Clone, Copy)]
struct Mark {
    name: &'static str,
    at_ns: u64,
    live_bytes: Option<u64>,
}

static MARKS: Mutex<Marks> = Mutex::new(Marks { started: None, marks: [None; MAX_MARKS], used: 0 });

/// Marks the beginning of the next part of the work, such as `"consume"`. Outside a measured region
/// it does nothing.
pub fn mark_phase(name: &'static str) {
    heaplab_heap::mark(name);
    let mut marks = lock();
    let Some(started) = marks.started else { return };
    let mark = Mark { name, at_ns: nanoseconds_since(started), live_bytes: heaplab_heap::live_bytes() };
    let used = marks.used;
    if let Some(slot) = marks.marks.get_mut(used) {
        *slot = Some(mark);
        marks.used += 1;
    }
}

/// Begins a run at `started` with no marks.
pub(crate) fn begin(started: Instant) {
    let mut marks = lock();
    marks.started = Some(started);
    marks.used = 0;
}

/// Ends the run and returns its marks in order.
pub(crate) fn end() -> Vec<Phase> {
    let mut marks = lock();
    marks.started = None;
    let used = marks.used;
    let set = marks.marks[..used].iter().flatten();
    set.map(|mark| Phase { name: mark.name.to_owned(), at_ns: mark.at_ns, live_bytes: mark.live_bytes })
        .collect()
}

/// Elapsed nanoseconds; 584 years fit.
pub(crate) fn nanoseconds_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// The marks stay usable after a panic: setting one leaves nothing half done.
fn lock() -> std::sync::MutexGuard<'static, Marks> {
    MARKS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
