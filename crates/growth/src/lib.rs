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
//!
//! [`held_out::beyond`] and [`held_out::near_the_lines`] make such cases, and tests show what is said of them.

pub mod churn;
mod class;
mod classify;
mod confusion;
mod fit;
pub mod held_out;
mod site;
mod sure;
mod view;

pub use class::{Class, Teardown};
pub use classify::{Reason, Verdict, classify};
pub use confusion::Confusion;
pub use fit::{Ratio, Slope, kendall, least_squares, ratio, theil_sen};
pub use site::{FIRST_USE_REQUESTS, Held, IN_FLIGHT_REQUESTS, Mark, References, Run, Site, marks};
