//! Decides which probe a process uses: once, at the first allocation or the first question, so that
//! every block is freed by the allocator that made it.

use heaplab_profile::Probe;
use std::ffi::CStr;
use std::sync::atomic::{AtomicU8, Ordering};

/// The variable that names the probe: `plain`, `counts`, `dhat` or `heap`.
pub(crate) const PROBE_VARIABLE: &str = "HEAPLAB_PROBE";

/// What was decided, and what the environment asked for where this build cannot provide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Use(Probe),
    /// The feature of this probe is not turned on; the system's allocator is in use.
    NotBuilt(Probe),
    /// The variable holds no probe's name; the system's allocator is in use.
    Unknown,
}

/// The code of "not decided yet". The code of a decision is its index in [`Decision::ALL`] plus 1.
const UNDECIDED: u8 = 0;
const PLAIN: u8 = 1;
const HEAP: u8 = 4;

static DECISION: AtomicU8 = AtomicU8::new(UNDECIDED);

impl Decision {
    const ALL: [Decision; 7] = [
        Decision::Use(Probe::Plain),
        Decision::Use(Probe::Counts),
        Decision::Use(Probe::Dhat),
        Decision::Use(Probe::Heap),
        Decision::NotBuilt(Probe::Counts),
        Decision::NotBuilt(Probe::Dhat),
        Decision::Unknown,
    ];

    /// The probe whose allocator is really in use.
    pub(crate) const fn probe(self) -> Probe {
        match self {
            Decision::Use(probe) => probe,
            Decision::NotBuilt(_) | Decision::Unknown => Probe::Plain,
        }
    }

    fn to_code(self) -> u8 {
        Decision::ALL.iter().position(|&known| known == self).map_or(UNDECIDED, |index| index as u8 + 1)
    }

    fn from_code(code: u8) -> Option<Decision> {
        Decision::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }
}

/// The probe of this process. Asking before the first allocation decides as
/// [`Heap::new`](crate::Heap::new) would.
pub fn probe() -> Probe {
    get_or_decide(Probe::Plain).probe()
}

/// The decision; it is made now if it was not made before. `default` applies where the environment
/// names no probe.
#[inline]
pub(crate) fn get_or_decide(default: Probe) -> Decision {
    match Decision::from_code(DECISION.load(Ordering::Relaxed)) {
        Some(decided) => decided,
        None => decide(default),
    }
}

/// Whether the system's allocator alone is in use. This is the only branch that the plain probe
/// pays per call.
#[inline]
pub(crate) fn is_plain() -> bool {
    DECISION.load(Ordering::Relaxed) == PLAIN
}

/// Whether the recorder is in use.
#[inline]
pub(crate) fn is_recording() -> bool {
    DECISION.load(Ordering::Relaxed) == HEAP
}

#[cold]
fn decide(default: Probe) -> Decision {
    let decided = match read_probe_word() {
        None | Some(b"") if default == Probe::Heap && crate::recorder::is_left_out() => {
            Decision::Use(Probe::Plain)
        }
        None | Some(b"") => Decision::Use(default),
        Some(b"heap") if crate::recorder::is_left_out() => Decision::Use(Probe::Plain),
        Some(word) => match Probe::ALL.into_iter().find(|probe| probe.name().as_bytes() == word) {
            // tracemalloc is CPython's own.
            None | Some(Probe::Tracemalloc) => Decision::Unknown,
            Some(Probe::Counts) if !cfg!(feature = "counts") => Decision::NotBuilt(Probe::Counts),
            Some(Probe::Dhat) if !cfg!(feature = "dhat") => Decision::NotBuilt(Probe::Dhat),
            Some(probe) => Decision::Use(probe),
        },
    };
    // Two threads may get here at once; the first decision that is stored holds for both.
    match DECISION.compare_exchange(UNDECIDED, decided.to_code(), Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => decided,
        Err(earlier) => Decision::from_code(earlier).unwrap_or(decided),
    }
}

/// Reads the variable without allocating. `std::env::var` would allocate, and this runs inside the
/// allocator.
fn read_probe_word() -> Option<&'static [u8]> {
    const NAME: &CStr = c"HEAPLAB_PROBE";
    const { assert!(NAME.to_bytes().len() == PROBE_VARIABLE.len()) };
    // SAFETY: NAME is NUL-terminated. The environment is only read; this happens at the process's
    // first allocation, before the program could have started a thread that changes it.
    let value = unsafe { libc::getenv(NAME.as_ptr()) };
    // SAFETY: a value that is not null is a NUL-terminated string that lives until the environment
    // is changed; see above.
    (!value.is_null()).then(|| unsafe { CStr::from_ptr(value) }.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decision_survives_its_code() {
        for decision in Decision::ALL {
            assert_eq!(Decision::from_code(decision.to_code()), Some(decision));
        }
        assert_eq!(Decision::from_code(UNDECIDED), None);
        assert_eq!(Decision::Use(Probe::Plain).to_code(), PLAIN);
        assert_eq!(Decision::Use(Probe::Heap).to_code(), HEAP);
    }
}
