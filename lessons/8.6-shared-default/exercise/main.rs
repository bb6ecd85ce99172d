//! Exercise of lesson 8.6: a million requests from one configuration, and every one of them
//! remembers all the others.
//!
//! `base` is configured once; each request takes a clone of it and adds its own header. The headers
//! that a request is sent with end in its own, so nobody has complained. Edit `ConfigBuilder` until
//! the peak is under 1,000 bytes at any number of calls and the checksum is what it was. `mine`
//! itself may stay as it is.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p shared-default --example shared-default-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::cell::RefCell;
use std::rc::Rc;

lesson! {
    unit: "calls",
    default_scale: 1_000_000,
    baseline: mine,
    work "requests" {
        rust {
            mine: "a request a call, each with a header of its own",
        }
    }
}

type Header = (&'static str, u64);

#[derive(Clone, Default)]
struct ConfigBuilder {
    headers: Rc<RefCell<Vec<Header>>>,
}

struct Config {
    headers: Rc<RefCell<Vec<Header>>>,
}

impl ConfigBuilder {
    fn header(self, name: &'static str, value: u64) -> ConfigBuilder {
        self.headers.borrow_mut().push((name, value));
        self
    }

    fn build(self) -> Config {
        Config { headers: self.headers }
    }
}

impl Config {
    /// What every request has first, and what this one has last.
    fn ends(&self) -> Option<(Header, Header)> {
        let headers = self.headers.borrow();
        Some((*headers.first()?, *headers.last()?))
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
