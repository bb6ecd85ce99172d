//! Builds the lessons of a section with the profile for measurements, and reads each one's
//! manifest.

use crate::runner::discover::{Lesson, Workspace};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab::cargo_build::{self, MESSAGE_FORMAT};
use heaplab_record::{MANIFEST_SCHEMA, Manifest};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Keeps frame pointers, which other profilers walk. The recorder does not need them.
const FRAME_POINTERS: &str = "-Cforce-frame-pointers=yes";
const PRELOAD_PACKAGE: &str = "heaplab-preload";
/// Stands between the flags of `CARGO_ENCODED_RUSTFLAGS`, so that a flag may contain spaces.
const FLAG_SEPARATOR: &str = "\u{1f}";

/// A lesson with its binary and manifest.
pub(crate) struct BuiltLesson<'a> {
    pub(crate) lesson: &'a Lesson,
    pub(crate) binary: PathBuf,
    pub(crate) manifest: Manifest,
}

pub(crate) fn build_lessons<'a>(
    workspace: &Workspace,
    lessons: &[&'a Lesson],
) -> Result<Vec<BuiltLesson<'a>>> {
    let packages: Vec<&str> = lessons.iter().map(|lesson| lesson.package.as_str()).collect();
    let binaries = build_binaries(workspace, &packages, &[])?;
    lessons.iter().map(|&lesson| read_manifest(lesson, &binaries)).collect()
}

/// Builds the packages' binaries with these features, and returns their paths by name. Cargo's own
/// progress goes to standard error.
pub(crate) fn build_binaries(
    workspace: &Workspace,
    packages: &[&str],
    features: &[&str],
) -> Result<HashMap<String, PathBuf>> {
    let mut command = cargo_command(&workspace.root, "build");
    command.arg("--bins");
    for package in packages {
        command.args(["--package", package]);
    }
    if !features.is_empty() {
        command.args(["--features", &features.join(",")]);
    }
    run_cargo(command)
}

/// A build with flags of its own, beside that of lessons.
pub(crate) struct FlaggedBuild<'a> {
    pub(crate) package: &'a str,
    pub(crate) features: &'a [&'a str],
    /// Cargo's folder for it: builds whose flags alternate in one folder would replace each other.
    pub(crate) target: PathBuf,
    pub(crate) frame_pointers: bool,
    /// Further words for cargo.
    pub(crate) options: &'a [&'a str],
}

/// The value of `RUSTFLAGS` for a build with or without frame pointers: the user's flags, and ours.
pub(crate) fn flags_for(frame_pointers: bool) -> String {
    list_rustflags(frame_pointers).join(" ")
}

/// Builds the package's binaries with the profile of lessons, and returns their paths by name.
pub(crate) fn build_flagged(
    workspace: &Workspace,
    build: &FlaggedBuild<'_>,
) -> Result<HashMap<String, PathBuf>> {
    let mut command = cargo_command(&workspace.root, "build");
    command.args(["--bins", "--package", build.package, "--features", &build.features.join(",")]);
    command.arg("--target-dir").arg(&build.target).args(build.options);
    run_cargo_with_flags(command, &list_rustflags(build.frame_pointers))
}

/// Builds the packages' examples, and returns their paths by name.
pub(crate) fn build_examples(workspace: &Workspace, packages: &[&str]) -> Result<HashMap<String, PathBuf>> {
    let mut command = cargo_command(&workspace.root, "build");
    command.arg("--examples");
    for package in packages {
        command.args(["--package", package]);
    }
    run_cargo(command)
}

/// Builds a package's criterion bench, and returns its path.
pub(crate) fn build_bench(workspace: &Workspace, package: &str, name: &str) -> Result<PathBuf> {
    let mut command = cargo_command(&workspace.root, "bench");
    command.args(["--no-run", "--package", package, "--bench", name]);
    let mut built = run_cargo(command)?;
    built.remove(name).with_context(|| format!("{package} has no bench `{name}` (benches/{name}.rs)"))
}

/// Builds the recorder's library for programs that do not have it (`crates/preload`), and returns its
/// path. It belongs to the workspace of this program, whichever folder the user is in.
pub(crate) fn build_preload_library() -> Result<PathBuf> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut command = cargo_command(root, "build");
    command.args(["--lib", "--package", PRELOAD_PACKAGE]);
    let built = run_cargo(command)?;
    let library = built.get("heaplab_preload").context("crates/preload has built no library")?;
    library.canonicalize().context("cargo names a library that is not there")
}

/// The recorder's library for CPython. `None` on systems where no program can be given it, which is
/// said.
pub(crate) fn build_recorder_for_python(terminal: &Terminal) -> Result<Option<PathBuf>> {
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        return build_preload_library().map(Some);
    }
    terminal.print_note("CPython has no heap figures here: its recorder is loaded by glibc's LD_PRELOAD");
    Ok(None)
}

fn cargo_command(root: &Path, what: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args([what, "--profile", "lesson"]);
    command.args(MESSAGE_FORMAT);
    command
}

/// Runs cargo, and returns the programs and the libraries that it built, by target name.
fn run_cargo(command: Command) -> Result<HashMap<String, PathBuf>> {
    run_cargo_with_flags(command, &list_rustflags(true))
}

fn run_cargo_with_flags(mut command: Command, flags: &[String]) -> Result<HashMap<String, PathBuf>> {
    // A RUSTFLAGS variable would replace the flags of .cargo/config.toml, so both are passed on.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join(FLAG_SEPARATOR)).env_remove("RUSTFLAGS");
    let built = cargo_build::run_cargo(command)?;
    Ok(built.into_iter().map(|file| (file.target, file.path)).collect())
}

fn read_manifest<'a>(lesson: &'a Lesson, binaries: &HashMap<String, PathBuf>) -> Result<BuiltLesson<'a>> {
    let place = lesson.folder.display();
    let binary = binaries
        .get(&lesson.package)
        .with_context(|| format!("{place}: the package has no binary `{}` (src/main.rs)", lesson.package))?;
    let output = Command::new(binary)
        .arg("--heaplab-list")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", binary.display()))?;
    let manifest: Manifest = serde_json::from_slice(&output.stdout).with_context(|| {
        format!("{place}: `{} --heaplab-list` prints no manifest; does main.rs use lesson!?", lesson.package)
    })?;
    anyhow::ensure!(
        manifest.schema == MANIFEST_SCHEMA,
        "{place}: its manifest is of schema {}, this runner reads {MANIFEST_SCHEMA}: build both from one commit",
        manifest.schema
    );
    Ok(BuiltLesson { lesson, binary: binary.clone(), manifest })
}

/// The user's flags, and ours where frame pointers are wanted.
fn list_rustflags(frame_pointers: bool) -> Vec<String> {
    let encoded = std::env::var("CARGO_ENCODED_RUSTFLAGS").ok();
    let users: Vec<String> = match (encoded, std::env::var("RUSTFLAGS")) {
        (Some(encoded), _) => encoded.split(FLAG_SEPARATOR).map(str::to_owned).collect(),
        (None, Ok(flags)) => flags.split_whitespace().map(str::to_owned).collect(),
        (None, Err(_)) => Vec::new(),
    };
    let users = users.into_iter().filter(|flag| !flag.is_empty() && flag != FRAME_POINTERS);
    users.chain(frame_pointers.then(|| FRAME_POINTERS.to_owned())).collect()
}
