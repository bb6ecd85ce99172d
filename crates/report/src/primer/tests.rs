//! How outputs are paired, and how a README is read and filled.

use super::*;
use crate::Lang;

const README: &str = "# Primer\n\nHow to read it.\n\n## `Rc`: owners\n\n**The question.** Who\nfrees it?\n\n[a](b)\n\n\
    <!-- primer rc -->\nold\n<!-- /primer -->\n\nBoth [count](x.md).\n\n- `bytes`: because of the *type*.\n\n## More\n\nNothing.\n";

fn run() -> PrimerRun {
    let pairs =
        OutputPair::from_outputs("owners: 1\nbytes: 8\nends: a b\n", "owners: 1\nbytes: 28\nsince: 3\n");
    let refused = RefusedProgram { file: "refused/rc.rs".to_owned(), message: "error: no\n".to_owned() };
    PrimerRun { word: "rc".to_owned(), python_version: "3.11.7".to_owned(), pairs, refused: Some(refused) }
}

#[test]
fn lines_are_paired_by_their_labels() {
    let pairs = run().pairs;
    let agrees: Vec<(&str, bool)> = pairs.iter().map(|pair| (pair.label.as_str(), pair.agrees())).collect();
    assert_eq!(agrees, [("owners", true), ("bytes", false), ("ends", false), ("since", false)]);
    assert_eq!(pairs[3].cells(), ["since", "–", "3", "≠"].map(str::to_owned));
}

#[test]
fn a_readme_has_a_section_per_mark() {
    let sections = read_sections(README).unwrap();
    assert_eq!(sections.len(), 1);
    assert_eq!((sections[0].word.as_str(), sections[0].title.as_str()), ("rc", "Rc: owners"));
    assert_eq!(sections[0].question, "The question. Who frees it?");
    assert_eq!(sections[0].explained_labels(), ["bytes"]);
    let error = read_sections("## A\n\nb\n\n<!-- primer a -->\n").unwrap_err().to_string();
    assert!(error.starts_with("line 5") && error.contains("/primer"), "{error}");
}

#[test]
fn the_outputs_take_the_place_of_the_old_ones() {
    let words = Words::new(Lang::En);
    let once = fill_tables(README, &[run()], &words).unwrap();
    assert!(once.contains("| bytes | 8 | 28 | ≠ |") && !once.contains("old"), "{once}");
    assert!(once.contains("```text\nerror: no\n```"), "{once}");
    assert_eq!(fill_tables(&once, &[run()], &words).unwrap(), once, "once more changes nothing");
}

#[test]
fn the_terminal_shows_no_markup() {
    for (lang, lead) in [(Lang::En, "The compiler refuses"), (Lang::Zh, "编译器拒绝")] {
        let section = read_sections(README).unwrap().remove(0);
        let said = render_terminal(&section, &run(), &Words::new(lang), 80);
        assert!(said.contains("· bytes: because of the type.") && said.contains("Both count."), "{said}");
        assert!(said.contains(lead) && !said.contains("**") && !said.contains("](b)"), "{said}");
        assert!(
            said.lines().any(|line| line.contains("bytes") && line.contains("28") && line.ends_with('≠'))
        );
    }
}

#[test]
fn another_interpreter_may_differ_where_python_differs_from_rust() {
    let words = Words::new(Lang::En);
    let text = fill_tables(README, &[run()], &words).unwrap();
    let renewed = |change: &dyn Fn(&mut PrimerRun)| {
        let mut run = run();
        change(&mut run);
        let renewed = fill_tables(&text, &[run], &words).unwrap();
        find_stale_words(&text, &renewed).unwrap()
    };
    let other = |run: &mut PrimerRun| run.pairs[1].python = Some("36".to_owned());
    let newer = |run: &mut PrimerRun| run.python_version = "3.13.0".to_owned();
    assert!(renewed(&|run| run.python_version = "3.11.9".to_owned()).is_empty());
    assert_eq!(renewed(&other), ["rc"], "the same version prints something else");
    assert!(
        renewed(&|run| {
            newer(run);
            other(run)
        })
        .is_empty()
    );
    assert_eq!(
        renewed(&|run| {
            newer(run);
            run.pairs[0].python = Some("2".to_owned())
        }),
        ["rc"]
    );
    assert_eq!(
        renewed(&|run| {
            newer(run);
            run.pairs[1].rust = Some("9".to_owned())
        }),
        ["rc"]
    );
    let error = RefusedProgram { file: "refused/rc.rs".to_owned(), message: "error: other".to_owned() };
    assert_eq!(renewed(&|run| run.refused = Some(error.clone())), ["rc"]);
}
