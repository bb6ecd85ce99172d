//! Services whose memory is capacity: few blocks that grow in steps, and blocks that are there from
//! the start.

use super::heap::{Block, Heap};
use super::rng::Chance;
use super::service::{Service, Sizes};

/// How a container grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// By reallocation, as `Vec` and `VecDeque` do.
    Realloc,
    /// By a second table that the entries move to, as a hash map does.
    Rehash,
}

/// Containers that double when they are full.
pub(super) struct Containers {
    /// How many there are; a request pushes to any one of them.
    pub(super) count: usize,
    /// The probability that a request pushes an element.
    pub(super) pushes: f64,
    pub(super) element_bytes: u64,
    pub(super) room: Room,
    /// The most elements that each holds.
    pub(super) limit: usize,
    pub(super) held: Vec<Container>,
}

#[derive(Default)]
pub(super) struct Container {
    elements: usize,
    capacity: usize,
    block: Option<Block>,
}

impl Containers {
    pub(super) fn new(count: usize, element_bytes: u64, room: Room, limit: usize) -> Containers {
        let held = std::iter::repeat_with(Container::default).take(count).collect();
        Containers { count, pushes: 1.0, element_bytes, room, limit, held }
    }
}

impl Service for Containers {
    fn request(&mut self, heap: &mut Heap, chance: &mut Chance) {
        let container = &mut self.held[chance.draw_below(self.count)];
        if !chance.happens(self.pushes) || container.elements >= self.limit {
            return;
        }
        container.elements += 1;
        if container.elements <= container.capacity {
            return;
        }
        container.capacity = (container.capacity * 2).max(4);
        let bytes = container.capacity as u64 * self.element_bytes;
        match (&mut container.block, self.room) {
            (Some(block), Room::Realloc) => heap.resize(block, bytes),
            (block, _) => {
                let old = block.replace(heap.allocate(bytes));
                if let Some(old) = old {
                    heap.free(old);
                }
            }
        }
    }

    fn stop(&mut self, heap: &mut Heap) {
        self.held.drain(..).filter_map(|container| container.block).for_each(|block| heap.free(block));
    }
}

/// A buffer that is cleared and not shrunk: its capacity is the largest request's so far. Large
/// requests are rare, and the largest that the service takes has a limit.
pub(super) struct Scratch {
    /// The probability that a request is twice as large, applied repeatedly.
    pub(super) larger: f64,
    pub(super) limit_bytes: u64,
    block: Option<Block>,
    capacity_bytes: u64,
}

impl Scratch {
    pub(super) fn new(larger: f64, limit_bytes: u64) -> Scratch {
        Scratch { larger, limit_bytes, block: None, capacity_bytes: 0 }
    }
}

impl Service for Scratch {
    fn request(&mut self, heap: &mut Heap, chance: &mut Chance) {
        let mut bytes = 64;
        while bytes < self.limit_bytes && chance.happens(self.larger) {
            bytes *= 2;
        }
        if bytes > self.capacity_bytes {
            self.capacity_bytes = bytes;
            match &mut self.block {
                Some(block) => heap.resize(block, bytes),
                None => self.block = Some(heap.allocate(bytes)),
            }
        }
    }

    fn stop(&mut self, heap: &mut Heap) {
        if let Some(block) = self.block.take() {
            heap.free(block);
        }
    }
}

/// A text that a request replaces by a longer one.
pub(super) struct Rewritten {
    /// The probability that a request adds something.
    pub(super) adds: f64,
    pub(super) sizes: Sizes,
    pub(super) text: Option<(Block, u64)>,
}

impl Service for Rewritten {
    fn request(&mut self, heap: &mut Heap, chance: &mut Chance) {
        let before = self.text.as_ref().map_or(0, |text| text.1);
        let added = if chance.happens(self.adds) { self.sizes.draw_bytes(chance) } else { 0 };
        let bytes = before + added;
        let old = self.text.replace((heap.allocate(bytes), bytes));
        if let Some((old, _)) = old {
            heap.free(old);
        }
    }

    fn stop(&mut self, heap: &mut Heap) {
        if let Some((text, _)) = self.text.take() {
            heap.free(text);
        }
    }
}

/// What is made once: at the start, or by each of some workers at its first request.
pub(super) struct Once {
    /// Blocks made before the first request and held.
    pub(super) at_start: usize,
    /// Blocks made and freed before the first request.
    pub(super) starting: usize,
    /// Workers, each of which makes a block at its first request; they take turns.
    pub(super) workers: usize,
    pub(super) sizes: Sizes,
    /// Whether dropping the service frees them.
    pub(super) owned: bool,
    pub(super) held: Vec<Block>,
    pub(super) served: usize,
}

impl Once {
    pub(super) fn new(at_start: usize, workers: usize, sizes: Sizes) -> Once {
        Once { at_start, starting: 0, workers, sizes, owned: true, held: Vec::new(), served: 0 }
    }
}

impl Service for Once {
    fn start(&mut self, heap: &mut Heap, chance: &mut Chance) {
        for _ in 0..self.starting {
            let block = heap.allocate(self.sizes.draw_bytes(chance));
            heap.free(block);
        }
        self.held.extend((0..self.at_start).map(|_| heap.allocate(self.sizes.draw_bytes(chance))));
    }

    fn request(&mut self, heap: &mut Heap, chance: &mut Chance) {
        if self.served < self.workers {
            self.held.push(heap.allocate(self.sizes.draw_bytes(chance)));
        }
        self.served += 1;
    }

    fn stop(&mut self, heap: &mut Heap) {
        if self.owned {
            self.held.drain(..).for_each(|block| heap.free(block));
        }
    }
}
