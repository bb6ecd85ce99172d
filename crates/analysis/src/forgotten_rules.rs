//! The rules that people forget when they predict, each with the bytes that a run's figures show of
//! it.

use heaplab_record::{Attachment, Cell, HeapRun, HeapSite, Language, Run};

/// What the two counts of an `Rc` or `Arc` take before its value (strong and weak, a `usize` each).
const RC_HEADER_BYTES: u64 = 16;
/// hashbrown keeps a control byte per bucket, and as many again as it looks at in one step
/// (<https://github.com/rust-lang/hashbrown/blob/main/src/raw.rs>: `Group::WIDTH` is 16 on
/// `x86_64`).
const GROUP_BYTES: u64 = 16;
/// `Vec` and `String` grow to twice their capacity or to what is needed, whichever is more
/// (<https://doc.rust-lang.org/std/vec/struct.Vec.html#guarantees> leaves the factor open: it is
/// measured here).
const DOUBLING_FACTOR: f64 = 1.95;
/// The most that glibc adds to a small block: 8 bytes of header, steps of 16, at least 32 in all
/// (<https://sourceware.org/glibc/wiki/MallocInternals>).
const MOST_ROUNDING_BYTES: u64 = 31;
/// From this many blocks per row on, rows have blocks of their own.
const OWN_BLOCKS_PER_ROW: f64 = 0.5;

/// A rule that a run's figures show.
#[derive(Clone, Debug, PartialEq)]
pub struct ForgottenRule {
    /// The bytes at the peak that it accounts for.
    pub bytes: u64,
    /// Which rule, with its figures.
    pub figures: RuleFigures,
}

/// The rules, and the figures that show them.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleFigures {
    /// Rows only point to blocks of their own.
    OwnBlocks {
        /// Blocks per row.
        per_row: f64,
        /// The mean size of such a block.
        mean_bytes: f64,
    },
    /// Containers that grow to twice their size have room to spare.
    Doubling {
        /// Reallocations at the site.
        reallocations: u64,
        /// The site.
        location: String,
        /// How many times larger a block was after a reallocation.
        factor: f64,
    },
    /// Buckets of hash tables come in powers of two and are never all used.
    Tables {
        /// Tables at the peak.
        tables: u64,
        /// Buckets of each.
        buckets: u64,
        /// Bytes of a bucket.
        slot_bytes: u64,
        /// Buckets that may be used.
        usable: u64,
        /// What the others and the control bytes take.
        idle_bytes: u64,
    },
    /// The two counts before every value behind an `Rc` or `Arc`.
    ReferenceCounts {
        /// Such blocks.
        blocks: u64,
        /// Bytes of the two counts.
        header_bytes: u64,
    },
    /// A row is larger than its fields together.
    Padding {
        /// Bytes of a row.
        row_bytes: u64,
        /// Bytes of its fields.
        fields_bytes: u64,
        /// The difference.
        padding_bytes: u64,
    },
    /// What an interpreter takes before the first row.
    Interpreter,
    /// More was asked for over the run than was ever live at once.
    Turnover {
        /// Bytes over the run.
        total_bytes: u64,
        /// Bytes at the peak.
        peak_bytes: u64,
        /// Blocks at the peak.
        peak_blocks: u64,
    },
    /// What the kernel counts beyond the requested bytes: the allocator's headers and rounding.
    Rounding {
        /// Growth of the resident memory.
        resident_bytes: u64,
        /// The excess per block.
        bytes_per_block: f64,
    },
}

/// The rules that explain a peak above its prediction.
pub(crate) fn rules_that_add(run: &Run) -> Vec<ForgottenRule> {
    let mut shown: Vec<ForgottenRule> = find_interpreter(run).into_iter().collect();
    let Some(heap) = &run.heap else { return shown };
    shown.extend(find_own_blocks(heap));
    shown.extend(find_doubling(heap));
    shown.extend(find_tables(heap));
    shown.extend(find_reference_counts(heap));
    shown.extend(find_padding(run));
    shown
}

