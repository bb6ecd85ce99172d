//! The rules that people forget, each with the bytes that a run's figures show of it.

use crate::{Words, figures, format};
use heaplab_record::{Attachment, Cell, HeapRun, HeapSite, Language, Run};

/// What the two counts of an `Rc` or `Arc` take before its value (strong and weak, a `usize` each).
const RC_HEADER_BYTES: u64 = 16;
/// hashbrown keeps a control byte a bucket, and as many again as it looks at in one step
/// (<https://github.com/rust-lang/hashbrown/blob/main/src/raw.rs>: `Group::WIDTH` is 16 on `x86_64`).
const GROUP_BYTES: u64 = 16;
/// `Vec` and `String` grow to twice their capacity or to what is needed, whichever is more
/// (<https://doc.rust-lang.org/std/vec/struct.Vec.html#guarantees> leaves the factor open: it is measured here).
const DOUBLING_FACTOR: f64 = 1.95;
/// More than this glibc does not add to a small block: 8 bytes of header, steps of 16, at least 32 in all
/// (<https://sourceware.org/glibc/wiki/MallocInternals>).
const MOST_ROUNDING_BYTES: u64 = 31;
/// From so many blocks a row on, every row has blocks of its own.
const OWN_BLOCKS_PER_ROW: f64 = 0.5;

/// A rule that shows, and the bytes at the peak that it accounts for.
pub(super) struct ForgottenRule {
    pub(super) bytes: u64,
    key: &'static str,
    arguments: Vec<(&'static str, String)>,
}

impl ForgottenRule {
    pub(super) fn explain_rule(&self, unit: &str, words: &Words) -> String {
        let bytes = format::bytes(self.bytes);
        let mut arguments: Vec<(&str, &str)> = vec![("unit", unit), ("bytes", &bytes)];
        arguments.extend(self.arguments.iter().map(|(name, value)| (*name, value.as_str())));
        words.say(self.key, &arguments)
    }
}

/// Of a peak that is higher than it was predicted.
pub(super) fn rules_that_add(run: &Run) -> Vec<ForgottenRule> {
    let mut shown: Vec<ForgottenRule> = find_interpreter(run).into_iter().collect();
    let Some(heap) = &run.heap else { return shown };
    shown.extend(find_own_blocks(heap));
    shown.extend(find_doubling(heap));
    shown.extend(find_tables(heap));
    shown.extend(find_reference_counts(heap));
    shown.extend(find_padding(run));
    shown
}

/// Of a peak that is lower than it was predicted.
pub(super) fn rules_that_spare(run: &Run, said: u64) -> Vec<ForgottenRule> {
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
        key: "predict-own-blocks",
        arguments: vec![
            ("each", figures::ratio(blocks_per_row(blocks, heap))),
            ("size", format!("{} B", figures::ratio(bytes as f64 / blocks as f64))),
        ],
    })
}

/// Blocks that were grown to twice their size: at most the last growth of what is still there is room to spare.
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
        key: "predict-doubling",
        arguments: vec![
            ("count", format::count(site.reallocations)),
            ("place", site.location.clone()),
            ("factor", figures::ratio(factor)),
        ],
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
        key: "predict-tables",
        arguments: vec![
            ("tables", format::count(site.at_peak_blocks)),
            ("buckets", format::count(buckets)),
            ("slot", format::bytes(slot)),
            ("usable", format::count(usable)),
            ("idle", format::bytes(idle)),
        ],
    })
}

/// The buckets of a table and the bytes of each, if its size can be made up in one way only: n slots, n control bytes and a
/// group of them, n a power of two.
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
        key: "predict-counts",
        arguments: vec![("count", format::count(blocks)), ("header", format::bytes(RC_HEADER_BYTES))],
    })
}

/// A row is larger than its fields together: the lesson hands both figures over.
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
        key: "predict-padding",
        arguments: vec![
            ("row", format::bytes(row)),
            ("fields", format::bytes(fields)),
            ("padding", format::bytes(padding)),
        ],
    })
}

/// What the process itself takes before the first row.
fn find_interpreter(run: &Run) -> Option<ForgottenRule> {
    let start = run.plain.as_ref().and_then(|plain| plain.start_rss_bytes);
    start.filter(|_| run.language == Language::Python).map(|bytes| ForgottenRule {
        bytes,
        key: "predict-interpreter",
        arguments: Vec::new(),
    })
}

/// More was asked for than was ever there at once.
fn find_turnover(heap: &HeapRun) -> Option<ForgottenRule> {
    // Less than a tenth of the peak is no turnover, whatever was predicted.
    let is_much = |bytes: &u64| *bytes * 10 >= heap.peak_bytes && *bytes > 0;
    let given_back = heap.total_bytes.checked_sub(heap.peak_bytes).filter(is_much)?;
    Some(ForgottenRule {
        bytes: given_back,
        key: "predict-turnover",
        arguments: vec![
            ("total", format::bytes(heap.total_bytes)),
            ("peak", format::bytes(heap.peak_bytes)),
            ("blocks", format::count(heap.peak_blocks)),
        ],
    })
}

/// What the kernel counts beyond the bytes that were asked for: the allocator's headers and rounding, by blocks. Only where
/// the prediction is nearer to the kernel's figure than to the recorder's.
fn find_rounding(run: &Run, heap: &HeapRun, said: u64) -> Option<ForgottenRule> {
    let plain = run.plain.as_ref()?;
    let resident = plain.peak_rss_bytes?.checked_sub(plain.start_rss_bytes?)?;
    let more = resident.checked_sub(heap.peak_bytes).filter(|&more| more > 0 && heap.peak_blocks > 0)?;
    let is_nearer = said.abs_diff(resident) < said.abs_diff(heap.peak_bytes);
    let is_rounding = more <= heap.peak_blocks * MOST_ROUNDING_BYTES;
    (is_nearer && is_rounding).then(|| ForgottenRule {
        bytes: more,
        key: "predict-rounding",
        arguments: vec![
            ("resident", format::bytes(resident)),
            ("block", format!("{} B", figures::ratio(more as f64 / heap.peak_blocks as f64))),
        ],
    })
}

/// Whether one of the calls nearest to the allocator is one of these.
fn is_called_from(site: &HeapSite, names: &[&str]) -> bool {
    const NEAREST: usize = 3;
    site.stack.iter().rev().take(NEAREST).any(|frame| names.iter().any(|name| frame.contains(name)))
}

fn blocks_per_row(blocks: u64, heap: &HeapRun) -> f64 {
    blocks as f64 / heap.rows.max(1) as f64
}
