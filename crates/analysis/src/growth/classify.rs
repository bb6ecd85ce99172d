//! Classifies a site by its figures.

use super::confidence::confidence_at_margin;
use super::view::{SiteView, Trend};
use super::{IN_FLIGHT_REQUESTS, Reachability, SiteHistory, SiteRun};
use heaplab_record::{FittedSlope, GrowthClass, GrowthReason, TeardownOutcome};

/// A curve whose Kendall tau is above this rises. Of the 44 points of three runs tau has a standard
/// deviation of 0.10 where nothing rises: sqrt(2 (2n + 5) / (9 n (n - 1))).
const RISING_TAU: f64 = 0.35;
/// Below this share of the earlier rate, the late rate means that something is full: an interner at
/// 98 % of its keys has 0.05.
const FULL_SHARE: f64 = 0.15;
/// From this share of the earlier rate on, the site grows. A power of 0.6 of the requests has 0.66,
/// their logarithm 0.3, a line 1.
const GROWING_SHARE: f64 = 0.5;
/// For bytes where blocks do not rise: the tau, and the share of the end's bytes that must have
/// come since the first part.
const LARGER_TAU: f64 = 0.6;
const LARGER_SHARE: f64 = 0.5;
/// A rise by fewer blocks may be chance.
const FEW_BLOCKS: f64 = 6.0;
/// Fewer births or deaths from N to 4N come from containers that double, not from requests.
const FEW_CHANGES: f64 = 4.0;
/// The capacity over that at half and at a quarter of the requests. A container that is pushed to
/// without a limit has 2 and 4, one that was full by half 1 and at most 2; these thresholds lie
/// between.
const DOUBLED: f64 = 1.4;
const DOUBLED_TWICE: f64 = 2.9;

/// The judgement of a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiteVerdict {
    /// The class.
    pub class: GrowthClass,
    /// The share of the tuning cases at such a distance from every threshold that were judged
    /// right, from 0 to 1; 0 for [`GrowthClass::Unknown`]. It is about what the scales can show,
    /// not about later requests: see the module's documentation.
    pub confidence: f64,
    /// What a request adds to the live bytes, from half of the smallest scale on. With checkpoints
    /// it is the mean increase between them and an interval of two standard errors, which held the
    /// true rate of simulated leaks 9 times in 10; without, the median of slopes (Theil and Sen)
    /// and their range.
    pub slope: Option<FittedSlope>,
    /// What became of the blocks when the service was dropped; `None` where this was not measured.
    pub teardown: Option<TeardownOutcome>,
    /// What decided.
    pub reason: GrowthReason,
}

/// Classifies a site. It was tuned for three runs at N, 2N and 4N with their
/// [`checkpoint_requests`](super::checkpoint_requests). Without checkpoints it decides by the ends
/// and peaks, and cannot tell what was filled before N from what was made at the start.
pub fn classify(site: &SiteHistory) -> SiteVerdict {
    let teardown = judge_teardown(site);
    let Some(view) = SiteView::from_site(site) else {
        let reason = GrowthReason::OneScale;
        return SiteVerdict { class: GrowthClass::Unknown, confidence: 0.0, slope: None, teardown, reason };
    };
    let (reason, margin) = decide(&view);
    let class = class_for_reason(reason, site.references, &view);
    let confidence = if class == GrowthClass::Unknown {
        0.0
    } else {
        confidence_at_margin(margin, view.has_checkpoints())
    };
    SiteVerdict { class, confidence, slope: view.slope(), teardown, reason }
}

/// The reason, and its distance from every threshold: 0 at a threshold, 1 far from all.
fn decide(view: &SiteView) -> (GrowthReason, f64) {
    if view.mean(|live| live.blocks) == 0.0 {
        return (GrowthReason::NothingHeld, 1.0);
    }
    let trend = view.trend(|live| live.blocks);
    if let Some(judged) = judge_rise(trend) {
        return judged;
    }
    let births = view.rate_per_request(|run| run.births);
    let deaths = view.rate_per_request(|run| run.deaths);
    let hardly_any = FEW_CHANGES / view.largest().requests as f64;
    if births <= hardly_any || deaths <= hardly_any {
        return judge_retained(view, trend);
    }
    if let Some(judged) = judge_byte_rise(view) {
        return judged;
    }
    let retained = (view.mean(|live| live.blocks) - view.at_start().blocks as f64).max(0.0);
    let requests = retained / births;
    let far = (requests / IN_FLIGHT_REQUESTS as f64).ln().abs() / 2_f64.ln();
    (GrowthReason::Exchanged { requests }, far)
}

