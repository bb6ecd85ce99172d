//! What the page holds, and what it cannot be made to hold.

use super::*;
use crate::{Lang, comparison_svg, curve_svg, fixture, profile_flamegraphs};
use heaplab_profile::{Frame, Profile, RecorderFigures, Site};
use heaplab_record::{Curve, CurvePoint, Language, SizeClass, SourceLine};

/// Pictures as a section's own: drawn, with scripts and ids in them.
fn pictures(report: &Report, lang: Lang) -> PagePictures {
    let words = Words::new(lang);
    let profile = profile(&["slots_vs_maps::run", "HashMap::insert"]);
    let flames_of = ["list_dict", "packed"].map(|variant| (variant, "recorded".to_owned(), &profile));
    PagePictures {
        comparison_svg: comparison_svg(report, &words).expect("it can be drawn"),
        live_svg: None,
        curve_svg: curve_svg(&[curve(2_640_000_000), curve(12_345_678)], &words).expect("it can be drawn"),
        flames: profile_flamegraphs(&flames_of, &words),
        attached: Vec::new(),
        tool_files: Vec::new(),
        leaks: Vec::new(),
        sources: Vec::new(),
    }
}

/// One call stack that kept something of what it allocated.
fn profile(functions: &[&str]) -> Profile {
    let frame = |name: &&str| Frame { function: (*name).to_owned(), location: None, ..Frame::default() };
    let recorded = Some(RecorderFigures { lifetime_bytes: 48, ..RecorderFigures::default() });
    let site = Site {
        frames: functions.iter().map(frame).collect(),
        total_blocks: 3,
        total_bytes: 4_000_000,
        peak_bytes: 1_840_000,
        end_bytes: 1_000_000,
        recorded,
        ..Site::default()
    };
    Profile { sites: vec![site] }
}

/// A run that fills memory at an even pace.
fn curve(peak_bytes: u64) -> Curve {
    let point = |step: u64| CurvePoint {
        at_ns: step * 50_000_000,
        rss_anon_bytes: peak_bytes / 100 * step,
        rss_file_bytes: 2_100_000,
    };
    Curve {
        section: "8.5.2".to_owned(),
        variant: format!("takes_{peak_bytes}"),
        language: Language::Rust,
        interpreter: None,
        points: (0..=100).map(point).collect(),
    }
}

fn render_fixture(report: &Report, lang: Lang) -> String {
    render_report_page(report, &pictures(report, lang), &Words::new(lang))
        .expect("the template can be filled in")
}

/// For looking at the page: `HEAPLAB_DUMP_PAGE=DIR` writes it there.
#[test]
fn page_of_the_fixture() {
    for lang in [Lang::En, Lang::Zh] {
        let page = render_fixture(&fixture::report(lang), lang);
        if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
            let file = std::path::Path::new(&dir).join(format!("{}.html", lang.tag()));
            std::fs::write(file, &page).expect("the folder is there");
        }
        assert!(page.contains(&format!("<html lang=\"{}\"", lang.tag())));
        for needed in ["packed", "99.5 %", "2,640,000,048", "5,000,000", "AMD EPYC", "1.75", "out of memory"]
        {
            assert!(page.contains(needed), "{needed}");
        }
    }
}

#[test]
fn a_program_has_its_totals_and_no_columns_of_a_lesson() {
    for lang in [Lang::En, Lang::Zh] {
        let (mut report, words) = (fixture::program_report(lang), Words::new(lang));
        let freed_blocks = vec![0, 0, 0, 0, 0, 50_000];
        let class = SizeClass { from_bytes: 32, freed_blocks, end_blocks: 50_000 };
        report.runs[0].heap.as_mut().expect("measured").lifetimes = vec![class];
        let profile = profile(&["leaky::main", "leaky::remember"]);
        let flames = profile_flamegraphs(&[("leaky", String::new(), &profile)], &words);
        let source = SourceListing {
            title: heaplab_record::Text::default(),
            path: "src/bin/leaky/main.rs".to_owned(),
            columns: Vec::new(),
            lines: vec![SourceLine {
                number: 41,
                code: "kept.push(line); // of its own".to_owned(),
                figures: Vec::new(),
            }],
        };
        let sources = vec![("leaky".to_owned(), source)];
        let pictures = PagePictures { flames, sources, ..PagePictures::default() };
        let page = render_report_page(&report, &pictures, &words).expect("filled in");
        if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
            let file = std::path::Path::new(&dir).join(format!("program-{}.html", lang.tag()));
            std::fs::write(file, &page).expect("the folder is there");
        }
        for needed in [
            "6,400,000",
            "100,002",
            "leaky --rows 50000",
            "src/bin/leaky/main.rs:41",
            "75.0 %",
            "of its own",
            "32–63 B",
        ] {
            assert!(page.contains(needed), "{needed}");
        }
        for lessons in ["heading-runs", "column-rss-anon", "heading-comparison", "fact-rows", "goal-met"] {
            let said = prose::column_head(lessons, &words);
            assert!(!page.contains(&format!(">{said}<")), "{said}");
        }
    }
}

