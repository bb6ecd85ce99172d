//! A copy of lesson 8.9 in a workspace of links: a place for the tests' own student.

use crate::run::{target, workspace};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

pub(crate) const LESSON: &str = "lessons/8.9-homework";

/// Links to everything but this lesson, which is a copy. Its package has another version there:
/// cargo tells packages of two workspaces that share a target folder apart by that, and would else
/// take one's library for the other's.
pub(crate) fn copy() -> &'static Path {
    static COPY: OnceLock<PathBuf> = OnceLock::new();
    COPY.get_or_init(|| {
        let folder = target().join("tmp/homework-copy");
        let _ = std::fs::remove_dir_all(&folder);
        for (below, without) in [("", "lessons"), ("lessons", "8.9-homework")] {
            link_folder(&workspace().join(below), &folder.join(below), without);
        }
        copy_folder(&workspace().join(LESSON), &folder.join(LESSON));
        let manifest = folder.join(LESSON).join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let changed = text.replace("version.workspace = true\nedition", "version = \"0.0.1\"\nedition");
        assert_ne!(text, changed);
        std::fs::write(manifest, changed).unwrap();
        folder
    })
}

/// One test at a time works there. A test that failed has poisoned nothing: each begins anew.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for left in ["src/student", "student-backup-1", "student-backup-2"] {
        let _ = std::fs::remove_dir_all(copy().join(LESSON).join(left));
    }
    let _ = std::fs::remove_dir_all(copy().join("reports"));
    guard
}

fn link_folder(from: &Path, to: &Path, without: &str) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (name, place) = (entry.file_name(), entry.path());
        if ["target", ".git", "reports", without].iter().any(|left_out| name == *left_out) {
            continue;
        }
        if name == "Cargo.lock" {
            std::fs::copy(&place, to.join(name)).unwrap();
        } else {
            std::os::unix::fs::symlink(&place, to.join(name)).unwrap();
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (name, place) = (entry.file_name(), entry.path());
        // Whoever runs this may have begun with the homework.
        if name == "student" || name.to_string_lossy().starts_with("student-backup") {
            continue;
        }
        match place.is_dir() {
            true => copy_folder(&place, &to.join(name)),
            false => drop(std::fs::copy(&place, to.join(name)).unwrap()),
        }
    }
}
