//! The texts say what the gallery measured, and the site that is made of them has no link that
//! leads nowhere.

use crate::run::{ends_with, run, stderr, stdout, workspace};

/// In the repository as it is: a figure that was typed, or a gallery that was renewed without its
/// texts, ends here.
#[test]
fn every_text_says_what_the_gallery_says() {
    let checked = run(&workspace(), &["gallery", "--check"]);
    ends_with(&checked, 0);
    assert!(stdout(&checked).contains("all as the gallery says"), "{}", stdout(&checked));
}

#[test]
fn the_site_is_whole_and_its_texts_lead_somewhere() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("site");
    let place = out.to_str().unwrap();
    let made = run(&workspace(), &["site", "--out", place]);
    ends_with(&made, 0);
    assert!(stdout(&made).contains("links hold"), "{}", stdout(&made));
    let page = |name: &str| std::fs::read_to_string(out.join(name)).unwrap_or_else(|_| panic!("{name}"));
    for lang in ["index.html", "index.zh-CN.html"] {
        let lesson = page(&format!("lessons/8.5.2-slots-vs-maps/{lang}"));
        assert!(lesson.contains("list_dict") && lesson.contains("reports/gallery/8.5/comparison.png"));
        assert!(!page(lang).contains("src=\"http"), "a page asks the network for nothing");
    }
    assert!(out.join("reports/gallery/8.5/comparison.png").is_file());
    // Made once more, it takes the last one's place; a folder of somebody's is left alone.
    ends_with(&run(&workspace(), &["site", "--out", place]), 0);
    std::fs::write(home.path().join("thesis.tex"), "mine").unwrap();
    let refused = run(&workspace(), &["site", "--out", home.path().to_str().unwrap()]);
    ends_with(&refused, 2);
    assert!(stderr(&refused).contains("no report of ours"), "{}", stderr(&refused));
}

#[test]
fn a_section_without_a_report_is_said_with_the_command() {
    let refused = run(&workspace(), &["gallery", "8.77"]);
    ends_with(&refused, 2);
    assert!(stderr(&refused).contains("there is no section `8.77`"), "{}", stderr(&refused));
}
