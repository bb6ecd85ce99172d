//! What a site's live bytes do as requests go on: fits, and the word of a leak hunt that fits. Pure: figures in, figures out.
//!
//! # What is asked
//!
//! A workload runs three times, for N, 2N and 4N requests, and a recorder says of each allocation site what it held at the
//! end and at a few marks on the way ([`Site`], [`marks`]). Which [`Class`] is the site of? The classes are defined by what
//! the program does, so that a program's author can label them without any measurement:
//!
//! - [`Class::UnboundedGrowth`]: requests leave blocks, or capacity, behind, and nothing in the program's text limits how
//!   much. However much memory there is, enough requests fill it. Whether a drop of the service would free it all is another
//!   question ([`Teardown`]): a service in use is not dropped.
//! - [`Class::BoundedCache`]: what requests leave behind outlives them, and the program's text limits it: a cache that evicts
//!   or refuses, a ring buffer, a bounded channel that is full, a batch until its flush, a buffer whose capacity stays at the
//!   largest request's. It grows, as a leak does, until it is full.
//! - [`Class::FreedOnlyAtExit`]: made while the service starts or at first use, within [`FIRST_USE_REQUESTS`] requests, and
//!   held until it exits. Requests neither add to it nor exchange it.
//! - [`Class::Steady`]: what a request makes, it or one of the next [`IN_FLIGHT_REQUESTS`] frees: temporaries, work in flight.
//! - [`Class::RefcountCycle`]: blocks that strong references among themselves keep alive and that nothing else refers to. The
//!   figures of a heap look the same for `mem::forget`: only a graph of the references knows it ([`References`]).
//! - [`Class::Unknown`]: the figures do not say.
//!
//! Faults that a lesson plants, by these words: an unbounded cache, a listener that is never removed, `mem::forget` or
//! `Box::leak` on a path, a channel whose reader is slow and a thread-local that grows are unbounded growth; an `Rc` cycle is a
//! refcount cycle; a bounded cache that fills and a buffer whose capacity stays are bounded caches. `Box::leak` called once,
//! for a static reference, is freed only at exit, and so is a buffer whose largest request was among the first.
//!
//! # How it is decided
//!
//! 1. Do live blocks rise (Kendall's tau over all points)? Then the rate from 11/16 of the largest run to its end is held
//!    against the rate before. A line has 1, a power of 0.6 has 0.66, what is full 0. That is growth, or a level.
//! 2. Do requests make blocks and free them? If their bytes rise all the same, that is growth: a text made anew and longer.
//!    Else live blocks over births a request are the requests that a block stays for (Little's law): in flight, or cached.
//! 3. Else blocks stay. If nothing changed after first use they were made once. If there are few and their bytes doubled
//!    after 2N they are containers that grow: capacity moves in steps, and a rate would be 0 or a jump. Else they are full.
//! 4. Where blocks stay and a graph says that only they refer to themselves, the word is refcount cycle.
//!
//! The steps and their lines were chosen on [`held_out::tuning`] alone. [`Verdict::sure`] is how often cases as far from a line
//! were judged right.
//!
//! # Examples
//!
//! ```
//! use heaplab_growth::{Class, Held, Mark, Run, Site, classify, marks};
//!
//! // A cache of at most 500 blocks of 64 bytes: each request brings one, the oldest leaves.
//! let cache = |requests: u64| {
//!     let held = |served: u64| Held { blocks: served.min(500), bytes: 64 * served.min(500) };
//!     let marks = marks(requests).into_iter().map(|served| Mark { requests: served, held: held(served) });
//!     let end = held(requests);
//!     let deaths = requests - end.blocks;
//!     Run { requests, births: requests, deaths, end, own_peak: end, marks: marks.collect(), ..Run::default() }
//! };
//! let verdict = classify(&Site { runs: [1000, 2000, 4000].map(cache).into(), references: None });
//! assert_eq!(verdict.class, Class::BoundedCache);
//! assert!(verdict.sure > 0.9);
//! ```
//!
//! How often it is right, class by class, over cases that it was not tuned on:
//!
//! ```
//! use heaplab_growth::{Class, Confusion, held_out};
//!
//! let table = Confusion::of(&held_out::held_out());
//! assert!(table.recall(Class::UnboundedGrowth).is_some_and(|share| share >= 0.95), "{table}");
//! ```
//!
//! # What cannot be known
//!
//! Figures up to 4N say nothing of request 4N + 1.
//! - A limit that lies above what 4N requests fill looks like growth without a limit, and a batch whose flush comes later too.
//! - Growth like the logarithm of the requests, and a set of keys that saturates slowly, look alike.
//! - A queue whose reader is barely fast enough wanders far from its mean; one whose reader is barely too slow stays near it
//!   for long.
//! - A first-in-first-out cache without hits, and as many requests in flight, are the same events. The line between them is
//!   drawn by convention, at [`IN_FLIGHT_REQUESTS`].
//! - A leak at one request in ten thousand needs some ten thousands of requests: below a handful of blocks left behind,
//!   chance looks the same.
//! - Without a graph of the references a cycle is growth like any other.
//! - Without marks on the way, what was full before N looks as if it had been made at the start.
//! - Capacity that grows much more slowly than the requests may not double between 2N and 4N.
//!
//! [`held_out::beyond`] and [`held_out::near_the_lines`] make such cases, and tests show what is said of them.

pub mod churn;
mod class;
mod classify;
mod confidence;
mod confusion;
mod fit;
pub mod simulation;
mod site;
mod view;

pub use class::{Class, Teardown};
pub use classify::{Reason, SiteVerdict, classify};
pub use confusion::ConfusionTable;
pub use fit::{GrowthRatio, Slope, growth_ratio, kendall_tau, least_squares, theil_sen};
pub use site::{
    Checkpoint, FIRST_USE_REQUESTS, IN_FLIGHT_REQUESTS, LiveTotal, Reachability, SiteHistory, SiteRun,
    checkpoint_requests,
};
