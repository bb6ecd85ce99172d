//! The git commands that hand the work in. They are printed and never run, since pushing is the
//! student's decision.

use crate::commands::homework::homework_folder::HomeworkFolder;
use heaplab_record::Text;
use heaplab_report::Lang;
use std::path::Path;
use std::process::Command;

const BRANCH: &str = "feat/lesson8";

/// The branch may exist already or be the current one.
pub(super) fn push_commands(place: &HomeworkFolder, folder: &Path, id: &str, lang: Lang) -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(&place.workspace.root).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let switch = if git(&["symbolic-ref", "--short", "HEAD"]).as_deref() == Some(BRANCH) {
        None
    } else if git(&["rev-parse", "--verify", "--quiet", &format!("refs/heads/{BRANCH}")]).is_some() {
        Some(format!("git switch {BRANCH}"))
    } else {
        Some(format!("git switch -c {BRANCH}"))
    };
    // The id needs no quoting: letters, digits, -, _ and dots. The folder can be any that --out
    // named.
    let places = [place.display_path(&place.student_folder()), place.display_path(folder)]
        .map(|place| shell_quote(&place))
        .join(" ");
    let lines = [
        switch,
        Some(format!("git add {places}")),
        Some(format!("git commit -m \"Homework 8.9: {id}\"")),
        Some(format!("git push -u origin {BRANCH}")),
    ];
    let said = Text {
        en: "To hand it in (nothing was pushed):".to_owned(),
        zh: "提交作业请运行（还没有推送任何内容）：".to_owned(),
    };
    let lines: Vec<String> = lines.into_iter().flatten().map(|line| format!("  {line}")).collect();
    format!("\n{}\n{}", lang.pick(&said), lines.join("\n"))
}

/// Quotes a path for a shell.
fn shell_quote(path: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_./".contains(char);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one_word_in_a_shell() {
        assert_eq!(shell_quote("reports/homework/s123"), "reports/homework/s123");
        assert_eq!(shell_quote("my homework/$(id)'s"), "'my homework/$(id)'\\''s'");
    }
}
