//! One way to do the exercise of lesson 8.2: what is older than the window goes when its client
//! comes again.
//!
//! `times` was read from its end only, so nobody saw that its beginning was never needed again.
//! `latest` holds memory too, and has a limit: it stays as it is.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p leak-hunt --example leak-hunt-solution -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::collections::{HashMap, VecDeque};

lesson! {
    unit: "requests",
    default_scale: 200_000,
    baseline: mine,
    work "requests at the gate" {
        rust {
            mine: "the same, and what is older than the window goes",
        }
    }
}

const CLIENTS: u64 = 50;
const WINDOW: u64 = 1_000;
const MOST_IN_WINDOW: usize = 20;
const MOST_REMEMBERED: usize = 100;

#[derive(Default)]
struct Gate {
    /// When each client was let in.
    passed: HashMap<u64, VecDeque<u64>>,
    /// The last answers, for whoever looks at the gate.
    latest: VecDeque<String>,
}

impl Gate {
    fn admit(&mut self, client: u64, now: u64) -> bool {
        let times = self.passed.entry(client).or_default();
        while times.front().is_some_and(|&at| at + WINDOW <= now) {
            times.pop_front();
        }
        let may_pass = times.len() < MOST_IN_WINDOW;
        if may_pass {
            times.push_back(now);
        }
        self.remember(format!("client {client} at {now}: {may_pass}"));
        may_pass
    }

    fn remember(&mut self, answer: String) {
        if self.latest.len() == MOST_REMEMBERED {
            self.latest.pop_front();
        }
        self.latest.push_back(answer);
    }
}

fn mine(requests: Scale) -> VariantResult<Gate> {
    let mut gate = Gate::default();
    let mut checksum = Checksum::new();
    for now in requests.iter() {
        let client = now.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let may_pass = gate.admit(client % CLIENTS, now);
        checksum = checksum.row(if may_pass { "yes" } else { "no" }, now);
    }
    VariantResult::new(checksum, gate)
}
