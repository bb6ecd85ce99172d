//! The order of a variant's sites: what it is judged by comes first.

use heaplab_record::{GrowthClass, SiteGrowth};
use std::cmp::Ordering;

/// Growing sites come first, the fastest first; the others follow by class, those that hold the
/// most first.
pub fn compare_by_weight(a: &SiteGrowth, b: &SiteGrowth) -> Ordering {
    let rank = |site: &SiteGrowth| match site.class {
        GrowthClass::UnboundedGrowth | GrowthClass::RefcountCycle => 0,
        class => class as u8,
    };
    let pace = |site: &SiteGrowth| site.slope.map_or(0.0, |slope| slope.bytes_each);
    let end = |site: &SiteGrowth| site.end_bytes.last().copied().unwrap_or(0);
    let by_pace = if rank(a) == 0 { pace(b).total_cmp(&pace(a)) } else { Ordering::Equal };
    rank(a).cmp(&rank(b)).then(by_pace).then(end(b).cmp(&end(a))).then_with(|| a.stack.cmp(&b.stack))
}
