//! `--mystery`: a leak hunt in which numbers replace the variants' names, in an order derived from
//! a seed; `--solve` checks answers. Names, verdicts and frames of the variants' own functions are
//! removed from all output, so that nothing but the leaking line gives an answer away.

use crate::cli::NEW_PUZZLE;
use crate::exit::ExitReason;
use crate::runner::discover::{Lesson, SectionNumber};
use crate::runner::measure::VariantTask;
use anyhow::{Context as _, Result};
use heaplab_profile::Profile;
use heaplab_record::{Language, Mystery, Report, Text};
use heaplab_report::{Lang, Words};
use std::path::Path;

/// A shuffled list of variant names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Puzzle {
    pub(crate) seed: u64,
    /// The variant's own name and its masked name.
    names: Vec<(String, String)>,
}

impl Puzzle {
    pub(crate) fn new(seed: u64, variants: &[String]) -> Puzzle {
        let mut order: Vec<&String> = variants.iter().collect();
        // Fisher-Yates from the back, with numbers of splitmix64.
        let mut state = seed;
        for last in (1..order.len()).rev() {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            order.swap(last, (mix_bits(state) % (last as u64 + 1)) as usize);
        }
        let names = (1..).zip(order).map(|(number, name)| (name.clone(), format!("mystery-{number}")));
        Puzzle { seed, names: names.collect() }
    }

    /// A new puzzle, or that of a given seed.
    pub(crate) fn from_option(asked: &str, lessons: &[&Lesson]) -> Result<Puzzle, ExitReason> {
        let variants = puzzle_variants(lessons)?;
        let seed = match asked {
            NEW_PUZZLE => {
                u64::from(std::process::id()) ^ (jiff::Timestamp::now().as_millisecond() as u64 % 1_000_000)
            }
            number => number.parse().map_err(|_| {
                ExitReason::UsageError(format!(
                    "--mystery={number}: a puzzle's number is a whole number, such as 7"
                ))
            })?,
        };
        Ok(Puzzle::new(seed, &variants))
    }

    /// The masked name; `None` for a variant that is not part of the puzzle.
    pub(crate) fn masked_name(&self, variant: &str) -> Option<&str> {
        self.names.iter().find(|(name, _)| name == variant).map(|(_, shown)| shown.as_str())
    }

    /// Replaces the variants' own functions by their masked names, and removes their locations.
    pub(crate) fn mask_profile(&self, mut profile: Profile) -> Profile {
        for frame in profile.sites.iter_mut().flat_map(|site| &mut site.frames) {
            let is_own = |(name, _): &&(String, String)| frame.function.rsplit("::").next() == Some(name);
            if let Some((_, shown)) = self.names.iter().find(is_own) {
                frame.function.clone_from(shown);
                frame.location = None;
            }
        }
        profile.merge_equal_stacks()
    }

    /// An answer in the right form, for messages.
    pub(crate) fn example_answer(&self) -> String {
        let first = self.names.iter().map(|(name, _)| name).min().map_or("", String::as_str);
        format!("mystery-1={first}")
    }

    /// The tasks of a puzzle, in the order of its numbers and without descriptions.
    pub(crate) fn mask_tasks<'a>(&'a self, tasks: Vec<VariantTask<'a>>) -> Vec<VariantTask<'a>> {
        let shown = |task: VariantTask<'a>| {
            let shown_as = self.masked_name(&task.variant.name)?;
            Some(VariantTask { shown_as, about: "", baseline: false, ..task })
        };
        let rust = tasks.into_iter().filter(|task| task.variant.language == Language::Rust);
        let mut tasks: Vec<VariantTask<'a>> = rust.filter_map(shown).collect();
        tasks.sort_by_key(|task| task.shown_as);
        tasks
    }

    /// The question, and how to answer it.
    pub(crate) fn render_question(&self, section: &SectionNumber, words: &Words) -> String {
        let (seed, section, example) = (self.seed.to_string(), section.to_string(), self.example_answer());
        let asked = words.say("mystery-told", &[("seed", &seed)]);
        asked + "\n" + &words.say("mystery-how", &[("section", &section), ("example", &example)])
    }

    fn real_name(&self, shown: &str) -> Option<&str> {
        self.names.iter().find(|(_, number)| number == shown).map(|(name, _)| name.as_str())
    }
}

/// The title of a puzzle's report.
pub(crate) fn masked_title(title: &Text) -> Text {
    let of = |lang, title: &str| Words::new(lang).say("mystery-title", &[("title", title)]);
    Text { en: of(Lang::En, &title.en), zh: of(Lang::Zh, &title.zh) }
}

