//! `.github/workflows`: what they may do, whether they are workflows at all, and whether each of
//! their steps runs. Nothing here runs on GitHub: events, tokens and the actions by others stay
//! untested.

#![expect(clippy::unwrap_used, reason = "in a test that is the message")]

use crate::run::{self, link_folder, skipped, target, workspace};
use serde_json::{Map, Value};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// File, text, and what stands in it.
fn workflows() -> Vec<(String, String, Value)> {
    let folder = workspace().join(".github/workflows");
    let parsed = |name: &String| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name.clone(), text, value)
    };
    run::names(&folder).iter().map(parsed).collect()
}

fn jobs(workflow: &Value) -> &Map<String, Value> {
    workflow["jobs"].as_object().unwrap()
}

fn steps(job: &Value) -> &Vec<Value> {
    job["steps"].as_array().unwrap()
}

#[test]
fn there_is_one_for_the_course_one_for_homework_and_one_that_judges() {
    let all = workflows();
    let names: Vec<&str> = all.iter().map(|(name, _, _)| name.as_str()).collect();
    assert_eq!(names, ["ci.yml", "lesson8.yml", "verdict.yml"]);
    let on = |index: usize| &all[index].2["on"];
    assert!(on(0).get("pull_request").is_some() && on(1).get("pull_request").is_some());
    assert_eq!(on(1)["push"]["branches"][0], "feat/lesson8");
    // GitHub takes a workflow_run workflow from the default branch; any other from what was pushed.
    assert_eq!(on(2).as_object().unwrap().keys().collect::<Vec<_>>(), ["workflow_run"]);
    let judged = on(2)["workflow_run"]["workflows"].as_array().unwrap();
    let named: Vec<&Value> = [0, 1].map(|index| &all[index].2["name"]).to_vec();
    assert_eq!(judged.iter().collect::<Vec<_>>(), named);
}

#[test]
fn a_token_that_reads_no_secrets_limits_and_pins() {
    for (name, text, workflow) in workflows() {
        let only_reads = |permissions: &Value| {
            let granted = permissions.as_object().unwrap_or_else(|| panic!("{name}: {permissions}"));
            granted
                .iter()
                .all(|(what, how)| ["contents", "actions"].contains(&what.as_str()) && how == "read")
        };
        assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}), "{name}");
        assert!(!text.contains("secrets.") && !text.contains("secrets:"), "{name}");
        assert!(!text.contains("pull_request_target"), "{name}: it gives a stranger's code a writing token");
        assert!(workflow["concurrency"]["group"].is_string(), "{name}");
        for (id, job) in jobs(&workflow) {
            assert!(job.get("permissions").is_none_or(only_reads), "{name}, {id}");
            assert!(job["timeout-minutes"].as_u64().is_some_and(|minutes| minutes <= 90), "{name}, {id}");
            for step in steps(job) {
                if let Some(script) = step["run"].as_str() {
                    assert!(!script.contains("${{"), "{name}, {id}: a name could become a command: {script}");
                }
                let Some(action) = step["uses"].as_str() else { continue };
                let (_, pin) = action.split_once('@').unwrap_or_else(|| panic!("{name}: {action}"));
                assert!(
                    pin.len() == 40 && pin.chars().all(|char| char.is_ascii_hexdigit()),
                    "{name}: {action}"
                );
                let line = text.lines().find(|line| line.contains(action)).unwrap();
                assert!(line.contains("# v"), "{name}: say which version {action} is");
                if action.starts_with("actions/checkout@") {
                    assert_eq!(step["with"]["persist-credentials"], false, "{name}, {id}");
                }
            }
        }
    }
}

