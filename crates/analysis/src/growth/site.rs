//! The figures of one allocation site: its runs at each scale, and what a graph of the references
//! shows.

use super::Reachability;
use std::collections::BTreeSet;

/// The mean number of requests that a block may outlive and still be work in flight rather than
/// kept.
pub const IN_FLIGHT_REQUESTS: u64 = 32;
/// The number of requests within which everything that is made at first use exists.
pub const FIRST_USE_REQUESTS: u64 = 32;

/// One allocation site, as runs of the same workload at several scales saw it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteHistory {
    /// The runs, in any order. The classes were tuned for three, at N, 2N and 4N requests. A run in
    /// which the site did not occur is listed too, with figures of 0.
    pub runs: Vec<SiteRun>,
    /// What a graph of the references shows about the blocks that were live at the end; `None`
    /// without one.
    pub references: Option<Reachability>,
}

/// The recorder's figures of one site after one run. Bytes are requested bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteRun {
    /// Requests served.
    pub requests: u64,
    /// Live after the last request, while the service still stands.
    pub end: LiveTotal,
    /// Live when the site held the most bytes.
    pub own_peak: LiveTotal,
    /// Allocations, from the start of the program to the last request.
    pub births: u64,
    /// Bytes of these allocations, without later growth.
    pub birth_bytes: u64,
    /// Freed blocks of this site.
    pub deaths: u64,
    /// Reallocations.
    pub reallocations: u64,
    /// The sum of growth by reallocation.
    pub grown_bytes: u64,
    /// The sum of shrinking by reallocation.
    pub shrunk_bytes: u64,
    /// The sum of the lifetimes of freed blocks, in bytes of the allocation clock.
    pub lifetime_bytes: u64,
    /// A histogram of these lifetimes: entry 0 counts those below 1 byte of the clock, entry n
    /// those from 2^(n-1) to below 2^n.
    pub lifetimes: Vec<u64>,
    /// Live totals during the run, in the order of the requests. They are used only if every run
    /// has all that [`checkpoint_requests`] lists; otherwise the ends are compared.
    pub checkpoints: Vec<Checkpoint>,
    /// Live after everything that `main` owned was dropped; `None` where this was not measured.
    pub after_teardown: Option<LiveTotal>,
}

/// Live blocks and their bytes.
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
    /// Requests served so far.
    pub requests: u64,
    /// Live then.
    pub live: LiveTotal,
}

/// The numbers of served requests at which the classifier needs a checkpoint in a run of
/// `requests`: before the first, at powers of two from [`FIRST_USE_REQUESTS`], and at every
/// sixteenth of the run. Ascending and without duplicates; the last is the end of the run.
pub fn checkpoint_requests(requests: u64) -> Vec<u64> {
    let powers = std::iter::successors(Some(FIRST_USE_REQUESTS), |&last| last.checked_mul(2));
    let early = powers.take_while(|&served| served < requests / 16);
    let even = (1..=16).map(|part| u64::try_from(u128::from(requests) * part / 16).unwrap_or(requests));
    let all: BTreeSet<u64> = early.chain(even).chain([0, FIRST_USE_REQUESTS.min(requests)]).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_begin_before_the_first_request_and_end_with_the_last() {
        for requests in [0, 1, 15, 16, 31, 32, 33, 1000, 4096] {
            let served = checkpoint_requests(requests);
            assert_eq!(served.first(), Some(&0));
            assert_eq!(served.last(), Some(&requests));
            assert!(served.windows(2).all(|pair| pair[0] < pair[1]), "{served:?}");
        }
        assert_eq!(checkpoint_requests(1600)[..4], [0, 32, 64, 100]);
    }
}
