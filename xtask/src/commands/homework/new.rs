//! `cargo xtask homework new`: copies the starting point to the student's folder.

use super::homework_folder::{FILES, HomeworkFolder};
use crate::cli;
use crate::cli::homework::NewOptions;
use crate::exit::ExitReason;
use anyhow::{Context as _, Result};
use heaplab_record::Text;
use std::path::Path;

pub(crate) fn run(options: &NewOptions) -> Result<()> {
    let lang = cli::resolve_language(options.lang);
    for (checked, option) in [
        (heaplab_homework::check_id(&options.id), "--id"),
        (heaplab_homework::check_name(&options.name), "--name"),
    ] {
        checked.map_err(|why| ExitReason::UsageError(format!("{option}: {}", lang.pick(&why))))?;
    }
    let place = HomeworkFolder::find(lang)?;
    let work = place.student_folder();
    if work.symlink_metadata().is_ok() {
        let shown = place.display_path(&work);
        let text = Text {
            en: format!(
                "{shown} is there already and stays as it is; cargo xtask homework reset begins anew and keeps a backup"
            ),
            zh: format!(
                "{shown} 已经存在，不会被改动；想重新开始，请运行 cargo xtask homework reset，它会留下备份"
            ),
        };
        return Err(place.wrong_use(&text).into());
    }
    copy_start(&place, &options.id, &options.name)?;
    let shown = place.display_path(&work);
    let text = Text {
        en: format!(
            "{shown} is yours: required.rs, optional.rs, list.py and generator.py, and the questions of REPORT.md.\nNext: cargo xtask homework check"
        ),
        zh: format!(
            "{shown} 归你了：required.rs、optional.rs、list.py、generator.py，还有 REPORT.md 里的问题。\n下一步：cargo xtask homework check"
        ),
    };
    println!("{}", lang.pick(&text));
    Ok(())
}

/// Copies into a temporary folder first, since half a copy would look like work.
pub(super) fn copy_start(place: &HomeworkFolder, id: &str, name: &str) -> Result<()> {
    let (start, work) = (place.lesson.join("start"), place.student_folder());
    let beside = work.with_extension(format!("{}.part", std::process::id()));
    let filled = write_start_files(&start, &beside, id, name).and_then(|()| {
        std::fs::rename(&beside, &work).with_context(|| format!("cannot make {}", work.display()))
    });
    if filled.is_err() {
        let _ = std::fs::remove_dir_all(&beside);
    }
    filled
}

fn write_start_files(start: &Path, folder: &Path, id: &str, name: &str) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for file in FILES {
        let from = start.join(file);
        let text =
            std::fs::read_to_string(&from).with_context(|| format!("cannot read {}", from.display()))?;
        let text = if file == "student.toml" { fill_in_student(&text, id, name) } else { text };
        // Written and not copied: a copy keeps the old time, which cargo takes for unchanged.
        std::fs::write(folder.join(file), text).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(())
}

/// Fills in the two lines of student.toml and keeps its comments.
fn fill_in_student(text: &str, id: &str, name: &str) -> String {
    let line = |line: &str| match line.split_once(" = ") {
        Some(("id", _)) => format!("id = {}\n", toml_string(id)),
        Some(("name", _)) => format!("name = {}\n", toml_string(name)),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// A basic string of TOML (<https://toml.io/en/v1.0.0#string>), with everything escaped that could
/// end it or is invisible.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            _ if char.is_control() => quoted += &format!("\\u{:04x}", u32::from(char)),
            _ => quoted.push(char),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::homework::homework_folder::Student;

    #[test]
    fn any_name_comes_back_as_it_was() {
        let start = include_str!("../../../../lessons/8.9-homework/start/student.toml");
        for name in
            ["Li Lei", "李雷", "a\"b\\c", "x\"\nid = \"s999", "\u{1b}[31m\u{7f}\u{85}\t", "'''", "# no"]
        {
            let student: Student = toml::from_str(&fill_in_student(start, "s123", name)).unwrap();
            assert_eq!((student.id.as_str(), student.name.as_str()), ("s123", name));
        }
    }
}
