//! Lesson 8.1.3: small objects. A million blocks of up to 224 bytes; most are freed, and the memory
//! stays.
//!
//! Question:   31 of 32 blocks are freed. How much memory goes back to the system, and what decides it?
//! Prediction: write down "came back" for `system`, `pymalloc` and `pymalloc_row` before you look.
//! Command:    cargo xtask lesson 8.1.3

mod attach;

use attach::{attach_churn, attach_sizes, draw_arenas_in_a_row, draw_scattered_arenas};
use heaplab_lesson::{Checksum, Churn, Scale, VariantResult, lesson, mark_phase};
use heaplab_pymalloc::{Block, Global, Pymalloc};
use mimalloc::MiMalloc;
use small_objects::{CountArenas, Sizes, count_page_bytes, measure_footprint};
use std::alloc::{GlobalAlloc, System};

lesson! {
    unit: "blocks",
    default_scale: 1_000_000,
    baseline: system,
    maps_memory: [mimalloc],
    work "survivors scattered" {
        rust {
            system: "the system's allocator, survivors far apart",
            pymalloc: "the lecture's allocator: arenas, pools, size classes every 16 bytes",
            pymalloc_8: "the same with classes every 8 bytes, as in the lecture",
            mimalloc: "mimalloc, which maps its blocks past the recorder: compare RSS",
        }
        python { objects: "bytes objects of the same sizes, survivors far apart" }
    }
    work "survivors in a row" {
        rust {
            system_row: "the system's allocator, survivors side by side",
            pymalloc_row: "the lecture's allocator, survivors side by side",
        }
        python { objects_row: "bytes objects of the same sizes, survivors side by side" }
    }
}

static PYMALLOC: Pymalloc<Global> = Pymalloc::new(Global);
static PYMALLOC_8: Pymalloc<Global, 8> = Pymalloc::new(Global);

fn system(blocks: Scale) -> VariantResult<ChurnResult<Global>> {
    churn(&Global, blocks, survives_scattered).with_attachments(|churned, _| {
        vec![
            attach_churn(churned),
            attach_sizes("", &System),
            #[cfg(feature = "jemalloc")]
            attach_sizes("jemalloc", &tikv_jemallocator::Jemalloc),
        ]
    })
}

fn pymalloc(blocks: Scale) -> VariantResult<ChurnResult<Pymalloc<Global>>> {
    churn(&PYMALLOC, blocks, survives_scattered).with_attachments(|churned, _| {
        let sizes = attach_sizes("", &Pymalloc::<System>::new(System));
        [attach_churn(churned), sizes].into_iter().chain(draw_scattered_arenas()).collect()
    })
}

fn pymalloc_8(blocks: Scale) -> VariantResult<ChurnResult<Pymalloc<Global, 8>>> {
    churn(&PYMALLOC_8, blocks, survives_scattered).with_attachments(|churned, _| {
        vec![attach_churn(churned), attach_sizes("", &Pymalloc::<System, 8>::new(System))]
    })
}

fn mimalloc(blocks: Scale) -> VariantResult<ChurnResult<MiMalloc>> {
    churn(&MiMalloc, blocks, survives_scattered)
        .with_attachments(|churned, _| vec![attach_churn(churned), attach_sizes("", &MiMalloc)])
}

fn system_row(blocks: Scale) -> VariantResult<ChurnResult<Global>> {
    churn(&Global, blocks, survives_in_a_row).with_attachments(|churned, _| vec![attach_churn(churned)])
}

fn pymalloc_row(blocks: Scale) -> VariantResult<ChurnResult<Pymalloc<Global>>> {
    churn(&PYMALLOC, blocks, survives_in_a_row)
        .with_attachments(|churned, _| vec![attach_churn(churned), draw_arenas_in_a_row()])
}

type Slots<'a, A> = Vec<Option<Block<'a, A>>>;
type ChurnResult<A> = (Slots<'static, A>, Churn);

/// Every 32nd block survives, by its place and the number of blocks.
fn survives_scattered(place: usize, _: usize) -> bool {
    place.is_multiple_of(32)
}

/// As many survive, but the youngest.
fn survives_in_a_row(place: usize, blocks: usize) -> bool {
    place >= blocks - blocks.div_ceil(32)
}

/// Builds, frees, and builds again with larger blocks. The list of slots exists before and after,
/// so that it is no part of what comes and goes.
fn churn<A: GlobalAlloc + CountArenas>(
    allocator: &'static A,
    blocks: Scale,
    survives: fn(usize, usize) -> bool,
) -> VariantResult<ChurnResult<A>> {
    let mut sizes = Sizes::new();
    let mut slots: Slots<A> = Vec::new();
    slots.resize_with(blocks.len(), || None);
    let mut room_for_pages = vec![1; 2 * blocks.len().div_ceil(32)];
    let before = measure_footprint(allocator, 0);

    mark_phase("build");
    fill_slots(allocator, &mut slots, &mut sizes);
    let full = measure_footprint(allocator, live_bytes(&slots));

    mark_phase("free");
    free_slots(&mut slots, survives);
    let mut freed = measure_footprint(allocator, live_bytes(&slots));
    let survivors = slots.iter().flatten().map(Block::first_and_last_address);
    freed.page_bytes = Some(count_page_bytes(&mut room_for_pages, survivors));

    mark_phase("again");
    for slot in slots.iter_mut().filter(|slot| slot.is_none()).take(blocks.len() / 4) {
        let bytes = sizes.draw_between(225, 448);
        *slot = Some(Block::new_filled(allocator, bytes, bytes as u8));
    }
    let again = measure_footprint(allocator, live_bytes(&slots));
    VariantResult::new(checksum_slots(&slots), (slots, Churn { before, full, freed, again }))
}

fn fill_slots<'a, A: GlobalAlloc>(allocator: &'a A, slots: &mut Slots<'a, A>, sizes: &mut Sizes) {
    for (place, slot) in slots.iter_mut().enumerate() {
        *slot = Some(Block::new_filled(allocator, sizes.draw_between(1, 224), place as u8));
    }
}

fn free_slots<A: GlobalAlloc>(slots: &mut Slots<A>, survives: fn(usize, usize) -> bool) {
    let blocks = slots.len();
    for (place, slot) in slots.iter_mut().enumerate() {
        if !survives(place, blocks) {
            *slot = None;
        }
    }
}

fn live_bytes<A: GlobalAlloc>(slots: &Slots<A>) -> u64 {
    slots.iter().flatten().map(|block| block.bytes().len() as u64).sum()
}

/// Of every live block its size, its first and its last byte.
fn checksum_slots<A: GlobalAlloc>(slots: &Slots<A>) -> Checksum {
    slots.iter().flatten().map(Block::bytes).fold(Checksum::new(), |sum, bytes| {
        let ends = u64::from(bytes[0]) << 8 | u64::from(bytes[bytes.len() - 1]);
        sum.row("", (bytes.len() as u64) << 16 | ends)
    })
}
