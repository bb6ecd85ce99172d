//! What the variants hand over when their region has closed. Sizes and addresses are asked of allocators on the system's own,
//! since the recorder moves blocks by a header.

use crate::{ChurnResult, Slots, fill_slots, free_slots, survives_in_a_row, survives_scattered};
use heaplab_lesson::{Attachment, Text};
use small_objects::pymalloc::Pymalloc;
use small_objects::{Alignment, Global, Sizes, Usable};
use std::alloc::GlobalAlloc;

/// Blocks of the maps: a little more than 12 arenas of them.
const BLOCKS_ON_THE_MAP: usize = 28_000;

/// What memory came back, and why the rest did not.
pub(crate) fn attach_returned_memory<A: GlobalAlloc>((_, measured): &ChurnResult<A>) -> Attachment {
    Attachment::Table(small_objects::tabulate_returned_memory(measured))
}

/// What came back, and what a request gets.
pub(crate) fn attach_measurements<A: GlobalAlloc>(
    allocator: &impl Usable,
    churned: &ChurnResult<A>,
) -> Vec<Attachment> {
    let seen = allocator.measure_sizes();
    let mut attachments = vec![attach_returned_memory(churned)];
    if let Some(alignment) = Alignment::from_measurements(&seen) {
        attachments.push(Attachment::Table(small_objects::alignment_table(&alignment)));
        attachments.push(Attachment::Figure(alignment.to_figure()));
    }
    attachments.push(Attachment::Chart(small_objects::draw_usable_bytes("", &seen)));
    attachments.push(Attachment::Chart(small_objects::draw_padding("", &seen)));
    attachments
}

/// jemalloc's lines in the two charts.
#[cfg(feature = "jemalloc")]
pub(crate) fn attach_jemalloc() -> [Attachment; 2] {
    let seen = tikv_jemallocator::Jemalloc.measure_sizes();
    [
        Attachment::Chart(small_objects::draw_usable_bytes("jemalloc", &seen)),
        Attachment::Chart(small_objects::draw_padding("jemalloc", &seen)),
    ]
}

/// Without the feature `jemalloc` there are none.
#[cfg(not(feature = "jemalloc"))]
pub(crate) fn attach_jemalloc() -> [Attachment; 0] {
    []
}

/// The map with every block, the map after most were freed, and some pools of that.
pub(crate) fn draw_scattered_arenas() -> [Attachment; 3] {
    let allocator: Pymalloc<Global> = Pymalloc::new(Global);
    let mut slots = build_small_heap(&allocator);
    let title = Text::new("Arenas, every block alive", "所有的块都还在时的 arena");
    let full = small_objects::draw_arenas("arenas-full", title, &allocator, &slots);
    free_slots(&mut slots, survives_scattered);
    let title = Text::new("Arenas, every 32nd block alive", "每 32 块留 1 块之后的 arena");
    let freed = small_objects::draw_arenas("arenas-scattered", title, &allocator, &slots);
    let pools = small_objects::draw_pools("pools-scattered", &allocator, &slots);
    [full, freed, pools].map(Attachment::Regions)
}

/// The map with the youngest blocks alive.
pub(crate) fn draw_arenas_in_a_row() -> Attachment {
    let allocator: Pymalloc<Global> = Pymalloc::new(Global);
    let mut slots = build_small_heap(&allocator);
    free_slots(&mut slots, survives_in_a_row);
    let title = Text::new("Arenas, the youngest 32nd alive", "只留最新 1/32 之后的 arena");
    Attachment::Regions(small_objects::draw_arenas("arenas-in-a-row", title, &allocator, &slots))
}

/// A small run of its own.
fn build_small_heap<A: GlobalAlloc>(allocator: &A) -> Slots<'_, A> {
    let mut slots: Slots<A> = Vec::new();
    slots.resize_with(BLOCKS_ON_THE_MAP, || None);
    fill_slots(allocator, &mut slots, &mut Sizes::new());
    slots
}
