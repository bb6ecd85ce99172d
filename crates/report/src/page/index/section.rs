//! The card of a section: when it was run, its main figures and its picture.

use super::{CourseLesson, CourseSection, shorten_time};
use crate::page::inline_svg;
use crate::{Words, comparison_svg, format, goal, prose};
use heaplab_record::{Language, Report, Run};

/// Shown where no claim could be judged.
const NOT_JUDGED: &str = "–";

/// A section as the template shows it.
pub(super) struct SectionCard {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) minutes: String,
    /// Number and title of each lesson, where there are several.
    pub(super) lessons: Vec<(String, String)>,
    /// `None` where it was not run.
    pub(super) run: Option<SectionRun>,
}

/// What was measured.
pub(super) struct SectionRun {
    /// When it was run, at which scale and at which commit.
    pub(super) when: String,
    /// Says how many variants failed; `None` if none did.
    pub(super) failed: Option<String>,
    /// Name, figure, and a line under it.
    pub(super) facts: Vec<[String; 3]>,
    /// The class of the goal's pill, the verdict in one word, and in a sentence.
    pub(super) goal: Option<(&'static str, String, String)>,
    /// The accessible name of the link to the report.
    pub(super) link: String,
    /// The comparison chart, ready to be part of the page.
    pub(super) picture: Option<String>,
    pub(super) picture_name: String,
}

impl SectionCard {
    pub(super) fn from_section(section: &CourseSection, words: &Words) -> SectionCard {
        let title = words.lang().pick(&section.title).to_owned();
        let minutes: u32 = section.lessons.iter().map(|lesson| lesson.minutes).sum();
        let named =
            |lesson: &CourseLesson| (lesson.number.clone(), words.lang().pick(&lesson.title).to_owned());
        let lessons = match section.lessons.as_slice() {
            [_] => Vec::new(),
            several => several.iter().map(named).collect(),
        };
        SectionCard {
            run: section
                .report
                .as_ref()
                .map(|report| SectionRun::from_report(report, section, &title, words)),
            number: section.number.clone(),
            title,
            minutes: words.say("index-minutes", &[("minutes", &minutes.to_string())]),
            lessons,
        }
    }
}

impl SectionRun {
    fn from_report(report: &Report, section: &CourseSection, title: &str, words: &Words) -> SectionRun {
        let number = section.number.as_str();
        let goal = report.goal.as_ref().map(|of| {
            let state = match of.met {
                Some(true) => "met",
                Some(false) => "missed",
                None => "unknown",
            };
            (state, goal::verdict_badge(of.met, words), goal::explain_goal(of, &report.runs, words))
        });
        let failed = report.failed.len();
        // Ids in a picture must differ from card to card.
        let prefix = format!("s{}-", number.replace('.', "-"));
        SectionRun {
            when: describe_run(report, words),
            failed: (failed > 0).then(|| words.say("index-failed", &[("count", &failed.to_string())])),
            facts: build_facts(report, words),
            goal,
            link: words.say("index-report-of", &[("number", number), ("title", title)]),
            // A report whose picture cannot be drawn is still worth a card.
            picture: comparison_svg(report, words)
                .ok()
                .map(|svg| inline_svg::inline_with_prefix(&svg, &prefix)),
            picture_name: words.say("index-picture-of", &[("number", number)]),
        }
    }
}

fn describe_run(report: &Report, words: &Words) -> String {
    let commit = &report.environment.commit;
    let key = if commit.is_empty() { "index-when-plain" } else { "index-when" };
    let when = shorten_time(&report.created_at);
    let scales = prose::list_scales(report, format::scale, words);
    words.say(key, &[("when", &when), ("scales", &scales), ("commit", commit)])
}

/// The main figures of a section, as far as they were measured.
fn build_facts(report: &Report, words: &Words) -> Vec<[String; 3]> {
    let mut facts = Vec::new();
    facts.extend(peak_fact(&report.runs, words));
    facts.extend(claims_fact(report, words));
    let of = |language| report.runs.iter().filter(|run| run.language == language).count().to_string();
    facts.push([
        words.get("index-fact-variants"),
        report.runs.len().to_string(),
        words.say("fact-variants-of", &[("rust", &of(Language::Rust)), ("python", &of(Language::Python))]),
    ]);
    facts
}

/// The lowest and the highest peak of live heap, with their variants.
fn peak_fact(runs: &[Run], words: &Words) -> Option<[String; 3]> {
    let of = |run: &Run| run.heap.as_ref().map(|heap| heap.peak_bytes);
    let measured = || runs.iter().filter_map(|run| Some((of(run)?, run.variant.as_str())));
    let ((least, leanest), (most, largest)) = (measured().min()?, measured().max()?);
    let name = words.get("index-fact-peak");
    if least == most {
        return Some([name, format::bytes(least), leanest.to_owned()]);
    }
    let (least, most) = (format::bytes(least), format::bytes(most));
    Some([
        name,
        words.say("index-peak-range", &[("least", &least), ("most", &most)]),
        words.say("index-peak-who", &[("least", leanest), ("most", largest)]),
    ])
}

/// How many of the lecture's numbers hold here.
fn claims_fact(report: &Report, words: &Words) -> Option<[String; 3]> {
    let judged = report.claims.iter().filter_map(|claim| claim.holds);
    let (holds, judged) = (judged.clone().filter(|holds| *holds).count(), judged.count());
    let open = report.claims.len() - judged;
    if report.claims.is_empty() {
        return None;
    }
    let line = match open {
        0 => words.get("index-claims-all"),
        _ => words.say("index-claims-open", &[("open", &open.to_string())]),
    };
    let of = match judged {
        0 => NOT_JUDGED.to_owned(),
        _ => words.say("index-claims-of", &[("holds", &holds.to_string()), ("judged", &judged.to_string())]),
    };
    Some([words.get("index-fact-claims"), of, line])
}
