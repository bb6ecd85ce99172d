//! The page over three sections: one that was run, one that failed in part, one that is open.

use super::*;
use crate::{Lang, fixture};

fn lesson(number: &str, minutes: u32) -> CourseLesson {
    CourseLesson { number: number.to_owned(), title: fixture::text("A lesson", "一课"), minutes }
}

fn section(number: &str, lessons: Vec<CourseLesson>, report: Option<Report>) -> CourseSection {
    CourseSection { number: number.to_owned(), title: fixture::text("A section", "一节"), lessons, report }
}

fn course(lang: Lang) -> Course {
    let mut small = fixture::report(lang);
    small.failed.clear();
    small.goal = None;
    small.environment.commit.clear();
    let further =
        FurtherReport { folder: "profile/my prog".to_owned(), title: Some(fixture::text("Mine", "我的")) };
    Course {
        sections: vec![
            section("8.1", vec![lesson("8.1", 15)], Some(small)),
            section("8.5", vec![lesson("8.5.1", 12), lesson("8.5.2", 18)], Some(fixture::report(lang))),
            section("8.6", vec![lesson("8.6", 10)], None),
        ],
        further: vec![further],
        primer: Some("../lessons/primer/README.md".to_owned()),
    }
}

fn render_fixture(course: &Course, lang: Lang) -> String {
    render_page(course, &Words::new(lang)).expect("the template can be filled in")
}

/// For looking at the page: `HEAPLAB_DUMP_PAGE=DIR` writes it there.
#[test]
fn what_was_run_and_what_is_open() {
    for lang in [Lang::En, Lang::Zh] {
        let page = render_fixture(&course(lang), lang);
        if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
            let file = std::path::Path::new(&dir).join(format!("index-{}.html", lang.tag()));
            std::fs::write(file, &page).expect("the folder is there");
        }
        assert!(page.contains(&format!("<html lang=\"{}\"", lang.tag())));
        for needed in [
            "href=\"8.5/report.html\"",
            "href=\"profile/my%20prog/report.html\"",
            "cargo xtask lesson 8.6",
            "2026-11-22 11:27",
            "99.5 %",
            "8.5.2",
            "<a href=\"../lessons/primer/README.md\">",
            "cargo xtask primer",
            "id=\"word-peak\"",
        ] {
            assert!(page.contains(needed), "{needed}");
        }
        assert!(!page.contains("href=\"8.6/report.html\""), "there is no report to open");
        assert_eq!(page.matches("class=\"section open\"").count(), 1);
        assert_eq!(page.matches("class=\"section failed\"").count(), 1);
        assert_eq!(page.matches("<figure").count(), 2);
    }
}

#[test]
fn the_figures_follow_the_reports() {
    let mut of = course(Lang::En);
    let before = render_fixture(&of, Lang::En);
    assert!(before.contains("<b>2 of 3</b>") && before.contains("<b>45 of 55</b>"), "sections and minutes");
    assert!(before.contains("<b>8.6</b>"), "what is next");
    of.sections[2].report = of.sections[0].report.clone();
    let after = render_fixture(&of, Lang::En);
    assert!(after.contains("<b>3 of 3</b>") && after.contains("Every section has been run"), "{after}");
    let heap = of.sections[2]
        .report
        .as_mut()
        .expect("just put in")
        .runs
        .iter_mut()
        .find_map(|run| run.heap.as_mut());
    heap.expect("it was recorded").peak_bytes = 777_000_000_000;
    assert!(!after.contains("777 GB") && render_fixture(&of, Lang::En).contains("777 GB"));
}

#[test]
fn claims_that_hold_are_counted_and_none_of_none_is_no_verdict() {
    let mut of = course(Lang::En);
    of.sections.truncate(1);
    let claims = |of: &mut Course, holds: [Option<bool>; 3]| {
        let report = of.sections[0].report.as_mut().expect("it was run");
        let one = report.claims[0].clone();
        report.claims = holds.map(|holds| heaplab_record::ClaimVerdict { holds, ..one.clone() }).to_vec();
        render_fixture(of, Lang::En)
    };
    let page = claims(&mut of, [Some(true), Some(false), None]);
    assert!(page.contains("<b>1 of 2</b><small>1 not judged"), "{page}");
    let page = claims(&mut of, [None, None, None]);
    assert!(page.contains("<b>–</b><small>3 not judged"), "{page}");
}

#[test]
fn it_asks_nobody_and_ids_are_unique() {
    for lang in [Lang::En, Lang::Zh] {
        let page = render_fixture(&course(lang), lang);
        assert!(page.contains("default-src 'none'") && !page.contains("<script"));
        let links = page.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        assert!(links.clone().count() > 6);
        for link in links {
            assert!(!link.contains("//") && !link.starts_with('/'), "{link}");
        }
        assert!(!page.contains("src=\""), "nothing is loaded");
        let mut ids: Vec<&str> =
            page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}

#[test]
fn a_name_cannot_become_markup() {
    let evil = "<script>alert(1)</script>\"'";
    let mut of = course(Lang::En);
    of.sections[0].title.en = evil.to_owned();
    of.sections[1].lessons[0].title.en = evil.to_owned();
    of.further[0].folder = evil.to_owned();
    let report = of.sections[1].report.as_mut().expect("it was run");
    report.created_at = evil.to_owned();
    report.environment.commit = evil.to_owned();
    report.unit = evil.to_owned();
    report.runs[0].variant = evil.to_owned();
    let page = render_fixture(&of, Lang::En);
    assert!(!page.contains("<script"));
    assert!(page.contains("&#60;script&#62;"));
}

#[test]
fn an_empty_course_is_still_a_page() {
    let page = render_fixture(&Course::default(), Lang::Zh);
    assert!(page.contains("<html lang=\"zh\""));
}
