//! Two benchmarks held against each other: different, or not to be told apart. Pure: times in, a verdict out.
//!
//! criterion's own test resamples the calls of one run. It does not know that a machine is slower in the next minute, and
//! calls the same code twice different where it is. So the bench is run in rounds, and a difference has to be larger than
//! what a benchmark differs from itself from round to round, besides lying outside of the resampled interval. And where a
//! bench stands there twice, as `NAME` and `NAME_again`, those two are the control: no difference that is not larger than theirs
//! is called one.

use crate::format;
use heaplab_record::Text;

/// Resampled pairs; the interval is the middle 95 % of their ratios (Efron's percentile bootstrap).
const RESAMPLES: usize = 2_000;
/// A smaller difference nobody should act upon, whatever the statistics say.
const LEAST_DIFFERENCE: f64 = 0.05;

/// The times of one benchmark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BenchTimes {
    /// Its name.
    pub name: String,
    /// Nanoseconds a call, a sample each, by round.
    pub rounds: Vec<Vec<f64>>,
}

/// What can be said of two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimingVerdict {
    /// The other's median over this one's.
    pub ratio: f64,
    /// The resampled interval of the ratio.
    pub interval: (f64, f64),
    /// How far a round's median lay from its own benchmark's, or the control's two from each other, at most, as a part.
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

    /// The least and the most median of a round.
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

/// How far the same code under two names came out apart, at most, as a part; 0 where nothing stands there twice.
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

/// Holds `other` against `base`, with the [`control`]; `None` where one has no samples.
pub fn compare_timings(base: &BenchTimes, other: &BenchTimes, control: f64) -> Option<TimingVerdict> {
    let ratio = other.median_ns()? / base.median_ns()?;
    let wander = base.round_noise()?.max(other.round_noise()?).max(control);
    let interval = bootstrap_interval(&base.rounds.concat(), &other.rounds.concat())?;
    let outside = interval.0 > 1.0 || interval.1 < 1.0;
    let differs = outside && relative_distance(ratio) > wander.max(LEAST_DIFFERENCE);
    Some(TimingVerdict { ratio, interval, noise: wander, differs, is_twin: is_twin(base, other) })
}

/// The verdict in words.
pub fn explain_timing(verdict: &TimingVerdict, base: &str) -> Text {
    let TimingVerdict { ratio, interval: (low, high), noise: wander, .. } = *verdict;
    let noise = format::percent(wander);
    if verdict.is_twin {
        let own = format::percent(relative_distance(ratio));
        return Text {
            en: format!(
                "the same code as {base}: it came out {own} apart, and nothing that is less is called a difference"
            ),
            zh: format!("与 {base} 是同一段代码：两次相差 {own}，比这更小的都不算差别"),
        };
    }
    if verdict.differs {
        let (en, zh) = if ratio > 1.0 {
            (
                format!("{} as long as {base}", format_times_en(ratio)),
                format!("用时是 {base} 的 {}", format_times_zh(ratio)),
            )
        } else {
            (
                format!("{} as fast as {base}", format_times_en(1.0 / ratio)),
                format!("速度是 {base} 的 {}", format_times_zh(1.0 / ratio)),
            )
        };
        return Text { en, zh };
    }
    Text {
        en: format!(
            "no difference from {base} seen: ratio {ratio:.3}, interval {low:.3} to {high:.3}, and the same code wandered \
             by {noise}"
        ),
        zh: format!(
            "看不出与 {base} 有差别：比值 {ratio:.3}，区间 {low:.3} 到 {high:.3}，而同一段代码自身就有 {noise} 的起伏"
        ),
    }
}

fn format_times_en(ratio: f64) -> String {
    format!("{} times", format_multiple(ratio))
}

fn format_times_zh(ratio: f64) -> String {
    format!("{} 倍", format_multiple(ratio))
}

fn format_multiple(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}") } else { format::count(ratio.round() as u64) }
}

