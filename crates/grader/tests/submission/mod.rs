//! Submissions made for a test, verified through the real binary, and what has to be so afterwards
//! whatever they tried.

#![expect(dead_code, reason = "every test file takes what it needs")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// This repository.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// `heaplab-grader verify` with nothing in its environment that would change what it does.
pub(crate) fn grader_verify() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heaplab-grader"));
    command.arg("verify").current_dir(workspace());
    for name in ["LC_ALL", "LC_MESSAGES", "RUSTFLAGS", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8");
    command
}

/// A model solution, handed in by s1, with whatever a test changes about it.
pub(crate) struct Submission {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) place: TempDir,
    /// The folder's name.
    pub(crate) name: String,
    pub(crate) options: Vec<String>,
}

/// What came out.
pub(crate) struct Verified {
    pub(crate) output: Output,
    pub(crate) verdict: Value,
    pub(crate) summary: String,
}

impl Submission {
    pub(crate) fn model() -> Submission {
        let solution =
            |name: &str| std::fs::read(workspace().join("lessons/8.9-homework/solution").join(name)).unwrap();
        let files = [
            ("student.toml", b"id = \"s1\"\nname = \"Li Lei\"\n".to_vec()),
            ("REPORT.md", b"# Report\n".to_vec()),
            ("src/required.rs", solution("required.rs")),
            ("src/optional.rs", solution("optional.rs")),
        ];
        Submission {
            files: files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect(),
            place: tempfile::tempdir().unwrap(),
            name: "s1".to_owned(),
            options: Vec::new(),
        }
    }

    /// With another file, or another text in one.
    pub(crate) fn with(mut self, name: &str, text: impl AsRef<[u8]>) -> Submission {
        self.files.insert(name.to_owned(), text.as_ref().to_vec());
        self
    }

    /// Whose `list` does this first, and is right all the same; `before` are items beside it.
    pub(crate) fn doing(self, before: &str, first: &str) -> Submission {
        let text = format!(
            "use crate::task::{{Row, Source}};\n{before}\n\
             pub fn list(source: Source) -> Vec<Row> {{\n{first}\n(0..source.len()).map(|index| source.row(index)).collect()\n}}\n\
             pub fn generator(source: Source) -> impl Iterator<Item = Row> {{\n\
             (0..source.len()).map(move |index| source.row(index))\n}}\n"
        );
        self.with("src/required.rs", text)
    }

    pub(crate) fn option(mut self, words: &[&str]) -> Submission {
        self.options.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    pub(crate) fn folder(&self) -> PathBuf {
        let folder = self.place.path().join(&self.name);
        for (name, bytes) in &self.files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        folder
    }

    pub(crate) fn verify(&self) -> Verified {
        self.verify_bundle(&self.folder())
    }

    pub(crate) fn verify_bundle(&self, bundle: &Path) -> Verified {
        let out = self.place.path().join("verdict");
        let handed_in = || {
            let mut found = everything(self.place.path());
            found.retain(|path, _| !path.starts_with(&out));
            found
        };
        let before = handed_in();
        let mut command = grader_verify();
        command.arg(bundle).arg("--out").arg(&out).args(&self.options);
        let child = command
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let process = child.id();
        let output = child.wait_with_output().unwrap();
        nothing_is_left_of(process);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(before == handed_in(), "verify leaves what was handed in as it was");
        let verdict = serde_json::from_slice(&std::fs::read(out.join("verdict.json")).unwrap()).unwrap();
        let summary = std::fs::read_to_string(out.join("summary.md")).unwrap();
        Verified { output, verdict, summary }
    }
}

impl Verified {
    pub(crate) fn status(&self) -> &str {
        self.verdict["status"].as_str().unwrap()
    }

    pub(crate) fn codes(&self) -> Vec<&str> {
        let reasons = self.verdict["reasons"].as_array().unwrap();
        reasons.iter().map(|reason| reason["code"].as_str().unwrap()).collect()
    }

    /// The first reason is this, and so is the status; every reason says something in both
    /// languages.
    pub(crate) fn is(&self, status: &str, code: &str) {
        assert_eq!(
            (self.status(), self.codes().first().copied()),
            (status, Some(code)),
            "{:#}",
            self.verdict
        );
        for reason in self.verdict["reasons"].as_array().unwrap() {
            assert!(
                !reason["text"]["en"].as_str().unwrap().is_empty()
                    && !reason["text"]["zh"].as_str().unwrap().is_empty()
            );
        }
        assert!(self.summary.contains(code));
    }

    pub(crate) fn says(&self, part: &str) -> &Verified {
        let text = self.verdict["reasons"].to_string();
        assert!(text.contains(part), "no `{part}` in {text}");
        self
    }
}

/// Of a verify that was this process: no folder, and no process that works in one.
pub(crate) fn nothing_is_left_of(process: u32) {
    let work = workspace().join("target/homework-verify/submissions");
    let own = format!("{process}-");
    let is_own = |path: &Path| {
        let first = path.strip_prefix(&work).ok().and_then(|rest| rest.components().next());
        first.is_some_and(|first| first.as_os_str().to_string_lossy().starts_with(&own))
    };
    let left: Vec<PathBuf> =
        std::fs::read_dir(&work).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    assert!(!left.iter().any(|path| is_own(path)), "{left:?}");
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        for link in ["cwd", "exe"] {
            let place = std::fs::read_link(entry.path().join(link)).unwrap_or_default();
            assert!(!is_own(&place), "{} is left: {}", entry.path().display(), place.display());
        }
    }
}

fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                let bytes = if path.is_symlink() { Vec::new() } else { std::fs::read(&path).unwrap() };
                found.insert(path, bytes);
            }
        }
    }
    found
}

/// The bundle's `result.json`, from a verdict's own figures, with one changed.
pub(crate) fn claimed(verdict: &Value, change: impl Fn(&mut Value)) -> String {
    let mut result = serde_json::json!({
        "schema": "heaplab/homework/v1", "id": "s1", "name": "Li Lei", "created_at": "2026-11-22T00:00:00Z", "commit": "",
        "source_sha256": verdict["source_sha256"], "seed": 20_260_809, "tasks": verdict["recomputed"],
        "environment": {"os": "", "cpu": "", "cores": 1, "memory_bytes": 0, "rustc": "", "commit": "", "frame_pointers": true},
        "score": verdict["score"], "of": verdict["of"], "bonus": verdict["bonus"], "bonus_of": verdict["bonus_of"],
    });
    change(&mut result);
    result.to_string()
}
