//! `cargo xtask hint 8.5`: prints the next hint to a section's exercises, from its README.
//! `reports/hints.json` remembers which hints were shown, so that nobody reads the third one while
//! looking for the first.

use crate::cli::{self, HintOptions};
use crate::exit::ExitReason;
use crate::runner::discover::{self, Lesson};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_report::{Lang, Words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// How many hints were shown, by the lesson's section.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct HintProgress {
    told: BTreeMap<String, usize>,
}

pub(crate) fn run(options: &HintOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let (section, lessons) = workspace.find_section(&options.section)?;
    let words = Words::new(cli::resolve_language(options.lang));
    let mut hints = Vec::new();
    for lesson in &lessons {
        hints.push((lesson.section.to_string(), read_hints(lesson, words.lang())?));
    }
    let file = workspace.root.join("reports/hints.json");
    let mut remembered = if options.restart { HintProgress::default() } else { read_progress(&file) };
    let text = match options.all {
        true => all_hints(&hints, &words),
        false => next_hint(&hints, &section.to_string(), &mut remembered, &words),
    };
    Terminal::new(true).print_result(&text);
    if !options.all {
        write_progress(&file, &remembered)?;
    }
    Ok(())
}

/// A lesson's hints from its README in that language.
pub(crate) fn read_hints(lesson: &Lesson, lang: Lang) -> Result<Vec<String>> {
    let (file, heading) = match lang {
        Lang::En => ("README.md", "## Hints"),
        Lang::Zh => ("README.zh-CN.md", "## 提示"),
    };
    let path = lesson.folder.join(file);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let hints = numbered_items(&text, heading);
    if hints.is_empty() {
        let place = path.display();
        return Err(ExitReason::MissingRequirement(format!(
            "{place} has no hints: a numbered list under `{heading}`"
        ))
        .into());
    }
    Ok(hints)
}

/// The numbered items under a heading, each joined into one line.
fn numbered_items(text: &str, heading: &str) -> Vec<String> {
    let section = text.lines().skip_while(|line| line.trim_end() != heading).skip(1);
    let mut items: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in section.take_while(|line| !line.starts_with("## ")) {
        match strip_item_number(line) {
            Some(begin) => {
                items.push(begin.to_owned());
                is_open = true;
            }
            None if line.trim().is_empty() || !line.starts_with(' ') => is_open = false,
            None => {
                if let Some(item) = items.last_mut().filter(|_| is_open) {
                    append_text(item, line.trim());
                }
            }
        }
    }
    items
}

fn strip_item_number(line: &str) -> Option<&str> {
    let (number, rest) = line.split_once(". ")?;
    (!number.is_empty() && number.chars().all(|c| c.is_ascii_digit())).then(|| rest.trim_end())
}

/// Chinese text is joined without a blank.
fn append_text(item: &mut String, more: &str) {
    let is_wide = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
    if !(is_wide(item.chars().last()) && is_wide(more.chars().next())) {
        item.push(' ');
    }
    item.push_str(more);
}

/// The first hint that was not shown yet, one lesson after the other.
fn next_hint(
    hints: &[(String, Vec<String>)],
    asked: &str,
    remembered: &mut HintProgress,
    words: &Words,
) -> String {
    let told = |section: &str, remembered: &HintProgress| remembered.told.get(section).copied().unwrap_or(0);
    let total: usize = hints.iter().map(|(_, hints)| hints.len()).sum();
    for (section, hints) in hints {
        let number = told(section, remembered);
        let Some(hint) = hints.get(number) else { continue };
        remembered.told.insert(section.clone(), number + 1);
        return words.say(
            "hint",
            &[
                ("section", section),
                ("number", &(number + 1).to_string()),
                ("of", &hints.len().to_string()),
                ("hint", hint),
            ],
        );
    }
    words.say("hint-no-more", &[("section", asked), ("total", &total.to_string())])
}

fn all_hints(hints: &[(String, Vec<String>)], words: &Words) -> String {
    let of = hints.len();
    let mut out = Vec::new();
    for (section, hints) in hints {
        if of > 1 {
            out.push(words.say("hint-of", &[("section", section)]));
        }
        out.extend(hints.iter().enumerate().map(|(number, hint)| format!("{}. {hint}", number + 1)));
    }
    out.join("\n")
}

/// A file that is missing or unreadable counts as no progress.
fn read_progress(file: &Path) -> HintProgress {
    let text = std::fs::read(file).ok();
    text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn write_progress(file: &Path, remembered: &HintProgress) -> Result<()> {
    let cannot = || format!("cannot remember the hint in {}", file.display());
    let text = serde_json::to_string_pretty(remembered)? + "\n";
    std::fs::create_dir_all(file.parent().unwrap_or(Path::new(""))).with_context(cannot)?;
    std::fs::write(file, text).with_context(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# 8.x\n\n1. no hint\n\n## Hints\n\n1. First, and\n   its second line.\n2. Second.\n\nOne way is in `solution/`.\n\n## More\n\n3. no hint\n";

    #[test]
    fn hints_are_the_numbered_list_under_their_heading() {
        assert_eq!(numbered_items(README, "## Hints"), ["First, and its second line.", "Second."]);
        assert_eq!(
            numbered_items("## 提示\n\n1. 一行，\n   又一行 `x`\n   尾。\n", "## 提示"),
            ["一行，又一行 `x` 尾。"]
        );
        assert!(numbered_items("# none\n", "## Hints").is_empty());
    }

    #[test]
    fn they_come_one_after_the_other_and_lesson_after_lesson() {
        let words = Words::new(Lang::En);
        let hints = vec![
            ("8.5.1".to_owned(), vec!["a".to_owned(), "b".to_owned()]),
            ("8.5.2".to_owned(), vec!["c".to_owned()]),
        ];
        let mut remembered = HintProgress::default();
        let mut told = || next_hint(&hints, "8.5", &mut remembered, &words);
        let all: Vec<String> = (0..4).map(|_| told()).collect();
        for (text, (section, hint)) in all.iter().zip([("8.5.1", "a"), ("8.5.1", "b"), ("8.5.2", "c")]) {
            assert!(text.contains(section) && text.ends_with(hint), "{text}");
        }
        assert!(all[3].contains("--restart"), "{}", all[3]);
    }

    #[test]
    fn what_was_told_is_kept_in_a_file() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("reports/hints.json");
        assert_eq!(read_progress(&file), HintProgress::default());
        let remembered = HintProgress { told: BTreeMap::from([("8.1".to_owned(), 2)]) };
        write_progress(&file, &remembered).unwrap();
        assert_eq!(read_progress(&file), remembered);
        std::fs::write(&file, "not ours").unwrap();
        assert_eq!(read_progress(&file), HintProgress::default());
    }

    #[test]
    fn every_lesson_has_as_many_in_both_languages() {
        let workspace = discover::load_workspace().unwrap();
        for lesson in &workspace.lessons {
            let [en, zh] = [Lang::En, Lang::Zh].map(|lang| read_hints(lesson, lang).unwrap().len());
            assert!(en == zh && en >= 2, "{}: {en} and {zh}", lesson.section);
        }
    }
}
