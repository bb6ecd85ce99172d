//! Runs `add(item)` once per call and records what each call got and what is alive after it.

use crate::growth::{Growth, GrowthChart};
use heaplab_lesson::{Checksum, Scale, VariantResult, live_bytes};

/// What a call sees in the bag that it got.
pub(crate) struct Answer {
    /// The last item, which should be its own.
    last: Option<u64>,
    /// The number of items; the call asked for a bag with one.
    items: u64,
}

impl Answer {
    pub(crate) fn from_bag(bag: &[u64]) -> Answer {
        Answer { last: bag.last().copied(), items: bag.len() as u64 }
    }
}

/// The data that lives as long as the calls, and how it grew.
pub(crate) struct CallsResult<D> {
    growth: Growth,
    /// Never read again: it is here so that it is alive when the region closes.
    _alive: D,
}

/// Calls `add` for the items 0, 1, 2, … The checksum is of the items that the calls asked for and
/// found last in their bags: a trap has these too. The other items in the bag are no part of the
/// work, but of the growth.
pub(crate) fn run_calls<D>(
    scale: Scale,
    chart: GrowthChart,
    mut alive: D,
    mut add: impl FnMut(&mut D, u64) -> Answer,
) -> VariantResult<CallsResult<D>> {
    let mut growth = Growth::new(chart, scale, live_bytes());
    let mut checksum = Checksum::new();
    for item in scale.iter() {
        let answer = add(&mut alive, item);
        if let Some(last) = answer.last {
            checksum = checksum.row("item", last);
        }
        growth.record_call(item + 1, answer.items, live_bytes);
    }
    VariantResult::new(checksum, CallsResult { growth, _alive: alive })
        .with_heap_attachments(|result, _| vec![result.growth.to_attachment()])
}
