//! What is known of one allocation site: a run's figures at each scale, and what a graph of the references says.

use std::collections::BTreeSet;

/// How many requests a block may outlive, on the average, and still be work in flight rather than something kept.
pub const IN_FLIGHT_REQUESTS: u64 = 32;
/// Within how many requests what is made at first use is there.
pub const FIRST_USE_REQUESTS: u64 = 32;

/// One allocation site, as runs of the same workload at several scales saw it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteHistory {
    /// The runs, in any order. Three, at N, 2N and 4N requests, are what the classes were tuned for. A run that did not meet the
    /// site is a run all the same: its figures are 0, and so are those of its marks.
    pub runs: Vec<SiteRun>,
    /// What a graph of the references says of the blocks that were live at the end; nothing where none was taken.
    pub references: Option<Reachability>,
}

/// What a recorder knows of one site after one run. Bytes are requested bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteRun {
    /// How many requests were served.
    pub requests: u64,
    /// Live after the last request, while the service still stands.
    pub end: LiveTotal,
    /// The most bytes that the site held at once, and its blocks then.
    pub own_peak: LiveTotal,
    /// Births, from the start of the program to the last request.
    pub births: u64,
    /// Bytes at birth.
    pub birth_bytes: u64,
    /// Deaths of blocks of this site.
    pub deaths: u64,
    /// Reallocations.
    pub reallocations: u64,
    /// The sum of growth by reallocation.
    pub grown_bytes: u64,
    /// The sum of shrinking by reallocation.
    pub shrunk_bytes: u64,
    /// The sum of the lifetimes of blocks that died, in bytes of the allocation clock.
    pub lifetime_bytes: u64,
    /// How many of those lived for less than 1, 2, 4, 8, … bytes of the allocation clock, and not for less than the entry
    /// before says.
    pub lifetimes: Vec<u64>,
    /// What was live after some of the requests, in their order. They count where all that [`marks`] names are there, in every
    /// run; else the ends have to do.
    pub checkpoints: Vec<Checkpoint>,
    /// Live after everything that `main` owned was dropped; nothing where it was not looked.
    pub after_teardown: Option<LiveTotal>,
}

/// Blocks and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveTotal {
    /// Live blocks.
    pub blocks: u64,
    /// Live bytes.
    pub bytes: u64,
}

/// What was live between two requests of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many requests had been served.
    pub requests: u64,
    /// Live then.
    pub live: LiveTotal,
}

/// What a graph of the references says of a site's live blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reachability {
    /// Something that the program still owns leads to them.
    Reachable,
    /// They lie on a cycle of strong references that something outside still leads to.
    ReachableCycle,
    /// They lie on a cycle of strong references, or behind one, and nothing outside leads to it.
    OrphanedCycle,
    /// Nothing leads to them, and they are on no cycle: forgotten.
    Unreachable,
}

/// After which requests of a run of so many the classifier wants to know what is live: before the first, at powers of two from
/// [`FIRST_USE_REQUESTS`], and at every sixteenth of the run. In rising order, each once; the last is the end of the run.
pub fn checkpoint_requests(requests: u64) -> Vec<u64> {
    let powers = std::iter::successors(Some(FIRST_USE_REQUESTS), |&last| last.checked_mul(2));
    let early = powers.take_while(|&mark| mark < requests / 16);
    let even = (1..=16).map(|part| u64::try_from(u128::from(requests) * part / 16).unwrap_or(requests));
    let all: BTreeSet<u64> = early.chain(even).chain([0, FIRST_USE_REQUESTS.min(requests)]).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_begin_before_the_first_request_and_end_with_the_last() {
        for requests in [0, 1, 15, 16, 31, 32, 33, 1000, 4096] {
            let marks = checkpoint_requests(requests);
            assert_eq!(marks.first(), Some(&0));
            assert_eq!(marks.last(), Some(&requests));
            assert!(marks.windows(2).all(|pair| pair[0] < pair[1]), "{marks:?}");
        }
        assert_eq!(checkpoint_requests(1600)[..4], [0, 32, 64, 100]);
    }
}
