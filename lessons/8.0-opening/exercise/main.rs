//! Exercise of lesson 8.0: a service that loses memory at another line. In the evening somebody
//! asks for the longest page, so `mine` keeps a copy of each until then. Edit it until the peak is
//! under 5,000 bytes and the checksum is what it was.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p opening --example opening-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};

lesson! {
    unit: "visits",
    default_scale: 20_000,
    baseline: mine,
    work "longest page" {
        rust {
            mine: "the longest page of the day",
        }
    }
}

/// Between one and a hundred paragraphs.
fn render_page(visit: u64) -> String {
    let paragraphs = visit * 7919 % 100 + 1;
    format!("<p>Visitor {visit:06}</p>").repeat(paragraphs as usize)
}

fn mine(visits: Scale) -> VariantResult<()> {
    let mut pages: Vec<String> = Vec::new();
    for visit in visits.iter() {
        pages.push(render_page(visit));
    }
    let longest = pages.iter().map(String::len).max().unwrap_or(0);
    VariantResult::new(Checksum::new().row("longest", longest as u64), ())
}
