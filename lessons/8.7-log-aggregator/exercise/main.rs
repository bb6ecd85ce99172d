//! Exercise of lesson 8.7: how many addresses came exactly once?
//!
//! `mine` keeps a count for every address of the log, and then looks at the counts. Edit it until,
//! on a log of 10,000,000 bytes, the peak is under 100,000 bytes and the checksum is unchanged. You
//! may read the log as often as you like.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p log-aggregator --example log-aggregator-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use log_aggregator::count::Counts;
use log_aggregator::log::{self, or_exit};
use std::io::{BufRead as _, BufReader};

lesson! {
    unit: "bytes",
    default_scale: 10_000_000,
    baseline: mine,
    prepare: log::prepare,
    options: { "--log" "FILE": "Count this log instead of a generated one" },
    work "addresses that came once" {
        rust {
            mine: "how many addresses came exactly once",
        }
    }
}

fn mine(_: Scale) -> VariantResult<()> {
    let mut reader = BufReader::new(log::open());
    let (mut counts, mut line) = (Counts::default(), Vec::new());
    while or_exit(reader.read_until(b'\n', &mut line), "reading") > 0 {
        counts.count_line(&line);
        line.clear();
    }
    let once = counts.by_address.values().filter(|&&count| count == 1).count() as u64;
    VariantResult::new(Checksum::new().row("uv", counts.by_address.len() as u64).row("once", once), ())
}
