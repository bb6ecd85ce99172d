//! The comparison of two benchmarks in words.

use crate::format;
use heaplab_analysis::timing::{TimingVerdict, relative_distance};
use heaplab_record::Text;

/// What the comparison shows, in both languages.
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

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_analysis::timing::{BenchTimes, compare_timings, measure_control_noise};

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
