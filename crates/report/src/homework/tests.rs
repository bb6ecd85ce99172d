//! What is said follows from the figures, and a name is never anything but a name.

use super::*;
use crate::Lang;
use crate::page::{HomeworkFiles, render_homework_page};
use heaplab_record::{Environment, SubmittedFile, Text, TopSite};

/// Everything that a name could be taken for.
const NAME: &str = "</title><script>alert(1)</script>|*[x](javascript:1)* =cmd() \u{1b}[2J\u{1b}]0;x\u{7}\u{202e}\n# 李雷 &lt;";

fn generator() -> TaskResult {
    TaskResult {
        task: "required.generator".to_owned(),
        right: true,
        rows: Some(200_000),
        allocations: Some(200_017),
        peak_bytes: Some(63_220_538),
        growth_thousandths: Some(4_087),
        wall_ns: vec![1, 2, 3],
        stable: true,
        score: 10,
        of: 60,
        top: Some(TopSite {
            function: "Vec::push".to_owned(),
            location: "src/student/required.rs:14".to_owned(),
            at_peak_bytes: 60_000_000,
        }),
        ..TaskResult::default()
    }
}

const WANTED: TaskLimits =
    TaskLimits { allocations: Some(200_064), peak_bytes: Some(65_536), growth_thousandths: Some(1_100) };

fn result(name: &str) -> HomeworkResult {
    HomeworkResult {
        schema: heaplab_record::HOMEWORK_SCHEMA.to_owned(),
        id: "s123".to_owned(),
        name: name.to_owned(),
        created_at: String::new(),
        commit: String::new(),
        source_sha256: "ab".repeat(32),
        sources: vec![SubmittedFile { name: "required.rs".to_owned(), sha256: "cd".repeat(32) }],
        environment: Environment::default(),
        seed: 7,
        tasks: vec![generator()],
        score: 10,
        of: 60,
        bonus: 0,
        bonus_of: 20,
    }
}

#[test]
fn the_line_names_peak_limit_growth_place_and_next_step() {
    let line = task_line(&generator(), &WANTED, &Words::new(Lang::En));
    assert_eq!(
        line,
        "✗ required.generator peak 63,220,538 B > limit 65,536 B; growth ×4.09 for 4×N (want ≤ 1.1); \
         200,017 allocations; top: src/student/required.rs:14 Vec::push; 10 of 60 points. \
         Next: cargo xtask homework hint required.generator"
    );
}

#[test]
fn the_line_follows_the_figures() {
    for lang in [Lang::En, Lang::Zh] {
        let words = Words::new(lang);
        let said = |task: &TaskResult| task_line(task, &WANTED, &words);
        let before = said(&generator());
        let less = TaskResult { peak_bytes: Some(65_536), growth_thousandths: Some(1_100), ..generator() };
        assert!(before.contains('>') && !said(&less).contains('>'), "{}", said(&less));
        assert!(said(&less).contains("65,536") && !said(&less).contains("63,220,538"));
        let full = TaskResult { score: 60, ..less };
        assert!(said(&full).starts_with('✓') && !said(&full).contains("hint"));
        let note = Text { en: "3 runs: 1, 2, 3".to_owned(), zh: "3 次：1, 2, 3".to_owned() };
        let unstable = TaskResult { stable: false, notes: vec![note], ..full };
        assert!(said(&unstable).starts_with('✗') && said(&unstable).contains("1, 2, 3"));
        let why = Text { en: "it gave 3 rows".to_owned(), zh: "给出了 3 行".to_owned() };
        let wrong = TaskResult { right: false, wrong: Some(why.clone()), ..generator() };
        assert!(said(&wrong).contains(lang.pick(&why)));
    }
}

