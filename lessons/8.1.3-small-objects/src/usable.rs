//! What a request of 1 to 1,024 bytes gets under each allocator: usable bytes, and where they start.

use crate::pymalloc::Pymalloc;
use heaplab_lesson::{Axis, AxisUnit, Chart, Marker, Series, Text};
use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout, System};

const LARGEST_BYTES: usize = 1_024;
/// How many blocks of a size are alive together: one may lie well by chance.
const BLOCKS_PER_SIZE: usize = 16;

/// What was seen of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeMeasurement {
    /// Bytes that were asked for.
    pub requested_bytes: usize,
    /// Bytes that may be used, by the allocator's own word: the fewest of any block.
    pub usable_bytes: usize,
    /// The largest power of two that every address is a multiple of.
    pub alignment_bytes: usize,
}

/// An allocator that tells how large its blocks really are.
pub trait Usable: GlobalAlloc {
    /// How many bytes of a block may be used.
    ///
    /// # Safety
    /// The block came from this allocator with this layout, and is alive.
    unsafe fn usable_bytes(&self, block: *mut u8, layout: Layout) -> usize;

    /// Asks for every size from 1 to 1,024 bytes, with no alignment.
    fn measure_sizes(&self) -> Vec<SizeMeasurement> {
        (1..=LARGEST_BYTES).filter_map(|size| self.measure_size(size)).collect()
    }

    /// None where there is no memory.
    fn measure_size(&self, requested_bytes: usize) -> Option<SizeMeasurement> {
        let layout = Layout::array::<u8>(requested_bytes.max(1)).ok()?;
        // SAFETY: the size is not 0, and each block is given back with its layout.
        unsafe {
            let blocks = [(); BLOCKS_PER_SIZE].map(|()| self.alloc(layout));
            let got = blocks.into_iter().filter(|block| !block.is_null());
            let usable_bytes = got.clone().map(|block| self.usable_bytes(block, layout)).min()?;
            let bits = got.clone().fold(0, |bits, block| bits | block.addr());
            got.for_each(|block| self.dealloc(block, layout));
            Some(SizeMeasurement {
                requested_bytes,
                usable_bytes,
                alignment_bytes: 1 << bits.trailing_zeros(),
            })
        }
    }
}

impl Usable for System {
    #[cfg(target_os = "linux")]
    unsafe fn usable_bytes(&self, block: *mut u8, _: Layout) -> usize {
        // SAFETY: `System` takes its blocks from malloc.
        unsafe { libc::malloc_usable_size(block.cast()) }
    }

    /// Not measured here: no more than was asked for.
    #[cfg(not(target_os = "linux"))]
    unsafe fn usable_bytes(&self, _: *mut u8, layout: Layout) -> usize {
        layout.size()
    }
}

impl Usable for MiMalloc {
    unsafe fn usable_bytes(&self, block: *mut u8, _: Layout) -> usize {
        // SAFETY: the block is mimalloc's.
        unsafe { self.usable_size(block) }
    }
}

#[cfg(feature = "jemalloc")]
impl Usable for tikv_jemallocator::Jemalloc {
    unsafe fn usable_bytes(&self, block: *mut u8, _: Layout) -> usize {
        // SAFETY: the block is jemalloc's.
        unsafe { tikv_jemallocator::usable_size(block) }
    }
}

impl<Below: Usable, const STEP: usize> Usable for Pymalloc<Below, STEP> {
    unsafe fn usable_bytes(&self, block: *mut u8, layout: Layout) -> usize {
        // SAFETY: what is not small came from below.
        self.block_bytes(layout).unwrap_or_else(|| unsafe { self.backing().usable_bytes(block, layout) })
    }
}

/// Requested against usable bytes; the variants' lines come together in one picture. An empty name stands for the variant's.
pub fn draw_usable_bytes(name: &str, seen: &[SizeMeasurement]) -> Chart {
    Chart {
        name: "usable".to_owned(),
        title: Text::new("What a request gets", "申请多少，实得多少"),
        x: requested(),
        y: Axis { label: Text::new("usable", "可用"), unit: AxisUnit::Bytes, logarithmic: true },
        series: series(name, seen, |seen| seen.usable_bytes as f64),
    }
}

/// The share of each block that nobody asked for.
pub fn draw_padding(name: &str, seen: &[SizeMeasurement]) -> Chart {
    Chart {
        name: "padding".to_owned(),
        title: Text::new("How much of a block nobody asked for", "一块内存里，多给的占多少"),
        x: requested(),
        y: Axis {
            label: Text::new("not asked for", "多给的部分"),
            unit: AxisUnit::Share,
            logarithmic: false,
        },
        series: series(name, seen, |seen| {
            seen.usable_bytes.saturating_sub(seen.requested_bytes) as f64 / seen.usable_bytes as f64
        }),
    }
}

fn requested() -> Axis {
    Axis { label: Text::new("requested", "申请"), unit: AxisUnit::Bytes, logarithmic: true }
}

fn series(name: &str, seen: &[SizeMeasurement], y: impl Fn(&SizeMeasurement) -> f64) -> Vec<Series> {
    let points = seen.iter().map(|seen| [seen.requested_bytes as f64, y(seen)]).collect();
    vec![Series { name: name.to_owned(), marker: Marker::Stairs, points }]
}
