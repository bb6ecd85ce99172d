//! The two extremes of lesson 8.5.2, built as in the lesson: a struct per row, and a map per row.

use super::{BoxedWork, WorkResult};
use std::collections::HashMap;

pub(super) struct User {
    name: String,
    score: u64,
}

impl User {
    #[inline(always)]
    pub(super) fn from_number(i: u64) -> User {
        User { name: format!("user{i}"), score: i }
    }
}

pub(super) fn slots(rows: u64) -> BoxedWork {
    Box::new((0..rows).map(User::from_number).collect::<Vec<User>>())
}

enum Value {
    Name(String),
    Score(u64),
}

pub(super) fn list_dict(rows: u64) -> BoxedWork {
    let users = (0..rows).map(|i| (format!("user{i}"), i));
    let table: Vec<HashMap<&'static str, Value>> = users
        .map(|(name, score)| HashMap::from([("name", Value::Name(name)), ("score", Value::Score(score))]))
        .collect();
    Box::new(table)
}

fn hash_row(sum: u64, name: &str, score: u64) -> u64 {
    name.bytes().fold(sum.rotate_left(7) ^ score, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
}

impl WorkResult for Vec<User> {
    fn checksum(&self) -> u64 {
        self.iter().fold(0, |sum, user| hash_row(sum, &user.name, user.score))
    }
}

impl WorkResult for Vec<HashMap<&'static str, Value>> {
    fn checksum(&self) -> u64 {
        self.iter().fold(0, |sum, user| match (&user["name"], &user["score"]) {
            (Value::Name(name), Value::Score(score)) => hash_row(sum, name, *score),
            _ => sum,
        })
    }
}
