//! The student's half of section 8.9 through the real binary: new, check, hint, report, reset, in a
//! copy of the workspace.

#![expect(clippy::unwrap_used, reason = "in a test that is the message")]

#[path = "homework/copy.rs"]
mod copy;
#[expect(dead_code, reason = "this file needs only a part")]
mod run;

use copy::{LESSON, alone, copy};
use heaplab_homework::{HarnessRequest, RunFigures, Task, TaskScale, Trial, judge, parse_record};
use run::{ends_with, names, stderr, stdout, target, workspace, xtask};
use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn homework(arguments: &[&str]) -> Output {
    xtask(copy()).arg("homework").args(arguments).output().expect("xtask starts")
}

fn work(name: &str) -> PathBuf {
    copy().join(LESSON).join("src/student").join(name)
}

fn begin() {
    ends_with(&homework(&["new", "--id", "s123", "--name", "Li Lei"]), 0);
}

/// The model solution, copied in as a student would save it.
fn solve() {
    for name in ["required.rs", "optional.rs"] {
        let text = std::fs::read_to_string(copy().join(LESSON).join("solution").join(name)).unwrap();
        std::fs::write(work(name), text).unwrap();
    }
}

fn checked(status: i32) -> Value {
    let output = homework(&["check", "--json"]);
    ends_with(&output, status);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn from_the_starting_point_to_full_points_and_back() {
    let _alone = alone();
    begin();
    let output = homework(&["check"]);
    ends_with(&output, 1);
    let said = stdout(&output);
    let generator = said.lines().find(|line| line.starts_with("✗ required.generator")).unwrap();
    for part in [
        "> limit 65,536 B",
        "growth ×4.00 for 4×N (want ≤ 1.1)",
        "top: src/student/required.rs:",
        "Vec::push",
    ] {
        assert!(generator.contains(part), "{generator}");
    }
    assert!(generator.ends_with("Next: cargo xtask homework hint required.generator"), "{generator}");
    assert!(said.contains("15 of 100 points"), "the starting point has few: {said}");
    let pushed = generator.split_once("required.rs:").unwrap().1.split_once(' ').unwrap().0;
    let source = std::fs::read_to_string(work("required.rs")).unwrap();
    let line: usize = pushed.parse().unwrap();
    assert!(source.lines().nth(line - 1).unwrap().contains("rows.push"), "line {line}");

    let hint = homework(&["hint", "required.list"]);
    ends_with(&hint, 0);
    assert!(stdout(&hint).contains("16 more"), "{}", stdout(&hint));
    ends_with(&homework(&["hint", "nothing"]), 2);

    solve();
    let stale = homework(&["hint", "generator", "--lang", "zh"]);
    assert!(stdout(&stale).contains("又保存过文件"), "{}", stdout(&stale));
    let solved = checked(0);
    assert_eq!((solved["score"].as_u64(), solved["of"].as_u64()), (Some(100), Some(100)), "{solved:#}");
    assert_eq!((solved["bonus"].as_u64(), solved["bonus_of"].as_u64()), (Some(20), Some(20)));
    ten_runs_have_one_score();

    ends_with(&homework(&["reset"]), 0);
    assert!(std::fs::read_to_string(work("required.rs")).unwrap().contains("rows.push"));
    let kept = copy().join(LESSON).join("student-backup-1/required.rs");
    assert!(std::fs::read_to_string(kept).unwrap().contains("move |index|"), "the work is in the backup");
    let student = std::fs::read_to_string(work("student.toml")).unwrap();
    assert!(student.contains("id = \"s123\"") && student.contains("name = \"Li Lei\""), "{student}");
    // The same file names as before the solution: what was built for them is not what is there now.
    assert_eq!(checked(1)["score"], 15);
    assert_eq!(names(&copy().join("reports/homework-check")), ["result.json"], "nothing temporary is left");
}

/// The program that the last check has built, ten times; the points are judged here.
fn ten_runs_have_one_score() {
    let scale = TaskScale { seed: heaplab_homework::PUBLIC_SEED, small: heaplab_homework::ROWS };
    for task in [Task::List, Task::Generator] {
        let trials: Vec<Trial> = (0..10)
            .map(|_| {
                let of = |rows: u64| {
                    let said = said(&HarnessRequest {
                        task: task.name().into(),
                        rows,
                        seed: scale.seed,
                        share: None,
                    });
                    RunFigures {
                        answer: said.answer.unwrap(),
                        allocations: said.births + said.reallocations,
                        peak_bytes: said.peak_bytes,
                        wall_ns: said.wall_ns,
                    }
                };
                Trial {
                    small: Some(of(scale.small)),
                    large: of(task.large_scale(scale.small)),
                    alone_wall_ns: None,
                }
            })
            .collect();
        let all = judge(task, scale, &trials);
        assert!(all.stable, "{all:?}");
        for trial in trials {
            assert_eq!(judge(task, scale, &[trial]).score, task.max_points());
        }
    }
}

fn said(order: &HarnessRequest) -> heaplab_homework::HarnessRecord {
    let out = tempfile::tempdir().unwrap();
    let mut child = Command::new(target().join("lesson/homework-harness"))
        .env("HEAPLAB_PROBE", "heap")
        .env("HEAPLAB_OUT", out.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(order.to_line().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    parse_record(&std::fs::read_to_string(out.path().join("record.txt")).unwrap(), order).unwrap()
}

#[test]
fn a_report_has_everything_that_is_handed_in() {
    let _alone = alone();
    let name = "<blink>\u{1b}[31m|=1+1 李雷";
    ends_with(&homework(&["new", "--id", "s123", "--name", name]), 0);
    solve();
    std::fs::write(work("helper.rs"), "//! Not a module: handed in all the same.\n").unwrap();
    let output = homework(&["report"]);
    ends_with(&output, 0);
    let said = stdout(&output);
    assert!(!said.contains('\u{1b}'), "{said}");
    for line in
        ["git add lessons/8.9-homework/src/student reports/homework/s123", "git push -u origin feat/lesson8"]
    {
        assert!(said.contains(line), "{said}");
    }
    let folder = copy().join("reports/homework/s123");
    assert_eq!(
        names(&folder),
        [
            "REPORT.md",
            "curve.csv",
            "curve.png",
            "curve.svg",
            "curves.png",
            "curves.svg",
            "flamegraph.png",
            "flamegraph.svg",
            "generator.py",
            "list.py",
            "report.html",
            "result.json",
            "src",
            "student.toml",
            "summary.md"
        ]
    );
    assert_eq!(names(&folder.join("src")), ["helper.rs", "mod.rs", "optional.rs", "required.rs"]);
    assert_eq!(names(&copy().join("reports/homework")), ["s123"], "nothing temporary is left");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let svg = read("flamegraph.svg");
    let (_, mark) = svg.split_once("id=\"watermark\" x=\"100%\"").unwrap();
    assert!(mark.contains("text-anchor:end") && mark.contains("程序员晚枫</text></svg>"));
    assert!(svg.contains("homework::student::required::list"), "the student's function is in it");
    for name in ["flamegraph.png", "curve.png"] {
        assert!(std::fs::read(folder.join(name)).unwrap().starts_with(b"\x89PNG"), "{name}");
    }
    for name in ["flamegraph.svg", "curve.svg", "curves.svg", "report.html", "summary.md", "curve.csv"] {
        let text = read(name);
        assert!(!text.contains("<blink>") && !text.contains('\u{1b}'), "{name}");
    }
    assert!(!read("curve.csv").contains("=1+1") && read("curve.csv").contains("required.generator"));
    let both = read("curves.svg");
    for name in ["Rust required.list", "CPython list.py", "CPython generator.py", "程序员晚枫"] {
        assert!(both.contains(name), "{name}");
    }
    assert!(read("report.html").contains("shown and never graded"));
    let result: Value = serde_json::from_str(&read("result.json")).unwrap();
    assert_eq!(
        (result["schema"].as_str(), result["name"].as_str()),
        (Some("heaplab/homework/v1"), Some(name))
    );
    let sources: Vec<(String, Vec<u8>)> = names(&folder.join("src"))
        .into_iter()
        .map(|name| (name.clone(), std::fs::read(folder.join("src").join(name)).unwrap()))
        .collect();
    let hash = heaplab_homework::source_sha256(
        sources.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())),
    );
    assert_eq!(result["source_sha256"].as_str(), Some(hash.as_str()));

    // A second one replaces the first, with the source as it is then.
    std::fs::remove_file(work("helper.rs")).unwrap();
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    let output = homework(&["report", "--json", "--lang", "zh"]);
    ends_with(&output, 0);
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["score"], 100);
    assert_eq!(names(&folder.join("src")), ["mod.rs", "optional.rs", "required.rs"]);
    assert!(folder.join("notes.txt").exists() && read("report.html").contains("程序员晚枫"));
}

