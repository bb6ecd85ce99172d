//! Exercise of lesson 8.5.1: two questions to ten million users, without keeping any of them.
//!
//! How many of the users whose name ends in 7 have a score above the average of just these users?
//! `mine` answers, but it keeps every one of them to ask twice. Edit it until the peak is under
//! 1,000 bytes and the checksum is what it was.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p generators --example generators-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};

lesson! {
    unit: "rows",
    default_scale: 10_000_000,
    baseline: mine,
    work "users ending in 7" {
        rust {
            mine: "how many are above their average",
        }
    }
}

struct User {
    name: String,
    score: u64,
}

fn users(rows: Scale) -> impl Iterator<Item = User> {
    rows.iter().map(|i| User { name: format!("user{i}"), score: i })
}

fn mine(rows: Scale) -> VariantResult<()> {
    let sevens: Vec<User> = users(rows).filter(|user| user.name.ends_with('7')).collect();
    let total: u64 = sevens.iter().map(|user| user.score).sum();
    let count = sevens.len() as u64;
    // `score > total / count` without the division, and without a case for no users at all.
    let above = sevens.iter().filter(|user| user.score * count > total).count() as u64;
    VariantResult::new(Checksum::new().row("count", count).row("total", total).row("above", above), ())
}
