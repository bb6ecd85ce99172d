//! What a lesson shows around its measurements: a program before anything is measured, and the
//! doctor's checks at the end. The program is a process of its own, so it leaves no memory behind
//! that could be measured.

use crate::cli::LessonOptions;
use crate::commands::doctor;
use crate::runner::build::BuiltLesson;
use crate::runner::child_process;
use crate::runner::discover::{Lesson, Workspace};
use crate::terminal::Terminal;
use anyhow::Result;
use heaplab_report::Words;
use std::process::{Command, Stdio};

/// Runs the show programs of the section's lessons, unless only the report or single variants were
/// requested.
pub(crate) fn print_intro(
    built: &[BuiltLesson<'_>],
    workspace: &Workspace,
    options: &LessonOptions,
    words: &Words,
) -> Result<()> {
    if options.json || options.watch || !options.variant.is_empty() {
        return Ok(());
    }
    for built in built {
        let Some(name) = &built.lesson.show else { continue };
        let place = built.lesson.folder.display();
        let program = built.binary.with_file_name(name).with_extension(std::env::consts::EXE_EXTENSION);
        anyhow::ensure!(
            program.is_file(),
            "{place}: the package has no binary `{name}`, which Cargo.toml shows"
        );
        let mut command = Command::new(program);
        command.current_dir(&workspace.root).stdin(Stdio::null());
        command.env("HEAPLAB_LANG", words.lang().tag()).env_remove("HEAPLAB_PROBE").env_remove("HEAPLAB_OUT");
        if options.quick {
            command.env("HEAPLAB_QUICK", "1");
        }
        let (_, status) = child_process::run_to_end(&mut command, name)?;
        anyhow::ensure!(status.success(), "{place}: the show `{name}` ended with {status}");
        println!();
    }
    Ok(())
}

/// Prints the doctor's checks, where a lesson of the section asks for them.
pub(crate) fn print_doctor(lessons: &[&Lesson], workspace: &Workspace, screen: &Terminal) {
    if lessons.iter().any(|lesson| lesson.doctor) {
        let (text, _) = doctor::render_checks(workspace);
        screen.print_result(&format!("\ncargo xtask doctor:\n{text}"));
    }
}

#[cfg(test)]
mod tests {
    use crate::runner::discover;

    #[test]
    fn a_show_is_a_binary_of_its_package() {
        let workspace = discover::load_workspace().unwrap();
        let shown: Vec<_> = workspace.lessons.iter().filter(|lesson| lesson.show.is_some()).collect();
        assert!(!shown.is_empty());
        for lesson in shown {
            let manifest = std::fs::read_to_string(lesson.folder.join("Cargo.toml")).unwrap();
            let name = lesson.show.clone().unwrap_or_default();
            assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        }
    }
}
