//! Whether a section reached what it set out to reach.

use crate::{Words, format};
use heaplab_record::{Goal, GoalSpec, Language, Run};

/// A part of a byte at no scale that is measured: `1 - 0.9` is not a tenth in binary.
const ROUNDING: f64 = 1e-12;

/// Holds the best candidate's peak live heap against the baseline's. A candidate counts if it did the baseline's work at
/// the baseline's rows. Where nothing can be judged, `met` is `None` and the text says why.
pub fn judge_goal(spec: &GoalSpec, runs: &[Run], words: &Words) -> Goal {
    let promise = words.lang().pick(&spec.text);
    let mut goal = Goal {
        text: promise.to_owned(),
        baseline: spec.baseline.clone(),
        metric: spec.metric.clone(),
        reduction: spec.reduction,
        under_bytes: spec.under_bytes,
        variant: None,
        reached: None,
        met: None,
    };
    if let Some(limit) = spec.under_bytes {
        let measured = spec.among.iter().filter_map(|name| Some((name, peak_rss_bytes(runs, name)?)));
        match measured.min_by_key(|(_, peak)| *peak) {
            Some((name, peak)) => (goal.variant, goal.met) = (Some(name.clone()), Some(peak < limit)),
            None => {
                let why = words.say("goal-no-rss", &[("names", &spec.among.join(", "))]);
                goal.text = words.say("goal-not-judged", &[("promise", promise), ("why", &why)]);
            }
        }
        return goal;
    }
    match find_best(spec, runs) {
        Ok((variant, reached)) => {
            goal.variant = Some(variant);
            goal.reached = Some(reached);
            goal.met = Some(reached >= spec.reduction - ROUNDING);
        }
        Err(GoalHindrance { key, names }) => {
            let why = words.say(key, &[("names", &names), ("baseline", &spec.baseline)]);
            goal.text = words.say("goal-not-judged", &[("promise", promise), ("why", &why)]);
        }
    }
    goal
}

/// Why there is no verdict: a message and what it names.
struct GoalHindrance {
    key: &'static str,
    names: String,
}

