//! Reads the counters of all sites and threads, and their sums.

use super::*;
use crate::raw::{RawSite, RawTotals};
use std::collections::{HashMap, HashSet};

/// The peak of the region, with what is needed to find each site's part of it.
#[derive(Clone, Copy)]
pub(super) struct Peak {
    bytes: i64,
    epoch: u64,
    is_at_peak: bool,
}

impl Peak {
    pub(super) fn read(hot: &HotWords) -> Peak {
        let epoch_and_peak = hot.word(offset_of!(HotPages, epoch_and_peak));
        Peak {
            bytes: hot.word(offset_of!(HotPages, peak_bytes)).cast_signed(),
            epoch: epoch_and_peak >> 1,
            is_at_peak: epoch_and_peak & 1 == 1,
        }
    }
}

/// Sums over sites. Those that are levels may be negative until all threads are added.
#[derive(Default)]
pub(super) struct SiteSums {
    births: u64,
    birth_bytes: u64,
    reallocations: u64,
    reallocated_bytes: u64,
    grown_bytes: u64,
    shrunk_bytes: u64,
    live_blocks: i64,
    live_bytes: i64,
    peak_blocks: i64,
    peak_bytes: i64,
    overflowed: u64,
    /// The threads that have counted anything.
    threads: HashSet<u32>,
}

impl SiteSums {
    pub(super) fn add(&mut self, site: &RawSite) {
        self.threads.insert(site.thread);
        self.births += site.births;
        self.birth_bytes += site.birth_bytes;
        self.reallocations += site.reallocations;
        self.reallocated_bytes += site.reallocated_bytes;
        self.grown_bytes += site.grown_bytes;
        self.shrunk_bytes += site.shrunk_bytes;
        self.live_blocks += site.live_blocks;
        self.live_bytes += site.live_bytes;
        self.peak_blocks += site.peak_blocks;
        self.peak_bytes += site.peak_bytes;
        self.overflowed += if site.node == 0 { site.births } else { 0 };
    }
}

/// One entry per site and thread that has counted anything, by thread and then by site.
pub(super) fn read_sites(
    source: &impl TableSource,
    hot: &HotWords,
    peak: Peak,
    threads: usize,
) -> Result<Vec<RawSite>, RawError> {
    let mut sites = Vec::new();
    let segments = SegmentLists::read(source, hot)?;
    segments.for_each_site(source, peak, threads, true, |site| sites.push(site))?;
    Ok(sites)
}

/// The segments of all threads, and the node of each site.
pub(super) struct SegmentLists {
    site_nodes: Vec<u32>,
    /// Thread, group and index of each segment of counters.
    counters: Vec<(u32, u32, usize)>,
    lifetimes: HashMap<(u32, u32), usize>,
}

impl SegmentLists {
    pub(super) fn read(source: &impl TableSource, hot: &HotWords) -> Result<SegmentLists, RawError> {
        let segments = bounded_length(hot.process(offset_of!(ProcessRow, segments)), MAX_SEGMENTS);
        let site_count = bounded_length(hot.process(offset_of!(ProcessRow, sites)), MAX_SITES);
        let site_nodes = read_u32_list(source, offset_of!(BulkTables, site_nodes), site_count)?;
        let owners = read_bulk(source, offset_of!(BulkTables, segment_owners), segments * 8)?;
        let mut counters: Vec<(u32, u32, usize)> = Vec::new();
        let mut lifetimes: HashMap<(u32, u32), usize> = HashMap::new();
        for (index, owner) in owners.iter().enumerate() {
            match SegmentOwner::from_word(*owner) {
                Some(SegmentOwner { kind: SegmentKind::Counters, thread, group }) => {
                    counters.push((thread, group, index));
                }
                Some(SegmentOwner { kind: SegmentKind::Lifetimes, thread, group }) => {
                    lifetimes.insert((thread, group), index);
                }
                // The process was ended before it wrote who owns the segment, so nothing is in it.
                None => {}
            }
        }
        counters.sort_unstable();
        Ok(SegmentLists { site_nodes, counters, lifetimes })
    }

    /// Calls `each` for every site and thread that has counted anything. Without `with_lifetimes`
    /// the classes of lifetimes stay empty.
    pub(super) fn for_each_site(
        &self,
        source: &impl TableSource,
        peak: Peak,
        threads: usize,
        with_lifetimes: bool,
        mut each: impl FnMut(RawSite),
    ) -> Result<(), RawError> {
        let read_segment = |index: usize| {
            let offset = offset_of!(BulkTables, segments) + index * size_of::<Segment>();
            read_bulk(source, offset, size_of::<Segment>())
        };
        for &(thread, group, index) in &self.counters {
            let words = read_segment(index)?;
            let classes = self.lifetimes.get(&(thread, group)).filter(|_| with_lifetimes);
            let classes = classes.map(|&index| read_segment(index)).transpose()?;
            for (within, row) in words.chunks_exact(size_of::<SiteRow>() / 8).enumerate() {
                let number = group as usize * SEGMENT_SITES + within;
                let Some(&node) = self.site_nodes.get(number) else { continue };
                if thread as usize >= threads || is_untouched(row) {
                    continue;
                }
                let classes =
                    classes.as_ref().map(|words| lifetime_classes(words, within)).unwrap_or_default();
                each(site_from_row(row, node, thread, peak, classes));
            }
        }
        Ok(())
    }
}

