//! One variant's memory: flamegraphs, allocation sites, lifetimes, and the lines that allocated.

use super::PagePictures;
use crate::Words;
use crate::flamegraph::{self, FlamegraphSet, VariantLeaks};
use crate::page::inline_svg;
use crate::page::lifetimes::{self, HeatMap};
use crate::site_table::{self, SiteGrouping, SiteRow};
use crate::source_listing::{self, ListingView};
use heaplab_record::{Attachment, HeapRun, Report};

/// Sites in the table; the flamegraphs show all of them.
const MOST_SITES: usize = 40;

/// The memory of one variant.
pub(super) struct VariantMemory {
    pub(super) flames: FlamegraphSet,
    pub(super) open: bool,
    /// Caption of the table of sites.
    pub(super) caption: String,
    /// The lines with the most bytes and then the stacks; empty where the recorder named none.
    pub(super) sites: Vec<SiteTable>,
    pub(super) lives: Option<HeatMap>,
    pub(super) listings: Vec<ListingView>,
}

/// The table of sites by one grouping.
pub(super) struct SiteTable {
    /// The name of the grouping.
    pub(super) name: String,
    pub(super) rows: Vec<SiteRow>,
    /// Says how many rows were left out.
    pub(super) left_out: Option<String>,
}

impl SiteTable {
    fn from_heap(heap: &HeapRun, words: &Words) -> Vec<SiteTable> {
        if heap.sites.is_empty() {
            return Vec::new();
        }
        let table = |(grouping, key)| SiteTable {
            name: words.get(key),
            rows: site_table::site_rows(heap, grouping, MOST_SITES, words),
            left_out: site_table::omitted_sites_note(heap, grouping, MOST_SITES, words),
        };
        let by_line = (SiteGrouping::Line, "sites-by-line");
        let by_stack = (SiteGrouping::Stack, "sites-by-stack");
        // A report of an earlier version has no lines.
        let groupings = if heap.lines.is_empty() { vec![by_stack] } else { vec![by_line, by_stack] };
        groupings.into_iter().map(table).collect()
    }
}

impl VariantMemory {
    /// One per variant; the first one is open.
    pub(super) fn from_pictures(
        pictures: &PagePictures,
        report: &Report,
        words: &Words,
    ) -> Vec<VariantMemory> {
        let of = |(index, flames): (usize, &FlamegraphSet)| {
            let of_variant = |(variant, _): &&(String, _)| *variant == flames.variant;
            let listings = pictures.sources.iter().filter(of_variant);
            VariantMemory {
                open: index == 0,
                flames: flames.clone().with_id("flames", index),
                listings: listings
                    .map(|(_, of)| source_listing::build_listing(of, of.path.clone(), words))
                    .collect(),
                ..VariantMemory::from_report(flames, report, words)
            }
        };
        pictures.flames.iter().enumerate().map(of).collect()
    }

    fn from_report(flames: &FlamegraphSet, report: &Report, words: &Words) -> VariantMemory {
        let variant = &flames.variant;
        let run = report.runs.iter().find(|run| run.file_stem() == *variant);
        let heap = run.and_then(|run| run.heap.as_ref());
        VariantMemory {
            flames: FlamegraphSet::default(),
            open: false,
            caption: words.say("sites-of", &[("variant", variant)]),
            sites: heap.map(|heap| SiteTable::from_heap(heap, words)).unwrap_or_default(),
            lives: heap.and_then(|heap| lifetimes::build_heat_map(heap, words)),
            listings: Vec::new(),
        }
    }
}

/// What stays of one variant.
pub(super) struct LeakPanel {
    pub(super) flames: FlamegraphSet,
    /// The chart of live bytes by line over the work.
    pub(super) chart: Option<String>,
    pub(super) open: bool,
}

impl LeakPanel {
    /// One per variant; the first one is open.
    pub(super) fn from_leaks(leaks: &[VariantLeaks]) -> Vec<LeakPanel> {
        let of = |(number, leaks): (usize, &VariantLeaks)| LeakPanel {
            chart: leaks
                .chart
                .as_deref()
                .map(|svg| inline_svg::inline_with_prefix(svg, &format!("growth-{number}-"))),
            flames: FlamegraphSet {
                id: format!("leaks-{number}"),
                variant: leaks.variant.clone(),
                about: String::new(),
                views: leaks
                    .views
                    .iter()
                    .map(|view| view.flames.clone().with_name(view.name.clone()))
                    .collect(),
            },
            open: number == 0,
        };
        leaks.iter().enumerate().map(of).collect()
    }
}

/// Flamegraphs of stacks that lessons handed over, which count time or samples.
pub(super) fn lesson_stacks(report: &Report, words: &Words) -> Vec<FlamegraphSet> {
    let attachments = report.runs.iter().flat_map(|run| &run.attachments);
    let stacks = attachments.filter_map(|attachment| match attachment {
        Attachment::Stacks(stacks) => Some(flamegraph::stacks_flamegraph(stacks, words)),
        _ => None,
    });
    stacks.enumerate().map(|(index, flames)| flames.with_id("stacks", index)).collect()
}
