//! One way to do the exercise of lesson 8.6: share until somebody writes.
//!
//! Sharing was no mistake: most requests want the same headers. Sharing what changes was. Without
//! the `RefCell` nobody can write through a shared `Rc`; `Rc::make_mut` copies first where there is
//! another owner, and only there. A plain `Vec` field would do as well; it copies for every clone,
//! also for one that adds nothing.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p shared-default --example shared-default-solution -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::rc::Rc;

lesson! {
    unit: "calls",
    default_scale: 1_000_000,
    baseline: mine,
    work "requests" {
        rust {
            mine: "a request a call, each with headers of its own once it writes",
        }
    }
}

type Header = (&'static str, u64);

#[derive(Clone, Default)]
struct ConfigBuilder {
    headers: Rc<Vec<Header>>,
}

struct Config {
    headers: Rc<Vec<Header>>,
}

impl ConfigBuilder {
    fn header(mut self, name: &'static str, value: u64) -> ConfigBuilder {
        Rc::make_mut(&mut self.headers).push((name, value));
        self
    }

    fn build(self) -> Config {
        Config { headers: self.headers }
    }
}

impl Config {
    /// What every request has first, and what this one has last.
    fn ends(&self) -> Option<(Header, Header)> {
        Some((*self.headers.first()?, *self.headers.last()?))
    }
}

fn mine(calls: Scale) -> VariantResult<ConfigBuilder> {
    let base = ConfigBuilder::default().header("timeout", 30).header("retries", 3);
    let mut checksum = Checksum::new();
    for request in calls.iter() {
        let config = base.clone().header("request", request).build();
        if let Some(((first, timeout), (last, number))) = config.ends() {
            checksum = checksum.row(first, timeout).row(last, number);
        }
    }
    VariantResult::new(checksum, base)
}
