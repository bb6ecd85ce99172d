//! One way to do the exercise of lesson 8.1.3: what lives long does not share arenas with what dies
//! soon.
//!
//! An arena goes back as a whole. So each lifetime has an allocator of its own: the temporary
//! blocks leave whole arenas behind, and the cache fills as few as it needs. A server with an arena
//! a request does the same.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p small-objects --example small-objects-solution -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use heaplab_pymalloc::{Block, Global, Pymalloc};
use small_objects::Sizes;

lesson! {
    unit: "blocks",
    default_scale: 100_000,
    baseline: mine,
    work "a cache among temporaries" {
        rust { mine: "one block of 32 stays, among its own" }
    }
}

static TEMPORARY: Pymalloc<Global> = Pymalloc::new(Global);
static CACHED: Pymalloc<Global> = Pymalloc::new(Global);

fn mine(blocks: Scale) -> VariantResult<Vec<Block<'static, Pymalloc<Global>>>> {
    let mut sizes = Sizes::new();
    let (mut cache, mut temporary) = (Vec::new(), Vec::new());
    let mut checksum = Checksum::new();
    for i in blocks.iter() {
        let stays = i % 32 == 0;
        let block =
            Block::new_filled(if stays { &CACHED } else { &TEMPORARY }, sizes.draw_between(1, 224), i as u8);
        checksum = checksum.row("", block.bytes().len() as u64);
        if stays { cache.push(block) } else { temporary.push(block) }
    }
    drop(temporary);
    VariantResult::new(checksum, cache)
}
