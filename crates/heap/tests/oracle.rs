//! Random streams of all four methods, against a model that walks every live block at every step. The allocator is called
//! directly, so nothing but the stream is in the region. One test a file: a region is the process's.

use heaplab_heap::{Heap, HeapTotals, Totals, region};
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout};

static HEAP: Heap = Heap::recording();

#[derive(Clone, Debug)]
enum Event {
    Alloc { size: usize, align: usize, zeroed: bool },
    Realloc { which: prop::sample::Index, size: usize },
    Free { which: prop::sample::Index },
}

fn event() -> impl Strategy<Value = Event> {
    let align = prop_oneof![8 => (0u32..=4).prop_map(|p| 1 << p), 1 => (5u32..=21).prop_map(|p| 1 << p)];
    prop_oneof![
        4 => (1usize..2000, align, any::<bool>())
            .prop_map(|(size, align, zeroed)| Event::Alloc { size, align, zeroed }),
        2 => (any::<prop::sample::Index>(), 1usize..4000).prop_map(|(which, size)| Event::Realloc { which, size }),
        3 => any::<prop::sample::Index>().prop_map(|which| Event::Free { which }),
    ]
}

struct Block {
    address: *mut u8,
    layout: Layout,
    fill: u8,
    inside: bool,
}

#[derive(Default)]
struct Model {
    blocks: Vec<Block>,
    totals: HeapTotals,
}

impl Model {
    /// The slow, obvious way: look at every live block.
    fn look(&mut self, may_be_peak: bool) {
        let live = self.blocks.iter().filter(|block| block.inside);
        self.totals.end_blocks = live.clone().count() as u64;
        self.totals.end_bytes = live.map(|block| block.layout.size() as u64).sum();
        if may_be_peak && self.totals.end_bytes >= self.totals.peak_bytes {
            self.totals.peak_bytes = self.totals.end_bytes;
            self.totals.peak_blocks = self.totals.end_blocks;
        }
    }

    fn step(&mut self, event: &Event, inside: bool) {
        match *event {
            Event::Alloc { size, align, zeroed } => {
                let layout = Layout::from_size_align(size, align).expect("a valid layout");
                // SAFETY: the size is not zero.
                let address = unsafe { if zeroed { HEAP.alloc_zeroed(layout) } else { HEAP.alloc(layout) } };
                assert!(!address.is_null() && address.addr().is_multiple_of(align));
                let block = Block { address, layout, fill: size as u8, inside };
                // SAFETY: the block is ours and `size` bytes long; zeroed memory may be read.
                let bytes = unsafe {
                    if zeroed {
                        assert!(std::slice::from_raw_parts(address, size).iter().all(|&byte| byte == 0));
                    }
                    address.write_bytes(block.fill, size);
                    std::slice::from_raw_parts(address, size)
                };
                assert_eq!(bytes.len(), size);
                self.blocks.push(block);
                if inside {
                    self.totals.total_blocks += 1;
                    self.totals.total_bytes += size as u64;
                    self.look(true);
                }
            }
            Event::Realloc { which, size } if !self.blocks.is_empty() => {
                let index = which.index(self.blocks.len());
                let block = &mut self.blocks[index];
                let old = block.layout.size();
                // SAFETY: the block is live and of this layout; the new size is not zero.
                block.address = unsafe { HEAP.realloc(block.address, block.layout, size) };
                assert!(
                    !block.address.is_null() && block.address.addr().is_multiple_of(block.layout.align())
                );
                // SAFETY: both sizes lie inside the block, and the smaller was written before.
                let kept = unsafe { std::slice::from_raw_parts(block.address, old.min(size)) };
                assert!(kept.iter().all(|&byte| byte == block.fill), "realloc lost the content");
                // SAFETY: as above.
                unsafe { block.address.write_bytes(block.fill, size) };
                block.layout = Layout::from_size_align(size, block.layout.align()).expect("a valid layout");
                if inside && block.inside {
                    self.totals.reallocations += 1;
                    self.totals.reallocated_bytes += size as u64;
                    self.totals.grown_bytes += size.saturating_sub(old) as u64;
                    self.totals.shrunk_bytes += old.saturating_sub(size) as u64;
                    self.totals.total_bytes += size.saturating_sub(old) as u64;
                    self.look(true);
                } else if inside {
                    block.inside = true;
                    self.totals.total_blocks += 1;
                    self.totals.total_bytes += size as u64;
                    self.look(true);
                }
            }
            Event::Free { which } if !self.blocks.is_empty() => {
                let block = self.blocks.swap_remove(which.index(self.blocks.len()));
                // SAFETY: the block is live and of this layout.
                unsafe { HEAP.dealloc(block.address, block.layout) };
                self.look(false);
            }
            Event::Realloc { .. } | Event::Free { .. } => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn counters_agree_with_a_walk_over_all_blocks(
        before in prop::collection::vec(event(), 0..20),
        events in prop::collection::vec(event(), 0..300),
    ) {
        // The first call decides on the probe: here HEAP is not the program's allocator.
        let layout = Layout::new::<u64>();
        // SAFETY: the layout is not empty; the block is freed with it.
        unsafe { HEAP.dealloc(HEAP.alloc(layout), layout) };
        let mut model = Model::default();
        for event in &before {
            model.step(event, false);
        }
        let open = region().expect("no region is open");
        for event in &events {
            model.step(event, true);
        }
        let Totals::Heap(counted) = open.close() else { panic!("the recorder is not at work") };
        model.look(false);
        for block in model.blocks.drain(..) {
            // SAFETY: the block is live and of this layout.
            unsafe { HEAP.dealloc(block.address, block.layout) };
        }
        prop_assert_eq!(counted, HeapTotals { single_threaded: true, ..model.totals });
    }
}
