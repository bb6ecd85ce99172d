//! The largest counts: by count down, then by key up, keys compared as they are written.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::error::{Error, Result};
use crate::key::Key;

/// A key with its count; the better one is the greater.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// How often.
    pub count: u64,
    /// The key as it is written.
    pub key: Vec<u8>,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Ranked) -> Ordering {
        self.count.cmp(&other.count).then_with(|| other.key.cmp(&self.key))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Ranked) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best so many of all keys offered.
#[derive(Debug)]
pub(crate) struct Top {
    most: usize,
    /// The worst of the best lies on top.
    kept: BinaryHeap<Reverse<Ranked>>,
    /// Bytes of the kept keys, and what they may be.
    bytes: usize,
    budget: usize,
}

/// What an entry takes beside its key.
const ENTRY: usize = 64;

impl Top {
    pub(crate) fn new(most: usize, budget: usize) -> Top {
        Top { most, kept: BinaryHeap::new(), bytes: 0, budget }
    }

    pub(crate) fn offer(&mut self, key: Key, count: u64) -> Result<()> {
        if self.kept.len() == self.most {
            let Some(Reverse(worst)) = self.kept.peek() else { return Ok(()) };
            if count < worst.count || (count == worst.count && *key.text() >= *worst.key) {
                return Ok(());
            }
            if let Some(Reverse(worst)) = self.kept.pop() {
                self.bytes -= worst.key.len() + ENTRY;
            }
        }
        self.push(Ranked { count, key: key.text().into_owned() })
    }

    fn push(&mut self, ranked: Ranked) -> Result<()> {
        self.bytes += ranked.key.len() + ENTRY;
        if self.bytes > self.budget {
            return Err(Error::Usage(format!(
                "the top {} keys take more than {} bytes: give a smaller --top or more --memory",
                self.most, self.budget
            )));
        }
        self.kept.push(Reverse(ranked));
        Ok(())
    }

    /// Joins the best of other keys.
    pub(crate) fn join(&mut self, other: Top) -> Result<()> {
        for Reverse(ranked) in other.kept {
            self.push(ranked)?;
            if self.kept.len() > self.most
                && let Some(Reverse(worst)) = self.kept.pop()
            {
                self.bytes -= worst.key.len() + ENTRY;
            }
        }
        Ok(())
    }

    /// The best, best first.
    pub(crate) fn into_sorted(self) -> Vec<Ranked> {
        self.kept.into_sorted_vec().into_iter().map(|Reverse(ranked)| ranked).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_down_then_written_key_up() {
        let mut top = Top::new(3, 10_000);
        for (key, count) in
            [("9.0.0.1", 2u64), ("10.0.0.1", 2), ("1.1.1.1", 1), ("8.8.8.8", 5), ("100.0.0.1", 2)]
        {
            let value = crate::address::parse_v4(key.as_bytes()).unwrap();
            top.offer(Key::V4(value), count).unwrap();
        }
        let keys: Vec<String> =
            top.into_sorted().into_iter().map(|r| String::from_utf8(r.key).unwrap()).collect();
        assert_eq!(keys, ["8.8.8.8", "10.0.0.1", "100.0.0.1"]);
    }
}
