//! `cargo xtask lint-lessons`: finds what an author forgot. Each finding names the file and the
//! next step; with any finding the exit status is 1.
//!
//! - `text_checks`: the header, the two READMEs, the lengths. Pure.
//! - `manifest_checks`: whether code, metadata, claims and scripts agree.
//! - `exercise`: runs exercise and solution.

mod exercise;
mod manifest_checks;
mod text_checks;

use crate::cli::LintOptions;
use crate::exit::ExitReason;
use crate::interrupt;
use crate::runner::build;
use crate::runner::discover::{self, Lesson};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use std::path::Path;

/// A mistake in `file`, a path below the lesson's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    file: String,
    what: String,
}

impl Finding {
    fn new(file: impl Into<String>, what: impl Into<String>) -> Finding {
        Finding { file: file.into(), what: what.into() }
    }
}

/// The files that every lesson has.
const REQUIRED_FILES: [&str; 8] = [
    "Cargo.toml",
    "README.md",
    "README.zh-CN.md",
    "src/main.rs",
    "claims.toml",
    "exercise/main.rs",
    "solution/main.rs",
    "tests/claims.rs",
];

pub(crate) fn run(options: &LintOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let lessons: Vec<&Lesson> = match &options.section {
        Some(section) => workspace.find_section(section)?.1,
        None => workspace.lessons.iter().collect(),
    };
    interrupt::install_handlers().context("cannot listen to signals")?;
    let built = build::build_lessons(&workspace, &lessons)?;
    let packages: Vec<&str> = lessons.iter().map(|lesson| lesson.package.as_str()).collect();
    let examples = if options.no_run { None } else { Some(build::build_examples(&workspace, &packages)?) };
    let screen = Terminal::new(true);
    let mut count = 0;
    for built in &built {
        interrupt::check()?;
        let lesson = built.lesson;
        screen.print_step(&format!("{} {}", lesson.section, lesson.package));
        let mut findings = check_folder(lesson)?;
        findings.extend(manifest_checks::check_manifest(built)?);
        if let Some(examples) = &examples {
            findings.extend(exercise::check_exercise(lesson, examples)?);
        }
        count += findings.len();
        let folder = lesson.folder.strip_prefix(&workspace.root).unwrap_or(&lesson.folder);
        for finding in findings {
            screen.print_result(&format!("{}: {}", folder.join(&finding.file).display(), finding.what));
        }
    }
    screen.finish();
    if count > 0 {
        return Err(ExitReason::CheckFailed(format!("{count} findings in {} lessons", built.len())).into());
    }
    screen.print_result(&format!("{} lessons, no findings", built.len()));
    Ok(())
}

/// Checks that need nothing but the lesson's files.
fn check_folder(lesson: &Lesson) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for part in REQUIRED_FILES {
        if !lesson.folder.join(part).is_file() {
            findings.push(Finding::new(part, "is missing"));
        }
    }
    let read = |part: &str| std::fs::read_to_string(lesson.folder.join(part)).unwrap_or_default();
    let (section, lecture) = (lesson.section.to_string(), lesson.section.lecture().to_string());
    findings.extend(text_checks::check_header(&read("src/main.rs"), &section, &lecture));
    findings.extend(text_checks::check_readmes(&read("README.md"), &read("README.zh-CN.md"), &section));
    for role in ["exercise", "solution"] {
        findings.extend(text_checks::check_example_header(
            &read(&format!("{role}/main.rs")),
            &lesson.package,
            role,
        ));
    }
    let mut code = Vec::new();
    collect_sources(&lesson.folder, &lesson.folder, &mut code)?;
    for (file, text) in code {
        findings.extend(text_checks::check_sizes(&file, &text));
    }
    Ok(findings)
}

/// Every Rust file below a folder, with its text.
fn collect_sources(root: &Path, folder: &Path, into: &mut Vec<(String, String)>) -> Result<()> {
    let cannot = || format!("cannot read {}", folder.display());
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.is_dir() {
            collect_sources(root, &path, into)?;
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "md" || ending == "py") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            into.push((name, std::fs::read_to_string(&path).with_context(cannot)?));
        }
    }
    into.sort();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lessons_have_no_findings() {
        for lesson in &discover::load_workspace().unwrap().lessons {
            assert_eq!(check_folder(lesson).unwrap(), [], "{}", lesson.section);
        }
    }
}
