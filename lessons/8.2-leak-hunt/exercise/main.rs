//! Exercise of lesson 8.2: a gate that lets each client ask at most 20 times within 1,000 requests.
//! It is right, and it grows.
//!
//! Find the line that keeps what nobody will ask for any more, and edit `mine` and its parts until
//! the peak is under 30,000 bytes at any number of requests, and the checksum is what it was. Not
//! everything that holds memory here is a leak.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p leak-hunt --example leak-hunt-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::collections::{HashMap, VecDeque};

lesson! {
    unit: "requests",
    default_scale: 200_000,
    baseline: mine,
    work "requests at the gate" {
        rust {
            mine: "who may pass, by what each client has asked for lately",
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
    passed: HashMap<u64, Vec<u64>>,
    /// The last answers, for whoever looks at the gate.
    latest: VecDeque<String>,
}

impl Gate {
    fn admit(&mut self, client: u64, now: u64) -> bool {
        let times = self.passed.entry(client).or_default();
        let lately = times.iter().rev().take_while(|&&at| at + WINDOW > now).count();
        let may_pass = lately < MOST_IN_WINDOW;
        if may_pass {
            times.push(now);
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