/// Judges whether a rising number of blocks rises to the end.
fn judge_rise(trend: Trend) -> Option<(GrowthReason, f64)> {
    let Trend { tau, rise, late_share } = trend;
    if tau <= RISING_TAU || late_share <= FULL_SHARE || rise <= 0.0 {
        return None;
    }
    if rise < FEW_BLOCKS {
        return Some((GrowthReason::TooFew { blocks: rise }, 0.0));
    }
    if late_share < GROWING_SHARE {
        return Some((GrowthReason::Between { late_share }, 0.0));
    }
    let far = [
        (tau - RISING_TAU) / (1.0 - RISING_TAU),
        (late_share - GROWING_SHARE) / (1.0 - GROWING_SHARE),
        (rise - FEW_BLOCKS) / (2.0 * FEW_BLOCKS),
    ];
    Some((GrowthReason::StillGrowing { late_share }, far.into_iter().fold(1.0, f64::min)))
}

/// Judges whether blocks are exchanged for larger ones, like a text that every request makes anew
/// and longer.
fn judge_byte_rise(view: &SiteView) -> Option<(GrowthReason, f64)> {
    let Trend { tau, rise, late_share } = view.trend(|live| live.bytes);
    let share_of_end = rise / view.largest().end.bytes.max(1) as f64;
    // Sizes vary more than numbers of blocks, so the thresholds are higher.
    let far = [
        (tau - LARGER_TAU) / (1.0 - LARGER_TAU),
        (late_share - GROWING_SHARE) / (1.0 - GROWING_SHARE),
        (share_of_end - LARGER_SHARE) / (1.0 - LARGER_SHARE),
    ];
    let margin = far.into_iter().fold(1.0, f64::min);
    (margin >= 0.0).then_some((GrowthReason::StillGrowing { late_share }, margin))
}

/// Judges whether blocks that stay were made once, are full, or are a few that grow.
fn judge_retained(view: &SiteView, trend: Trend) -> (GrowthReason, f64) {
    if !view.changes_after_first_use() {
        // Without checkpoints it may have been filled by requests, as a fifth of such tuning cases
        // was.
        return (GrowthReason::MadeOnce, if view.has_checkpoints() { 1.0 } else { 0.7 });
    }
    if let Some((factor, far)) = measure_doubling(view) {
        return (GrowthReason::StillDoubling { factor }, far);
    }
    let late_share = trend.late_share.max(0.0);
    (GrowthReason::LevelsOff { late_share }, 1.0 - late_share / FULL_SHARE)
}

/// Capacity that doubles has risen by nothing or by a factor of two between any two moments, so a
/// rate means little. What is pushed to without a limit doubles once between 2N and 4N, or, near a
/// power of two, twice between N and 4N.
fn measure_doubling(view: &SiteView) -> Option<(f64, f64)> {
    let (first, last) = (view.smallest().end, view.largest().end);
    if last.blocks as f64 > first.blocks as f64 + FEW_CHANGES / 2.0 {
        return None;
    }
    let times = |from: u64| last.bytes as f64 / from.max(1) as f64;
    let (late, all) = (times(view.halfway().end.bytes), times(first.bytes));
    let far = ((late - DOUBLED) / (2.0 - DOUBLED)).max((all - DOUBLED_TWICE) / (4.0 - DOUBLED_TWICE));
    (far >= 0.0).then_some((late, far))
}

fn class_for_reason(reason: GrowthReason, references: Option<Reachability>, view: &SiteView) -> GrowthClass {
    let orphaned = references == Some(Reachability::OrphanedCycle) && view.largest().end.blocks > 0;
    match reason {
        GrowthReason::OneScale | GrowthReason::Between { .. } | GrowthReason::TooFew { .. } => {
            GrowthClass::Unknown
        }
        GrowthReason::Exchanged { requests } if requests > IN_FLIGHT_REQUESTS as f64 => {
            GrowthClass::BoundedCache
        }
        // Something frees blocks that come and go: a collector frees cycles too.
        GrowthReason::Exchanged { .. } | GrowthReason::NothingHeld => GrowthClass::Steady,
        _ if orphaned => GrowthClass::RefcountCycle,
        GrowthReason::StillGrowing { .. } | GrowthReason::StillDoubling { .. } => {
            GrowthClass::UnboundedGrowth
        }
        GrowthReason::MadeOnce => GrowthClass::FreedOnlyAtExit,
        GrowthReason::LevelsOff { .. } => GrowthClass::BoundedCache,
    }
}

fn judge_teardown(site: &SiteHistory) -> Option<TeardownOutcome> {
    let largest = site.runs.iter().max_by_key(|run| run.requests);
    let Some(SiteRun { end, after_teardown: Some(after), .. }) = largest else { return None };
    match (end.bytes, after.bytes) {
        (0, _) => None,
        (_, 0) => Some(TeardownOutcome::Freed),
        (end, after) if after < end => Some(TeardownOutcome::Partly),
        _ => Some(TeardownOutcome::Kept),
    }
}

#[cfg(test)]
mod tests;
