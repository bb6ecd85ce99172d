//! The classifier's words as report.json has them.

use heaplab_growth::{Class, ConfusionTable, Reason, Slope, Teardown, churn};
use heaplab_record::{
    ChurnFix, ChurnLine, ClassifierRow, ClassifierTable, FittedSlope, GrowthClass, GrowthReason, SiteGrowth,
    TeardownOutcome,
};
use std::cmp::Ordering;

pub(super) fn to_growth_class(class: Class) -> GrowthClass {
    match class {
        Class::UnboundedGrowth => GrowthClass::UnboundedGrowth,
        Class::BoundedCache => GrowthClass::BoundedCache,
        Class::FreedOnlyAtExit => GrowthClass::FreedOnlyAtExit,
        Class::Steady => GrowthClass::Steady,
        Class::RefcountCycle => GrowthClass::RefcountCycle,
        Class::Unknown => GrowthClass::Unknown,
    }
}

/// JSON has no infinity.
pub(super) fn to_fitted_slope(slope: Slope) -> Option<FittedSlope> {
    let all = [slope.per_one, slope.low, slope.high];
    all.iter().all(|value| value.is_finite()).then_some(FittedSlope {
        bytes_each: slope.per_one,
        low: slope.low,
        high: slope.high,
    })
}

pub(super) fn to_torn_down(teardown: Teardown) -> Option<TeardownOutcome> {
    match teardown {
        Teardown::Freed => Some(TeardownOutcome::Freed),
        Teardown::Partly => Some(TeardownOutcome::Partly),
        Teardown::Kept => Some(TeardownOutcome::Kept),
        Teardown::NotAsked => None,
    }
}

pub(super) fn to_growth_reason(reason: Reason) -> GrowthReason {
    let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
    match reason {
        Reason::OneScale => GrowthReason::OneScale,
        Reason::NothingHeld => GrowthReason::NothingHeld,
        Reason::StillGrowing { late_share } => GrowthReason::StillGrowing { late_share: finite(late_share) },
        Reason::StillDoubling { factor } => GrowthReason::StillDoubling { factor: finite(factor) },
        Reason::LevelsOff { late_share } => GrowthReason::LevelsOff { late_share: finite(late_share) },
        Reason::Exchanged { requests } => GrowthReason::Exchanged { requests: finite(requests) },
        Reason::MadeOnce => GrowthReason::MadeOnce,
        Reason::TooFew { blocks } => GrowthReason::TooFew { blocks: finite(blocks) },
        Reason::Between { late_share } => GrowthReason::Between { late_share: finite(late_share) },
    }
}

pub(super) fn to_churn_line(churn: churn::Churn) -> ChurnLine {
    let suggestion = match churn.suggestion {
        churn::Suggestion::WithCapacity { reallocations_a_block, capacity_bytes } => {
            ChurnFix::WithCapacity { reallocations_a_block, capacity_bytes }
        }
        churn::Suggestion::Reuse { at_once, births_spared } => ChurnFix::Reuse { at_once, births_spared },
        churn::Suggestion::Arena { at_once, bytes_at_once } => ChurnFix::Arena { at_once, bytes_at_once },
    };
    ChurnLine {
        location: churn.line,
        births: churn.births,
        temporaries: churn.temporaries,
        mean_bytes: churn.mean_bytes,
        suggestion,
    }
}

pub(super) fn to_classifier_table(table: &ConfusionTable) -> ClassifierTable {
    let answers = || Class::ALL.into_iter().chain([Class::Unknown]);
    let row = |is| ClassifierRow {
        is: to_growth_class(is),
        said: answers().map(|said| (to_growth_class(said), table.count(is, said) as u64)).collect(),
        recall: table.recall(is),
        precision: table.precision(is),
    };
    ClassifierTable { cases: table.total() as u64, rows: Class::ALL.into_iter().map(row).collect() }
}

/// What a variant is judged by first: what grows, the fastest first; of what does not, what holds the most.
pub(super) fn compare_by_weight(a: &SiteGrowth, b: &SiteGrowth) -> Ordering {
    let rank = |site: &SiteGrowth| match site.class {
        GrowthClass::UnboundedGrowth | GrowthClass::RefcountCycle => 0,
        class => class as u8,
    };
    let pace = |site: &SiteGrowth| site.slope.map_or(0.0, |slope| slope.bytes_each);
    let end = |site: &SiteGrowth| site.end_bytes.last().copied().unwrap_or(0);
    let by_pace = if rank(a) == 0 { pace(b).total_cmp(&pace(a)) } else { Ordering::Equal };
    rank(a).cmp(&rank(b)).then(by_pace).then(end(b).cmp(&end(a))).then_with(|| a.stack.cmp(&b.stack))
}
