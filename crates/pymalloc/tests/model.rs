//! Random streams of all four methods against a model that knows every live block: no two overlap,
//! each is aligned as its layout asks, and each keeps its contents. At the end everything is freed,
//! and one arena is left.

use heaplab_pymalloc::Pymalloc;
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};

#[derive(Clone, Debug)]
enum Event {
    Alloc { size: usize, align: usize, zeroed: bool },
    Realloc { which: prop::sample::Index, size: usize },
    Free { which: prop::sample::Index },
}

struct Live {
    block: *mut u8,
    layout: Layout,
    fill: u8,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    // Few sizes as well as many: only then are pools filled and emptied.
    let size = || prop_oneof![3 => 1usize..600, 2 => Just(480), 2 => Just(24)];
    let event = prop_oneof![
        5 => (size(), (0u32..=6).prop_map(|power| 1 << power), any::<bool>())
            .prop_map(|(size, align, zeroed)| Event::Alloc { size, align, zeroed }),
        2 => (any::<prop::sample::Index>(), size()).prop_map(|(which, size)| Event::Realloc { which, size }),
        3 => any::<prop::sample::Index>().prop_map(|which| Event::Free { which }),
    ];
    prop::collection::vec(event, 1..1_500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_classes_every_16_bytes(events in events()) {
        run(&Pymalloc::<System, 16>::new(System), events)?;
    }

    #[test]
    fn with_classes_every_8_bytes(events in events()) {
        run(&Pymalloc::<System, 8>::new(System), events)?;
    }
}

fn run<const STEP: usize>(
    allocator: &Pymalloc<System, STEP>,
    events: Vec<Event>,
) -> Result<(), TestCaseError> {
    let mut live: Vec<Live> = Vec::new();
    for (step, event) in events.into_iter().enumerate() {
        let fill = step as u8;
        match event {
            Event::Alloc { size, align, zeroed } => {
                let layout = Layout::from_size_align(size, align).expect("a power of two");
                // SAFETY: the size is not 0.
                let block =
                    unsafe { if zeroed { allocator.alloc_zeroed(layout) } else { allocator.alloc(layout) } };
                prop_assert!(!block.is_null());
                prop_assert!(!zeroed || contents(block, size).iter().all(|&byte| byte == 0), "not zeroed");
                live.push(filled(block, layout, fill));
            }
            Event::Realloc { which, size } if !live.is_empty() => {
                let old = live.swap_remove(which.index(live.len()));
                // SAFETY: the block is alive and of this layout; the new size is not 0.
                let block = unsafe { allocator.realloc(old.block, old.layout, size) };
                let kept = old.layout.size().min(size);
                prop_assert!(
                    contents(block, kept).iter().all(|&byte| byte == old.fill),
                    "contents lost on the way"
                );
                live.push(filled(
                    block,
                    Layout::from_size_align(size, old.layout.align()).expect("a power of two"),
                    fill,
                ));
            }
            Event::Free { which } if !live.is_empty() => {
                let old = live.swap_remove(which.index(live.len()));
                free(allocator, &old)?;
            }
            Event::Realloc { .. } | Event::Free { .. } => {}
        }
        let newest = live.last();
        prop_assert!(newest.is_none_or(|block| block.block.addr().is_multiple_of(block.layout.align())));
    }
    live.sort_by_key(|block| block.block.addr());
    for pair in live.windows(2) {
        prop_assert!(
            pair[0].block.addr() + pair[0].layout.size() <= pair[1].block.addr(),
            "two blocks overlap"
        );
    }
    for block in &live {
        free(allocator, block)?;
    }
    let arenas = allocator.arena_counts();
    prop_assert_eq!(arenas.current(), arenas.made.min(1), "{:?}", arenas);
    Ok(())
}

fn filled(block: *mut u8, layout: Layout, fill: u8) -> Live {
    // SAFETY: the block is as large as its layout.
    unsafe { block.write_bytes(fill, layout.size()) };
    Live { block, layout, fill }
}

fn free(allocator: &impl GlobalAlloc, old: &Live) -> Result<(), TestCaseError> {
    let kept = contents(old.block, old.layout.size()).iter().all(|&byte| byte == old.fill);
    // SAFETY: the block is alive and of this layout.
    unsafe { allocator.dealloc(old.block, old.layout) };
    prop_assert!(kept, "somebody wrote into a block that is not theirs");
    Ok(())
}

fn contents<'a>(block: *mut u8, bytes: usize) -> &'a [u8] {
    // SAFETY: the caller's block is alive, as large, and was filled or zeroed.
    unsafe { std::slice::from_raw_parts(block, bytes) }
}
