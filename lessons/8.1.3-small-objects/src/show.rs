//! What the variants hand over when their region has closed. Sizes and addresses are asked of allocators on the system's own,
//! since the recorder moves blocks by a header.

use crate::{Churned, Slots, build, free, in_a_row, scattered};
use heaplab_lesson::{Attachment, Text};
use small_objects::pymalloc::Pymalloc;
use small_objects::{Alignment, Global, Sizes, Usable};
use std::alloc::GlobalAlloc;

/// Blocks of the maps: a little more than 12 arenas of them.
const BLOCKS_ON_THE_MAP: usize = 28_000;

/// What memory came back, and why the rest did not.
pub(crate) fn came_back<A: GlobalAlloc>((_, measured): &Churned<A>) -> Attachment {
    Attachment::Table(small_objects::came_back(measured))
}

/// What came back, and what a request gets.
pub(crate) fn all<A: GlobalAlloc>(allocator: &impl Usable, churned: &Churned<A>) -> Vec<Attachment> {
    let seen = allocator.seen();
    let mut attachments = vec![came_back(churned)];
    if let Some(alignment) = Alignment::of(&seen) {
        attachments.push(Attachment::Table(small_objects::alignment_table(&alignment)));
        attachments.push(Attachment::Figure(alignment.figure()));
    }
    attachments.push(Attachment::Chart(small_objects::usable_chart("", &seen)));
    attachments.push(Attachment::Chart(small_objects::padding_chart("", &seen)));
    attachments
}

/// jemalloc's lines in the two charts.
#[cfg(feature = "jemalloc")]
pub(crate) fn jemalloc() -> [Attachment; 2] {
    let seen = tikv_jemallocator::Jemalloc.seen();
    [
        Attachment::Chart(small_objects::usable_chart("jemalloc", &seen)),
        Attachment::Chart(small_objects::padding_chart("jemalloc", &seen)),
    ]
}

/// Without the feature `jemalloc` there are none.
#[cfg(not(feature = "jemalloc"))]
pub(crate) fn jemalloc() -> [Attachment; 0] {
    []
}

/// The map with every block, the map after most were freed, and some pools of that.
pub(crate) fn scattered_arenas() -> [Attachment; 3] {
    let allocator: Pymalloc<Global> = Pymalloc::new(Global);
    let mut slots = built(&allocator);
    let title = text("Arenas, every block alive", "所有的块都还在时的 arena");
    let full = small_objects::arenas("arenas-full", title, &allocator, &slots);
    free(&mut slots, scattered);
    let title = text("Arenas, every 32nd block alive", "每 32 块留 1 块之后的 arena");
    let freed = small_objects::arenas("arenas-scattered", title, &allocator, &slots);
    let pools = small_objects::pools("pools-scattered", &allocator, &slots);
    [full, freed, pools].map(Attachment::Regions)
}

/// The map with the youngest blocks alive.
pub(crate) fn arenas_in_a_row() -> Attachment {
    let allocator: Pymalloc<Global> = Pymalloc::new(Global);
    let mut slots = built(&allocator);
    free(&mut slots, in_a_row);
    let title = text("Arenas, the youngest 32nd alive", "只留最新 1/32 之后的 arena");
    Attachment::Regions(small_objects::arenas("arenas-in-a-row", title, &allocator, &slots))
}

/// A small run of its own.
fn built<A: GlobalAlloc>(allocator: &A) -> Slots<'_, A> {
    let mut slots: Slots<A> = Vec::new();
    slots.resize_with(BLOCKS_ON_THE_MAP, || None);
    build(allocator, &mut slots, &mut Sizes::new());
    slots
}

fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}
