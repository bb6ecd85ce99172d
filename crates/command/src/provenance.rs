//! When a result was written, and from which commit of the course.

use std::path::Path;
use std::process::Command;

/// The time now, as every result file has it: RFC 3339, UTC, whole seconds.
pub fn timestamp() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The commit of the repository around this folder, with `-dirty` behind it where tracked files
/// have changed.
pub fn git_commit(folder: &Path) -> Option<String> {
    let commit = command_output(folder, "git", &["rev-parse", "--short=12", "HEAD"])?;
    let changes = command_output(folder, "git", &["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changes.is_empty() { commit } else { format!("{commit}-dirty") })
}

/// The trimmed standard output of a program that ended with status 0.
pub fn command_output(folder: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(folder).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
