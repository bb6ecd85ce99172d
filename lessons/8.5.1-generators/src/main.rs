//! Lesson 8.5.1: generators. Ten million users, one at a time.
//!
//! Question:   if each user is needed once, how many must be in memory at once?
//! Prediction: write down the peak of `list`, `chunked` and `generator_slots` before you look.
//! Command:    cargo xtask lesson 8.5

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson, mark_phase};
use std::collections::HashMap;

lesson! {
    unit: "rows",
    default_scale: 10_000_000,
    baseline: list,
    work "users" {
        rust {
            list: "collect every user, then consume",
            generator: "a lazy iterator: one user at a time, each a HashMap",
            generator_slots: "a lazy iterator of structs",
            chunked: "a window of 1,000 users: for a consumer that needs batches",
        }
        python {
            generator: "a generator of objects with a __dict__ each",
            generator_slots: "a generator of objects with __slots__",
        }
    }
}

struct User {
    name: String,
    score: u64,
}

/// `(User(name=f"user{i}", score=i) for i in range(n))`: nothing is made before it is asked for.
fn users(rows: Scale) -> impl ExactSizeIterator<Item = User> {
    rows.iter().map(|i| User { name: format!("user{i}"), score: i })
}

/// `[User(...) for i in range(n)]`: the peak is every row, although no row is needed twice.
fn list(rows: Scale) -> VariantResult<Vec<User>> {
    mark_phase("collect");
    let everyone: Vec<User> = users(rows).collect();
    mark_phase("consume");
    let checksum = Checksum::from_rows(everyone.iter().map(|user| (user.name.as_str(), user.score)));
    VariantResult::new(checksum, everyone)
}

enum Value {
    Name(String),
    Score(u64),
}

/// One dictionary per row, but only one row at a time: each is dropped before the next is made.
fn generator(rows: Scale) -> VariantResult<()> {
    let dictionaries = users(rows)
        .map(|user| HashMap::from([("name", Value::Name(user.name)), ("score", Value::Score(user.score))]));
    let checksum = dictionaries.fold(Checksum::new(), |sum, row| match (&row["name"], &row["score"]) {
        (Value::Name(name), Value::Score(score)) => sum.row(name, *score),
        _ => sum,
    });
    VariantResult::new(checksum, ())
}

/// The same with a struct: only one name is on the heap at a time.
fn generator_slots(rows: Scale) -> VariantResult<()> {
    let checksum = users(rows).fold(Checksum::new(), |sum, user| sum.row(&user.name, user.score));
    VariantResult::new(checksum, ())
}

/// A consumer that wants batches (a bulk insert, a network call) gets them, and the peak is one
/// batch.
fn chunked(rows: Scale) -> VariantResult<Vec<User>> {
    const WINDOW: usize = 1_000;
    let mut users = users(rows);
    let mut window: Vec<User> = Vec::with_capacity(WINDOW);
    let mut checksum = Checksum::new();
    loop {
        window.clear();
        window.extend(users.by_ref().take(WINDOW));
        if window.is_empty() {
            break;
        }
        checksum = window.iter().fold(checksum, |sum, user| sum.row(&user.name, user.score));
    }
    VariantResult::new(checksum, window)
}