#[test]
fn githubs_schema_takes_them_and_refuses_what_is_none() {
    let checked = |arguments: &[&Path]| {
        Command::new("bash").arg(".ci/schema").args(arguments).current_dir(workspace()).output().unwrap()
    };
    let output = checked(&[]);
    if output.status.code() == Some(3) {
        return skipped("check-jsonschema is not here and PyPI cannot be reached");
    }
    run::ends_with(&output, 0);
    let home = tempfile::tempdir().unwrap();
    let broken = home.path().join("broken.yml");
    let text = std::fs::read_to_string(workspace().join(".github/workflows/ci.yml")).unwrap();
    std::fs::write(&broken, text.replace("timeout-minutes", "timeout-hours")).unwrap();
    let output = checked(&[&broken]);
    run::ends_with(&output, 1);
    assert!(run::stdout(&output).contains("timeout-hours"), "{}", run::stdout(&output));
}

/// The lecture: "CI runs the memray report and uploads it". What it uploads is all of `reports/`.
#[test]
fn homework_has_memrays_report_beside_ours() {
    let (_, _, workflow) = workflows().swap_remove(1);
    let steps = steps(&workflow["jobs"]["measure"]);
    let at =
        |text: &str| steps.iter().position(|step| step["run"].as_str().is_some_and(|run| run.contains(text)));
    let upload = steps
        .iter()
        .position(|step| step["with"]["path"].as_str().is_some_and(|path| path.contains("reports/")));
    let (ours, memrays) = (at("homework report").unwrap(), at(".ci/memray-report reports/").unwrap());
    assert!(ours < memrays && memrays < upload.unwrap(), "{steps:#?}");
    let run = std::fs::read_to_string(workspace().join(".ci/run")).unwrap();
    assert!(
        run.contains("HEAPLAB_PYTHON=$(bash .ci/python-tools)"),
        "the tests of a commit use the pinned tools"
    );
}

