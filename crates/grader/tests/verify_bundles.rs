//! `heaplab-grader verify`, through the real binary: archives that no honest student makes, names
//! and ids that are more than that, and a machine that lacks a fence.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod submission;

use std::os::unix::process::CommandExt as _;
use submission::{Submission, claimed, grader_verify};

#[test]
fn files_that_would_change_the_build_are_not_used() {
    let flag = tempfile::tempdir().unwrap();
    let made = flag.path().join("made");
    let script = format!("fn main() {{ std::fs::write({:?}, \"x\").unwrap(); }}", made);
    let verified = Submission::model()
        .with("build.rs", &script)
        .with("Cargo.toml", "[package]\nname = \"student\"\nbuild = \"build.rs\"\n[lib]\nproc-macro = true\n")
        .with(".cargo/config.toml", "[build]\nrustc-wrapper = \"/bin/false\"\n")
        .with(".github/workflows/lesson8.yml", "on: push\n")
        .with("harness/src/main.rs", "fn main() { println!(\"score=100\"); }\n")
        .verify();
    verified.is("fail", "foreign_file");
    for name in ["build.rs", "Cargo.toml", "config.toml", "lesson8.yml", "harness/src/main.rs"] {
        verified.says(name);
    }
    assert!(!made.exists());
    assert_eq!(verified.verdict["score"], 100, "measured with the course's own all the same");
}

#[test]
fn nothing_handed_in_is_said_to_be_nothing() {
    let mut empty = Submission::model();
    empty.files.retain(|name, _| !name.starts_with("src/"));
    empty.verify().is("error", "no_source");
    let path = empty.place.path().join("not-there");
    let output = grader_verify().arg(path).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn archives_that_no_honest_student_makes_are_refused() {
    let model = Submission::model();
    let tar = |name: &[u8], kind: tar::EntryType, bytes: &[u8], times: usize| {
        let mut builder =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best()));
        for _ in 0..times {
            let mut header = tar::Header::new_gnu();
            header.as_mut_bytes()[..name.len()].copy_from_slice(name);
            header.set_entry_type(kind);
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            builder.append(&header, bytes).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    };
    let file = tar::EntryType::Regular;
    let zeros = vec![0; 40 << 20];
    let cases = [
        (tar(b"../../evil.rs", file, b"x", 1), "climbs"),
        (tar(b"/tmp/heaplab-evil.rs", file, b"x", 1), "absolute"),
        (tar(b"src/required.rs", tar::EntryType::Symlink, b"", 1), "link"),
        (tar(b"src/required.rs", tar::EntryType::Char, b"", 1), "device"),
        (tar(b"src/required.rs", file, b"x", 2), "twice"),
        (tar(b"src/required.rs", file, &zeros, 1), "larger"),
        (tar(b"src/bomb.bin", file, &zeros, 1), "bomb"),
        (b"PK\x03\x04 and nothing behind it".to_vec(), "neither a folder"),
        (Vec::new(), "neither a folder"),
    ];
    for (number, (bytes, part)) in cases.into_iter().enumerate() {
        let path = model.place.path().join(format!("{number}.tar.gz"));
        std::fs::write(&path, bytes).unwrap();
        let verified = model.verify_bundle(&path);
        verified.is("error", "bad_archive");
        verified.says(part);
        std::fs::remove_file(path).unwrap();
    }
    assert!(!std::path::Path::new("/tmp/heaplab-evil.rs").exists());
}

#[test]
fn a_name_is_text_wherever_it_is_shown() {
    let name = "<img src=x onerror=alert(1)>|[a](javascript:1)`=cmd()`\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}";
    let file = format!("id = \"s1\"\nname = {}\n", serde_json::Value::from(name));
    let mut hostile = Submission::model().with("student.toml", file);
    hostile.files.retain(|name, _| !name.starts_with("src/"));
    let verified = hostile.verify();
    assert_eq!(verified.verdict["name"], name, "JSON escapes what it has to");
    let shown = String::from_utf8(verified.output.stdout.clone()).unwrap();
    for text in [&verified.summary, &shown] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\u{7}'), "{text}");
    }
    assert!(
        !verified.summary.contains("<img")
            && !verified.summary.contains("[a]")
            && !verified.summary.contains("`=cmd")
    );
}

