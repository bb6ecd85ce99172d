//! Random sequences of all four methods at several sites, compared with a model that looks at every
//! live block at every step: totals, and each site's allocations, live blocks and part of the
//! global peak. The allocator is called directly, so nothing else is in the region. This file has
//! one test because a region belongs to the whole process.

use heaplab_heap::{Heap, HeapTotals, Totals, region, take_recording};
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout};

static HEAP: Heap = Heap::recording();

/// Functions with different stacks, so that a block's site is known without looking at addresses.
const SITES: usize = 5;

type Allocate = unsafe fn(Layout) -> *mut u8;
type Reallocate = unsafe fn(*mut u8, Layout, usize) -> *mut u8;

#[inline(never)]
unsafe fn alloc_at<const SITE: usize>(layout: Layout) -> *mut u8 {
    // SAFETY: the caller's promises are the allocator's. The site keeps the compiler from merging
    // the functions.
    std::hint::black_box((unsafe { HEAP.alloc(layout) }, SITE)).0
}

#[inline(never)]
unsafe fn zeroed_at<const SITE: usize>(layout: Layout) -> *mut u8 {
    // SAFETY: as above.
    std::hint::black_box((unsafe { HEAP.alloc_zeroed(layout) }, SITE)).0
}

#[inline(never)]
unsafe fn realloc_at<const SITE: usize>(block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    // SAFETY: as above.
    std::hint::black_box((unsafe { HEAP.realloc(block, layout, size) }, SITE)).0
}

const ALLOC: [Allocate; SITES] = [alloc_at::<0>, alloc_at::<1>, alloc_at::<2>, alloc_at::<3>, alloc_at::<4>];
const ZEROED: [Allocate; SITES] =
    [zeroed_at::<0>, zeroed_at::<1>, zeroed_at::<2>, zeroed_at::<3>, zeroed_at::<4>];
const REALLOC: [Reallocate; SITES] =
    [realloc_at::<0>, realloc_at::<1>, realloc_at::<2>, realloc_at::<3>, realloc_at::<4>];

/// The figures of one site: allocations, live blocks and bytes, blocks and bytes at the global
/// peak, the number and lifetimes of freed blocks, and the sum of the allocation clock at the
/// allocation of the live ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct AtSite {
    births: u64,
    live: (i64, i64),
    peak: (i64, i64),
    died: (u64, u64),
    live_births: i64,
}

#[derive(Clone, Debug)]
enum Event {
    Alloc { site: usize, size: usize, align: usize, zeroed: bool },
    Realloc { site: usize, which: prop::sample::Index, size: usize },
    Free { which: prop::sample::Index },
}

fn event() -> impl Strategy<Value = Event> {
    let align = prop_oneof![8 => (0u32..=4).prop_map(|p| 1 << p), 1 => (5u32..=21).prop_map(|p| 1 << p)];
    // Some sizes are round, because only then can two peaks be equal, and the later one has to win.
    let size = || prop_oneof![1usize..2000, (1usize..4).prop_map(|hundreds| 100 * hundreds)];
    prop_oneof![
        4 => (0..SITES, size(), align, any::<bool>())
            .prop_map(|(site, size, align, zeroed)| Event::Alloc { site, size, align, zeroed }),
        2 => (0..SITES, any::<prop::sample::Index>(), size())
            .prop_map(|(site, which, size)| Event::Realloc { site, which, size }),
        3 => any::<prop::sample::Index>().prop_map(|which| Event::Free { which }),
    ]
}

struct Block {
    address: *mut u8,
    layout: Layout,
    fill: u8,
    /// Its site, if it was allocated inside the region.
    site: Option<usize>,
    born_at: u64,
}

#[derive(Default)]
struct Model {
    blocks: Vec<Block>,
    totals: HeapTotals,
    /// The allocation clock at the peak.
    peak_clock: u64,
    /// By alloc, alloc_zeroed and realloc, and within each by the function.
    sites: [AtSite; 3 * SITES],
}