#[test]
fn a_lessons_sites_stand_under_its_flamegraph() {
    let mut report = fixture::report(Lang::En);
    let sites = fixture::program_report(Lang::En).runs.remove(0).heap.expect("measured").sites;
    let list_dict =
        report.runs.iter_mut().find(|run| run.variant == "list_dict" && run.language == Language::Rust);
    list_dict.and_then(|run| run.heap.as_mut()).expect("measured").sites = sites;
    let page = render_fixture(&report, Lang::En);
    let (_, details) = page.split_once("<details").expect("a flamegraph");
    let (details, after) = details.split_once("</details>").expect("it ends");
    assert!(details.contains("leaky::remember") && details.contains("50,000"), "{details}");
    assert!(!after.contains("leaky::remember"), "the other variant has no sites");
}

#[test]
fn sites_are_by_line_and_a_switch_shows_them_by_stack() {
    let mut report = fixture::program_report(Lang::En);
    let words = Words::new(Lang::En);
    let pictures = PagePictures {
        flames: profile_flamegraphs(&[("leaky", String::new(), &profile(&["leaky::main"]))], &words),
        ..PagePictures::default()
    };
    let page = |report: &Report| render_report_page(report, &pictures, &words).expect("filled in");
    let two = page(&report);
    let (by_line, by_stack) = (two.find("flames-0-sites-1\""), two.find("flames-0-sites-2\""));
    assert!(by_line.is_some() && by_line < by_stack);
    assert!(two.contains("id=\"flames-0-sites-by-1\" checked"), "lines are shown first");
    // A report of an earlier version has no lines, so there is nothing to switch between.
    report.runs[0].heap.as_mut().expect("measured").lines.clear();
    let one = page(&report);
    assert!(one.contains("flames-0-sites-1\"") && !one.contains("flames-0-sites-2\""));
}

#[test]
fn nothing_is_fetched() {
    let page = render_fixture(&fixture::report(Lang::En), Lang::En);
    assert!(page.contains("Content-Security-Policy\" content=\"default-src 'none'"));
    for loader in ["<link", "<img", "@import", " src=", "url(&", "url(h", "href=\"h", "href=&#34;h"] {
        assert!(!page.contains(loader), "{loader}");
    }
    for (at, _) in page.match_indices("http") {
        let attribute = page[..at].rsplit(' ').next().unwrap_or_default();
        assert!(
            attribute.starts_with("xmlns") || attribute == "<meta" || page[at..].starts_with("http-equiv")
        );
    }
}

#[test]
fn ids_are_unique() {
    let report = fixture::report(Lang::En);
    let clip = "<svg viewBox=\"0 0 9 3\"><clipPath id=\"c\"/><g clip-path=\"url(#c)\"/></svg>";
    let clashing = PagePictures {
        comparison_svg: clip.to_owned(),
        curve_svg: Some(clip.to_owned()),
        live_svg: Some(clip.to_owned()),
        ..pictures(&report, Lang::En)
    };
    let page =
        render_report_page(&report, &clashing, &Words::new(Lang::En)).expect("the template can be filled in");
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert!(ids.contains(&"comparison-c") && ids.contains(&"curve-c") && ids.contains(&"live-c"));
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(&target), "{target}");
    }
}