/// A folder to stand before everything else on PATH, with a `cargo` in it.
fn cargo(home: &Path, script: &str) -> String {
    let file = home.join("bin/cargo");
    std::fs::create_dir_all(home.join("bin")).unwrap();
    std::fs::write(&file, format!("#!/usr/bin/env bash\nset -eu\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", home.join("bin").display(), std::env::var("PATH").unwrap())
}

/// The repository without what was run in it, of links.
fn repository(name: &str) -> PathBuf {
    let copy = target().join("tmp").join(name);
    let _ = std::fs::remove_dir_all(&copy);
    link_folder(&workspace(), &copy);
    symlink(workspace().join("lessons"), copy.join("lessons")).unwrap();
    copy
}

/// Every `run:` step but one, in the order of the files, so that verdict.yml finds the reports that
/// lesson8.yml has left. `cargo xtask` is the binary that this test was built with: what cargo
/// would have run after building it in the clone.
#[test]
fn every_step_runs() {
    let copy = repository("workflow-steps");
    let home = tempfile::tempdir().unwrap();
    let real = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let xtask = env!("CARGO_BIN_EXE_xtask");
    let script =
        format!("if [ \"$1\" = xtask ]; then shift; exec {xtask:?} \"$@\"; fi\nexec {real:?} \"$@\"");
    let path = cargo(home.path(), &script);
    let summary = home.path().join("step-summary.md");
    let (mut left_out, mut has_memray) = (Vec::new(), false);
    for (name, _, workflow) in workflows() {
        for (id, job) in jobs(&workflow) {
            for step in steps(job) {
                let Some(script) = step["run"].as_str() else { continue };
                // It runs this very test.
                if script.trim() == "bash .ci/run" {
                    left_out.push(format!("{name} {id}"));
                    continue;
                }
                let mut command = Command::new("bash");
                command.args(["-euo", "pipefail", "-c", script]).current_dir(&copy);
                for scope in [&workflow, job, step] {
                    for (name, value) in scope["env"].as_object().into_iter().flatten() {
                        command.env(name, value.as_str().unwrap_or_else(|| panic!("{name}: quote it")));
                    }
                }
                // The quickest section, and the reports that an earlier step has left, for those
                // that another job uploads.
                command.env("SECTIONS", "8.3").env("CLAIMED", "reports").env("PATH", &path);
                command.env("GITHUB_STEP_SUMMARY", &summary).env("CARGO_TARGET_DIR", target());
                command.env_remove("RUSTFLAGS").env("LANG", "C.UTF-8");
                let output = command.output().unwrap();
                let may_lack = [".ci/packages", ".ci/memray-report"].iter().any(|name| script.contains(name));
                if may_lack && output.status.code() == Some(3) {
                    skipped(&run::stderr(&output));
                    continue;
                }
                println!("{name}, {id}: {script}");
                run::ends_with(&output, 0);
                has_memray |= script.contains(".ci/memray-report");
            }
        }
    }
    assert_eq!(left_out, ["ci.yml check"]);
    assert!(copy.join("reports/8.3/report.html").is_file() && copy.join("reports/index.html").is_file());
    for name in ["list", "generator"].iter().filter(|_| has_memray) {
        let report = |ending: &str| copy.join("reports/memray").join(name).with_extension(ending);
        let page = std::fs::read_to_string(report("html")).unwrap();
        assert!(page.contains("memray") && report("txt").is_file() && !report("bin").exists(), "{name}");
    }
    assert!(copy.join("verdicts/ci/junit.xml").is_file(), "the verdict has read what the other job has left");
    let summary = std::fs::read_to_string(summary).unwrap();
    assert_eq!(summary.matches("# ✓ Every budget holds").count(), 2, "{summary}");
}

/// The script that goes over what was handed in, with a `cargo` that notes what it is asked, and
/// takes `s2` for bad.
#[test]
fn every_submission_is_judged_and_one_bad_one_stops_none() {
    let copy = repository("workflow-verdicts");
    let home = tempfile::tempdir().unwrap();
    let asked = home.path().join("asked");
    let script = format!(
        "echo \"$@\" >>{asked:?}\nmkdir -p \"${{@: -2:1}}\"\necho \"verdict\" >\"${{@: -2:1}}/summary.md\"\ncase \"$4\" in */s2) exit 1;; esac"
    );
    let path = cargo(home.path(), &script);
    let submitted = home.path().join("submitted");
    let hand_in = |root: &Path, id: &str, text: &str| {
        std::fs::create_dir_all(root.join(id)).unwrap();
        std::fs::write(root.join(id).join("result.json"), text).unwrap();
    };
    for (id, text) in [("s1", "1"), ("s2", "2"), ("s3", "3"), ("known", "old"), ("$(touch evil) x", "4")] {
        hand_in(&submitted, id, text);
    }
    hand_in(&copy.join("reports/homework"), "known", "old");
    hand_in(&copy.join("reports/homework"), "s3", "older");
    symlink("/etc", submitted.join("link")).unwrap();
    let summary = home.path().join("summary.md");
    let judge = |folder: &Path| -> Output {
        let mut command = Command::new("bash");
        command.arg(copy.join(".ci/verify")).arg(folder).arg(home.path().join("verdicts"));
        command.current_dir(&copy).env("PATH", &path).env("GITHUB_STEP_SUMMARY", &summary).output().unwrap()
    };
    let output = judge(&submitted);
    run::ends_with(&output, 1);
    assert!(run::stdout(&output).contains("4 handed in, 1 not passed"), "{}", run::stdout(&output));
    let asked = std::fs::read_to_string(asked).unwrap();
    let expected = ["$(touch evil) x", "s1", "s2", "s3"].map(|id| {
        let (from, to) = (submitted.join(id), home.path().join("verdicts").join(id));
        format!("xtask homework verify {} --out {} --strict", from.display(), to.display())
    });
    assert_eq!(asked.lines().collect::<Vec<_>>(), expected);
    assert_eq!(std::fs::read_to_string(&summary).unwrap().matches("verdict").count(), 4);
    assert!(!copy.join("evil").exists());
    run::ends_with(&judge(&home.path().join("nothing")), 0);
}