/// Checks `--solve mystery-3=rc_cycle,mystery-1=box_leak`, or answers `--solve all`, for the puzzle
/// whose report is in `place`.
pub(crate) fn check_solution(
    answers: &[String],
    section: &SectionNumber,
    lessons: &[&Lesson],
    place: &Path,
) -> Result<()> {
    let path = place.join("report.json");
    let again = format!("cargo xtask lesson {section} --mystery");
    let text = std::fs::read(&path).map_err(|_| {
        ExitReason::UsageError(format!("{} has no puzzle: make one with `{again}`", place.display()))
    })?;
    let report: Report =
        serde_json::from_slice(&text).with_context(|| format!("cannot read {}", path.display()))?;
    let Some(Mystery { seed }) = report.mystery else {
        return Err(ExitReason::UsageError(format!(
            "{} is no puzzle: make one with `{again}`",
            path.display()
        ))
        .into());
    };
    let puzzle = Puzzle::new(seed, &puzzle_variants(lessons)?);
    if answers == ["all"] {
        for (name, shown) in &puzzle.names {
            println!("{shown} is {name}");
        }
        return Ok(());
    }
    let (lines, right) = judge_answers(&puzzle, answers)?;
    lines.iter().for_each(|line| println!("{line}"));
    println!("{right} of {} are found. `--solve all` tells the rest.", puzzle.names.len());
    if right < answers.len() {
        return Err(ExitReason::CheckFailed("not every answer is right".to_owned()).into());
    }
    Ok(())
}

fn judge_answers(puzzle: &Puzzle, answers: &[String]) -> Result<(Vec<String>, usize), ExitReason> {
    let mut lines = Vec::new();
    let mut right = 0;
    for answer in answers {
        let wrong_use = |why: &str| {
            ExitReason::UsageError(format!("--solve {answer}: {why}; such as {}", puzzle.example_answer()))
        };
        let (shown, name) = answer.split_once('=').ok_or_else(|| wrong_use("an answer is NUMBER=VARIANT"))?;
        let is = puzzle.real_name(shown).ok_or_else(|| wrong_use("the puzzle has no such number"))?;
        if puzzle.masked_name(name).is_none() {
            return Err(wrong_use("the puzzle has no such variant"));
        }
        let verdict = if is == name { "right" } else { "no" };
        right += usize::from(is == name);
        lines.push(format!("{shown} = {name}: {verdict}"));
    }
    Ok((lines, right))
}

fn puzzle_variants(lessons: &[&Lesson]) -> Result<Vec<String>, ExitReason> {
    let variants: Vec<String> = lessons.iter().flat_map(|lesson| lesson.mystery.iter().cloned()).collect();
    if variants.len() < 2 {
        return Err(ExitReason::UsageError("this section has no mystery; lesson 8.2 has one".to_owned()));
    }
    Ok(variants)
}

/// splitmix64's finaliser (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014).
fn mix_bits(state: u64) -> u64 {
    let value = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_profile::{Frame, Site};
    use std::collections::BTreeSet;

    fn names() -> Vec<String> {
        ["cache", "listener", "cycle", "leak"].map(str::to_owned).into()
    }

    #[test]
    fn a_seed_gives_one_order_and_seeds_give_many() {
        assert_eq!(Puzzle::new(7, &names()), Puzzle::new(7, &names()));
        let orders: BTreeSet<Vec<(String, String)>> =
            (0..200).map(|seed| Puzzle::new(seed, &names()).names).collect();
        assert_eq!(orders.len(), 24, "every order of four comes");
        let shown: BTreeSet<String> = names()
            .iter()
            .map(|name| Puzzle::new(3, &names()).masked_name(name).unwrap().to_owned())
            .collect();
        assert_eq!(shown.len(), 4);
    }

    #[test]
    fn answers_are_judged() {
        let puzzle = Puzzle::new(1, &names());
        let shown = puzzle.masked_name("cycle").unwrap();
        let wrong = puzzle.masked_name("leak").unwrap();
        let (lines, right) =
            judge_answers(&puzzle, &[format!("{shown}=cycle"), format!("{wrong}=cache")]).unwrap();
        assert_eq!(right, 1);
        assert!(lines[0].ends_with("right") && lines[1].ends_with("no"), "{lines:?}");
        for nonsense in ["mystery-9=cycle", "cycle", "mystery-1=unheard"] {
            assert!(judge_answers(&puzzle, &[nonsense.to_owned()]).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn no_frame_says_the_name() {
        let puzzle = Puzzle::new(5, &names());
        let frame = |function: &str, place: &str| Frame {
            function: function.to_owned(),
            location: Some(place.to_owned()),
            ..Frame::default()
        };
        let frames =
            vec![frame("hunt::cycle", "main.rs:9"), frame("hunt::documents::handle", "documents.rs:4")];
        let profile = Profile { sites: vec![Site { frames, ..Site::default() }] };
        let masked = &puzzle.mask_profile(profile).sites[0].frames;
        assert_eq!(
            (masked[0].function.as_str(), &masked[0].location),
            (puzzle.masked_name("cycle").unwrap(), &None)
        );
        assert_eq!(masked[1].location.as_deref(), Some("documents.rs:4"), "the line is there to be found");
    }
}
