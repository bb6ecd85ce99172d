//! What a site's live bytes do as requests go on: fitted slopes, and the class of leak that fits.
//!
//! # The question
//!
//! A workload runs three times, for N, 2N and 4N requests. The recorder reports for each allocation
//! site what was live at the end and at some checkpoints ([`SiteHistory`],
//! [`checkpoint_requests`]). Which [`GrowthClass`] does the site belong to? The classes are defined
//! by what the program does, so that the program's author can label them without any measurement:
//!
//! - [`GrowthClass::UnboundedGrowth`]: requests leave blocks, or capacity, behind, and nothing in
//!   the program limits how much. Whether dropping the service would free it all is another
//!   question ([`SiteVerdict::teardown`]): a service in use is not dropped.
//! - [`GrowthClass::BoundedCache`]: what requests leave behind outlives them, and the program
//!   limits it: a cache that evicts or refuses, a ring buffer, a full bounded channel, a batch
//!   until its flush, a buffer whose capacity stays at the largest request's. It grows, as a leak
//!   does, until it is full.
//! - [`GrowthClass::FreedOnlyAtExit`]: made while the service starts or within the first
//!   [`FIRST_USE_REQUESTS`] requests, and held until it exits. Requests neither add to it nor
//!   exchange it.
//! - [`GrowthClass::Steady`]: what a request makes is freed by it or by one of the next
//!   [`IN_FLIGHT_REQUESTS`]: temporaries, work in flight.
//! - [`GrowthClass::RefcountCycle`]: blocks that strong references among themselves keep alive and
//!   that nothing else refers to. The heap figures of `mem::forget` look the same; only a graph of
//!   the references can tell the two apart ([`Reachability`]).
//! - [`GrowthClass::Unknown`]: the figures do not decide.
//!
//! For the faults that a lesson plants: an unbounded cache, a listener that is never removed,
//! `mem::forget` or `Box::leak` on a request's path, a channel with a slow reader and a growing
//! thread-local are unbounded growth. `Box::leak` called once, for a static reference, is freed
//! only at exit, and so is a buffer whose largest request was among the first.
//!
//! # The decision
//!
//! 1. Do live blocks rise (Kendall's tau over all points)? Then the rate from 11/16 of the largest
//!    run to its end is compared with the rate before. A line has 1, a power of 0.6 has 0.66, what
//!    is full 0.
//! 2. Do requests make blocks and free them? If their bytes rise all the same, that is growth: a
//!    text that is made anew and longer. Else live blocks over births per request are the number of
//!    requests for which a block stays (Little's law): in flight, or cached.
//! 3. Else blocks stay. If nothing changed after first use, they were made once. If there are few
//!    and their bytes doubled after 2N, they are growing containers: capacity moves in steps, and a
//!    rate would be 0 or a jump. Else they are full.
//! 4. Where blocks stay and a graph shows that only they refer to themselves, the class is refcount
//!    cycle.
//!
//! The steps and their thresholds were chosen on the tuning cases of the simulation alone.
//! [`SiteVerdict::confidence`] is how often cases as far from a threshold were judged right, and
//! [`classifier_table`] how often held-out cases are judged right.
//!
//! # Example
//!
//! ```
//! use heaplab_analysis::growth::{
//!     Checkpoint, LiveTotal, SiteHistory, SiteRun, checkpoint_requests, classify,
//! };
//! use heaplab_record::GrowthClass;
//!
//! // A cache of at most 500 blocks of 64 bytes: each request brings one, the oldest leaves.
//! let cache = |requests: u64| {
//!     let live = |served: u64| LiveTotal { blocks: served.min(500), bytes: 64 * served.min(500) };
//!     let checkpoint = |served| Checkpoint { requests: served, live: live(served) };
//!     let checkpoints = checkpoint_requests(requests).into_iter().map(checkpoint).collect();
//!     let end = live(requests);
//!     let deaths = requests - end.blocks;
//!     SiteRun { requests, births: requests, deaths, end, own_peak: end, checkpoints, ..SiteRun::default() }
//! };
//! let history = SiteHistory { runs: [1000, 2000, 4000].map(cache).into(), references: None };
//! let verdict = classify(&history);
//! assert_eq!(verdict.class, GrowthClass::BoundedCache);
//! assert!(verdict.confidence > 0.9);
//! ```
//!
//! # What cannot be known
//!
//! Figures up to 4N show nothing of request 4N + 1.
//! - A limit above what 4N requests fill looks like growth without a limit, and so does a batch
//!   that is flushed later.
//! - Growth like the logarithm of the requests, and a set of keys that saturates slowly, look
//!   alike.
//! - A queue whose reader is barely fast enough wanders far from its mean; one whose reader is
//!   barely too slow stays near it for long.
//! - A first-in-first-out cache without hits, and as many requests in flight, are the same events.
//!   The threshold between them is a convention: [`IN_FLIGHT_REQUESTS`].
//! - A leak at one request in ten thousand needs some ten thousands of requests: below a handful of
//!   blocks left behind, chance looks the same.
//! - Without a graph of the references a cycle is growth like any other.
//! - Without checkpoints, what was full before N looks as if it had been made at the start.
//! - Capacity that grows much more slowly than the requests may not double between 2N and 4N.
//!
//! The simulation makes such cases too, and tests hold the classifier to these limits.

mod churn;
mod classifier_table;
mod classify;
mod confidence;
mod fit;
mod reachability;
#[cfg(test)]
mod simulation;
mod site;
mod view;
mod weight;

pub use churn::{ProgramTotals, find_churn};
pub use classifier_table::classifier_table;
pub use classify::{SiteVerdict, classify};
pub use reachability::{Reachability, reachability_by_line};
pub use site::{
    Checkpoint, FIRST_USE_REQUESTS, IN_FLIGHT_REQUESTS, LiveTotal, SiteHistory, SiteRun, checkpoint_requests,
};
pub use weight::compare_by_weight;

use heaplab_record::GrowthClass;

/// The classes that a program can be of, in the order of [`classifier_table`].
/// [`GrowthClass::Unknown`] is only an answer.
pub(crate) const CLASSES: [GrowthClass; 5] = [
    GrowthClass::UnboundedGrowth,
    GrowthClass::BoundedCache,
    GrowthClass::FreedOnlyAtExit,
    GrowthClass::Steady,
    GrowthClass::RefcountCycle,
];
