//! The page of a class made by hand: nothing that a student writes becomes markup, and nothing is
//! fetched.

use super::*;
use crate::Lang;
use crate::gradebook::fixture::{self, EVIL};
use sha2::{Digest as _, Sha256};

fn render_fixture(lang: Lang) -> String {
    gradebook_page(&fixture::book(), &Words::new(lang)).unwrap()
}

/// RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[test]
fn the_policy_lets_exactly_this_script_run() {
    assert_eq!(base64(b"light wo"), "bGlnaHQgd28=");
    let page = render_fixture(Lang::En);
    let script = page.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
    let hash = format!("sha256-{}", base64(&Sha256::digest(script)));
    assert_eq!(SCRIPT_HASH, hash, "after a change of templates/gradebook.js this is its hash");
    assert!(page.contains(&format!("script-src '{hash}';")));
}

/// For looking at the page: `HEAPLAB_DUMP_PAGE=DIR` writes it there.
#[test]
fn everybody_stands_in_it_in_both_languages() {
    for lang in [Lang::En, Lang::Zh] {
        let page = render_fixture(lang);
        if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
            let file = std::path::Path::new(&dir).join(format!("gradebook-{}.html", lang.tag()));
            std::fs::write(file, &page).unwrap();
        }
        let said = match lang {
            Lang::En => ["1 h 2 min late", "18.2 MB lie outside", "same to the byte", "out of memory"],
            Lang::Zh => ["迟交 1 小时 2 分钟", "18.2 MB 在堆外", "全班得分分布", "内存超限"],
        };
        assert!(page.contains(said[0]) && page.contains(said[1]), "{lang:?}");
        for needed in
            ["李雷", "s002", "outside_heap", "97.0 %", "83.1 %", "verdicts/s001.zip-0a1b2c3d/summary.md"]
        {
            assert!(page.contains(needed), "{needed}");
        }
        assert!(
            !page.contains("gradebook-"),
            "a word is missing: {:?}",
            page.split("gradebook-").nth(1).map(|at| &at[..20])
        );
        assert_eq!(page.matches("<tr>\n").count(), 4);
    }
}

#[test]
fn what_a_student_writes_is_no_markup() {
    let mut book = fixture::book();
    for entry in &mut book.entries {
        (entry.bundle, entry.id, entry.name, entry.folder) =
            (EVIL.into(), EVIL.into(), EVIL.into(), format!("javascript:{EVIL}"));
        entry.flags.iter_mut().for_each(|flag| flag.text.en = EVIL.to_owned());
        for reason in &mut entry.reasons {
            (reason.code, reason.text.en) = (EVIL.into(), EVIL.into());
        }
        entry.tasks.iter_mut().for_each(|task| task.task = EVIL.to_owned());
        if let Some(submitted) = &mut entry.submitted {
            submitted.at = EVIL.to_owned();
        }
    }
    book.alike.iter_mut().for_each(|pair| (pair.one, pair.other) = (EVIL.into(), EVIL.into()));
    (book.deadline, book.harness_commit) = (Some(EVIL.into()), EVIL.into());
    let page = gradebook_page(&book, &Words::new(Lang::En)).unwrap();
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
    assert!(page.contains("&#60;script&#62;alert(1)"));
    assert!(!page.contains("javascript:") && !page.contains("href=\"verdicts"));
    let body = &page[page.find("<section").unwrap()..];
    assert!(!body.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn nothing_is_fetched() {
    let page = render_fixture(Lang::En);
    assert!(page.contains("Content-Security-Policy\" content=\"default-src 'none'"));
    for loader in ["<link", "<img", "@import", " src=", "url(", "href=\"h", "<form"] {
        assert!(!page.contains(loader), "{loader}");
    }
}

#[test]
fn a_link_leads_below_the_page_or_nowhere() {
    assert_eq!(verdict_link("verdicts/a-1"), Some("verdicts/a-1".to_owned()));
    for folder in ["", "x", "verdicts/../../etc", "javascript:verdicts/", "verdicts/a b", "verdicts/a\"b"] {
        assert_eq!(verdict_link(folder), None, "{folder}");
    }
}

#[test]
fn figures_are_of_the_class() {
    let (book, words) = (fixture::book(), Words::new(Lang::En));
    let of = |facts: Vec<[String; 3]>| facts.into_iter().map(|[_, value, _]| value).collect::<Vec<_>>();
    assert_eq!(of(build_facts(&book, &words)), ["4", "1", "15", "1", "1"]);
    let mut other = book.clone();
    other.entries[3].status = VerdictStatus::Pass;
    other.entries[3].score = 100;
    other.deadline = None;
    assert_eq!(of(build_facts(&other, &words)), ["4", "2", "96", "–", "1"]);
    assert_eq!(count_reasons(&book).len(), 3);
    other.entries.clear();
    assert!(gradebook_page(&other, &words).is_ok());
}

#[test]
fn pairs_that_are_not_shown_are_counted() {
    let mut book = fixture::book();
    book.alike = vec![book.alike[0].clone(); MOST_PAIRS + 7];
    book.alike_left_out = 5;
    let page = gradebook_page(&book, &Words::new(Lang::En)).unwrap();
    assert!(page.contains("12 more pairs"));
    assert_eq!(page.matches("83.1 %").count(), MOST_PAIRS);
}
