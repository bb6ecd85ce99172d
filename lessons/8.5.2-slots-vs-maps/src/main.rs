//! Lesson 8.5.2: slots against maps. Ten million users, every one of them kept.
//!
//! Question:   what does one row cost when each row is a map, a JSON value, a struct, or a few bits?
//! Prediction: write down bytes per row for `list_dict`, `slots` and `packed` before you look.
//! Command:    cargo xtask lesson 8.5

mod access;
mod random;

use access::measure_random_access;
use compact_str::{CompactString, format_compact};
use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use heaplab_packed_rows::Packed;
use serde_json::json;
use std::collections::HashMap;

lesson! {
    unit: "rows",
    default_scale: 10_000_000,
    baseline: list_dict,
    work "users" {
        rust {
            list_dict: "one HashMap per row, as a dictionary for each object",
            json: "one serde_json::Value per row: what people really do",
            slots: "one struct per row: the fields have their places",
            slots_by: "the struct with the egg, a marker of size zero",
            compact: "the struct, with names short enough to stay inside it",
            columns: "one column per field, all names in one string",
            packed: "one column per field, each block in as few bits as it needs",
        }
        python {
            list_dict: "a list of objects of a class without __slots__",
            slots_list: "a list of objects with __slots__",
            slots_by: "__slots__ with the egg as a third field",
        }
    }
    work "random users" {
        rust { packed_random: "packed again, on names and scores that have nothing in common" }
    }
}

/// The lecture's rows: `User(name=f"user{i}", score=i)`.
fn users(rows: Scale) -> impl ExactSizeIterator<Item = (String, u64)> {
    rows.iter().map(|i| (format!("user{i}"), i))
}

enum Value {
    Name(String),
    Score(u64),
}

fn list_dict(rows: Scale) -> VariantResult<Vec<HashMap<&'static str, Value>>> {
    let table: Vec<_> = users(rows)
        .map(|(name, score)| HashMap::from([("name", Value::Name(name)), ("score", Value::Score(score))]))
        .collect();
    let checksum = table.iter().fold(Checksum::new(), |sum, row| match (&row["name"], &row["score"]) {
        (Value::Name(name), Value::Score(score)) => sum.row(name, *score),
        _ => sum,
    });
    VariantResult::new(checksum, table)
}

fn json(rows: Scale) -> VariantResult<Vec<serde_json::Value>> {
    let table: Vec<_> = users(rows).map(|(name, score)| json!({"name": name, "score": score})).collect();
    let checksum =
        table.iter().fold(Checksum::new(), |sum, row| match (row["name"].as_str(), row["score"].as_u64()) {
            (Some(name), Some(score)) => sum.row(name, score),
            _ => sum,
        });
    VariantResult::new(checksum, table)
}

struct User {
    name: String,
    score: u64,
}

fn slots(rows: Scale) -> VariantResult<Vec<User>> {
    let table: Vec<User> = users(rows).map(|(name, score)| User { name, score }).collect();
    let checksum = Checksum::from_rows(table.iter().map(|user| (user.name.as_str(), user.score)));
    VariantResult::new(checksum, table).with_attachments(|table, _| {
        measure_random_access(table.len(), |i| (table[i].name.clone(), table[i].score))
    })
}

/// The lecture's watermark. It belongs to the type, so no row has to store it.
struct By;

impl By {
    const NAME: &'static str = "程序员晚枫";
}

struct UserBy {
    name: String,
    score: u64,
    _by: By,
}

const _: () = assert!(size_of::<UserBy>() == size_of::<User>() && !By::NAME.is_empty());

fn slots_by(rows: Scale) -> VariantResult<Vec<UserBy>> {
    let table: Vec<UserBy> = users(rows).map(|(name, score)| UserBy { name, score, _by: By }).collect();
    let checksum = Checksum::from_rows(table.iter().map(|user| (user.name.as_str(), user.score)));
    VariantResult::new(checksum, table)
}

struct CompactUser {
    name: CompactString,
    score: u64,
}

fn compact(rows: Scale) -> VariantResult<Vec<CompactUser>> {
    let table: Vec<CompactUser> =
        rows.iter().map(|i| CompactUser { name: format_compact!("user{i}"), score: i }).collect();
    let checksum = Checksum::from_rows(table.iter().map(|user| (user.name.as_str(), user.score)));
    VariantResult::new(checksum, table).with_attachments(|table, _| {
        measure_random_access(table.len(), |i| (table[i].name.to_string(), table[i].score))
    })
}

#[derive(Default)]
struct Columns {
    names: String,
    name_ends: Vec<usize>,
    scores: Vec<u64>,
}

impl Columns {
    fn get(&self, i: usize) -> (&str, u64) {
        let start = if i == 0 { 0 } else { self.name_ends[i - 1] };
        (&self.names[start..self.name_ends[i]], self.scores[i])
    }
}

fn columns(rows: Scale) -> VariantResult<Columns> {
    let (name_ends, scores) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    let mut table = Columns { name_ends, scores, ..Columns::default() };
    for (name, score) in users(rows) {
        table.names += &name;
        table.name_ends.push(table.names.len());
        table.scores.push(score);
    }
    let checksum = Checksum::from_rows((0..table.scores.len()).map(|i| table.get(i)));
    VariantResult::new(checksum, table).with_attachments(|table, _| {
        measure_random_access(table.scores.len(), |i| (table.get(i).0.to_owned(), table.get(i).1))
    })
}

fn packed(rows: Scale) -> VariantResult<Packed> {
    keep_packed(Packed::build(users(rows)))
}

fn packed_random(rows: Scale) -> VariantResult<Packed> {
    keep_packed(Packed::build(random::random_users(rows)))
}

fn keep_packed(table: Packed) -> VariantResult<Packed> {
    let mut name = String::new();
    let mut checksum = Checksum::new();
    for i in 0..table.len() {
        if let Some(score) = table.read(i, &mut name) {
            checksum = checksum.row(&name, score);
        }
    }
    VariantResult::new(checksum, table)
        .with_attachments(|table, _| measure_random_access(table.len(), |i| table.get(i).unwrap_or_default()))
}
