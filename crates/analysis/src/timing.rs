//! Whether two benchmarks differ.
//!
//! criterion's own test resamples the calls of one run. It does not know that a machine may be
//! slower in the next minute, and then calls the same code different from itself. So the bench is
//! run in rounds, and a difference has to be larger than what a benchmark differs from itself
//! between rounds, besides lying outside of the resampled interval. Where a bench is listed twice,
//! as `NAME` and `NAME_again`, those two are the control: only a difference larger than theirs
//! counts.

use crate::statistics::median;

/// Resampled pairs; the interval is the middle 95 % of their ratios (Efron's percentile bootstrap).
const RESAMPLES: usize = 2_000;
/// A smaller difference is not worth acting upon, whatever the statistics say.
const LEAST_DIFFERENCE: f64 = 0.05;

/// The times of one benchmark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BenchTimes {
    /// Its name.
    pub name: String,
    /// Samples in nanoseconds per call, by round.
    pub rounds: Vec<Vec<f64>>,
}

/// How two benchmarks compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimingVerdict {
    /// The other's median over this one's.
    pub ratio: f64,
    /// The resampled interval of the ratio.
    pub interval: (f64, f64),
    /// The largest distance of a round's median from its own benchmark's, or of the control's two
    /// from each other.
    pub noise: f64,
    /// Whether they differ by more than the noise.
    pub differs: bool,
    /// Whether they are the same code.
    pub is_twin: bool,
}

impl BenchTimes {
    /// The median of all samples.
    pub fn median_ns(&self) -> Option<f64> {
        median(&self.rounds.concat())
    }

    /// The smallest and the largest median of a round.
    pub fn round_median_range_ns(&self) -> Option<(f64, f64)> {
        let medians: Vec<f64> = self.rounds.iter().filter_map(|round| median(round)).collect();
        let least = medians.iter().copied().min_by(f64::total_cmp)?;
        Some((least, medians.iter().copied().max_by(f64::total_cmp)?))
    }

    fn round_noise(&self) -> Option<f64> {
        let (middle, (least, most)) = (self.median_ns()?, self.round_median_range_ns()?);
        Some(relative_distance(least / middle).max(relative_distance(most / middle)))
    }
}

/// The largest distance between the same code under two names, as a part; 0 where nothing is listed
/// twice.
pub fn measure_control_noise(benches: &[BenchTimes]) -> f64 {
    let twins = benches.iter().flat_map(|one| {
        let twin = benches.iter().find(|other| is_twin(one, other))?;
        Some(relative_distance(twin.median_ns()? / one.median_ns()?))
    });
    twins.fold(0.0, f64::max)
}

/// Whether `other` is the same code as `base`, measured again.
fn is_twin(base: &BenchTimes, other: &BenchTimes) -> bool {
    other.name.strip_suffix("_again") == Some(&base.name)
}

/// Compares `other` with `base`, given [`measure_control_noise`]; `None` where one has no samples.
pub fn compare_timings(base: &BenchTimes, other: &BenchTimes, control: f64) -> Option<TimingVerdict> {
    let ratio = other.median_ns()? / base.median_ns()?;
    let wander = base.round_noise()?.max(other.round_noise()?).max(control);
    let interval = bootstrap_interval(&base.rounds.concat(), &other.rounds.concat())?;
    let outside = interval.0 > 1.0 || interval.1 < 1.0;
    let differs = outside && relative_distance(ratio) > wander.max(LEAST_DIFFERENCE);
    Some(TimingVerdict { ratio, interval, noise: wander, differs, is_twin: is_twin(base, other) })
}

/// How far a ratio is from 1, as a part: 0.5 for 1.5 and for 1 / 1.5.
pub fn relative_distance(ratio: f64) -> f64 {
    ratio.max(1.0 / ratio) - 1.0
}

fn bootstrap_interval(base: &[f64], other: &[f64]) -> Option<(f64, f64)> {
    let mut random = XorShift64(0x9e37_79b9_7f4a_7c15);
    let mut ratios = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        ratios.push(median(&random.resample(other))? / median(&random.resample(base))?);
    }
    ratios.sort_by(f64::total_cmp);
    Some((*ratios.get(RESAMPLES / 40)?, *ratios.get(RESAMPLES - RESAMPLES / 40 - 1)?))
}

/// xorshift64 (Marsaglia 2003): the same figures give the same interval.
struct XorShift64(u64);

impl XorShift64 {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn resample(&mut self, figures: &[f64]) -> Vec<f64> {
        let mut pick = || figures[(self.next() % figures.len() as u64) as usize];
        (0..figures.len()).map(|_| pick()).collect()
    }
}
