//! The arrows between crates that ARCHITECTURE.md names, and no others.

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Who may depend on whom. `lesson/` stands for any crate under lessons/.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("heaplab-bench-workloads", &["heaplab-heap"]),
    ("heaplab-record", &[]),
    ("heaplab-profile", &[]),
    ("heaplab-heap", &["heaplab-profile"]),
    ("heaplab-lesson", &["heaplab-heap", "heaplab-record"]),
    ("heaplab-report", &["heaplab-record", "heaplab-profile", "heaplab-growth", "heaplab-object-graph"]),
    (
        "xtask",
        &[
            "heaplab-record",
            "heaplab-profile",
            "heaplab-report",
            "heaplab-growth",
            "heaplab-grade",
            "heaplab-fence",
        ],
    ),
    ("heaplab-object-graph", &["heaplab-heap"]),
    ("heaplab-grade", &["heaplab-record", "heaplab-growth"]),
];
/// A lesson sees heaplab-lesson; these sections see one crate more.
const LESSONS: [(&str, &str); 4] = [
    ("8.1", "heaplab-object-graph"),
    ("8.2", "heaplab-object-graph"),
    ("8.3", "heaplab-object-graph"),
    ("8.7", "heaplab-logagg"),
];

#[test]
fn crates_depend_only_as_the_architecture_says() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let members: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut arrows = 0;
    for package in &metadata.packages {
        let folder = package.manifest_path.parent().unwrap();
        let in_lessons = folder.parent().unwrap().file_name() == Some("lessons");
        let allowed: Vec<&str> = if in_lessons {
            let number = folder.file_name().unwrap();
            let more = LESSONS.iter().filter(|(section, _)| is_of(number, section)).map(|&(_, name)| name);
            more.chain(["heaplab-lesson"]).collect()
        } else {
            let found = ALLOWED.iter().find(|(name, _)| *name == package.name.as_str());
            found.map(|(_, allowed)| allowed.to_vec()).unwrap_or_default()
        };
        for dependency in &package.dependencies {
            let ours = members.contains(&dependency.name.as_str());
            // A crate's own tests may look at more; nothing that ships does.
            if ours && dependency.kind != DependencyKind::Development {
                arrows += 1;
                assert!(
                    allowed.contains(&dependency.name.as_str()),
                    "{} -> {} is no arrow of ARCHITECTURE.md",
                    package.name,
                    dependency.name
                );
            }
        }
    }
    assert!(arrows >= 8, "the workspace has lost its arrows, or this test its eyes");
}

/// Only heaplab-lesson turns on the other recorders, and the bench what it holds heaplab against: dhat, when it is asked to.
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

fn is_of(folder: &str, section: &str) -> bool {
    folder.strip_prefix(section).is_some_and(|rest| rest.starts_with(['-', '.']))
}
