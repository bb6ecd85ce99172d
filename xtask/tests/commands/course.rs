//! The course around the sections, through the real binary: what was predicted and the mind map are
//! in a report's every form.

use crate::run::{self, ends_with, report, stdout, workspace};

#[test]
fn a_prediction_and_the_map_are_in_every_form_of_the_report() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let predicted = "maps=1MB,slots=480kB,generator=4GB";
    let arguments = ["lesson", "8.8", "--quick", "--python", "no", "--predict", predicted, "--out"];
    let mut command = run::xtask(&workspace());
    let output = command.args(arguments).arg(&out).output().unwrap();
    ends_with(&output, 0);
    let report = report(&out);
    assert_eq!(report["predictions"][0]["variant"], "maps");
    assert_eq!(report["predictions"][0]["peak_bytes"], 1_000_000);
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    for text in [stdout(&output).replace("\n    ", " "), read("summary.md"), read("report.html")] {
        for said in ["4 slots of 40 B", "You said 480 kB, it was 480 kB", "had been given back"] {
            assert!(text.contains(said), "{said} in {text}");
        }
    }
    let nodes =
        report["mind_map"]["stages"].as_array().unwrap().iter().flat_map(|stage| stage.as_array().unwrap());
    assert_eq!(nodes.count(), 9);
    assert!(read("mind-map.svg").contains("<title>Lesson 8 on one page</title>"));
    assert!(std::fs::read(out.join("mind-map.png")).unwrap().starts_with(b"\x89PNG"));
    let page = read("report.html");
    assert_eq!(page.matches("<h2 id=\"mind-map\">").count(), 1);
    assert!(page.find("id=\"mind-map\"") < page.find("id=\"comparison\""), "it is the first of the page");
    assert!(read("summary.md").contains("(mind-map.svg)"));
}
