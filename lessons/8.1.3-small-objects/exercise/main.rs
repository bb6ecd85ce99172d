//! Exercise of lesson 8.1.3: a cache that keeps one block of 32, and with them all the memory.
//!
//! Each request leaves one entry in the cache and 31 temporary blocks. When the requests are done
//! the temporary blocks are freed, and the arenas stay. Edit `mine` until what is live at the end
//! is under 2,000,000 bytes, and the checksum is what it was.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p small-objects --example small-objects-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use heaplab_pymalloc::{Block, Global, Pymalloc};
use small_objects::Sizes;

lesson! {
    unit: "blocks",
    default_scale: 100_000,
    baseline: mine,
    work "a cache among temporaries" {
        rust { mine: "one block of 32 stays" }
    }
}

static BLOCKS: Pymalloc<Global> = Pymalloc::new(Global);

fn mine(blocks: Scale) -> VariantResult<Vec<Block<'static, Pymalloc<Global>>>> {
    let mut sizes = Sizes::new();
    let (mut cache, mut temporary) = (Vec::new(), Vec::new());
    let mut checksum = Checksum::new();
    for i in blocks.iter() {
        let block = Block::new_filled(&BLOCKS, sizes.draw_between(1, 224), i as u8);
        checksum = checksum.row("", block.bytes().len() as u64);
        if i % 32 == 0 { cache.push(block) } else { temporary.push(block) }
    }
    drop(temporary);
    VariantResult::new(checksum, cache)
}
