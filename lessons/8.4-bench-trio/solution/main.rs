//! One way to do the exercise of lesson 8.4: ask a set.
//!
//! The profiler puts `count_different` on top, and in it the line with `contains`: it looks through
//! all that it has seen, at every visit. A set looks at one place. No other line was worth a
//! change.
//!
//! Build:   cargo build --profile lesson -p bench-trio --example bench-trio-solution
//! Command: cargo xtask profile --cpu -- target/lesson/examples/bench-trio-solution mine --rows 3000

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::collections::HashSet;

lesson! {
    unit: "visits",
    default_scale: 3_000,
    baseline: mine,
    work "visitors" {
        rust {
            mine: "how many different visitors came, by a set",
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
    visits.map(visitor).collect::<HashSet<u64>>().len() as u64
}

fn mine(visits: Scale) -> VariantResult<()> {
    VariantResult::new(Checksum::new().row("visitors", count_different(visits.iter())), ())
}
