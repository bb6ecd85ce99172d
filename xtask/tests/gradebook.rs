//! Homework from its beginning to the gradebook, through the real binary: a student's new, check
//! and report in one checkout of the course, a teacher's verify and gradebook in another.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[expect(dead_code, reason = "this file needs only a part")]
mod run;

use run::{ends_with, names, report_named, run, stderr, stdout, target, workspace, xtask};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const LESSON: &str = "lessons/8.9-homework";
const FORMULA: &str = "=HYPERLINK(\"http://192.0.2.1\")<script>alert(1)</script>";

/// A student's checkout: links to everything but the lesson of the homework, which is a copy. Its
/// package has a version of its own: by that cargo tells packages apart whose workspaces share a
/// target folder.
fn checkout() -> PathBuf {
    let folder = target().join("tmp/gradebook-checkout");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("lessons")).unwrap();
    for (below, left_out) in
        [("", &["target", ".git", "reports", "lessons", "Cargo.lock"][..]), ("lessons", &["8.9-homework"])]
    {
        for name in names(&workspace().join(below)).iter().filter(|name| !left_out.contains(&name.as_str())) {
            let (from, to) = (workspace().join(below).join(name), folder.join(below).join(name));
            std::os::unix::fs::symlink(from, to).unwrap();
        }
    }
    std::fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    copy_folder(&workspace().join(LESSON), &folder.join(LESSON));
    let _ = std::fs::remove_dir_all(folder.join(LESSON).join("src/student"));
    let manifest = folder.join(LESSON).join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let changed = text.replace("version.workspace = true\nedition", "version = \"0.0.2\"\nedition");
    assert_ne!(text, changed);
    std::fs::write(manifest, changed).unwrap();
    folder
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for name in names(from) {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}

fn write(path: &Path, text: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn solution(name: &str) -> String {
    std::fs::read_to_string(workspace().join(LESSON).join("solution").join(name)).unwrap()
}

fn gradebook(class: &Path, out: &Path, more: &[&str]) -> Output {
    let places = [class.to_str().unwrap(), "--out", out.to_str().unwrap()];
    run(&workspace(), &[&["homework", "gradebook"], &places[..], more].concat())
}

fn entry<'a>(book: &'a Value, bundle: &str) -> &'a Value {
    let entries = book["entries"].as_array().unwrap();
    entries
        .iter()
        .find(|entry| entry["bundle"] == bundle)
        .unwrap_or_else(|| panic!("{bundle} is lost: {book:#}"))
}

