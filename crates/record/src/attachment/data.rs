//! Figures that a lesson hands over and that the report words: `heaplab_report::present` makes
//! tables, charts, graphs and sentences of them when the runner reads the record. A report never
//! has them.

use super::Strength;
use crate::Text;
use serde::{Deserialize, Serialize};

/// One set of figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "data", rename_all = "snake_case")]
pub enum LessonData {
    /// What an allocator gives for each size that is asked for.
    BlockSizes(BlockSizes),
    /// How much memory came back when most blocks were freed.
    Churn(Churn),
    /// How live bytes grew over many calls of one function.
    Calls(Calls),
    /// What a generational collector did.
    Collections(Collections),
    /// A parent and its children with their reference counts: the report finds the cycles and what
    /// has leaked.
    Family(Family),
    /// A script with CPython's own allocator and with the C library's; made by the runner.
    PythonAllocators(PythonAllocators),
}

/// One script at one scale, with pymalloc and with `PYTHONMALLOC=malloc`, neither of them recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PythonAllocators {
    /// The scale.
    pub rows: u64,
    /// Live bytes at the peak, by the recorder.
    pub live_bytes: u64,
    /// Live blocks at the peak, by the recorder.
    pub live_blocks: u64,
    /// With pymalloc.
    pub pymalloc: AllocatorRun,
    /// With the C library's malloc.
    pub malloc: AllocatorRun,
}

/// What a run took with one allocator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocatorRun {
    /// `VmHWM` at the region's close minus `VmRSS` when it opened.
    pub grown_bytes: u64,
    /// From the region's opening to its close.
    pub wall_ns: u64,
}

/// Blocks of one allocator, one entry per requested size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockSizes {
    /// The name of its lines in the charts. Empty for the variant's own allocator, which also has a
    /// table of alignment.
    pub allocator: String,
    /// In ascending order of requested bytes.
    pub sizes: Vec<BlockSize>,
}

/// What blocks of one requested size are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockSize {
    /// Bytes that were asked for.
    pub requested_bytes: u64,
    /// Bytes that may be used, as the allocator itself says: the fewest of any block.
    pub usable_bytes: u64,
    /// The largest power of two that every address is a multiple of.
    pub alignment_bytes: u64,
}

/// Four moments of a program that builds blocks, frees most of them and builds again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Churn {
    /// Before the first block.
    pub before: Footprint,
    /// With every block.
    pub full: Footprint,
    /// With the survivors.
    pub freed: Footprint,
    /// With the survivors and the new blocks, which have other sizes.
    pub again: Footprint,
}

/// What a program holds at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    /// The requested bytes of all live blocks.
    pub live_bytes: u64,
    /// `RssAnon`, as the kernel counts it.
    pub resident_bytes: Option<u64>,
    /// The pages that the live blocks lie in, where they were counted.
    pub page_bytes: Option<u64>,
    /// For an allocator with arenas.
    pub arenas: Option<ArenaTotals>,
}

/// Arenas of an allocator so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArenaTotals {
    /// The size of one arena.
    pub arena_bytes: u64,
    /// Arenas that were allocated.
    pub made: u64,
    /// Arenas that were given back.
    pub returned: u64,
}

/// Live bytes over the calls of one function, each of which asks for a bag with one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// The chart's file; a trap and its fix have one name, and so one chart.
    pub name: String,
    /// What the bag is.
    pub title: Text,
    /// From before the first call to after the last, at equal distances.
    pub samples: Vec<CallSample>,
    /// Items in the bag that the third call got; absent where there were fewer calls.
    pub items_after_three: Option<u64>,
}

/// The state after a number of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSample {
    /// Calls so far.
    pub calls: u64,
    /// Absent under a probe that does not measure it.
    pub live_bytes: Option<u64>,
    /// Items in the bag that the last of these calls got.
    pub items: u64,
}

/// Every collection of a generational collector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collections {
    /// How many generations the collector has.
    pub generations: u64,
    /// In the order in which they ran.
    pub runs: Vec<CollectionRun>,
    /// How often a full collection was due and postponed.
    pub postponed: u64,
}

/// One collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionRun {
    /// The oldest generation that was examined.
    pub generation: u64,
    /// Whether the program asked for it.
    pub requested: bool,
    /// Objects allocated before it.
    pub objects_made: u64,
    /// Objects that were examined.
    pub examined: u64,
    /// Examined objects that were freed.
    pub freed: u64,
    /// Examined objects that a finaliser saved.
    pub resurrected: u64,
}

/// A parent that owns its children, which may refer back to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Family {
    /// The stem of the graph's files.
    pub name: String,
    /// The caption.
    pub title: Text,
    /// The variable that owns the parent, if there is one.
    pub variable: Option<String>,
    /// The parent.
    pub parent: CountedObject,
    /// In the order in which the parent owns them.
    pub children: Vec<FamilyChild>,
    /// What the references back to the parent are.
    pub back: Strength,
}

/// One child of a [`Family`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyChild {
    /// The child.
    pub object: CountedObject,
    /// Whether it refers to this parent.
    pub refers_back: bool,
}

/// An object with reference counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedObject {
    /// Its block, and the buffers that it alone owns.
    pub bytes: u64,
    /// Its owners.
    pub strong: u64,
    /// References that do not own it; absent where they cannot be counted.
    pub weak: Option<u64>,
}
