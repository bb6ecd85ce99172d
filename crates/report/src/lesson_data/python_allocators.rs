//! What a script takes with pymalloc, CPython's own allocator for small objects, and with the C
//! library's malloc, under which the recorder sees every object.

use super::Texts;
use crate::format;
use heaplab_record::{AllocatorRun, Attachment, Cell, PythonAllocators, Table, Text};

/// Resident memory of a starting process varies by this much, so a smaller difference says nothing.
const NOISE_BYTES: u64 = 1 << 19;

pub(super) fn present(of: &PythonAllocators, texts: &Texts) -> Attachment {
    let (pymalloc, malloc) = (&of.pymalloc, &of.malloc);
    Attachment::Table(Table {
        title: texts.get("pymalloc-title"),
        columns: texts.columns([
            "pymalloc-rows",
            "pymalloc-live",
            "pymalloc-blocks",
            "pymalloc-grown",
            "pymalloc-malloc-grown",
            "pymalloc-wall",
            "pymalloc-malloc-wall",
            "lesson-why",
        ]),
        rows: vec![vec![
            Cell::Count(of.rows),
            Cell::Bytes(of.live_bytes),
            Cell::Count(of.live_blocks),
            Cell::Bytes(pymalloc.grown_bytes),
            Cell::Bytes(malloc.grown_bytes),
            wall(pymalloc),
            wall(malloc),
            Cell::Words(explain_difference(of, texts)),
        ]],
    })
}

fn wall(run: &AllocatorRun) -> Cell {
    Cell::Nanoseconds(run.wall_ns as f64)
}

/// The difference per block, and where it comes from.
fn explain_difference(of: &PythonAllocators, texts: &Texts) -> Text {
    let (pymalloc, malloc) = (of.pymalloc.grown_bytes, of.malloc.grown_bytes);
    if pymalloc.abs_diff(malloc) < NOISE_BYTES || of.live_blocks == 0 {
        return texts.get("pymalloc-too-small");
    }
    let each = format::ratio(pymalloc.abs_diff(malloc) as f64 / of.live_blocks as f64);
    let key = if malloc > pymalloc { "pymalloc-malloc-more" } else { "pymalloc-malloc-less" };
    texts.say(key, &[("each", &each)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, Words};

    fn explain(pymalloc: u64, malloc: u64) -> Text {
        let texts = Texts { en: Words::new(Lang::En), zh: Words::new(Lang::Zh) };
        let run = |grown_bytes| AllocatorRun { grown_bytes, wall_ns: 1 };
        let of = PythonAllocators {
            rows: 10,
            live_bytes: 1 << 20,
            live_blocks: 100_000,
            pymalloc: run(pymalloc),
            malloc: run(malloc),
        };
        explain_difference(&of, &texts)
    }

    #[test]
    fn the_difference_is_said_per_block_and_only_where_there_is_one() {
        let more = explain(4_000_000, 5_600_000);
        assert!(more.en.contains("16.0 B more per block") && more.zh.contains("16.0 B"), "{more:?}");
        assert!(explain(5_600_000, 4_000_000).en.contains("16.0 B less per block"));
        assert!(explain(4_000_000, 4_100_000).en.contains("too small to show"));
    }
}