#[test]
fn the_hint_follows_the_figures() {
    for lang in [Lang::En, Lang::Zh] {
        let words = Words::new(lang);
        let of = |task: &TaskResult| render_hint(task, &WANTED, true, false, &words);
        let grows = of(&generator());
        assert!(grows.contains("×4.09") || grows.contains("4.09 倍"), "{grows}");
        assert!(grows.contains("src/student/required.rs:14") && grows.contains("94.9"), "{grows}");
        let flat = of(&TaskResult { growth_thousandths: Some(1_000), ..generator() });
        assert!(!flat.contains("4.09") && flat.contains("63,220,538"), "{flat}");
        let list = TaskResult { task: "required.list".to_owned(), allocations: Some(200_080), ..generator() };
        assert!(of(&list).contains("200,080") && of(&list).contains("16"), "{}", of(&list));
        let full = TaskResult { score: 60, ..generator() };
        assert!(of(&full).contains("60") && !of(&full).contains("94.9"));
        let stale = render_hint(&full, &WANTED, true, true, &words);
        assert!(stale.contains(&words.get("homework-hint-stale")));
        let nothing = render_hint(&generator(), &WANTED, false, false, &words);
        assert!(nothing.contains(&words.get("homework-hint-unmeasured")) && !nothing.contains("63,220"));
        for name in ["required.list", "required.generator", "optional.aggregate"] {
            let of = TaskResult { task: name.to_owned(), ..TaskResult::default() };
            let said = render_hint(&of, &WANTED, false, false, &words);
            assert!(!said.contains("homework-"), "every task has its words: {said}");
        }
    }
}

#[test]
fn a_name_is_text_in_page_and_summary() {
    for lang in [Lang::En, Lang::Zh] {
        let words = Words::new(lang);
        let shown = HomeworkFiles {
            both_svg: Some("<svg viewBox=\"0 0 1 1\"></svg>"),
            both_sentences: &[words.get("homework-both-note")],
            curve_svg: None,
            flamegraph_svg: "<svg viewBox=\"0 0 10 10\"></svg>",
            sources: &[("required.rs".to_owned(), "</pre><script>alert(2)</script>".to_owned())],
        };
        let page = render_homework_page(&result(NAME), &[WANTED], shown, &words).unwrap();
        assert!(!page.contains("<script>alert") && !page.contains("</title><script"), "{page}");
        assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}') && page.contains("李雷"));
        assert_eq!(page.matches("<h1>").count(), 1);
        let summary = render_summary(&result(NAME), &[WANTED], true, &words);
        let title = summary.lines().next().unwrap();
        assert!(title.starts_with("# 8.9") && title.contains("李雷"), "the name is one line: {title}");
        assert!(!title.replace("\\]", "").contains("](") && title.contains("\\[x\\]"), "{title}");
        assert!(!summary.contains("<script>") && !summary.contains('\u{1b}'), "{summary}");
        assert!(title.contains("\\|") && title.contains("&amp;lt;"), "{title}");
    }
}

#[test]
fn the_curves_sentence_follows_the_peaks() {
    let words = Words::new(Lang::En);
    let said = |generator_peak: u64| {
        let list =
            TaskResult { task: "required.list".to_owned(), peak_bytes: Some(9_000_000), ..generator() };
        let generator = TaskResult { peak_bytes: Some(generator_peak), ..generator() };
        let mut result = result("Li Lei");
        result.tasks = vec![list, generator];
        let shown = HomeworkFiles {
            curve_svg: Some("<svg></svg>"),
            both_svg: None,
            both_sentences: &[],
            flamegraph_svg: "<svg></svg>",
            sources: &[],
        };
        render_homework_page(&result, &[WANTED; 2], shown, &words).unwrap()
    };
    assert!(said(9_000).contains("1,000 times as much"));
    assert!(said(9_000_000).contains("hardly a difference"));
}

#[test]
fn every_message_is_there() {
    let sources = [
        include_str!("../homework.rs"),
        include_str!("hint.rs"),
        include_str!("../page/homework.rs"),
        include_str!("summary.rs"),
        include_str!("../../templates/homework.html"),
    ];
    for lang in [Lang::En, Lang::Zh] {
        let words = Words::new(lang);
        let keys = sources.iter().flat_map(|source| source.split('"')).filter(|text| {
            text.starts_with("homework-")
                && !text.ends_with('-')
                && text.chars().all(|char| char.is_ascii_lowercase() || char == '-')
        });
        let mut found = 0;
        for key in keys {
            found += 1;
            assert_ne!(words.get(key), key);
        }
        assert!(found > 40, "{found}");
    }
}