#[test]
fn who_hands_in_has_to_be_clear() {
    let only = |text: &str| {
        let mut one = Submission::model().with("student.toml", text);
        one.files.retain(|name, _| !name.starts_with("src/"));
        one
    };
    for id in ["../../s1", "a/b", "", ".hidden", "a b", "s1\\n"] {
        let verified = only(&format!("id = \"{id}\"\nname = \"x\"\n")).verify();
        verified.is("fail", "identity");
        assert_eq!(verified.verdict["id"], "");
    }
    only("id = ").verify().is("fail", "identity");
    // In another's place, by what is known of it.
    only("id = \"s1\"\n").option(&["--id", "s2"]).verify().is("fail", "identity");
    let mut placed = only("id = \"s1\"\n");
    placed.name = "homework/s2".to_owned();
    placed.verify().says("`s2`").is("fail", "identity");
    placed = only("id = \"s1\"\n");
    placed.name = "homework/s1".to_owned();
    placed.verify().is("error", "no_source");
    let verdict = serde_json::json!({"recomputed": [], "source_sha256": "", "score": 0, "of": 0, "bonus": 0, "bonus_of": 0});
    only("id = \"s2\"\n").with("result.json", claimed(&verdict, |_| ())).verify().is("fail", "identity");
}

#[test]
fn strict_is_for_scripts_and_wrong_use_is_said() {
    let mut none = Submission::model();
    none.files.retain(|name, _| !name.starts_with("src/"));
    let verify = |more: &[&str]| {
        let out = none.place.path().join("out");
        let mut command = grader_verify();
        command.arg(none.folder()).arg("--out").arg(out).args(more).output().unwrap()
    };
    assert_eq!(verify(&["--strict"]).status.code(), Some(1));
    let json = verify(&["--json", "--submitted-at", "2026-11-01T00:00:00Z"]);
    let printed: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&printed["status"], &printed["submitted_at"]),
        (&"error".into(), &"2026-11-01T00:00:00Z".into())
    );
    assert_eq!(verify(&["--submitted-at", "tomorrow"]).status.code(), Some(2));
    assert_eq!(verify(&["--seed-file", "/nowhere"]).status.code(), Some(2));
}

/// A kernel without landlock, as a process sees it whose calls for it are answered so.
#[test]
fn without_a_fence_it_refuses_and_says_which() {
    let model = Submission::model();
    let unfenced = |more: &[&str]| {
        let calls = [
            libc::SYS_landlock_create_ruleset,
            libc::SYS_landlock_add_rule,
            libc::SYS_landlock_restrict_self,
        ];
        let filter = seccompiler::SeccompFilter::new(
            calls.into_iter().map(|call| (call, Vec::new())).collect(),
            seccompiler::SeccompAction::Allow,
            seccompiler::SeccompAction::Errno(libc::ENOSYS.unsigned_abs()),
            std::env::consts::ARCH.try_into().unwrap(),
        );
        let filter: seccompiler::BpfProgram = filter.unwrap().try_into().unwrap();
        let out = model.place.path().join("out");
        let mut command = grader_verify();
        command.arg(model.folder()).arg("--out").arg(&out).args(more);
        // SAFETY: installing a filter is two system calls on memory that was made before the fork.
        unsafe {
            command.pre_exec(move || seccompiler::apply_filter(&filter).map_err(std::io::Error::other))
        };
        (command.output().unwrap(), out.join("verdict.json"))
    };
    let (refused, verdict) = unfenced(&[]);
    assert_eq!(refused.status.code(), Some(3));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("landlock") && said.contains("--allow-unfenced"), "{said}");
    assert!(!verdict.exists());
    let (allowed, verdict) = unfenced(&["--allow-unfenced"]);
    assert!(allowed.status.success(), "{}", String::from_utf8_lossy(&allowed.stderr));
    let verdict: serde_json::Value = serde_json::from_slice(&std::fs::read(verdict).unwrap()).unwrap();
    assert_eq!(
        (&verdict["status"], &verdict["unfenced"]),
        (&"pass".into(), &serde_json::json!(["landlock"]))
    );
}
