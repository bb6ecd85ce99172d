//! The lecture says 8-byte alignment. What is seen, what it costs, and why, computed from the blocks that were looked at.

use crate::usable::SizeMeasurement;
use heaplab_lesson::{Cell, Figure, Table, Text};

/// What `long double` and the wide registers of x86-64 and aarch64 need, and so what `malloc` must promise there: it is not
/// told which type a block is for.
const STRICTEST_BYTES: usize = 16;
/// What a pointer or a `double` needs.
const POINTER_BYTES: usize = 8;
/// Larger blocks are not pymalloc's.
const LARGEST_SMALL_BYTES: usize = 512;

/// Addresses and padding of one allocator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alignment {
    /// The lowest among blocks of 1 to 8 bytes.
    pub tiny_bytes: usize,
    /// The lowest among larger blocks.
    pub larger_bytes: usize,
    /// Bytes a block that nobody asked for: the mean over requests of 1 to 512 bytes, each size once.
    pub padding_bytes: f64,
}

impl Alignment {
    /// None where nothing was seen.
    pub fn from_measurements(seen: &[SizeMeasurement]) -> Option<Alignment> {
        let lowest = |tiny| {
            let sizes = seen.iter().filter(move |seen| (seen.requested_bytes <= POINTER_BYTES) == tiny);
            sizes.map(|seen| seen.alignment_bytes).min()
        };
        let small = seen.iter().filter(|seen| seen.requested_bytes <= LARGEST_SMALL_BYTES);
        let padding: usize = small.clone().map(|seen| seen.usable_bytes - seen.requested_bytes).sum();
        Some(Alignment {
            tiny_bytes: lowest(true)?,
            larger_bytes: lowest(false)?,
            padding_bytes: padding as f64 / small.count() as f64,
        })
    }

    /// For the claim.
    pub fn to_figure(&self) -> Figure {
        Figure {
            name: "alignment_bytes".to_owned(),
            title: Text::new("lowest alignment of a block, in bytes", "内存块的最低对齐（字节）"),
            value: Cell::Count(self.tiny_bytes.min(self.larger_bytes) as u64),
        }
    }

    /// Why it is as it is.
    pub fn explain(&self) -> Text {
        let Alignment { tiny_bytes: tiny, larger_bytes: larger, padding_bytes: padding } = self;
        let (en, zh) = if *larger < STRICTEST_BYTES {
            (
                format!(
                    "multiples of {larger}: enough for a pointer or a double, \
                    too little for a type that needs {STRICTEST_BYTES}"
                ),
                format!(
                    "按 {larger} 对齐：放指针或 double 够用，放要求 {STRICTEST_BYTES} 字节对齐的类型就不够了"
                ),
            )
        } else if *tiny < STRICTEST_BYTES {
            (
                format!(
                    "multiples of {larger}, and of {tiny} for blocks up to {POINTER_BYTES} bytes: \
                    no type that small needs {STRICTEST_BYTES}"
                ),
                format!(
                    "按 {larger} 对齐，不超过 {POINTER_BYTES} 字节的块只按 {tiny}：\
                    这么小的类型用不着 {STRICTEST_BYTES} 字节对齐"
                ),
            )
        } else {
            (
                format!(
                    "multiples of {tiny}: good for any type, since a size does not tell which type it is for"
                ),
                format!("一律按 {tiny} 对齐：只知道大小，不知道要放什么类型，就得对任何类型都够用"),
            )
        };
        Text::new(
            format!("{en}; {padding:.1} bytes a block are padding"),
            format!("{zh}；平均每块多给 {padding:.1} 字节"),
        )
    }
}

/// A row a variant.
pub fn alignment_table(alignment: &Alignment) -> Table {
    Table {
        title: Text::new("Alignment, and what it costs", "对齐，以及它的代价"),
        columns: vec![
            Text::new("1 to 8 bytes", "1 到 8 字节"),
            Text::new("9 to 1,024 bytes", "9 到 1,024 字节"),
            Text::new("why", "为什么"),
        ],
        rows: vec![vec![
            Cell::Bytes(alignment.tiny_bytes as u64),
            Cell::Bytes(alignment.larger_bytes as u64),
            Cell::Words(alignment.explain()),
        ]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(requested_bytes: usize, usable_bytes: usize, alignment_bytes: usize) -> SizeMeasurement {
        SizeMeasurement { requested_bytes, usable_bytes, alignment_bytes }
    }

    #[test]
    fn the_lowest_counts_and_the_padding_is_a_mean_over_small_blocks() {
        let all = [seen(1, 8, 8), seen(8, 8, 64), seen(9, 16, 32), seen(17, 32, 16), seen(600, 1_000, 4_096)];
        let alignment = Alignment::from_measurements(&all).unwrap();
        assert_eq!(alignment, Alignment { tiny_bytes: 8, larger_bytes: 16, padding_bytes: 29.0 / 4.0 });
        assert_eq!(alignment.to_figure().value, Cell::Count(8));
    }

    #[test]
    fn the_sentence_follows_what_was_seen() {
        let sixteen = Alignment { tiny_bytes: 16, larger_bytes: 16, padding_bytes: 7.5 };
        let eight = Alignment { tiny_bytes: 8, larger_bytes: 8, padding_bytes: 3.5 };
        let both = Alignment { tiny_bytes: 8, larger_bytes: 16, padding_bytes: 7.375 };
        assert!(
            sixteen.explain().en.starts_with("multiples of 16: good for any type"),
            "{:?}",
            sixteen.explain()
        );
        assert!(
            eight.explain().en.contains("too little")
                && eight.explain().en.ends_with("3.5 bytes a block are padding")
        );
        assert!(both.explain().en.contains("and of 8 for blocks up to 8 bytes"));
        assert!(eight.explain().zh.contains("不够") && both.explain().zh.contains("只按 8"));
    }
}
