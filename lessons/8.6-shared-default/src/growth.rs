//! Live bytes and the length of the bag over the calls, at equal distances. Nothing is allocated
//! here: it all happens inside the measured region, and would be part of what is measured.

use heaplab_lesson::{Attachment, CallSample, Calls, LessonData, Scale, Text};

/// Samples after the one before the first call; a picture is not wider.
const SAMPLES: u64 = 64;
/// The lecture shows three calls.
const LECTURE_CALLS: u64 = 3;

/// The picture that a trap and its fix share.
#[derive(Clone, Copy)]
pub(crate) struct GrowthChart {
    pub(crate) name: &'static str,
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

/// The samples of one variant.
pub(crate) struct Growth {
    chart: GrowthChart,
    /// In the bag that the third call got.
    items_after_three: Option<u64>,
    calls: u64,
    samples: [CallSample; SAMPLES as usize + 1],
    used: usize,
}

impl Growth {
    pub(crate) fn new(chart: GrowthChart, scale: Scale, live_bytes: Option<u64>) -> Growth {
        let mut samples = [CallSample::default(); SAMPLES as usize + 1];
        samples[0].live_bytes = live_bytes;
        Growth { chart, items_after_three: None, calls: scale.get(), samples, used: 1 }
    }

    /// Records a call by its number from 1; asks for the live bytes only where a sample is due.
    pub(crate) fn record_call(&mut self, call: u64, items: u64, live_bytes: impl FnOnce() -> Option<u64>) {
        if call == LECTURE_CALLS {
            self.items_after_three = Some(items);
        }
        if call * SAMPLES >= self.used as u64 * self.calls
            && let Some(free) = self.samples.get_mut(self.used)
        {
            *free = CallSample { calls: call, live_bytes: live_bytes(), items };
            self.used += 1;
        }
    }

    /// From before the first call to after the last.
    fn samples(&self) -> &[CallSample] {
        &self.samples[..self.used]
    }

    pub(crate) fn to_attachment(&self) -> Attachment {
        let GrowthChart { name, en, zh } = self.chart;
        Attachment::Data(LessonData::Calls(Calls {
            name: name.to_owned(),
            title: Text::new(en, zh),
            samples: self.samples().to_vec(),
            items_after_three: self.items_after_three,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the runner makes a `Scale`; `record_call` needs no more than the number of calls.
    fn sampled(calls: u64) -> Growth {
        let mut growth = Growth {
            chart: GrowthChart { name: "", en: "", zh: "" },
            items_after_three: None,
            calls,
            samples: [CallSample::default(); SAMPLES as usize + 1],
            used: 1,
        };
        for call in 1..=calls {
            growth.record_call(call, call, || Some(8 * call));
        }
        growth
    }

    #[test]
    fn samples_stand_at_equal_distances_and_the_last_call_has_one() {
        for calls in [64, 1_000, 4_096, 1_000_000] {
            let growth = sampled(calls);
            let at: Vec<u64> = growth.samples().iter().map(|sample| sample.calls).collect();
            assert_eq!(at.len(), 65, "{calls}");
            assert_eq!((at[0], at[32], at[64]), (0, calls / 2, calls));
            assert!(at.windows(2).all(|pair| (pair[1] - pair[0]).abs_diff(calls / 64) <= 1), "{at:?}");
        }
    }

    #[test]
    fn fewer_calls_than_samples_have_one_each() {
        let at: Vec<u64> = sampled(5).samples().iter().map(|sample| sample.calls).collect();
        assert_eq!(at, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn the_third_call_is_kept() {
        assert_eq!(sampled(2).items_after_three, None);
        assert_eq!(sampled(900).items_after_three, Some(3));
    }
}