fn is_untouched(row: &[u64]) -> bool {
    [offset_of!(SiteRow, births), offset_of!(SiteRow, deaths), offset_of!(SiteRow, reallocations)]
        .iter()
        .all(|offset| row[offset / 8] == 0)
}

/// The classes of one site, without the trailing zeros.
fn lifetime_classes(words: &[u64], site: usize) -> Vec<u64> {
    let per_site = LIFETIME_CLASSES / 2;
    let mut classes: Vec<u64> = words[site * per_site..(site + 1) * per_site]
        .iter()
        .flat_map(|word| {
            let [a, b, c, d, e, f, g, h] = word.to_ne_bytes();
            [u32::from_ne_bytes([a, b, c, d]), u32::from_ne_bytes([e, f, g, h])]
        })
        .map(u64::from)
        .collect();
    classes.truncate(classes.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1));
    classes
}

fn site_from_row(row: &[u64], node: u32, thread: u32, peak: Peak, lifetimes: Vec<u64>) -> RawSite {
    let count = |offset: usize| row[offset / 8];
    let level = |offset: usize| row[offset / 8].cast_signed();
    // At its first change in an epoch, a site saves its live figures, which are those it had at the
    // peak. A site that has not changed since still holds them.
    let has_changed = !peak.is_at_peak && count(offset_of!(SiteRow, epoch)) == peak.epoch;
    let at_peak = |saved: usize, live: usize| level(if has_changed { saved } else { live });
    RawSite {
        node,
        thread,
        births: count(offset_of!(SiteRow, births)),
        birth_bytes: count(offset_of!(SiteRow, birth_bytes)),
        reallocations: count(offset_of!(SiteRow, reallocations)),
        reallocated_bytes: count(offset_of!(SiteRow, reallocated_bytes)),
        grown_bytes: count(offset_of!(SiteRow, grown_bytes)),
        shrunk_bytes: count(offset_of!(SiteRow, shrunk_bytes)),
        live_blocks: level(offset_of!(SiteRow, live_blocks)),
        live_bytes: level(offset_of!(SiteRow, live_bytes)),
        peak_blocks: at_peak(offset_of!(SiteRow, saved_blocks), offset_of!(SiteRow, live_blocks)),
        peak_bytes: at_peak(offset_of!(SiteRow, saved_bytes), offset_of!(SiteRow, live_bytes)),
        own_peak_blocks: level(offset_of!(SiteRow, own_peak_blocks)),
        own_peak_bytes: level(offset_of!(SiteRow, own_peak_bytes)),
        deaths: count(offset_of!(SiteRow, deaths)),
        lifetime_bytes: count(offset_of!(SiteRow, lifetime_bytes)),
        live_birth_clock_bytes: level(offset_of!(SiteRow, live_birth_clock_bytes)),
        lifetimes,
    }
}

pub(super) fn sum_totals(
    hot: &HotWords,
    peak: Peak,
    sums: &SiteSums,
    threads: &[Thread],
    last_point: Option<&RawPoint>,
) -> RawTotals {
    let level = |level: i64| level.max(0).unsigned_abs();
    let is_shared = hot.word(offset_of!(HotPages, is_shared)) as u32 == 1;
    let clock = hot.word(offset_of!(HotPages, owner_sums) + offset_of!(OwnerSums, clock_bytes))
        + hot.word(offset_of!(HotPages, shared_clock_bytes));
    let is_open = hot.process(offset_of!(ProcessRow, is_open)) == 1;
    // With several threads the sum of the sites may be above the peak that was noticed, by less
    // than the stated error. It was really live, so it is the better figure.
    let peak_bytes = peak.bytes.max(0).unsigned_abs().max(level(sums.peak_bytes));
    RawTotals {
        births: sums.births,
        birth_bytes: sums.birth_bytes,
        reallocations: sums.reallocations,
        reallocated_bytes: sums.reallocated_bytes,
        grown_bytes: sums.grown_bytes,
        shrunk_bytes: sums.shrunk_bytes,
        peak_blocks: level(sums.peak_blocks),
        peak_bytes,
        peak_clock_bytes: match peak.is_at_peak {
            true => clock,
            false => hot.word(offset_of!(HotPages, peak_clock_bytes)),
        },
        end_blocks: level(sums.live_blocks),
        end_bytes: level(sums.live_bytes),
        wall_ns: match is_open {
            true => last_point.map_or(0, |point| point.at_ns),
            false => hot.process(offset_of!(ProcessRow, closed_after_ns)),
        },
        peak_error_bytes: if is_shared { peak_error(&sums.threads, peak_bytes) } else { 0 },
        slow_walks: threads.iter().map(|thread| thread.slow_walks).sum(),
        cut_stacks: threads.iter().map(|thread| thread.cut_stacks).sum(),
        overflowed: sums.overflowed,
    }
}

/// What all threads may have kept back when the peak was reached.
fn peak_error(threads: &HashSet<u32>, peak_bytes: u64) -> u64 {
    let peak = i64::try_from(peak_bytes).unwrap_or(i64::MAX);
    threads.iter().map(|&index| slack_bytes(index, peak).unsigned_abs()).sum()
}
