//! One solution of the exercise of lesson 8.7: the log is read 16 times, and each pass counts only
//! a sixteenth of the addresses.
//!
//! The hash of an address decides in which pass it is counted, so every address is counted
//! completely in exactly one pass. `engine` works the same way when its tables are full, except
//! that it does not read the log again: it writes the addresses of each part to the disk. Both
//! trade time for memory.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p log-aggregator --example log-aggregator-solution -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use log_aggregator::count::parse_address;
use log_aggregator::log::{self, or_exit};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{BufRead as _, BufReader};
use std::net::IpAddr;

lesson! {
    unit: "bytes",
    default_scale: 10_000_000,
    baseline: mine,
    prepare: log::prepare,
    options: { "--log" "FILE": "Count this log instead of a generated one" },
    work "addresses that came once" {
        rust {
            mine: "how many addresses came exactly once, in 16 passes",
        }
    }
}

const PASSES: u64 = 16;

fn mine(_: Scale) -> VariantResult<()> {
    let hasher = BuildHasherDefault::<DefaultHasher>::new();
    let (mut uv, mut once) = (0, 0);
    for pass in 0..PASSES {
        let counts = count_wanted(|address| hasher.hash_one(address) % PASSES == pass);
        uv += counts.len() as u64;
        once += counts.values().filter(|&&count| count == 1).count() as u64;
    }
    VariantResult::new(Checksum::new().row("uv", uv).row("once", once), ())
}

/// Counts the lines of the wanted addresses.
fn count_wanted(is_wanted: impl Fn(&IpAddr) -> bool) -> HashMap<IpAddr, u64> {
    let mut reader = BufReader::new(log::open());
    let (mut counts, mut line) = (HashMap::new(), Vec::new());
    while or_exit(reader.read_until(b'\n', &mut line), "reading") > 0 {
        if let Some(address) = parse_address(&line).filter(&is_wanted) {
            *counts.entry(address).or_default() += 1;
        }
        line.clear();
    }
    counts
}
