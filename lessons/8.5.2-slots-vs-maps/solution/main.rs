//! Two ways to do the exercise of lesson 8.5.2: every city is written down once, and a row has its
//! number.
//!
//! `numbered` meets 60 bytes per row. Its number is two bytes, and yet it costs eight: the struct's
//! size is a multiple of its alignment, as CPython's objects are of theirs. `columns` meets 32: in
//! a column two bytes are two bytes.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p slots-vs-maps --example slots-vs-maps-solution -- columns

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::collections::HashMap;

lesson! {
    unit: "rows",
    default_scale: 1_000_000,
    baseline: numbered,
    work "users with a city" {
        rust {
            numbered: "a struct, with the number of its city",
            columns: "a column a field, all names in one string",
        }
    }
}

fn users(rows: Scale) -> impl ExactSizeIterator<Item = (String, u64, String)> {
    rows.iter().map(|i| (format!("user{i}"), i, format!("city number {}", i * 7919 % 300)))
}

/// Each different city once, numbered in the order of arrival.
#[derive(Default)]
struct Cities {
    names: Vec<String>,
    numbers: HashMap<String, u16>,
}

impl Cities {
    /// The city's number: the one it has, or the next. `None` for the 65,537th different city.
    fn number(&mut self, city: String) -> Option<u16> {
        if let Some(&number) = self.numbers.get(&city) {
            return Some(number);
        }
        let number = u16::try_from(self.names.len()).ok()?;
        self.names.push(city.clone());
        self.numbers.insert(city, number);
        Some(number)
    }

    fn name(&self, number: u16) -> &str {
        &self.names[usize::from(number)]
    }
}

struct User {
    name: String,
    score: u64,
    city: u16,
}

// 24 + 8 + 2 = 34 bytes of fields.
const _: () = assert!(size_of::<User>() == 40);

fn numbered(rows: Scale) -> VariantResult<(Cities, Vec<User>)> {
    let mut cities = Cities::default();
    let mut table = Vec::with_capacity(rows.len());
    for (name, score, city) in users(rows) {
        let Some(city) = cities.number(city) else { break };
        table.push(User { name, score, city });
    }
    let checksum = table.iter().fold(Checksum::new(), |sum, user: &User| {
        sum.row(&user.name, user.score).row(cities.name(user.city), 0)
    });
    VariantResult::new(checksum, (cities, table))
}

#[derive(Default)]
struct Columns {
    names: String,
    name_ends: Vec<u32>,
    scores: Vec<u64>,
    cities: Vec<u16>,
}

fn columns(rows: Scale) -> VariantResult<(Cities, Columns)> {
    let mut cities = Cities::default();
    // With room for every row from the start: a `Vec` that doubles ends with up to twice of what it
    // needs. How long the names will be together is not known before, so `names` does double.
    let mut table = Columns {
        names: String::new(),
        name_ends: Vec::with_capacity(rows.len()),
        scores: Vec::with_capacity(rows.len()),
        cities: Vec::with_capacity(rows.len()),
    };
    for (name, score, city) in users(rows) {
        let Some(city) = cities.number(city) else { break };
        table.names += &name;
        // Four bytes: enough for 4 GiB of names, and half of a `usize`.
        let Ok(end) = u32::try_from(table.names.len()) else { break };
        table.name_ends.push(end);
        table.scores.push(score);
        table.cities.push(city);
    }
    let mut start = 0;
    let mut checksum = Checksum::new();
    for ((&end, &score), &city) in table.name_ends.iter().zip(&table.scores).zip(&table.cities) {
        checksum = checksum.row(&table.names[start..end as usize], score).row(cities.name(city), 0);
        start = end as usize;
    }
    VariantResult::new(checksum, (cities, table))
}
