//! IPv4 addresses that come with a count, held back until their slots have come: tables that are joined and partitions that are read
//! back arrive in no order, and a table of a million addresses lies outside the inner caches.

use super::Counter;
use crate::error::Result;
use crate::key::Key;

/// So many loads overlap.
const BATCH: usize = 64;

/// Adds to a counter, its IPv4 addresses in batches. What waits is added by [`Pairs::finish`].
/// PERF: joining two tables of 800,000 addresses takes a third of the time that one address after the other takes.
pub(crate) struct BatchedAdds<'a> {
    counter: &'a mut Counter,
    waiting: Vec<(u32, u64)>,
}

impl<'a> BatchedAdds<'a> {
    pub(crate) fn new(counter: &'a mut Counter) -> BatchedAdds<'a> {
        BatchedAdds { counter, waiting: Vec::with_capacity(BATCH) }
    }

    /// Counts a key `count` times, now or later.
    pub(crate) fn add(&mut self, key: Key, count: u64) -> Result<()> {
        let Key::V4(value) = key else { return self.counter.add(key, count) };
        self.counter.v4.prefetch(value);
        self.waiting.push((value, count));
        if self.waiting.len() == BATCH { self.flush() } else { Ok(()) }
    }

    /// Counts all that waits.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        while self.counter.v4.free_capacity() < self.waiting.len() {
            self.counter.make_room(|counter| &mut counter.v4)?;
        }
        self.waiting.drain(..).for_each(|(key, count)| self.counter.v4.add(key, count));
        Ok(())
    }
}
