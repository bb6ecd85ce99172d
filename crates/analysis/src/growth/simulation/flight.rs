//! Services whose blocks die after some requests: temporaries, work in flight, queues, sessions.

use super::heap::{Block, Heap};
use super::rng::Chance;
use super::service::{Service, Sizes};
use std::collections::{BTreeMap, VecDeque};

/// Blocks that live for a number of requests, from none on.
pub(super) struct Flight {
    /// The probability that a request makes blocks.
    pub(super) brings: f64,
    /// How many it then makes.
    pub(super) blocks: usize,
    /// How many requests a block outlives: any number from the first to the second.
    pub(super) outlives: (u64, u64),
    /// How often a block doubles after its birth.
    pub(super) doublings: u32,
    pub(super) sizes: Sizes,
    /// The period of a load that swings, in requests: in its second half each request makes four
    /// times as many blocks.
    pub(super) swing: Option<u64>,
    pub(super) served: u64,
    pub(super) leaving: BTreeMap<u64, Vec<Block>>,
}

impl Flight {
    /// One block per request, which outlives this many requests.
    pub(super) fn new(sizes: Sizes, outlives: (u64, u64)) -> Flight {
        let (served, leaving) = (0, BTreeMap::new());
        Flight { brings: 1.0, blocks: 1, outlives, doublings: 0, sizes, swing: None, served, leaving }
    }
}

impl Service for Flight {
    fn request(&mut self, heap: &mut Heap, chance: &mut Chance) {
        self.served += 1;
        let busy = self.swing.is_some_and(|swing| self.served % swing >= swing / 2);
        let blocks = if busy { self.blocks * 4 } else { self.blocks };
        if chance.happens(self.brings) {
            for _ in 0..blocks {
                let mut bytes = self.sizes.draw_bytes(chance);
                let mut block = heap.allocate(bytes);
                for _ in 0..self.doublings {
                    bytes *= 2;
                    heap.resize(&mut block, bytes);
                }
                let (low, high) = self.outlives;
                let outlives = chance.draw_between(low as f64, high as f64 + 1.0) as u64;
                self.leaving.entry(self.served + outlives).or_default().push(block);
            }
        }
        while let Some(first) = self.leaving.first_entry().filter(|first| *first.key() <= self.served) {
            first.remove().into_iter().for_each(|block| heap.free(block));
        }
    }

    fn stop(&mut self, heap: &mut Heap) {
        let all = std::mem::take(&mut self.leaving);
        all.into_values().flatten().for_each(|block| heap.free(block));
    }
}

/// A channel: each request sends a message, and a reader takes some meanwhile.
pub(super) struct Channel {
    /// The mean number of messages that the reader takes per request.
    pub(super) reads: f64,
    /// The most messages that the channel holds; a sender waits until there is space.
    pub(super) limit: Option<usize>,
    pub(super) sizes: Sizes,
    waiting: VecDeque<Block>,
}

impl Channel {
    pub(super) fn new(sizes: Sizes, reads: f64, limit: Option<usize>) -> Channel {
        Channel { reads, limit, sizes, waiting: VecDeque::new() }
    }
}

impl Service for Channel {
    fn request(&mut self, heap: &mut Heap, chance: &mut Chance) {
        let full = self.limit.is_some_and(|limit| self.waiting.len() >= limit);
        if full && let Some(block) = self.waiting.pop_front() {
            heap.free(block);
        }
        self.waiting.push_back(heap.allocate(self.sizes.draw_bytes(chance)));
        // Two chances to read, so that a fast reader can catch up.
        for _ in 0..2 {
            if chance.happens(self.reads / 2.0)
                && let Some(block) = self.waiting.pop_front()
            {
                heap.free(block);
            }
        }
    }

    fn stop(&mut self, heap: &mut Heap) {
        self.waiting.drain(..).for_each(|block| heap.free(block));
    }
}
