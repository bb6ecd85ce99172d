//! The top of the page: the goal in large letters, and a few figures.

use crate::against::describe_comparison;
use crate::{Words, format, goal, program, prose};
use heaplab_analysis::baseline::{self, BaselineComparison};
use heaplab_record::{Language, Report, Run};

pub(super) struct Headline {
    /// `met`, `missed` or `unknown`: a class of the style sheet.
    pub(super) state: &'static str,
    /// The verdict in one word.
    pub(super) badge: String,
    /// The saving in large letters, if there is one.
    pub(super) figure: Option<String>,
    /// Says what the large figure compares.
    pub(super) of: String,
    /// The verdict with its figures; empty without one.
    pub(super) sentence: String,
    /// The goal's text; empty without a goal.
    pub(super) promise: String,
    /// Name, figure, and a line under it.
    pub(super) facts: Vec<[String; 3]>,
}

impl Headline {
    pub(super) fn from_report(report: &Report, words: &Words) -> Headline {
        let goal = report.goal.as_ref();
        let state = match goal.and_then(|goal| goal.met) {
            Some(true) => "met",
            Some(false) => "missed",
            None => "unknown",
        };
        let sentence =
            goal.filter(|goal| goal.met.is_some()).map(|goal| goal::explain_goal(goal, &report.runs, words));
        let reached = goal.and_then(|goal| goal.reached).filter(|reached| *reached >= 0.0);
        let of = match goal {
            Some(goal) => words.say("headline-of", &[("baseline", &goal.baseline)]),
            None => String::new(),
        };
        Headline {
            state,
            badge: goal::verdict_badge(goal.and_then(|goal| goal.met), words),
            figure: reached.map(format::percent),
            of,
            sentence: sentence.unwrap_or_default(),
            promise: goal.map(|goal| goal.text.clone()).unwrap_or_default(),
            facts: build_facts(report, words),
        }
    }
}

fn build_facts(report: &Report, words: &Words) -> Vec<[String; 3]> {
    if report.lesson.is_none() {
        return program::program_facts(report, words);
    }
    let mut facts = lesson_facts(report, words);
    let machine = &report.environment;
    if machine.cores > 0 && machine.memory_bytes > 0 {
        let cores = words.say("fact-cores", &[("cores", &machine.cores.to_string())]);
        let memory = format::bytes(machine.memory_bytes);
        facts.push([words.get("fact-machine"), memory, format!("{cores} · {}", machine.cpu)]);
    }
    facts
}

fn lesson_facts(report: &Report, words: &Words) -> Vec<[String; 3]> {
    let mut facts = vec![[
        words.get("fact-rows"),
        prose::list_scale_figures(report),
        words.say("fact-rows-exact", &[("scales", &prose::list_scales(report, format::count, words))]),
    ]];
    facts.extend(biggest_saving_fact(&compared_runs(report), words));
    let of = |language| report.runs.iter().filter(|run| run.language == language).count();
    let (rust, python) = (of(Language::Rust).to_string(), of(Language::Python).to_string());
    let by_language = words.say("fact-variants-of", &[("rust", &rust), ("python", &python)]);
    facts.push([words.get("fact-variants"), report.runs.len().to_string(), by_language]);
    facts
}

/// The runs with the figure that they are compared by. On a ladder this is resident memory, which
/// includes mapped pages and other processes.
fn compared_runs(report: &Report) -> Vec<Run> {
    let runs = report.runs.iter().cloned();
    match report.ladder {
        Some(_) => runs.map(|run| Run { heap: None, ..run }).collect(),
        None => runs.collect(),
    }
}

/// The variant that is furthest below its baseline.
fn biggest_saving_fact(runs: &[Run], words: &Words) -> Option<[String; 3]> {
    let best = runs
        .iter()
        .filter_map(|run| {
            let baseline = baseline::find_baseline(run, runs)?;
            match baseline::compare_with_baseline(run, Some(baseline))? {
                BaselineComparison::Change { part, is_noise: false, .. } if part < 1.0 => {
                    Some((run, baseline, part))
                }
                _ => None,
            }
        })
        .min_by(|one, other| one.2.total_cmp(&other.2))?;
    let (run, baseline, _) = best;
    let against = describe_comparison(run, Some(baseline), words)?;
    let who = prose::run_name(run, words);
    let line = words.say("fact-saving-of", &[("who", &who), ("baseline", &baseline.variant)]);
    let parts: Vec<String> = std::iter::once(line).chain(against.figures.clone()).collect();
    Some([words.get("fact-saving"), against.short(), parts.join(" · ")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use heaplab_record::Ladder;

    #[test]
    fn on_a_ladder_the_biggest_change_is_one_of_resident_memory() {
        let words = Words::new(Lang::En);
        let mut report = fixture::report(Lang::En);
        // What an allocator was asked for says nothing of mapped tables.
        let mapped = report.runs.iter_mut().find(|run| run.variant == "json").expect("the fixture has it");
        mapped.heap.as_mut().expect("recorded").peak_bytes = 1;
        let says = |report: &Report| {
            biggest_saving_fact(&compared_runs(report), &words).expect("one is smaller")[2].clone()
        };
        assert!(says(&report).contains("json"), "{}", says(&report));
        report.ladder = Some(Ladder { limit_bytes: 1 });
        assert!(!says(&report).contains("json"), "{}", says(&report));
    }
}