/// The rules that explain a peak below its prediction.
pub(crate) fn rules_that_spare(run: &Run, said: u64) -> Vec<ForgottenRule> {
    let Some(heap) = &run.heap else { return Vec::new() };
    find_turnover(heap).into_iter().chain(find_rounding(run, heap, said)).collect()
}

/// Blocks that each row only points to.
fn find_own_blocks(heap: &HeapRun) -> Option<ForgottenRule> {
    let sites: Vec<&HeapSite> = heap
        .sites
        .iter()
        .filter(|site| blocks_per_row(site.at_peak_blocks, heap) >= OWN_BLOCKS_PER_ROW)
        .collect();
    let blocks: u64 = sites.iter().map(|site| site.at_peak_blocks).sum();
    let bytes: u64 = sites.iter().map(|site| site.at_peak_bytes).sum();
    (blocks > 0).then(|| ForgottenRule {
        bytes,
        figures: RuleFigures::OwnBlocks {
            per_row: blocks_per_row(blocks, heap),
            mean_bytes: bytes as f64 / blocks as f64,
        },
    })
}

/// Blocks that were grown to twice their size: at most the last growth of those still live is room
/// to spare.
fn find_doubling(heap: &HeapRun) -> Option<ForgottenRule> {
    let doubled: Vec<(&HeapSite, f64)> = heap
        .sites
        .iter()
        .filter_map(|site| {
            let before = site.reallocated_bytes.checked_sub(site.grown_bytes).filter(|&before| before > 0)?;
            Some((site, site.reallocated_bytes as f64 / before as f64))
        })
        .filter(|(_, factor)| *factor >= DOUBLING_FACTOR)
        .collect();
    let spare = |site: &HeapSite, factor: f64| {
        // Blocks that were never grown have no room to spare.
        let grown = site.reallocations.min(site.total_blocks) as f64 / site.total_blocks.max(1) as f64;
        (site.at_peak_bytes as f64 * (1.0 - 1.0 / factor) * grown) as u64
    };
    let (site, factor) = doubled.iter().max_by_key(|(site, factor)| spare(site, *factor)).copied()?;
    Some(ForgottenRule {
        bytes: spare(site, factor),
        figures: RuleFigures::Doubling {
            reallocations: site.reallocations,
            location: site.location.clone(),
            factor,
        },
    })
}

/// Tables of a `HashMap` or `HashSet`: buckets come in powers of two and are never all used.
fn find_tables(heap: &HeapRun) -> Option<ForgottenRule> {
    let is_table =
        |site: &&HeapSite| is_called_from(site, &["hash::map::HashMap", "hash::set::HashSet", "hashbrown::"]);
    let site = heap.sites.iter().filter(is_table).max_by_key(|site| site.at_peak_bytes)?;
    let (buckets, slot) = solve_buckets(site)?;
    // hashbrown's own: under 8 buckets all but one may be used, else seven of eight.
    let usable = if buckets < 8 { buckets - 1 } else { buckets / 8 * 7 };
    let idle = (buckets - usable) * slot + buckets + GROUP_BYTES;
    Some(ForgottenRule {
        bytes: idle * site.at_peak_blocks,
        figures: RuleFigures::Tables {
            tables: site.at_peak_blocks,
            buckets,
            slot_bytes: slot,
            usable,
            idle_bytes: idle,
        },
    })
}

/// The buckets of a table and the bytes of each, if its size can be composed in only one way: n
/// slots, n control bytes and a group of them, n a power of two.
fn solve_buckets(site: &HeapSite) -> Option<(u64, u64)> {
    let is_even = site.at_peak_blocks > 0 && site.at_peak_bytes.is_multiple_of(site.at_peak_blocks);
    let size = is_even.then(|| site.at_peak_bytes / site.at_peak_blocks)?;
    let slot = |buckets: u64| {
        let slots = size.checked_sub(GROUP_BYTES + buckets)?;
        let whole = slots.is_multiple_of(buckets) && (slots / buckets).is_multiple_of(8) && slots > 0;
        whole.then_some((buckets, slots / buckets))
    };
    let mut ways = (2..40).filter_map(|power| slot(1 << power));
    let way = ways.next()?;
    ways.next().is_none().then_some(way)
}

