//! Everything about one variant's memory: who held it, site by site, how long it lived, and the lines that asked for it.

use super::Pictures;
use crate::flames::{self, Flames};
use crate::lives::{self, HeatMap};
use crate::sites::{self, SiteRow};
use crate::source::{self, Listing};
use crate::{Words, inline_svg};
use heaplab_record::{Attachment, Language, Report};

/// More sites than this nobody reads; the flamegraphs have them all.
const MOST_SITES: usize = 40;

/// One variant.
pub(super) struct Flamegraph {
    pub(super) flames: Flames,
    pub(super) open: bool,
    /// What the table of sites is called.
    pub(super) caption: String,
    /// The call stacks that held the most; empty where the recorder named none.
    pub(super) sites: Vec<SiteRow>,
    /// Says that there are more.
    pub(super) left_out: Option<String>,
    pub(super) lives: Option<HeatMap>,
    pub(super) listings: Vec<Listing>,
}

impl Flamegraph {
    /// The first one is open.
    pub(super) fn all(pictures: &Pictures, report: &Report, words: &Words) -> Vec<Flamegraph> {
        let of = |(index, flames): (usize, &Flames)| {
            let of_variant = |(variant, _): &&(String, _)| *variant == flames.variant;
            let listings = pictures.sources.iter().filter(of_variant);
            Flamegraph {
                open: index == 0,
                flames: flames.clone().called("flames", index),
                listings: listings.map(|(_, of)| source::listing(of, of.path.clone(), words)).collect(),
                ..Flamegraph::of(flames, report, words)
            }
        };
        pictures.flames.iter().enumerate().map(of).collect()
    }

    fn of(flames: &Flames, report: &Report, words: &Words) -> Flamegraph {
        let variant = &flames.variant;
        let run = report.runs.iter().find(|run| run.language == Language::Rust && run.variant == *variant);
        let heap = run.and_then(|run| run.heap.as_ref());
        Flamegraph {
            flames: Flames::default(),
            open: false,
            caption: words.say("sites-of", &[("variant", variant)]),
            sites: heap.map(|heap| sites::rows(heap, MOST_SITES)).unwrap_or_default(),
            left_out: heap.and_then(|heap| sites::left_out(heap, MOST_SITES, words)),
            lives: heap.and_then(|heap| lives::heat_map(heap, words)),
            listings: Vec::new(),
        }
    }
}

/// What stays of one variant.
pub(super) struct Leaking {
    pub(super) flames: Flames,
    /// What its lines hold as the work goes on.
    pub(super) chart: Option<String>,
    pub(super) open: bool,
}

impl Leaking {
    /// The first one is open.
    pub(super) fn all(leaks: &[crate::Leaks]) -> Vec<Leaking> {
        let of = |(number, leaks): (usize, &crate::Leaks)| Leaking {
            chart: leaks.chart.as_deref().map(|svg| inline_svg::inline(svg, &format!("growth-{number}-"))),
            flames: Flames {
                id: format!("leaks-{number}"),
                variant: leaks.variant.clone(),
                about: String::new(),
                views: leaks.views.iter().map(|view| view.flames.clone().named(view.name.clone())).collect(),
            },
            open: number == 0,
        };
        leaks.iter().enumerate().map(of).collect()
    }
}

/// Of stacks that lessons handed over: time, not bytes.
pub(super) fn stacks(report: &Report, words: &Words) -> Vec<Flames> {
    let attachments = report.runs.iter().flat_map(|run| &run.attachments);
    let stacks = attachments.filter_map(|attachment| match attachment {
        Attachment::Stacks(stacks) => Some(flames::stacks(stacks, words)),
        _ => None,
    });
    stacks.enumerate().map(|(index, flames)| flames.called("stacks", index)).collect()
}