/// How far a ratio is from 1, the same both ways.
fn relative_distance(ratio: f64) -> f64 {
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

fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let even = sorted.len().is_multiple_of(2);
    Some(if even { f64::midpoint(sorted[sorted.len() / 2 - 1], upper) } else { upper })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounds around these medians, with some noise of their own.
    fn timed(medians: &[f64]) -> BenchTimes {
        let noise = [-0.02, -0.01, -0.005, 0.0, 0.0, 0.004, 0.01, 0.03, 0.2];
        let round = |&median: &f64| noise.map(|part| median * (1.0 + part)).repeat(8);
        BenchTimes { name: "x".into(), rounds: medians.iter().map(round).collect() }
    }

    #[test]
    fn the_same_code_twice_is_never_called_different() {
        let base = timed(&[100.0, 108.0, 103.0]);
        // The machine was slower in one of the rounds, or all of the time in the second half.
        for other in
            [[100.0, 108.0, 103.0], [104.0, 112.0, 107.0], [97.0, 99.0, 101.0], [106.0, 106.5, 107.0]]
        {
            let verdict = compare_timings(&base, &timed(&other), 0.0).unwrap();
            assert!(!verdict.differs, "{other:?}: {verdict:?}");
            assert!(explain_timing(&verdict, "x").en.starts_with("no difference"), "{verdict:?}");
        }
        // The interval alone would have said so.
        let shifted = compare_timings(&base, &timed(&[106.0, 106.5, 107.0]), 0.0).unwrap();
        assert!(shifted.interval.0 > 1.0, "{shifted:?}");
    }

    #[test]
    fn what_differs_by_more_than_the_noise_is_called_different() {
        let base = timed(&[100.0, 104.0, 102.0]);
        let slower = compare_timings(&base, &timed(&[200.0, 207.0, 204.0]), 0.0).unwrap();
        assert!(slower.differs && (slower.ratio - 2.0).abs() < 0.05, "{slower:?}");
        assert_eq!(explain_timing(&slower, "x").en, "2.00 times as long as x");
        assert_eq!(explain_timing(&slower, "x").zh, "用时是 x 的 2.00 倍");
        let faster = compare_timings(&base, &timed(&[1.0, 1.04, 1.02]), 0.0).unwrap();
        assert!(faster.differs && explain_timing(&faster, "x").en == "100 times as fast as x", "{faster:?}");
    }

    #[test]
    fn a_tiny_difference_of_quiet_rounds_is_none() {
        let verdict = compare_timings(&timed(&[100.0, 100.0]), &timed(&[103.0, 103.0]), 0.0).unwrap();
        assert!(!verdict.differs, "{verdict:?}");
        assert_eq!(compare_timings(&timed(&[]), &timed(&[1.0]), 0.0), None);
    }

    /// Two rounds may be quiet, and the machine another one between two benches.
    #[test]
    fn the_same_code_under_two_names_sets_what_is_a_difference() {
        let named = |name: &str, medians: &[f64]| BenchTimes { name: name.to_owned(), ..timed(medians) };
        let base = named("sum", &[100.0, 101.0]);
        let again = named("sum_again", &[143.0, 142.0]);
        let all =
            [base.clone(), again.clone(), named("other", &[130.0, 131.0]), named("slow", &[300.0, 301.0])];
        let control = measure_control_noise(&all);
        assert!((control - 0.42).abs() < 0.02, "{control}");
        let verdict = |other: &BenchTimes| compare_timings(&base, other, control).unwrap();
        assert!(!verdict(&again).differs && !verdict(&all[2]).differs && verdict(&all[3]).differs);
        let said = explain_timing(&verdict(&again), "sum");
        assert!(
            said.en.starts_with("the same code as sum: it came out 4") && said.zh.contains("同一段代码"),
            "{said:?}"
        );
        // Without the twin the noise of the rounds would not have been enough.
        assert!(compare_timings(&base, &all[2], 0.0).unwrap().differs);
    }
}
