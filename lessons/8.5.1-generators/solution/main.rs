//! One way to do the exercise of lesson 8.5.1: ask for the users twice instead of keeping them.
//!
//! An iterator can be walked once. What can be had again is the recipe: `sevens` is a function, and
//! each call gives a fresh iterator. The price is that every name is made twice; the peak is one
//! name.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p generators --example generators-solution -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};

lesson! {
    unit: "rows",
    default_scale: 10_000_000,
    baseline: mine,
    work "users ending in 7" {
        rust {
            mine: "how many are above their average, in two passes",
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

fn sevens(rows: Scale) -> impl Iterator<Item = User> {
    users(rows).filter(|user| user.name.ends_with('7'))
}

fn mine(rows: Scale) -> VariantResult<()> {
    // Count and sum in the same walk: `count()` and then `sum()` would be two.
    let (count, total) = sevens(rows).fold((0, 0), |(count, total), user| (count + 1, total + user.score));
    let above = sevens(rows).filter(|user| user.score * count > total).count() as u64;
    VariantResult::new(Checksum::new().row("count", count).row("total", total).row("above", above), ())
}
