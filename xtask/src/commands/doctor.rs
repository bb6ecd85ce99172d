//! `cargo xtask doctor`: lists what this machine has and lacks for each lesson, and how to get it.

use crate::exit::ExitReason;
use crate::publish::store;
use crate::runner::discover::{self, Lesson, Workspace};
use crate::runner::environment::program_version;
use crate::runner::lecture_tools::{INSTALL_COMMAND, LectureTools, find_lecture_tools};
use crate::runner::memory;
use crate::runner::python;
use crate::terminal::Terminal;
use anyhow::Result;
use heaplab::requirement::{self, CheckResult};
use heaplab::runner::user_program::find_in_path;
use heaplab_report::format;
use std::fmt::Write as _;

pub(crate) fn run() -> Result<()> {
    let (text, lacks) = render_checks(&discover::load_workspace()?);
    Terminal::new(true).print_result(&text);
    if lacks > 0 {
        return Err(
            ExitReason::MissingRequirement("this machine lacks what the lines with ✗ name".into()).into()
        );
    }
    Ok(())
}

/// The text, and how many requirements are missing.
pub(crate) fn render_checks(workspace: &Workspace) -> (String, u32) {
    let (mut text, lacks) = requirement::render_checks(check_machine());
    let _ = writeln!(text, "\nLessons:");
    for lesson in &workspace.lessons {
        let _ = writeln!(text, "  {:<7} {}", lesson.section.to_string(), lesson_needs(workspace, lesson));
    }
    (text, lacks)
}

fn check_machine() -> Vec<(&'static str, CheckResult)> {
    vec![
        ("system", check_system()),
        ("rustc", check_rustc()),
        ("memory", check_memory()),
        ("CPython", match python::find_python() {
            Ok(python) => CheckResult::Yes(format!("{} ({})", python.full_name(), python.program.display())),
            Err(why) => CheckResult::Without(format!(
                "{why}; without it the lecture's own Python is left out. Debian: apt-get install python3"
            )),
        }),
        ("lecture's tools", check_lecture_tools()),
        ("graphviz", match find_in_path(&"dot".into()) {
            Some(_) => CheckResult::Yes("dot draws objgraph's pictures (lesson 8.3)".into()),
            None => CheckResult::Without(
                "not installed; objgraph needs its dot for pictures (lesson 8.3). Debian: apt-get install graphviz".into(),
            ),
        }),
        ("valgrind", match program_version("valgrind") {
            Some(version) => CheckResult::Yes(format!(
                "{version}: its DHAT counts beside the recorder, callgrind counts instructions (profile --cpu, lesson 8.4), and \
                 its viewer opens VARIANT.dhat.json"
            )),
            None => CheckResult::Without(
                "not installed; its DHAT would count beside the recorder, callgrind would count instructions (profile --cpu, \
                 lesson 8.4), and its viewer opens VARIANT.dhat.json. Debian: apt-get install valgrind"
                    .into(),
            ),
        }),
        ("heaptrack", match program_version("heaptrack") {
            Some(version) => CheckResult::Yes(format!("{version}: it counts beside the recorder")),
            None => CheckResult::Without(
                "not installed; it would count beside the recorder. Debian: apt-get install heaptrack".into(),
            ),
        }),
    ]
}

/// The Python packages that lessons 8.2, 8.3 and 8.4 show beside heaplab.
fn check_lecture_tools() -> CheckResult {
    let Ok(python) = python::find_python() else {
        return CheckResult::Without("not asked: there is no CPython".into());
    };
    let LectureTools { installed, missing } = find_lecture_tools(&python);
    if missing.is_empty() {
        return CheckResult::Yes(format!("{} (lessons 8.2, 8.3, 8.4)", installed.join(", ")));
    }
    CheckResult::Without(format!(
        "{} has no {}; lessons 8.2, 8.3, 8.4 leave them out. To install all: {INSTALL_COMMAND}",
        python.program.display(),
        missing.join(", "),
    ))
}

fn check_system() -> CheckResult {
    let here = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
    if cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        CheckResult::Yes(here)
    } else {
        CheckResult::Without(format!(
            "{here}: untested, and RSS is not measured here; .devcontainer/ has a Linux"
        ))
    }
}

fn check_rustc() -> CheckResult {
    match program_version("rustc") {
        Some(version) => CheckResult::Yes(version),
        None => CheckResult::No("does not start; install Rust by https://rustup.rs".into()),
    }
}

fn check_memory() -> CheckResult {
    match memory::available_bytes() {
        Some(bytes) => CheckResult::Yes(format!(
            "{} available of {}; a variant that needs more runs at fewer rows",
            format::bytes(bytes),
            format::bytes(memory::installed_bytes().unwrap_or(bytes))
        )),
        None => CheckResult::Without("not known on this system: choose --rows with care".into()),
    }
}

/// What a lesson needs by its last report; memory needs are measured, never typed in.
fn lesson_needs(workspace: &Workspace, lesson: &Lesson) -> String {
    let report =
        store::read_report(&workspace.root.join("reports").join(lesson.section.lecture().to_string()));
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
