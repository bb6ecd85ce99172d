//! Ranks keys by count, largest first, then by their text in ascending order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::error::{Error, Result};
use crate::key::Key;

/// A key with its count. The one that ranks higher is the greater.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedKey {
    /// The key's count.
    pub count: u64,
    /// The key as text.
    pub key: Vec<u8>,
}

impl Ord for RankedKey {
    fn cmp(&self, other: &RankedKey) -> Ordering {
        self.count.cmp(&other.count).then_with(|| other.key.cmp(&self.key))
    }
}

impl PartialOrd for RankedKey {
    fn partial_cmp(&self, other: &RankedKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best `most` of all keys offered.
#[derive(Debug)]
pub(crate) struct TopKeys {
    most: usize,
    /// The heap's top is the worst of the best.
    best: BinaryHeap<Reverse<RankedKey>>,
    /// Bytes of these keys, and their limit.
    bytes: usize,
    budget: usize,
}

/// Bytes that an entry takes besides its key.
const ENTRY: usize = 64;

impl TopKeys {
    pub(crate) fn new(most: usize, budget: usize) -> TopKeys {
        TopKeys { most, best: BinaryHeap::new(), bytes: 0, budget }
    }

    pub(crate) fn offer(&mut self, key: Key, count: u64) -> Result<()> {
        if self.best.len() == self.most {
            let Some(Reverse(worst)) = self.best.peek() else { return Ok(()) };
            if count < worst.count || (count == worst.count && *key.to_text() >= *worst.key) {
                return Ok(());
            }
            if let Some(Reverse(worst)) = self.best.pop() {
                self.bytes -= worst.key.len() + ENTRY;
            }
        }
        self.push(RankedKey { count, key: key.to_text().into_owned() })
    }

    fn push(&mut self, ranked: RankedKey) -> Result<()> {
        self.bytes += ranked.key.len() + ENTRY;
        if self.bytes > self.budget {
            return Err(Error::Usage(format!(
                "the top {} keys take more than {} bytes: give a smaller --top or more --memory",
                self.most, self.budget
            )));
        }
        self.best.push(Reverse(ranked));
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: TopKeys) -> Result<()> {
        for Reverse(ranked) in other.best {
            self.push(ranked)?;
            if self.best.len() > self.most
                && let Some(Reverse(worst)) = self.best.pop()
            {
                self.bytes -= worst.key.len() + ENTRY;
            }
        }
        Ok(())
    }

    pub(crate) fn into_sorted(self) -> Vec<RankedKey> {
        self.best.into_sorted_vec().into_iter().map(|Reverse(ranked)| ranked).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_down_then_written_key_up() {
        let mut top = TopKeys::new(3, 10_000);
        for (key, count) in
            [("9.0.0.1", 2u64), ("10.0.0.1", 2), ("1.1.1.1", 1), ("8.8.8.8", 5), ("100.0.0.1", 2)]
        {
            let value = crate::key::address::parse_v4(key.as_bytes()).unwrap();
            top.offer(Key::V4(value), count).unwrap();
        }
        let keys: Vec<String> =
            top.into_sorted().into_iter().map(|r| String::from_utf8(r.key).unwrap()).collect();
        assert_eq!(keys, ["8.8.8.8", "10.0.0.1", "100.0.0.1"]);
    }
}
