//! The primer through the real binary: what the programs of the two languages print is equal where
//! the texts say so, and explained where it is not.

use crate::run::{self, ends_with, run, skipped, stderr, stdout, workspace};
use heaplab_report::primer::{self, PrimerSection};
use std::collections::BTreeSet;

const TEXTS: [&str; 2] = ["README.md", "README.zh-CN.md"];

fn read_sections(name: &str) -> Vec<PrimerSection> {
    let path = workspace().join("lessons/primer").join(name);
    primer::read_sections(&std::fs::read_to_string(path).expect("the text is there")).expect("it is a primer")
}

/// Whether the machine has CPython, which every command of the primer but the list starts.
fn has_python() -> bool {
    let named = std::env::var_os("HEAPLAB_PYTHON").unwrap_or_else(|| "python3".into());
    std::process::Command::new(named).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// In the repository as it is: a program that was changed without its texts ends here.
#[test]
fn the_texts_say_what_the_programs_print() {
    if !has_python() {
        return skipped("python3 does not start");
    }
    let checked = run(&workspace(), &["primer", "--check"]);
    ends_with(&checked, 0);
    assert!(stdout(&checked).starts_with("6 words"), "{}", stdout(&checked));
}

/// The rows of the tables that differ are the ones that the bullets explain, in both languages.
#[test]
fn every_difference_is_explained_and_nothing_else() {
    let mut agreeing = 0;
    for name in TEXTS {
        for section in read_sections(name) {
            let rows = section.table.lines().filter(|line| line.starts_with('|')).skip(2);
            let mut differing = BTreeSet::new();
            for row in rows {
                let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
                match cells[3] {
                    "=" => agreeing += 1,
                    "≠" => drop(differing.insert(cells[0].to_owned())),
                    other => panic!("{name}, {}: a sign `{other}`", section.word),
                }
            }
            let explained: Vec<&str> = section.explained_labels();
            assert_eq!(explained.len(), differing.len(), "{name}, {}: {explained:?}", section.word);
            let explained: BTreeSet<String> = explained.into_iter().map(str::to_owned).collect();
            assert_eq!(explained, differing, "{name}, {}", section.word);
        }
    }
    assert!(agreeing >= 40, "the languages agree in {agreeing} rows");
}

#[test]
fn both_languages_have_the_words_of_the_command() {
    let listed = TEXTS
        .map(|name| -> Vec<String> { read_sections(name).into_iter().map(|section| section.word).collect() });
    assert_eq!(listed[0], listed[1]);
    let help = stdout(&run(&workspace(), &["primer", "--help"]));
    for word in &listed[0] {
        assert!(help.contains(word.as_str()) && help.contains("Example"), "{word} in {help}");
    }
    let refused = run(&workspace(), &["primer", "arc"]);
    ends_with(&refused, 2);
    assert!(stderr(&refused).contains("refcell"), "{}", stderr(&refused));
}

#[test]
fn a_word_shows_both_sources_both_outputs_and_why() {
    if !has_python() {
        return skipped("python3 does not start");
    }
    for (lang, says) in [("en", "a parameter is a name of its own"), ("zh", "参数是一个自己的名字")]
    {
        let mut command = run::xtask(&workspace());
        let output = command.args(["primer", "rc", "--lang", lang]).env("COLUMNS", "200").output().unwrap();
        ends_with(&output, 0);
        let said = stdout(&output);
        for part in
            ["Rc::strong_count(bag)", "sys.getrefcount(bag)", "owners during a call", "CPython 3.", says]
        {
            assert!(said.contains(part), "{part} in {said}");
        }
        let row =
            said.lines().find(|line| line.trim_start().starts_with("owners after the second name ")).unwrap();
        assert_eq!(row.split_whitespace().rev().take(3).collect::<Vec<_>>(), ["=", "2", "2"], "{row}");
    }
    for (lang, word) in
        [("en", "RSS, anonymous\n    Resident pages"), ("zh", "RSS 匿名页\n    不属于任何文件")]
    {
        let said = stdout(&run(&workspace(), &["primer", "glossary", "--lang", lang]));
        assert!(said.contains(word), "{said}");
    }
    let listed = stdout(&run(&workspace(), &["primer", "--lang", "zh"]));
    assert!(listed.contains("weak") && listed.contains("cargo xtask primer WORD"), "{listed}");
}
