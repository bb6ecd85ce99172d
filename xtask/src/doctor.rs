//! `cargo xtask doctor`: what this machine has and lacks for each lesson, and how to get it.

use crate::discover::{self, Lesson, Workspace};
use crate::memory;
use crate::python;
use crate::screen::Screen;
use crate::stop::Stop;
use anyhow::Result;
use heaplab_record::Report;
use heaplab_report::format;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

/// What a look at the machine gave.
enum Found {
    Yes(String),
    /// Something optional is missing: what it would give, and how to get it.
    Without(String),
    /// Nothing runs without it.
    No(String),
}

pub(crate) fn run() -> Result<()> {
    let (text, lacks) = told(&discover::workspace()?);
    Screen::new(true).result(&text);
    if lacks > 0 {
        return Err(Stop::Lacks("this machine lacks what the lines with ✗ name".into()).into());
    }
    Ok(())
}

/// What is said, and how many things that nothing runs without are missing.
pub(crate) fn told(workspace: &Workspace) -> (String, u32) {
    let mut text = String::new();
    let mut lacks = 0;
    for (name, found) in machine() {
        let (sign, said) = match found {
            Found::Yes(said) => ("✓", said),
            Found::Without(said) => ("–", said),
            Found::No(said) => {
                lacks += 1;
                ("✗", said)
            }
        };
        let _ = writeln!(text, "{sign} {name:<15} {said}");
    }
    let _ = writeln!(text, "\nLessons:");
    for lesson in &workspace.lessons {
        let _ = writeln!(text, "  {:<7} {}", lesson.section.to_string(), wants(workspace, lesson));
    }
    (text, lacks)
}

fn machine() -> Vec<(&'static str, Found)> {
    vec![
        ("system", system()),
        ("rustc", rustc()),
        ("memory", available_memory()),
        ("CPython", match python::find() {
            Ok(python) => Found::Yes(format!("{} ({})", python.version, python.program.display())),
            Err(why) => Found::Without(format!(
                "{why}; without it the lecture's own Python is left out. Debian: apt-get install python3"
            )),
        }),
        ("valgrind", match version("valgrind") {
            Some(version) => Found::Yes(format!(
                "{version}: its DHAT counts beside the recorder, callgrind counts instructions (profile --cpu, lesson 8.4), and \
                 its viewer opens VARIANT.dhat.json"
            )),
            None => Found::Without(
                "not installed; its DHAT would count beside the recorder, callgrind would count instructions (profile --cpu, \
                 lesson 8.4), and its viewer opens VARIANT.dhat.json. Debian: apt-get install valgrind"
                    .into(),
            ),
        }),
        ("heaptrack", match version("heaptrack") {
            Some(version) => Found::Yes(format!("{version}: it counts beside the recorder")),
            None => Found::Without(
                "not installed; it would count beside the recorder. Debian: apt-get install heaptrack".into(),
            ),
        }),
    ]
}

fn system() -> Found {
    let here = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
    if cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        Found::Yes(here)
    } else {
        Found::Without(format!("{here}: untested, and RSS is not measured here; .devcontainer/ has a Linux"))
    }
}

fn rustc() -> Found {
    match version("rustc") {
        Some(version) => Found::Yes(version),
        None => Found::No("does not start; install Rust by https://rustup.rs".into()),
    }
}

fn available_memory() -> Found {
    match memory::available_bytes() {
        Some(bytes) => Found::Yes(format!(
            "{} available of {}; a variant that needs more runs at fewer rows",
            format::bytes(bytes),
            format::bytes(memory::installed_bytes().unwrap_or(bytes))
        )),
        None => Found::Without("not known on this system: choose --rows with care".into()),
    }
}

fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
    output.status.success().then_some(said)
}

/// What a lesson needs, from its last report: nothing about memory is typed in.
fn wants(workspace: &Workspace, lesson: &Lesson) -> String {
    let report =
        workspace.root.join("reports").join(lesson.section.lecture().to_string()).join("report.json");
    let report: Option<Report> =
        std::fs::read(report).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let section = lesson.section.to_string();
    let runs = report.iter().flat_map(|report| &report.runs).filter(|run| run.section == section);
    let peak = |run: &heaplab_record::Run| {
        Some((run.plain.as_ref()?.peak_rss_bytes?, run.rows, run.variant.clone()))
    };
    let mut said = match runs.filter_map(peak).max() {
        Some((bytes, rows, variant)) => {
            format!(
                "at {} its largest variant, {variant}, took {}",
                format::count(rows),
                format::bytes(bytes)
            )
        }
        None => format!("not yet run: cargo xtask lesson {section} --quick tells what it needs"),
    };
    if lesson.folder.join("python").is_dir() {
        said += "; CPython beside it where python3 is";
    }
    said
}
