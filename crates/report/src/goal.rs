//! Whether a section reached its goal, in words.

use crate::{Words, format};
use heaplab_analysis::goal::{self as analysis, GoalHindrance, find_rust_peak, peak_rss_bytes};
use heaplab_record::{Goal, GoalSpec, Run};

/// Judges the goal. Where nothing can be judged, `met` is `None` and the text says why.
pub fn judge_goal(spec: &GoalSpec, runs: &[Run], words: &Words) -> Goal {
    let promise = words.lang().pick(&spec.text);
    let judged = analysis::judge_goal(spec, runs);
    let text = match &judged {
        Ok(_) => promise.to_owned(),
        Err(hindrance) => {
            let why = explain_hindrance(hindrance, &spec.baseline, words);
            words.say("goal-not-judged", &[("promise", promise), ("why", &why)])
        }
    };
    let verdict = judged.ok();
    Goal {
        text,
        baseline: spec.baseline.clone(),
        metric: spec.metric.clone(),
        reduction: spec.reduction,
        under_bytes: spec.under_bytes,
        reached: verdict.as_ref().and_then(|verdict| verdict.reached),
        met: verdict.as_ref().map(|verdict| verdict.met),
        variant: verdict.map(|verdict| verdict.variant),
    }
}

fn explain_hindrance(hindrance: &GoalHindrance, baseline: &str, words: &Words) -> String {
    let (key, names) = match hindrance {
        GoalHindrance::UnknownMetric(metric) => ("goal-unknown-metric", metric.clone()),
        GoalHindrance::NoBaseline => ("goal-no-baseline", String::new()),
        GoalHindrance::NoCandidate(names) => ("goal-no-candidate", names.join(", ")),
        GoalHindrance::NotComparable(names) => ("goal-not-comparable", names.join(", ")),
        GoalHindrance::NoRss(names) => ("goal-no-rss", names.join(", ")),
    };
    words.say(key, &[("names", &names), ("baseline", baseline)])
}

/// The verdict on a limit.
fn explain_limit(goal: &Goal, limit: u64, runs: &[Run], words: &Words) -> Option<String> {
    let (met, variant) = (goal.met?, goal.variant.as_ref()?);
    let key = if met { "goal-under" } else { "goal-over" };
    let (peak, limit) = (format::bytes(peak_rss_bytes(runs, variant)?), format::bytes(limit));
    Some(words.say(key, &[("variant", variant), ("peak", &peak), ("limit", &limit)]))
}

/// The verdict in one sentence with the figures it rests on; the promise, with what hinders it,
/// where there is none.
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
    use heaplab_record::Language;

    fn judge_changed_report(change: impl FnOnce(&mut Vec<Run>)) -> Goal {
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
        let goal = judge_changed_report(|_| ());
        assert_eq!((goal.variant.as_deref(), goal.met), (Some("packed"), Some(true)));
        let goal = judge_changed_report(|runs| runs.retain(|run| run.variant != "packed"));
        assert_eq!((goal.variant.as_deref(), goal.met), (Some("columns"), Some(false)));
    }

    #[test]
    fn exactly_the_saving_is_enough() {
        for (peak, met) in [(264_000_000, true), (264_000_001, false)] {
            let goal = judge_changed_report(|runs| {
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
        let goal = judge_changed_report(|runs| of(runs, "packed").rows = 5);
        assert_eq!(goal.variant.as_deref(), Some("columns"));
        let goal = judge_changed_report(|runs| of(runs, "packed").work_group = "other".to_owned());
        assert_eq!(goal.variant.as_deref(), Some("columns"));
        let goal = judge_changed_report(|runs| of(runs, "list_dict").rows = 5);
        assert_eq!((goal.met, goal.variant), (None, None));
        assert!(goal.text.contains("packed"), "{}", goal.text);
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        let goal = judge_changed_report(|runs| of(runs, "list_dict").heap = None);
        assert_eq!((goal.met, goal.reached), (None, None));
        assert!(goal.text.contains("list_dict"), "{}", goal.text);
        assert_eq!(judge_changed_report(Vec::clear).met, None);
    }

    #[test]
    fn a_limit_is_held_against_the_best_peak_rss() {
        let words = Words::new(Lang::En);
        let judge_peak = |peak: Option<u64>| {
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
            judge_peak(Some(99_999_999)),
            (
                Some(true),
                "packed peaks at 100 MB of resident memory, below the 100 MB that were asked for.".to_owned()
            )
        );
        let (met, said) = judge_peak(Some(100_000_000));
        assert!(met == Some(false) && said.contains("not below"), "{said}");
        let (met, said) = judge_peak(None);
        assert!(met.is_none() && said.contains("packed"), "{said}");
    }

    #[test]
    fn the_sentence_follows_the_figures() {
        let words = Words::new(Lang::En);
        let goal = judge_changed_report(|_| ());
        let runs = fixture::runs();
        let said = explain_goal(&goal, &runs, &words);
        assert!(said.contains("12.3 MB") && said.contains("2.64 GB") && said.contains("99.5 %"), "{said}");
        let mut more = goal;
        more.reached = Some(-0.25);
        more.met = Some(false);
        assert_ne!(explain_goal(&more, &runs, &words), said);
    }
}
