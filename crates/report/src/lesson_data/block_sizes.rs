//! What a request gets under an allocator: two charts, and a table of alignment with the reason for
//! it.

use super::Texts;
use heaplab_record::{
    Attachment, AxisUnit, BlockSize, BlockSizes, Cell, Chart, Figure, Marker, Series, Table, Text,
};

/// `long double` and the wide registers of x86-64 and aarch64 need this alignment, so `malloc`,
/// which does not know the type, must promise it there.
const STRICTEST_BYTES: u64 = 16;
/// The alignment of a pointer or a `double`.
const POINTER_BYTES: u64 = 8;
/// Padding is averaged over requests up to this size: larger blocks are not pymalloc's.
const LARGEST_SMALL_BYTES: u64 = 512;

pub(super) fn present(blocks: &BlockSizes, texts: &Texts) -> Vec<Attachment> {
    let usable = chart(blocks, texts, "usable", AxisUnit::Bytes, |size| size.usable_bytes as f64);
    let padding = chart(blocks, texts, "padding", AxisUnit::Share, |size| {
        size.usable_bytes.saturating_sub(size.requested_bytes) as f64 / size.usable_bytes as f64
    });
    let own = Alignment::from_sizes(&blocks.sizes).filter(|_| blocks.allocator.is_empty());
    let alignment = own.map(|alignment| [alignment.table(texts), alignment.figure(texts)]);
    alignment.into_iter().flatten().chain([usable, padding]).collect()
}

/// The lines of all variants come together in one picture.
fn chart(
    blocks: &BlockSizes,
    texts: &Texts,
    name: &str,
    unit: AxisUnit,
    value: impl Fn(&BlockSize) -> f64,
) -> Attachment {
    let points = blocks.sizes.iter().map(|size| [size.requested_bytes as f64, value(size)]).collect();
    Attachment::Chart(Chart {
        name: name.to_owned(),
        title: texts.get(&format!("blocks-{name}-title")),
        x: texts.axis("blocks-requested", AxisUnit::Bytes, true),
        y: texts.axis(&format!("blocks-{name}"), unit, unit == AxisUnit::Bytes),
        series: vec![Series { name: blocks.allocator.clone(), marker: Marker::Stairs, points }],
    })
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Alignment {
    /// The lowest among blocks of 1 to 8 bytes.
    tiny_bytes: u64,
    /// The lowest among larger blocks.
    larger_bytes: u64,
    /// Bytes per block that were not asked for: the mean over requests of 1 to 512 bytes, each size
    /// once.
    padding_bytes: f64,
}

impl Alignment {
    fn from_sizes(sizes: &[BlockSize]) -> Option<Alignment> {
        let lowest = |tiny| {
            let sizes = sizes.iter().filter(move |size| (size.requested_bytes <= POINTER_BYTES) == tiny);
            sizes.map(|size| size.alignment_bytes).min()
        };
        let small = sizes.iter().filter(|size| size.requested_bytes <= LARGEST_SMALL_BYTES);
        let padding: u64 = small.clone().map(|size| size.usable_bytes - size.requested_bytes).sum();
        Some(Alignment {
            tiny_bytes: lowest(true)?,
            larger_bytes: lowest(false)?,
            padding_bytes: padding as f64 / small.count() as f64,
        })
    }

    fn figure(&self, texts: &Texts) -> Attachment {
        Attachment::Figure(Figure {
            name: "alignment_bytes".to_owned(),
            title: texts.get("blocks-alignment-figure"),
            value: Cell::Count(self.tiny_bytes.min(self.larger_bytes)),
        })
    }

    fn table(&self, texts: &Texts) -> Attachment {
        Attachment::Table(Table {
            title: texts.get("blocks-alignment-title"),
            columns: texts.columns(["blocks-tiny", "blocks-larger", "lesson-why"]),
            rows: vec![vec![
                Cell::Bytes(self.tiny_bytes),
                Cell::Bytes(self.larger_bytes),
                Cell::Words(self.explain(texts)),
            ]],
        })
    }

    fn explain(&self, texts: &Texts) -> Text {
        let key = if self.larger_bytes < STRICTEST_BYTES {
            "blocks-alignment-too-low"
        } else if self.tiny_bytes < STRICTEST_BYTES {
            "blocks-alignment-by-size"
        } else {
            "blocks-alignment-any-type"
        };
        let [tiny, larger, strictest, pointer] =
            [self.tiny_bytes, self.larger_bytes, STRICTEST_BYTES, POINTER_BYTES]
                .map(|bytes| bytes.to_string());
        let padding = format!("{:.1}", self.padding_bytes);
        texts.say(
            key,
            &[
                ("tiny", &tiny),
                ("larger", &larger),
                ("strictest", &strictest),
                ("pointer", &pointer),
                ("padding", &padding),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, Words};

    fn size(requested_bytes: u64, usable_bytes: u64, alignment_bytes: u64) -> BlockSize {
        BlockSize { requested_bytes, usable_bytes, alignment_bytes }
    }

    #[test]
    fn the_lowest_counts_and_the_padding_is_a_mean_over_small_blocks() {
        let all = [size(1, 8, 8), size(8, 8, 64), size(9, 16, 32), size(17, 32, 16), size(600, 1_000, 4_096)];
        let alignment = Alignment::from_sizes(&all).unwrap();
        assert_eq!(alignment, Alignment { tiny_bytes: 8, larger_bytes: 16, padding_bytes: 29.0 / 4.0 });
    }

    #[test]
    fn the_sentence_follows_what_was_measured() {
        let texts = Texts { en: Words::new(Lang::En), zh: Words::new(Lang::Zh) };
        let explain = |tiny_bytes, larger_bytes, padding_bytes| {
            Alignment { tiny_bytes, larger_bytes, padding_bytes }.explain(&texts)
        };
        let (sixteen, eight, both) = (explain(16, 16, 7.5), explain(8, 8, 3.5), explain(8, 16, 7.375));
        assert!(sixteen.en.starts_with("multiples of 16: good for any type"), "{sixteen:?}");
        assert!(eight.en.contains("too little") && eight.en.ends_with("3.5 bytes a block are padding"));
        assert!(both.en.contains("and of 8 for blocks up to 8 bytes"));
        assert!(eight.zh.contains("不够") && both.zh.contains("只按 8"));
    }
}
