//! The files of the workspace in which submissions are built. They are part of this program:
//! nothing that was handed in, and nothing that somebody changed in a copy of the course, is among
//! them.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

macro_rules! lesson {
    ($name:literal) => {
        include_str!(concat!("../../../../lessons/8.9-homework/", $name))
    };
}

/// All files but the manifests and the student's modules.
pub(super) const FILES: &[(&str, &str)] = &[
    ("student/src/lib.rs", LIBRARY),
    ("student/src/task.rs", lesson!("src/task.rs")),
    ("student/src/task/draw.rs", lesson!("src/task/draw.rs")),
    ("student/src/task/log.rs", lesson!("src/task/log.rs")),
    ("student/src/task/rows.rs", lesson!("src/task/rows.rs")),
    ("harness/src/main.rs", include_str!("pristine/main.rs")),
    ("harness/src/harness.rs", lesson!("src/harness.rs")),
    ("harness/src/inherited.rs", lesson!("src/inherited.rs")),
];

/// The student's modules of the starting point.
pub(super) const START: &[(&str, &str)] = &[
    ("mod.rs", lesson!("start/mod.rs")),
    ("required.rs", lesson!("start/required.rs")),
    ("optional.rs", lesson!("start/optional.rs")),
];

/// `task` comes first, so that macros of the student's modules cannot change it.
const LIBRARY: &str = "//! A submission and what its tasks are.\n\n#![forbid(unsafe_code)]\n\npub mod task;\n\npub mod student;\n";

const STUDENT: &str = "[package]\nname = \"student\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\ntest = false\n\
    doctest = false\n\n[dependencies]\n";

/// Writes these files and the manifests; `root` is the course's workspace.
pub(super) fn write_workspace(folder: &Path, root: &Path) -> io::Result<()> {
    for (name, text) in FILES {
        write_file(&folder.join(name), text.as_bytes())?;
    }
    write_file(&folder.join("student/Cargo.toml"), STUDENT.as_bytes())?;
    write_file(&folder.join("harness/Cargo.toml"), harness_manifest(root).as_bytes())?;
    // The profile that lessons are measured with.
    let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"student\", \"harness\"]\n\n\
        [profile.lesson]\ninherits = \"release\"\ndebug = \"limited\"\n";
    write_file(&folder.join("Cargo.toml"), workspace.as_bytes())
}

/// Writes modules, named relative to `src/student/`.
pub(super) fn write_student<T: AsRef<[u8]>>(folder: &Path, modules: &[(&str, T)]) -> io::Result<()> {
    let place = folder.join("student/src/student");
    modules.iter().try_for_each(|(name, bytes)| write_file(&place.join(name), bytes.as_ref()))
}

fn harness_manifest(root: &Path) -> String {
    let mut text = String::from(
        "[package]\nname = \"harness\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nstudent = { path = \"../student\" }\n\
         memmap2 = \"0.9\"\n",
    );
    let heap = root.join("crates/heap").display().to_string();
    // A JSON string is also a TOML string.
    let quoted = serde_json::Value::from(heap).to_string();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "heaplab-heap = {{ path = {quoted} }}");
    text
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes)
}
