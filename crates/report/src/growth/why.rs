//! Why a site is judged to be what it is: sentences made of its figures.

use super::{percent, units};
use crate::{Words, format, prose};
use heaplab_record::{GrowthClass, GrowthReason, SiteGrowth, TornDown};

/// What decided, what a drop of everything left of it, and where a graph of references has said more.
pub fn why(site: &SiteGrowth, unit: &str, words: &Words) -> String {
    let mut sentences = vec![decided(site.reason, unit, words)];
    if site.class == GrowthClass::RefcountCycle {
        sentences.push(words.get("growth-cycle"));
    }
    let is_held = site.end_bytes.last().is_some_and(|&bytes| bytes > 0);
    if let Some(torn_down) = site.teardown.filter(|_| is_held) {
        sentences.push(words.get(match torn_down {
            TornDown::Freed => "growth-torn-freed",
            TornDown::Partly => "growth-torn-partly",
            TornDown::Kept => "growth-torn-kept",
        }));
    }
    prose::join(&sentences, words)
}

fn decided(reason: GrowthReason, unit: &str, words: &Words) -> String {
    let (units, one) = (units(unit, words), prose::one(unit, words));
    let said = |key: &str, name: &str, value: &str| {
        words.say(key, &[(name, value), ("unit", &units), ("one", &one)])
    };
    match reason {
        GrowthReason::OneScale => words.get("growth-why-one-scale"),
        GrowthReason::NothingHeld => said("growth-why-nothing-held", "", ""),
        GrowthReason::StillGrowing { late_share } => {
            said("growth-why-still-growing", "share", &percent(late_share))
        }
        GrowthReason::StillDoubling { factor } => {
            said("growth-why-still-doubling", "factor", &format!("{factor:.1}"))
        }
        GrowthReason::LevelsOff { late_share } => {
            said("growth-why-levels-off", "share", &percent(late_share.max(0.0)))
        }
        GrowthReason::Exchanged { requests } => {
            said("growth-why-exchanged", "requests", &format!("{requests:.1}"))
        }
        GrowthReason::MadeOnce => words.get("growth-why-made-once"),
        GrowthReason::TooFew { blocks } => {
            said("growth-why-too-few", "blocks", &format::count(blocks.max(0.0).round() as u64))
        }
        GrowthReason::Between { late_share } => said("growth-why-between", "share", &percent(late_share)),
    }
}
