//! The arrows between crates that ARCHITECTURE.md names, and no others.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::BTreeSet;

/// Who depends on whom among the crates outside lessons/. A lesson sees heaplab-lesson.
const ARROWS: &[(&str, &str)] = &[
    ("heaplab", "heaplab-analysis"),
    ("heaplab", "heaplab-command"),
    ("heaplab", "heaplab-heap"),
    ("heaplab", "heaplab-profile"),
    ("heaplab", "heaplab-record"),
    ("heaplab", "heaplab-report"),
    ("heaplab-analysis", "heaplab-record"),
    ("heaplab-bench-workloads", "heaplab-heap"),
    ("heaplab-command", "heaplab-report"),
    ("heaplab-grader", "heaplab-command"),
    ("heaplab-grader", "heaplab-grader-options"),
    ("heaplab-grader", "heaplab-homework"),
    ("heaplab-grader", "heaplab-record"),
    ("heaplab-grader", "heaplab-report"),
    ("heaplab-grader", "heaplab-sandbox"),
    ("heaplab-grader-options", "heaplab-command"),
    ("heaplab-grader-options", "heaplab-homework"),
    ("heaplab-heap", "heaplab-profile"),
    ("heaplab-homework", "heaplab-record"),
    ("heaplab-lesson", "heaplab-heap"),
    ("heaplab-lesson", "heaplab-record"),
    ("heaplab-object-graph", "heaplab-heap"),
    ("heaplab-object-graph", "heaplab-record"),
    ("heaplab-preload", "heaplab-heap"),
    ("heaplab-record", "heaplab-profile"),
    ("heaplab-report", "heaplab-analysis"),
    ("heaplab-report", "heaplab-profile"),
    ("heaplab-report", "heaplab-record"),
    ("xtask", "heaplab"),
    ("xtask", "heaplab-analysis"),
    ("xtask", "heaplab-command"),
    ("xtask", "heaplab-grader-options"),
    ("xtask", "heaplab-homework"),
    ("xtask", "heaplab-profile"),
    ("xtask", "heaplab-record"),
    ("xtask", "heaplab-report"),
    // These sections see one crate more.
    ("8.1-refcount-cycles", "heaplab-collector"),
    ("8.1.3-small-objects", "heaplab-pymalloc"),
    ("8.2-leak-hunt", "heaplab-object-graph"),
    ("8.3-object-graph", "heaplab-object-graph"),
    ("8.4-bench-trio", "heaplab-sampler"),
    ("8.5.2-slots-vs-maps", "heaplab-packed-rows"),
    ("8.7-log-aggregator", "heaplab-logagg"),
];

#[test]
fn crates_depend_as_the_architecture_says_and_not_otherwise() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let members: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut found = BTreeSet::new();
    let mut lessons = 0;
    for package in &metadata.packages {
        let folder = package.manifest_path.parent().unwrap();
        let in_lessons = folder.parent().unwrap().file_name() == Some("lessons");
        let name = if in_lessons { folder.file_name().unwrap() } else { package.name.as_str() };
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            // A crate's own tests may look at more; nothing that ships does.
            if !members.contains(&to) || dependency.kind == DependencyKind::Development {
                continue;
            }
            match in_lessons && to == "heaplab-lesson" {
                true => lessons += 1,
                false => drop(found.insert((name, to))),
            }
        }
    }
    assert_eq!(found, ARROWS.iter().copied().collect());
    assert!(lessons >= 10, "every lesson sees heaplab-lesson");
}

/// Only heaplab-lesson turns on the other recorders, and the bench what it holds heaplab against:
/// dhat, when it is asked to.
#[test]
fn dhat_and_stats_alloc_stay_behind_the_lesson_crate() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    for package in &metadata.packages {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.name == "heaplab-heap") {
            let turned_on =
                dependency.features.iter().any(|feature| feature == "counts" || feature == "dhat");
            assert_eq!(turned_on, package.name.as_str() == "heaplab-lesson", "{}", package.name);
        }
        let passed_on: Vec<&String> = package
            .features
            .values()
            .flatten()
            .filter(|feature| feature.starts_with("heaplab-heap/") && !feature.ends_with("/symbols"))
            .collect();
        let is_bench = package.name.as_str() == "heaplab-bench-workloads";
        let expected: &[&str] = if is_bench { &["heaplab-heap/dhat"] } else { &[] };
        assert_eq!(passed_on, expected, "{}", package.name);
        assert!(!is_bench || !package.features.contains_key("default"), "an ordinary build stays light");
    }
}