/// The candidate with the lowest peak, and its saving.
fn find_best(spec: &GoalSpec, runs: &[Run]) -> Result<(String, f64), GoalHindrance> {
    let unjudged = |key, names: &[&str]| Err(GoalHindrance { key, names: names.join(", ") });
    if spec.metric != "peak_bytes" {
        return unjudged("goal-unknown-metric", &[&spec.metric]);
    }
    let Some((baseline, from)) = find_rust_peak(runs, &spec.baseline) else {
        return unjudged("goal-no-baseline", &[]);
    };
    let measured: Vec<(&Run, u64)> =
        spec.among.iter().filter_map(|name| find_rust_peak(runs, name)).collect();
    if measured.is_empty() {
        return unjudged("goal-no-candidate", &spec.among.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let comparable =
        |run: &Run| run.work_group == baseline.work_group && run.rows == baseline.rows && from > 0;
    match measured.iter().filter(|(run, _)| comparable(run)).min_by_key(|(_, peak)| *peak) {
        Some((run, peak)) => Ok((run.variant.clone(), 1.0 - *peak as f64 / from as f64)),
        None => {
            let names: Vec<&str> = measured.iter().map(|(run, _)| run.variant.as_str()).collect();
            unjudged("goal-not-comparable", &names)
        }
    }
}

/// A Rust run and its peak, where the heap probe saw one.
fn find_rust_peak<'a>(runs: &'a [Run], variant: &str) -> Option<(&'a Run, u64)> {
    let run = runs.iter().find(|run| run.language == Language::Rust && run.variant == variant)?;
    Some((run, run.heap.as_ref()?.peak_bytes))
}

/// The peak RSS of a Rust run, where the plain probe saw one.
fn peak_rss_bytes(runs: &[Run], variant: &str) -> Option<u64> {
    let run = runs.iter().find(|run| run.language == Language::Rust && run.variant == variant)?;
    run.plain.as_ref()?.peak_rss_bytes
}

/// The verdict on a limit.
fn explain_limit(goal: &Goal, limit: u64, runs: &[Run], words: &Words) -> Option<String> {
    let (met, variant) = (goal.met?, goal.variant.as_ref()?);
    let key = if met { "goal-under" } else { "goal-over" };
    let (peak, limit) = (format::bytes(peak_rss_bytes(runs, variant)?), format::bytes(limit));
    Some(words.say(key, &[("variant", variant), ("peak", &peak), ("limit", &limit)]))
}

/// The verdict in one sentence with the figures it rests on; the promise, with what hinders it, where there is none.
pub(crate) fn explain_goal(goal: &Goal, runs: &[Run], words: &Words) -> String {
    if let Some(limit) = goal.under_bytes {
        return explain_limit(goal, limit, runs, words).unwrap_or_else(|| goal.text.clone());
    }
    let (Some(met), Some(variant), Some(reached)) = (goal.met, &goal.variant, goal.reached) else {
        return goal.text.clone();
    };
    let key = match (met, reached < 0.0) {
        (true, _) => "goal-met",
        (false, false) => "goal-missed",
        (false, true) => "goal-missed-more",
    };
    let peak = |name| find_rust_peak(runs, name).map(|(_, peak)| format::bytes(peak)).unwrap_or_default();
    words.say(
        key,
        &[
            ("variant", variant),
            ("peak", &peak(variant)),
            ("baseline", &goal.baseline),
            ("from", &peak(&goal.baseline)),
            ("saved", &format::percent(reached.abs())),
            ("asked", &format::percent(goal.reduction)),
        ],
    )
}

/// The same with the verdict in a word before it.
pub(crate) fn render_goal_line(goal: &Goal, runs: &[Run], words: &Words) -> String {
    words.say(
        "goal-line",
        &[("badge", &verdict_badge(goal.met, words)), ("sentence", &explain_goal(goal, runs, words))],
    )
}

/// The verdict in a word.
pub(crate) fn verdict_badge(met: Option<bool>, words: &Words) -> String {
    words.get(match met {
        Some(true) => "badge-met",
        Some(false) => "badge-missed",
        None => "badge-unknown",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn judged(change: impl FnOnce(&mut Vec<Run>)) -> Goal {
        let mut runs = fixture::runs();
        change(&mut runs);
        judge_goal(&fixture::goal_spec(), &runs, &Words::new(Lang::En))
    }

    fn of<'a>(runs: &'a mut [Run], variant: &str) -> &'a mut Run {
        runs.iter_mut()
            .find(|run| run.variant == variant && run.language == Language::Rust)
            .expect("in the fixture")
    }

    #[test]
    fn the_best_candidate_is_judged() {
        let goal = judged(|_| ());
        assert_eq!((goal.variant.as_deref(), goal.met), (Some("packed"), Some(true)));
        let goal = judged(|runs| runs.retain(|run| run.variant != "packed"));
        assert_eq!((goal.variant.as_deref(), goal.met), (Some("columns"), Some(false)));
    }

    #[test]
    fn exactly_the_saving_is_enough() {
        for (peak, met) in [(264_000_000, true), (264_000_001, false)] {
            let goal = judged(|runs| {
                runs.retain(|run| ["packed", "list_dict"].contains(&run.variant.as_str()));
                if let Some(heap) = &mut of(runs, "list_dict").heap {
                    heap.peak_bytes = 2_640_000_000;
                }
                if let Some(heap) = &mut of(runs, "packed").heap {
                    heap.peak_bytes = peak;
                }
            });
            assert_eq!(goal.met, Some(met), "{peak}");
        }
    }

    #[test]
    fn other_work_and_other_rows_do_not_count() {
        let goal = judged(|runs| of(runs, "packed").rows = 5);
        assert_eq!(goal.variant.as_deref(), Some("columns"));
        let goal = judged(|runs| of(runs, "packed").work_group = "other".to_owned());
        assert_eq!(goal.variant.as_deref(), Some("columns"));
        let goal = judged(|runs| of(runs, "list_dict").rows = 5);
        assert_eq!((goal.met, goal.variant), (None, None));
        assert!(goal.text.contains("packed"), "{}", goal.text);
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        let goal = judged(|runs| of(runs, "list_dict").heap = None);
        assert_eq!((goal.met, goal.reached), (None, None));
        assert!(goal.text.contains("list_dict"), "{}", goal.text);
        assert_eq!(judged(Vec::clear).met, None);
    }

    #[test]
    fn a_limit_is_held_against_the_best_peak_rss() {
        let words = Words::new(Lang::En);
        let judged = |peak: Option<u64>| {
            let mut runs = fixture::runs();
            of(&mut runs, "packed").plain.as_mut().expect("measured").peak_rss_bytes = peak;
            let spec = GoalSpec {
                metric: "peak_rss_bytes".to_owned(),
                reduction: 0.0,
                under_bytes: Some(100_000_000),
                among: vec!["packed".to_owned()],
                ..fixture::goal_spec()
            };
            let goal = judge_goal(&spec, &runs, &words);
            (goal.met, explain_goal(&goal, &runs, &words))
        };
        assert_eq!(
            judged(Some(99_999_999)),
            (
                Some(true),
                "packed peaks at 100 MB of resident memory, below the 100 MB that were asked for.".to_owned()
            )
        );
        let (met, said) = judged(Some(100_000_000));
        assert!(met == Some(false) && said.contains("not below"), "{said}");
        let (met, said) = judged(None);
        assert!(met.is_none() && said.contains("packed"), "{said}");
    }

    #[test]
    fn the_sentence_follows_the_figures() {
        let words = Words::new(Lang::En);
        let goal = judged(|_| ());
        let runs = fixture::runs();
        let said = explain_goal(&goal, &runs, &words);
        assert!(said.contains("12.3 MB") && said.contains("2.64 GB") && said.contains("99.5 %"), "{said}");
        let mut more = goal;
        more.reached = Some(-0.25);
        more.met = Some(false);
        assert_ne!(explain_goal(&more, &runs, &words), said);
    }
}
