//! One way to do the exercise of lesson 8.0: the longest page so far is a number, and no page has
//! to stay for it.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p opening --example opening-solution -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};

lesson! {
    unit: "visits",
    default_scale: 20_000,
    baseline: mine,
    work "longest page" {
        rust {
            mine: "the longest page of the day, page by page",
        }
    }
}

/// Between one and a hundred paragraphs.
fn render_page(visit: u64) -> String {
    let paragraphs = visit * 7919 % 100 + 1;
    format!("<p>Visitor {visit:06}</p>").repeat(paragraphs as usize)
}

fn mine(visits: Scale) -> VariantResult<()> {
    let longest = visits.iter().map(|visit| render_page(visit).len()).max().unwrap_or(0);
    VariantResult::new(Checksum::new().row("longest", longest as u64), ())
}
