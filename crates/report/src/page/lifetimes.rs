//! The heat map of a run's blocks by size and lifetime. It is a table, so that its figures can be
//! read and heard.

use crate::{Words, format};
use heaplab_record::{HeapRun, SizeClass};

/// Steps of colour; the style sheet has a background for each but 0.
const HEATS: f64 = 5.0;

/// One row per size, one column per lifetime, then a column of blocks that were never freed.
pub(crate) struct HeatMap {
    /// Heads of the columns.
    pub(crate) heads: Vec<String>,
    /// The size, and its cells.
    pub(crate) rows: Vec<(String, Vec<HeatCell>)>,
}

/// A number of blocks.
pub(crate) struct HeatCell {
    /// Empty for 0.
    pub(crate) short: String,
    /// The number with all digits.
    pub(crate) exact: String,
    /// From 0 for no blocks to 5 for the most.
    pub(crate) heat: u8,
}

/// `None` where the recorder has no lifetimes.
pub(crate) fn build_heat_map(heap: &HeapRun, words: &Words) -> Option<HeatMap> {
    let classes = heap.lifetimes.iter().map(|class| (class, fold_columns(class))).collect::<Vec<_>>();
    let most = classes.iter().flat_map(|(_, cells)| cells.iter().copied()).max().filter(|most| *most > 0)?;
    // Lifetimes that nothing had, at either end, tell nothing. The last column is of those that
    // still live.
    let used: Vec<usize> =
        (0..STEPS).filter(|step| classes.iter().any(|(_, cells)| cells[*step] > 0)).collect();
    let shown = used.first().copied().unwrap_or(0)..used.last().map_or(0, |last| last + 1);
    let mut heads: Vec<String> = shown.clone().map(|step| column_head(step, words)).collect();
    heads.push(words.get("lives-never"));
    let rows =
        classes.iter().filter(|(_, cells)| cells.iter().any(|blocks| *blocks > 0)).map(|(class, cells)| {
            let cells =
                cells[shown.clone()].iter().chain(&cells[STEPS..]).map(|blocks| heat_cell(*blocks, most));
            (size_label(class.from_bytes), cells.collect())
        });
    Some(HeatMap { heads, rows: rows.collect() })
}

/// The recorder has 32 powers of two; a column holds three of them, a factor of eight.
const STEPS: usize = 11;
const POWERS: usize = 3;

/// A size class's blocks by column, and then those that are still live.
fn fold_columns(class: &SizeClass) -> [u64; STEPS + 1] {
    let mut cells = [0; STEPS + 1];
    for (power, blocks) in class.freed_blocks.iter().enumerate() {
        cells[(power / POWERS).min(STEPS - 1)] += blocks;
    }
    cells[STEPS] = class.end_blocks;
    cells
}

fn column_head(step: usize, words: &Words) -> String {
    // Entry n of the recorder's has what lived for less than 2^n.
    let below = |step: usize| format_binary(1_u64 << (POWERS * step + POWERS - 1));
    match step {
        last if last == STEPS - 1 => words.say("lives-from", &[("bytes", &below(last - 1))]),
        step => words.say("lives-below", &[("bytes", &below(step))]),
    }
}

/// Powers of two are round numbers in binary units only.
fn format_binary(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KiB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

fn size_label(from_bytes: u64) -> String {
    match from_bytes {
        0 => "0 B".to_owned(),
        1 => "1 B".to_owned(),
        from if from < 1024 => format!("{from}–{} B", 2 * from - 1),
        from => format!("≥ {}", format_binary(from)),
    }
}

/// The heat grows with the logarithm of the count: a site that made a million blocks must not hide
/// one that made ten.
fn heat_cell(blocks: u64, most: u64) -> HeatCell {
    let heat = if blocks == 0 {
        0
    } else {
        let share = (blocks as f64).ln_1p() / (most as f64).ln_1p();
        (share * HEATS).ceil().clamp(1.0, HEATS) as u8
    };
    let short = if blocks == 0 { String::new() } else { format::scale(blocks) };
    HeatCell { short, exact: format::count(blocks), heat }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn a_block_stands_at_its_size_and_its_lifetime() {
        let class = |from_bytes, freed_blocks: &[u64], end_blocks| SizeClass {
            from_bytes,
            freed_blocks: freed_blocks.to_vec(),
            end_blocks,
        };
        let lifetimes = vec![class(32, &[0, 0, 0, 5, 0, 1], 1000), class(2048, &[0, 0, 0, 0, 0, 0, 0, 2], 0)];
        let heap = HeapRun { lifetimes, ..HeapRun::default() };
        let map = build_heat_map(&heap, &Words::new(Lang::En)).expect("there are lifetimes");
        // Less than 32 bytes of the clock, less than 256, and never.
        assert_eq!(map.heads.len(), 3, "{:?}", map.heads);
        assert!(map.heads[0].contains("32 B") && map.heads[1].contains("256 B"), "{:?}", map.heads);
        assert_eq!(map.rows[0].0, "32–63 B");
        let of = |row: usize| map.rows[row].1.iter().map(|cell| cell.exact.as_str()).collect::<Vec<_>>();
        assert_eq!((of(0), of(1)), (vec!["6", "0", "1,000"], vec!["0", "2", "0"]));
        assert_eq!(map.rows[0].1.iter().map(|cell| cell.heat).collect::<Vec<_>>(), [2, 0, 5]);
        assert!(build_heat_map(&HeapRun::default(), &Words::new(Lang::En)).is_none());
    }
}