impl Model {
    /// The slow and obvious way: looks at every live block.
    fn look(&mut self, may_be_peak: bool) {
        for (index, site) in self.sites.iter_mut().enumerate() {
            let live = self.blocks.iter().filter(|block| block.site == Some(index));
            site.live_births = live.clone().map(|block| block.born_at as i64).sum();
            site.live = (live.clone().count() as i64, live.map(|block| block.layout.size() as i64).sum());
        }
        let live = self.blocks.iter().filter(|block| block.site.is_some());
        self.totals.end_blocks = live.clone().count() as u64;
        self.totals.end_bytes = live.map(|block| block.layout.size() as u64).sum();
        if may_be_peak && self.totals.end_bytes >= self.totals.peak_bytes {
            self.totals.peak_bytes = self.totals.end_bytes;
            self.totals.peak_blocks = self.totals.end_blocks;
            self.peak_clock = self.totals.total_bytes;
            self.sites.iter_mut().for_each(|site| site.peak = site.live);
        }
    }

    fn step(&mut self, event: &Event, inside: bool) {
        match *event {
            Event::Alloc { site, size, align, zeroed } => {
                let layout = Layout::from_size_align(size, align).expect("a valid layout");
                // SAFETY: the size is not zero.
                let address = unsafe { if zeroed { ZEROED[site](layout) } else { ALLOC[site](layout) } };
                assert!(!address.is_null() && address.addr().is_multiple_of(align));
                let site = if zeroed { SITES + site } else { site };
                // The clock includes the block itself.
                let born_at = self.totals.total_bytes + size as u64;
                let block =
                    Block { address, layout, fill: size as u8, site: inside.then_some(site), born_at };
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
                    self.sites[site].births += 1;
                    self.totals.total_blocks += 1;
                    self.totals.total_bytes += size as u64;
                    self.look(true);
                }
            }
            Event::Realloc { site, which, size } if !self.blocks.is_empty() => {
                let index = which.index(self.blocks.len());
                let block = &mut self.blocks[index];
                let old = block.layout.size();
                // SAFETY: the block is live and of this layout; the new size is not zero.
                block.address = unsafe { REALLOC[site](block.address, block.layout, size) };
                assert!(
                    !block.address.is_null() && block.address.addr().is_multiple_of(block.layout.align())
                );
                // SAFETY: both sizes lie inside the block, and the smaller was written before.
                let kept = unsafe { std::slice::from_raw_parts(block.address, old.min(size)) };
                assert!(kept.iter().all(|&byte| byte == block.fill), "realloc lost the content");
                // SAFETY: as above.
                unsafe { block.address.write_bytes(block.fill, size) };
                block.layout = Layout::from_size_align(size, block.layout.align()).expect("a valid layout");
                if inside && block.site.is_some() {
                    self.totals.reallocations += 1;
                    self.totals.reallocated_bytes += size as u64;
                    self.totals.grown_bytes += size.saturating_sub(old) as u64;
                    self.totals.shrunk_bytes += old.saturating_sub(size) as u64;
                    self.totals.total_bytes += size.saturating_sub(old) as u64;
                    self.look(true);
                } else if inside {
                    block.site = Some(2 * SITES + site);
                    block.born_at = self.totals.total_bytes + size as u64;
                    self.sites[2 * SITES + site].births += 1;
                    self.totals.total_blocks += 1;
                    self.totals.total_bytes += size as u64;
                    self.look(true);
                }
            }
            Event::Free { which } if !self.blocks.is_empty() => {
                let block = self.blocks.swap_remove(which.index(self.blocks.len()));
                // SAFETY: the block is live and of this layout.
                unsafe { HEAP.dealloc(block.address, block.layout) };
                if let Some(site) = block.site {
                    let (deaths, lifetimes) = self.sites[site].died;
                    self.sites[site].died = (deaths + 1, lifetimes + self.totals.total_bytes - block.born_at);
                }
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

        // The recorder knows sites by address and the model by number: held against each other as
        // sorted lists.
        let raw = take_recording().expect("the recorder is at work");
        let mut recorded: Vec<AtSite> = raw
            .sites
            .iter()
            .map(|site| AtSite {
                births: site.births,
                live: (site.live_blocks, site.live_bytes),
                peak: (site.peak_blocks, site.peak_bytes),
                died: (site.deaths, site.lifetime_bytes),
                live_births: site.live_birth_clock_bytes,
            })
            .collect();
        let mut expected: Vec<AtSite> = model.sites.iter().copied().filter(|site| site.births > 0).collect();
        recorded.sort();
        expected.sort();
        prop_assert_eq!(recorded, expected);
        prop_assert_eq!(raw.totals.slow_walks, 0);
        prop_assert_eq!(raw.totals.peak_clock_bytes, model.peak_clock);
    }
}
