//! What the variants hand over when their region has closed. Sizes and addresses are measured on
//! allocators over the system's own, since the recorder moves blocks by a header.

use crate::{ChurnResult, Slots, fill_slots, free_slots, survives_in_a_row, survives_scattered};
use heaplab_lesson::{Attachment, BlockSizes, LessonData, Text};
use heaplab_pymalloc::{Global, Pymalloc};
use small_objects::{Sizes, Usable, draw_arenas, draw_pools};
use std::alloc::GlobalAlloc;

pub(crate) fn attach_churn<A: GlobalAlloc>((_, churn): &ChurnResult<A>) -> Attachment {
    Attachment::Data(LessonData::Churn(*churn))
}

pub(crate) fn attach_sizes(name: &str, allocator: &impl Usable) -> Attachment {
    let sizes = BlockSizes { allocator: name.to_owned(), sizes: allocator.measure_sizes() };
    Attachment::Data(LessonData::BlockSizes(sizes))
}

/// The map with every block alive, the map after most were freed, and some pools of that.
pub(crate) fn draw_scattered_arenas() -> [Attachment; 3] {
    let allocator = Pymalloc::new(Global);
    let mut slots = build_small_heap(&allocator);
    let title = Text::new("Arenas, every block alive", "所有的块都还在时的 arena");
    let full = draw_arenas("arenas-full", title, &allocator, &slots);
    free_slots(&mut slots, survives_scattered);
    let title = Text::new("Arenas, every 32nd block alive", "每 32 块留 1 块之后的 arena");
    let freed = draw_arenas("arenas-scattered", title, &allocator, &slots);
    let pools = draw_pools("pools-scattered", &allocator, &slots);
    [full, freed, pools].map(Attachment::Regions)
}

/// The map with the youngest blocks alive.
pub(crate) fn draw_arenas_in_a_row() -> Attachment {
    let allocator = Pymalloc::new(Global);
    let mut slots = build_small_heap(&allocator);
    free_slots(&mut slots, survives_in_a_row);
    let title = Text::new("Arenas, the youngest 32nd alive", "只留最新 1/32 之后的 arena");
    Attachment::Regions(draw_arenas("arenas-in-a-row", title, &allocator, &slots))
}

/// A run of its own for the maps: its blocks fill a little more than 12 arenas.
fn build_small_heap(allocator: &Pymalloc<Global>) -> Slots<'_, Pymalloc<Global>> {
    let mut slots = Vec::new();
    slots.resize_with(28_000, || None);
    fill_slots(allocator, &mut slots, &mut Sizes::new());
    slots
}