/// A list that is wrong in the end, a generator that is never the same, a worker that dies.
const FAULTY: &str = r#"
use crate::task::{Row, Source};

pub fn list(source: Source) -> Vec<Row> {
    (1..source.len()).map(|index| source.row(index)).collect()
}

pub fn generator(source: Source) -> impl Iterator<Item = Row> {
    let nanoseconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    let kept = vec![0u8; 1_000_000 + nanoseconds as usize % 1_000_003];
    (0..source.len()).map(move |index| {
        std::hint::black_box(&kept);
        source.row(index)
    })
}
"#;

#[test]
fn what_goes_wrong_is_named_and_the_others_go_on() {
    let _alone = alone();
    begin();
    std::fs::write(work("required.rs"), FAULTY).unwrap();
    let optional = std::fs::read_to_string(work("optional.rs")).unwrap();
    let dies = optional.replace(
        "let mut addresses",
        "assert!(part.index() < 2, \"\\u{1b}[31mno part\");\n    let mut addresses",
    );
    std::fs::write(work("optional.rs"), dies).unwrap();
    let checked = checked(1);
    let task = |index: usize| &checked["tasks"][index];
    assert!(task(0)["wrong"]["en"].as_str().unwrap().contains("49999 rows, there are 50000"), "{checked:#}");
    assert_eq!((task(0)["right"].as_bool(), task(0)["score"].as_u64()), (Some(false), Some(0)));
    assert_eq!(
        (task(1)["right"].as_bool(), task(1)["stable"].as_bool()),
        (Some(true), Some(false)),
        "{checked:#}"
    );
    assert!(task(1)["notes"][0]["zh"].as_str().unwrap().contains("不一致"));
    assert!(task(2)["wrong"]["en"].as_str().unwrap().contains("panicked"), "{checked:#}");

    std::fs::write(work("required.rs"), "pub fn list() -> u8 { \"\" }").unwrap();
    let output = homework(&["check"]);
    ends_with(&output, 1);
    assert!(stderr(&output).contains("src/student/required.rs:1"), "{}", stderr(&output));
}

