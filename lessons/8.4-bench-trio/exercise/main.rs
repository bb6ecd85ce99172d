//! Exercise of lesson 8.4: find the line, then make it cheap.
//!
//! How many different visitors came? `mine` answers, and takes its time. Let a profiler say which
//! line it is, before you change anything. Edit it until 3,000 visits take fewer than 1,500,000
//! instructions and the checksum is what it was.
//!
//! Build:   cargo build --profile lesson -p bench-trio --example bench-trio-exercise
//! Command: cargo xtask profile --cpu -- target/lesson/examples/bench-trio-exercise mine --rows 3000

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};

lesson! {
    unit: "visits",
    default_scale: 3_000,
    baseline: mine,
    work "visitors" {
        rust {
            mine: "how many different visitors came",
        }
    }
}

/// Who came at the `i`-th visit: one of 8,191.
#[inline(never)]
fn visitor(i: u64) -> u64 {
    i.wrapping_mul(2_654_435_761) % 8_191
}

#[inline(never)]
fn count_different(visits: impl Iterator<Item = u64>) -> u64 {
    let mut seen: Vec<u64> = Vec::new();
    for visit in visits {
        let who = visitor(visit);
        if !seen.contains(&who) {
            seen.push(who);
        }
    }
    seen.len() as u64
}

fn mine(visits: Scale) -> VariantResult<()> {
    VariantResult::new(Checksum::new().row("visitors", count_different(visits.iter())), ())
}
