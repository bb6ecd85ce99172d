//! Which probe is at work. Decided once, at the first allocation of the process or the first question, so that a block is
//! always freed by the allocator that made it.

use std::sync::atomic::{AtomicU8, Ordering};

/// The variable that names the probe: `plain`, `counts`, `dhat` or `heap`.
pub(crate) const PROBE_VARIABLE: &str = "HEAPLAB_PROBE";

/// One way to measure; one allocator each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The system's allocator, untouched.
    Plain,
    /// stats_alloc around the system's allocator.
    Counts,
    /// dhat around the system's allocator.
    Dhat,
    /// The recorder around the system's allocator.
    Heap,
}

/// Nothing decided yet. The other values are [`Decision`]s.
const UNDECIDED: u8 = 0;

/// What was decided, and what the environment asked for where it cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Use(Probe),
    /// The probe's crate is not in this build; the system's allocator is at work.
    NotBuilt(Probe),
    /// The variable holds no probe's name; the system's allocator is at work.
    Unknown,
}

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

    /// The allocator that is really at work.
    pub(crate) const fn probe(self) -> Probe {
        match self {
            Decision::Use(probe) => probe,
            Decision::NotBuilt(_) | Decision::Unknown => Probe::Plain,
        }
    }

    fn to_code(self) -> u8 {
        // Seven values: the position always fits.
        Decision::ALL.iter().position(|&known| known == self).map_or(UNDECIDED, |index| index as u8 + 1)
    }

    fn from_code(code: u8) -> Option<Decision> {
        Decision::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }
}

static DECISION: AtomicU8 = AtomicU8::new(UNDECIDED);

/// The probe that is at work in this process. Asking before the first allocation decides as `Heap::new()` would.
pub fn probe() -> Probe {
    get_or_decide(Probe::Plain).probe()
}

/// The decision, made now if it was not. `default` is what no word from the environment means.
#[inline]
pub(crate) fn get_or_decide(default: Probe) -> Decision {
    match Decision::from_code(DECISION.load(Ordering::Relaxed)) {
        Some(decided) => decided,
        None => decide(default),
    }
}

/// The probe, if that is decided: asking does not decide.
pub(crate) fn decided_probe() -> Option<Probe> {
    Decision::from_code(DECISION.load(Ordering::Relaxed)).map(Decision::probe)
}

/// Whether the system's allocator alone is at work: the one branch that the plain probe pays.
#[inline]
pub(crate) fn is_plain() -> bool {
    DECISION.load(Ordering::Relaxed) == 1
}

/// Whether the recorder is at work.
#[inline]
pub(crate) fn is_recording() -> bool {
    DECISION.load(Ordering::Relaxed) == 4
}

#[cold]
fn decide(default: Probe) -> Decision {
    let decided = match environment::read_probe_word() {
        environment::ProbeWord::Absent => Decision::Use(default),
        environment::ProbeWord::Other => Decision::Unknown,
        environment::ProbeWord::Probe(Probe::Counts) if !cfg!(feature = "counts") => {
            Decision::NotBuilt(Probe::Counts)
        }
        environment::ProbeWord::Probe(Probe::Dhat) if !cfg!(feature = "dhat") => {
            Decision::NotBuilt(Probe::Dhat)
        }
        environment::ProbeWord::Probe(probe) => Decision::Use(probe),
    };
    // Two threads may get here together; the first one's word holds for both.
    match DECISION.compare_exchange(UNDECIDED, decided.to_code(), Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => decided,
        Err(earlier) => Decision::from_code(earlier).unwrap_or(decided),
    }
}

/// Reading the environment without allocating: `std::env::var` would allocate, and this runs inside the allocator.
mod environment {
    use super::{PROBE_VARIABLE, Probe};
    use std::ffi::CStr;

    pub(super) enum ProbeWord {
        Absent,
        Probe(Probe),
        Other,
    }

    pub(super) fn read_probe_word() -> ProbeWord {
        const NAME: &CStr = c"HEAPLAB_PROBE";
        const { assert!(NAME.to_bytes().len() == PROBE_VARIABLE.len()) };
        // SAFETY: NAME is NUL-terminated. The environment is only read; this happens at the process's first allocation,
        // before the program could have started a thread that changes it.
        let value = unsafe { libc::getenv(NAME.as_ptr()) };
        if value.is_null() {
            return ProbeWord::Absent;
        }
        // SAFETY: getenv gives a NUL-terminated string that lives until the environment is changed; see above.
        match unsafe { CStr::from_ptr(value) }.to_bytes() {
            b"" => ProbeWord::Absent,
            b"plain" => ProbeWord::Probe(Probe::Plain),
            b"counts" => ProbeWord::Probe(Probe::Counts),
            b"dhat" => ProbeWord::Probe(Probe::Dhat),
            b"heap" => ProbeWord::Probe(Probe::Heap),
            _ => ProbeWord::Other,
        }
    }
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
        assert_eq!(Decision::Use(Probe::Plain).to_code(), 1, "is_plain compares with this");
        assert_eq!(Decision::Use(Probe::Heap).to_code(), 4, "is_recording compares with this");
    }
}