/// Full points here are worth nothing where the teacher's side refuses the source; a student hears
/// it in time.
#[test]
fn what_verify_would_refuse_is_said_at_once() {
    let _alone = alone();
    begin();
    solve();
    let right = std::fs::read_to_string(work("required.rs")).unwrap();
    std::fs::write(
        work("required.rs"),
        format!("{right}\npub const OWN: &str = include_str!(\"mod.rs\");\n"),
    )
    .unwrap();
    let output = homework(&["check"]);
    ends_with(&output, 1);
    assert!(stdout(&output).contains("100 of 100 points"), "{}", stdout(&output));
    let line = 2 + right.lines().count();
    let place = format!("src/required.rs:{line} `include_str`");
    let said = stdout(&output);
    assert!(said.contains("verify will refuse this") && said.contains(&place), "{said}");
}

#[test]
fn wrong_use_changes_nothing() {
    let _alone = alone();
    for command in ["check", "report", "reset"] {
        let output = homework(&[command]);
        ends_with(&output, 2);
        assert!(stderr(&output).contains("homework new"), "{}", stderr(&output));
    }
    for id in ["", "../s1", "a/b", ".hidden", "s\n1", "x\u{1b}[2J", &"x".repeat(33), "学号"] {
        let output = homework(&["new", "--id", id, "--name", "Li Lei"]);
        ends_with(&output, 2);
        assert!(!stderr(&output).contains('\u{1b}'), "{id:?}");
        assert!(!work("").exists(), "{id:?}");
    }
    ends_with(&homework(&["new", "--id", "s123", "--name", " "]), 2);
    begin();
    std::fs::write(work("required.rs"), "mine").unwrap();
    let output = homework(&["new", "--id", "s9", "--name", "Han Meimei", "--lang", "zh"]);
    ends_with(&output, 2);
    assert!(stderr(&output).contains("已经存在"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(work("required.rs")).unwrap(), "mine");
    std::fs::create_dir(work("parts")).unwrap();
    let output = homework(&["check", "--lang", "zh"]);
    ends_with(&output, 2);
    assert!(stderr(&output).contains("src/student/parts：要交的源码"), "{}", stderr(&output));
    std::fs::remove_dir(work("parts")).unwrap();
    std::os::unix::fs::symlink("/etc/hosts", work("hosts.rs")).unwrap();
    ends_with(&homework(&["report"]), 2);
    std::fs::remove_file(work("hosts.rs")).unwrap();
    std::fs::write(work("student.toml"), "id = \"../../x\"\nname = \"x\"\n").unwrap();
    for command in ["check", "report", "reset"] {
        ends_with(&homework(&[command]), 2);
    }
    assert_eq!(std::fs::read_to_string(work("required.rs")).unwrap(), "mine");
}

#[test]
fn watching_measures_again_when_a_file_is_saved() {
    let _alone = alone();
    begin();
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("log");
    let mut watching = xtask(copy())
        .args(["homework", "check", "--watch"])
        .stdout(std::fs::File::create(&log).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let wait_for = |what: &str| {
        let started = Instant::now();
        while !std::fs::read_to_string(&log).unwrap().contains(what) {
            assert!(started.elapsed() < Duration::from_secs(120), "it did not say {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    wait_for("15 of 100");
    solve();
    wait_for("100 of 100");
    assert!(Command::new("kill").args(["-INT", &watching.id().to_string()]).status().unwrap().success());
    assert_eq!(watching.wait().unwrap().code(), Some(130));
}

/// A student has to be able to push the work; the course's own repository has none.
#[test]
fn git_sees_the_work_and_not_the_backups() {
    let ignored = |path: &str| {
        let output =
            Command::new("git").args(["check-ignore", "--no-index", path]).current_dir(workspace()).output();
        output.ok().and_then(|output| output.status.code())
    };
    if ignored("target/x") != Some(0) {
        return run::skipped("this is no git repository");
    }
    for path in ["src/student/required.rs", "src/student/student.toml", "src/student/REPORT.md"] {
        assert_eq!(ignored(&format!("{LESSON}/{path}")), Some(1), "{path}");
    }
    assert_eq!(ignored("reports/homework/s123/flamegraph.png"), Some(1));
    assert_eq!(ignored(&format!("{LESSON}/student-backup-1/required.rs")), Some(0));
    assert_eq!(ignored("reports/homework-check/result.json"), Some(0));
}
