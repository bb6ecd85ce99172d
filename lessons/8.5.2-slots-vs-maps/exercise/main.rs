//! Exercise of lesson 8.5.2: a third field. Every user lives in a city, and there are only 300
//! cities.
//!
//! `mine` gives each row a `String` of its own for its city. Edit it until the peak at 1,000,000
//! rows is under 60 bytes per row (60,000,000 together) and the checksum is what it was: every row
//! must still know its name, score and city. Then go for 32.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p slots-vs-maps --example slots-vs-maps-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};

lesson! {
    unit: "rows",
    default_scale: 1_000_000,
    baseline: mine,
    work "users with a city" {
        rust {
            mine: "a struct of name, score and city",
        }
    }
}

/// The input, as a file or a database would hand it over: leave it as it is.
fn users(rows: Scale) -> impl ExactSizeIterator<Item = (String, u64, String)> {
    rows.iter().map(|i| (format!("user{i}"), i, format!("city number {}", i * 7919 % 300)))
}

struct User {
    name: String,
    score: u64,
    city: String,
}

fn mine(rows: Scale) -> VariantResult<Vec<User>> {
    let table: Vec<User> = users(rows).map(|(name, score, city)| User { name, score, city }).collect();
    let checksum =
        table.iter().fold(Checksum::new(), |sum, user| sum.row(&user.name, user.score).row(&user.city, 0));
    VariantResult::new(checksum, table)
}