#[test]
fn a_name_cannot_become_markup() {
    let evil = "<script>alert(1)</script>\"'";
    let mut report = fixture::report(Lang::En);
    report.runs[0].variant = evil.to_owned();
    report.runs[0].about = evil.to_owned();
    report.title.en = evil.to_owned();
    report.claims[0].text = evil.to_owned();
    report.claims[0].why = evil.to_owned();
    report.failed[0].cause = evil.to_owned();
    report.failed[0].stderr_tail = evil.to_owned();
    report.environment.cpu = evil.to_owned();
    let heap = report.runs[6].heap.get_or_insert_default();
    heap.sites = fixture::program_report(Lang::En).runs.remove(0).heap.expect("measured").sites;
    heap.sites[0].function = evil.to_owned();
    heap.sites[0].location = evil.to_owned();
    let mut pictures = pictures(&report, Lang::En);
    let (hot, words) = (profile(&[evil]), Words::new(Lang::En));
    pictures.flames.extend(profile_flamegraphs(&[(evil, evil.to_owned(), &hot)], &words));
    let page =
        render_report_page(&report, &pictures, &Words::new(Lang::En)).expect("the template can be filled in");
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
    assert!(page.contains("&#60;script&#62;alert"));
}

#[test]
fn the_policy_lets_the_one_script_run_and_no_other() {
    let page = render_fixture(&fixture::report(Lang::Zh), Lang::Zh);
    let (_, script) = page.split_once("<script>").expect("it has one");
    let (script, _) = script.split_once("</script>").expect("it ends");
    assert_eq!(script, script::SCRIPT);
    // `printf '%s' SCRIPT | openssl dgst -sha256 -binary | base64` gives the same: a browser is
    // asked in xtask's tests.
    let (_, policy) = page.split_once("Content-Security-Policy\" content=\"").expect("a policy");
    let (policy, _) = policy.split_once('"').expect("it ends");
    let (_, scripts) = policy.split_once("script-src ").expect("of scripts");
    let (scripts, _) = scripts.split_once(';').expect("and more");
    assert!(scripts.contains("sha256-") && !scripts.contains("unsafe"), "{scripts}");
    for handler in [" onload=", " onclick=", "javascript:", "<iframe"] {
        assert!(!page.contains(handler), "{handler}");
    }
}

#[test]
fn what_was_not_measured_is_no_zero() {
    let mut report = fixture::report(Lang::En);
    report.runs = vec![fixture::bare("8.5.2", "slots")];
    report.claims.clear();
    report.goal = None;
    let page = render_fixture(&report, Lang::En);
    let body = &page[page.find("<tbody").expect("a table of runs")..];
    assert!(!body.contains(">0<") && !body.contains(">0 B<"), "{body}");
    assert!(body.contains("–"));
    render_fixture(&fixture::empty_report(), Lang::Zh);
}

/// The columns whose heads the template names, such as `head("variant")`.
fn columns_of_template() -> Vec<&'static str> {
    let named = include_str!("../../../templates/report.html").split("head(\"").skip(1);
    named.filter_map(|rest| rest.split_once('"')).map(|(column, _)| column).collect()
}

#[test]
fn every_head_has_a_word_in_the_glossary() {
    let named = columns_of_template();
    assert!(named.contains(&"rss-anon") && named.contains(&"function"), "{named:?}");
    let listed = site_table::FIGURES.iter().chain(&program::COLUMNS).chain(&reconcile::COLUMNS);
    let listed = listed.chain(&panels::RECONCILED).copied();
    for column in named.into_iter().chain(listed) {
        let entry = glossary::find_column(column, &Words::new(Lang::En));
        assert!(entry.is_some(), "no word of crates/report/src/glossary.rs is for the column `{column}`");
    }
}

/// Every link to a word leads somewhere, each word stands once, and the sentence is the link's title.
#[test]
fn heads_lead_to_words_that_the_page_explains() {
    let lesson = [Lang::En, Lang::Zh].map(|lang| (lang, fixture::report(lang)));
    let program = [Lang::En, Lang::Zh].map(|lang| (lang, fixture::program_report(lang)));
    for (lang, report) in lesson.into_iter().chain(program) {
        let page = render_fixture(&report, lang);
        let links = page.split("href=\"#word-").skip(1);
        let links: Vec<&str> = links.filter_map(|rest| rest.split_once('"')).map(|(word, _)| word).collect();
        assert!(links.len() >= 8, "{links:?}");
        for word in links {
            assert_eq!(page.matches(&format!("id=\"word-{word}\"")).count(), 1, "{word}");
        }
        let peak = glossary::find_column("peak-live", &Words::new(lang)).unwrap();
        assert!(page.contains(&format!("<a href=\"#word-peak\" title=\"{}", &peak.meaning[..12])));
        assert!(page.contains(&format!("<dt>{}</dt>", peak.name)));
    }
}
