//! Live bytes and the length of the bag over the calls, at equal distances. Nothing is allocated here: it all happens inside
//! the measured region, and would be in its own picture.

use heaplab_lesson::Scale;

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

/// How things stand after so many calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) calls: u64,
    /// None under a probe that does not know.
    pub(crate) live_bytes: Option<u64>,
    /// In the bag that the last of these calls got.
    pub(crate) items: u64,
}

/// The samples of one variant.
pub(crate) struct Growth {
    pub(crate) chart: GrowthChart,
    /// In the bag that the third call got.
    pub(crate) items_after_three: Option<u64>,
    calls: u64,
    samples: [Sample; SAMPLES as usize + 1],
    used: usize,
}

impl Growth {
    pub(crate) fn new(pair: GrowthChart, scale: Scale, live_bytes: Option<u64>) -> Growth {
        let mut samples = [Sample::default(); SAMPLES as usize + 1];
        samples[0].live_bytes = live_bytes;
        Growth { chart: pair, items_after_three: None, calls: scale.get(), samples, used: 1 }
    }

    /// To be told of every call, by its number from 1; asks for the live bytes only where a sample is due.
    pub(crate) fn record_call(&mut self, call: u64, items: u64, live_bytes: impl FnOnce() -> Option<u64>) {
        if call == LECTURE_CALLS {
            self.items_after_three = Some(items);
        }
        if call * SAMPLES >= self.used as u64 * self.calls
            && let Some(free) = self.samples.get_mut(self.used)
        {
            *free = Sample { calls: call, live_bytes: live_bytes(), items };
            self.used += 1;
        }
    }

    /// From before the first call to after the last.
    pub(crate) fn samples(&self) -> &[Sample] {
        &self.samples[..self.used]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: GrowthChart = GrowthChart { name: "", en: "", zh: "" };

    /// `Scale` is the runner's to make; a range of as many calls is the same to `after`.
    fn sampled(calls: u64) -> Growth {
        let mut growth = Growth {
            chart: PAIR,
            items_after_three: None,
            calls,
            samples: [Sample::default(); SAMPLES as usize + 1],
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