/// The two counts before every value behind an `Rc` or `Arc`.
fn find_reference_counts(heap: &HeapRun) -> Option<ForgottenRule> {
    let counted = |site: &&HeapSite| is_called_from(site, &["rc::Rc", "sync::Arc"]);
    let blocks: u64 = heap.sites.iter().filter(counted).map(|site| site.at_peak_blocks).sum();
    (blocks > 0).then(|| ForgottenRule {
        bytes: blocks * RC_HEADER_BYTES,
        figures: RuleFigures::ReferenceCounts { blocks, header_bytes: RC_HEADER_BYTES },
    })
}

/// Padding of a row, where the lesson attaches the sizes of the row and of its fields.
fn find_padding(run: &Run) -> Option<ForgottenRule> {
    let figure = |name: &str| {
        run.attachments.iter().find_map(|attachment| match attachment {
            Attachment::Figure(figure) if figure.name == name => match figure.value {
                Cell::Bytes(bytes) => Some(bytes),
                _ => None,
            },
            _ => None,
        })
    };
    let (row, fields) = (figure("row_bytes")?, figure("row_fields_bytes")?);
    let padding = row.checked_sub(fields).filter(|&padding| padding > 0)?;
    Some(ForgottenRule {
        bytes: padding * run.rows,
        figures: RuleFigures::Padding { row_bytes: row, fields_bytes: fields, padding_bytes: padding },
    })
}

/// What the process itself takes before the first row.
fn find_interpreter(run: &Run) -> Option<ForgottenRule> {
    let start = run.plain.as_ref().and_then(|plain| plain.start_rss_bytes);
    start
        .filter(|_| run.language == Language::Python)
        .map(|bytes| ForgottenRule { bytes, figures: RuleFigures::Interpreter })
}

/// Bytes that were allocated over the run beyond the peak.
fn find_turnover(heap: &HeapRun) -> Option<ForgottenRule> {
    // Less than a tenth of the peak is no turnover, whatever was predicted.
    let is_much = |bytes: &u64| *bytes * 10 >= heap.peak_bytes && *bytes > 0;
    let given_back = heap.total_bytes.checked_sub(heap.peak_bytes).filter(is_much)?;
    Some(ForgottenRule {
        bytes: given_back,
        figures: RuleFigures::Turnover {
            total_bytes: heap.total_bytes,
            peak_bytes: heap.peak_bytes,
            peak_blocks: heap.peak_blocks,
        },
    })
}

/// The allocator's headers and rounding, only where the prediction is nearer to the kernel's figure
/// than to the recorder's.
fn find_rounding(run: &Run, heap: &HeapRun, said: u64) -> Option<ForgottenRule> {
    let plain = run.plain.as_ref()?;
    let resident = plain.peak_rss_bytes?.checked_sub(plain.start_rss_bytes?)?;
    let more = resident.checked_sub(heap.peak_bytes).filter(|&more| more > 0 && heap.peak_blocks > 0)?;
    let is_nearer = said.abs_diff(resident) < said.abs_diff(heap.peak_bytes);
    let is_rounding = more <= heap.peak_blocks * MOST_ROUNDING_BYTES;
    (is_nearer && is_rounding).then(|| ForgottenRule {
        bytes: more,
        figures: RuleFigures::Rounding {
            resident_bytes: resident,
            bytes_per_block: more as f64 / heap.peak_blocks as f64,
        },
    })
}

/// Whether one of the calls nearest to the allocator has one of these names.
fn is_called_from(site: &HeapSite, names: &[&str]) -> bool {
    const NEAREST: usize = 3;
    site.stack.iter().rev().take(NEAREST).any(|frame| names.iter().any(|name| frame.contains(name)))
}

fn blocks_per_row(blocks: u64, heap: &HeapRun) -> f64 {
    blocks as f64 / heap.rows.max(1) as f64
}