fn listed(entry: &Value, list: &str, key: &str) -> Vec<String> {
    entry[list].as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn new_check_report_verify_gradebook() {
    let home = tempfile::tempdir().unwrap();
    let student = checkout();
    let homework = |arguments: &[&str]| run(&student, &[&["homework"], arguments].concat());
    ends_with(&homework(&["new", "--id", "s123", "--name", "李雷"]), 0);
    for name in ["required.rs", "optional.rs"] {
        write(&student.join(LESSON).join("src/student").join(name), solution(name));
    }
    ends_with(&homework(&["check"]), 0);
    ends_with(&homework(&["report"]), 0);
    let class = home.path().join("homework");
    copy_folder(&student.join("reports/homework/s123"), &class.join("s123"));

    // The teacher measures again, with another seed, and finds what the student claims.
    let verdict = home.path().join("verdict");
    let handed_in = class.join("s123");
    let places =
        ["homework", "verify", handed_in.to_str().unwrap(), "--out", verdict.to_str().unwrap(), "--strict"];
    ends_with(&run(&workspace(), &places), 0);
    let verdict = report_named(&verdict, "verdict.json");
    assert_eq!(
        (&verdict["status"], &verdict["score"], &verdict["bonus"]),
        (&"pass".into(), &100.into(), &20.into())
    );
    assert_eq!(verdict["mismatches"], Value::Array(Vec::new()), "{:#}", verdict["mismatches"]);

    // Others hand in too: a copy, one who means harm by a name, one who hands in nothing, and what
    // is no bundle at all.
    let copy = solution("required.rs").replace("index", "number");
    write(&class.join("s124/src/required.rs"), format!("// Mine.\n{copy}"));
    write(&class.join("s124/src/optional.rs"), solution("optional.rs").replace("address", "visitor"));
    write(&class.join("s124/student.toml"), "id = \"s124\"\nname = \"Han Mei\"\n");
    let start = std::fs::read_to_string(workspace().join(LESSON).join("start/required.rs")).unwrap();
    write(&class.join("s125/src/required.rs"), start);
    write(&class.join("s125/student.toml"), format!("id = \"s125\"\nname = {}\n", Value::from(FORMULA)));
    write(&class.join("broken.zip"), "PK\u{3}\u{4} and no more");
    write(&class.join("notes.txt"), "bring chalk");
    a_class_is_graded(&class, &home.path().join("book"));
}

fn a_class_is_graded(class: &Path, out: &Path) {
    let late = ["--deadline", "2026-01-01T00:00:00+08:00", "--format", "gradescope"];
    let first = gradebook(class, out, &late);
    ends_with(&first, 0);
    assert!(stderr(&first).contains("[4/4]") && stderr(&first).contains("notes.txt"), "{}", stderr(&first));
    assert_eq!(names(out), [".lock", "gradebook.csv", "gradebook.html", "gradebook.json", "verdicts"]);
    let book = report_named(out, "gradebook.json");
    assert_eq!(
        (&book["schema"], book["entries"].as_array().unwrap().len()),
        (&"heaplab/gradebook/v1".into(), 4)
    );
    let [model, copy, begun, broken] =
        ["s123", "s124", "s125", "broken.zip"].map(|bundle| entry(&book, bundle));
    assert_eq!(
        (&model["status"], &model["points"], &model["name"]),
        (&"pass".into(), &120.into(), &"李雷".into())
    );
    assert_eq!(model["submitted"]["says"], "claimed");
    assert_eq!((&copy["status"], &copy["submitted"]["says"]), (&"pass".into(), &"file".into()));
    assert_eq!((&begun["status"], &begun["name"]), (&"fail".into(), &FORMULA.into()));
    assert_eq!(listed(begun, "reasons", "code"), ["too_few_points"]);
    assert_eq!((&broken["status"], &broken["of"]), (&"error".into(), &100.into()));
    assert_eq!(listed(broken, "reasons", "code"), ["bad_archive"]);
    for entry in [model, copy] {
        assert_eq!(listed(entry, "flags", "kind"), ["late", "alike_source"], "{entry:#}");
    }
    assert!(model["late_seconds"].as_i64() > Some(0));
    let alike = &book["alike"][0];
    assert_eq!(
        (&alike["one"], &alike["other"], &alike["contained_thousandths"]),
        (&"s123".into(), &"s124".into(), &1000.into())
    );

    let csv = std::fs::read_to_string(out.join("gradebook.csv")).unwrap();
    assert!(csv.contains("\"'=HYPERLINK(\"\"http") && !csv.contains(",=") && !csv.contains(",\"="), "{csv}");
    let page = std::fs::read_to_string(out.join("gradebook.html")).unwrap();
    assert_eq!(page.matches("<script").count(), 1);
    for entry in [model, copy, begun, broken] {
        let folder = entry["folder"].as_str().unwrap();
        assert!(page.contains(&format!("href=\"{folder}/summary.md\"")));
        assert_eq!(names(&out.join(folder)), ["kept.json", "results.json", "summary.md", "verdict.json"]);
        let gradescope = report_named(&out.join(folder), "results.json");
        assert_eq!(gradescope["score"], entry["points"]);
    }

    // Nothing is graded twice, but what somebody wants to be; a deadline and a language are no
    // reason.
    let second = gradebook(class, out, &["--lang", "zh", "--json", "--strict"]);
    ends_with(&second, 1);
    assert!(stderr(&second).contains("4 份已有结论，0 份待批改"), "{}", stderr(&second));
    let again: Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!(entry(&again, "s123")["graded_at"], model["graded_at"]);
    assert_eq!(listed(entry(&again, "s123"), "flags", "kind"), ["alike_source"]);
    let third = gradebook(class, out, &["--regrade=s125"]);
    ends_with(&third, 0);
    assert!(stderr(&third).contains("3 have a verdict already, 1 to grade"), "{}", stderr(&third));
    assert!(stdout(&third).contains("2 pass, 1 fail"), "{}", stdout(&third));
}

#[test]
fn a_class_that_is_cut_short_goes_on_where_it_was() {
    let home = tempfile::tempdir().unwrap();
    let (class, out) = (home.path().join("class"), home.path().join("book"));
    for name in ["s1", "s2", "s3"] {
        write(&class.join(name).join("student.toml"), format!("id = \"{name}\"\n"));
        write(&class.join(name).join("src/required.rs"), solution("required.rs"));
    }
    // One that is refused at once, so that something is done before the signal.
    write(&class.join("a.zip"), "no archive");
    let places = [class.to_str().unwrap(), "--out", out.to_str().unwrap(), "--jobs", "1"];
    let mut command = xtask(&workspace());
    command.args(["homework", "gradebook"]).args(places).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().starts_with("[1/4]")));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let rest: Vec<String> = said.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("of 4 have a verdict and keep it")), "{rest:?}");
    assert!(!out.join("gradebook.json").exists());

    let ended = gradebook(&class, &out, &["--jobs", "2"]);
    ends_with(&ended, 0);
    assert!(!stderr(&ended).contains("0 have a verdict already"), "{}", stderr(&ended));
    assert_eq!(report_named(&out, "gradebook.json")["entries"].as_array().unwrap().len(), 4);
    assert!(names(&out.join("verdicts")).iter().all(|name| !name.starts_with('.')), "nothing half is left");
}

#[test]
fn what_cannot_be_graded_is_wrong_use() {
    let home = tempfile::tempdir().unwrap();
    let (class, out) = (home.path().join("class"), home.path().join("book"));
    std::fs::create_dir(&class).unwrap();
    let wrong = |more: &[&str], named: &str| {
        let ran = gradebook(&class, &out, more);
        ends_with(&ran, 2);
        assert!(stderr(&ran).contains(named), "{}", stderr(&ran));
    };
    wrong(&[], "no submission in");
    wrong(&["gone"], "gone");
    wrong(&["--deadline", "tomorrow"], "RFC 3339");
    wrong(&["--jobs", "0"], "--jobs");
    let mut file = std::fs::File::create(home.path().join("file")).unwrap();
    file.write_all(b"x").unwrap();
    let ran = gradebook(&class, &home.path().join("file"), &[]);
    ends_with(&ran, 2);
}
