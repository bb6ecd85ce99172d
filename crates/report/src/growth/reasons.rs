//! Why a site was put into its class: sentences made from its figures.

use super::{format_share, scale_units};
use crate::{Words, format, prose};
use heaplab_record::{GrowthClass, GrowthReason, SiteGrowth, TeardownOutcome};

/// What decided, what was left after everything was dropped, and what a graph of references adds.
pub fn explain_growth(site: &SiteGrowth, unit: &str, words: &Words) -> String {
    let mut sentences = vec![explain_reason(site.reason, unit, words)];
    if site.class == GrowthClass::RefcountCycle {
        sentences.push(words.get("growth-cycle"));
    }
    let is_held = site.end_bytes.last().is_some_and(|&bytes| bytes > 0);
    if let Some(torn_down) = site.teardown.filter(|_| is_held) {
        sentences.push(words.get(match torn_down {
            TeardownOutcome::Freed => "growth-torn-freed",
            TeardownOutcome::Partly => "growth-torn-partly",
            TeardownOutcome::Kept => "growth-torn-kept",
        }));
    }
    prose::join_sentences(&sentences, words)
}

fn explain_reason(reason: GrowthReason, unit: &str, words: &Words) -> String {
    let (units, one) = (scale_units(unit, words), prose::unit_singular(unit, words));
    let said = |key: &str, name: &str, value: &str| {
        words.say(key, &[(name, value), ("unit", &units), ("one", &one)])
    };
    match reason {
        GrowthReason::OneScale => words.get("growth-why-one-scale"),
        GrowthReason::NothingHeld => said("growth-why-nothing-held", "", ""),
        GrowthReason::StillGrowing { late_share } => {
            said("growth-why-still-growing", "share", &format_share(late_share))
        }
        GrowthReason::StillDoubling { factor } => {
            said("growth-why-still-doubling", "factor", &format!("{factor:.1}"))
        }
        GrowthReason::LevelsOff { late_share } => {
            said("growth-why-levels-off", "share", &format_share(late_share.max(0.0)))
        }
        GrowthReason::Exchanged { requests } => {
            said("growth-why-exchanged", "requests", &format!("{requests:.1}"))
        }
        GrowthReason::MadeOnce => words.get("growth-why-made-once"),
        GrowthReason::TooFew { blocks } => {
            said("growth-why-too-few", "blocks", &format::count(blocks.max(0.0).round() as u64))
        }
        GrowthReason::Between { late_share } => {
            said("growth-why-between", "share", &format_share(late_share))
        }
    }
}
