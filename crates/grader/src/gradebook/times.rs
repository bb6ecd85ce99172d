//! When a submission was handed in.
//!
//! There are three clocks, none of which is beyond doubt: the last commit of the class's repository
//! that touched the bundle (the pusher sets it, but the repository keeps the order), `created_at`
//! in the student's result.json (a claim), and the newest file (copying makes it younger). The
//! first of them that exists counts, and the gradebook says which one it was. A flag marks
//! submissions that are in time by the claim but not by their files.
//!
//! Git is asked about the class's folder only, never inside a submission: a handed-in repository
//! can name programs that git would run.

use heaplab_grader_options::parse_moment;
use heaplab_homework::book::Moment;
use heaplab_record::TimeSource;
use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

/// At most so many files are looked at; more than a bundle may have.
const MOST_FILES: usize = 4_096;

/// The time by the first clock that exists.
pub(super) fn submission_time(
    git: Option<&Moment>,
    claimed: Option<&str>,
    file: Option<&Moment>,
) -> Option<(Moment, TimeSource)> {
    let git = git.cloned().map(|at| (at, TimeSource::Git));
    let claimed = || claimed.and_then(parse_moment).map(|at| (at, TimeSource::Claimed));
    git.or_else(claimed).or_else(|| file.cloned().map(|at| (at, TimeSource::File)))
}

/// `created_at` of a result.json, whatever else is wrong with that file.
pub(super) fn claimed_time(result: &[u8]) -> Option<String> {
    let parsed: serde_json::Value = serde_json::from_slice(result).ok()?;
    parsed["created_at"].as_str().map(str::to_owned)
}

/// When the newest file was written. Links are not followed.
pub(super) fn newest_file_time(path: &Path) -> Option<Moment> {
    let mut newest: Option<SystemTime> = None;
    let mut open = vec![path.to_owned()];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        seen += 1;
        let Ok(found) = path.symlink_metadata() else { continue };
        if found.is_dir() {
            let inside = std::fs::read_dir(&path).into_iter().flatten().flatten();
            open.extend(inside.take(MOST_FILES.saturating_sub(seen + open.len())).map(|entry| entry.path()));
        } else if found.is_file() {
            newest = newest.max(found.modified().ok());
        }
    }
    let timestamp = jiff::Timestamp::try_from(newest?).ok()?;
    let whole = jiff::Timestamp::from_second(timestamp.as_second()).ok()?;
    Some(Moment { text: whole.to_string(), unix_seconds: whole.as_second() })
}

/// The last commit that touched each name in a folder; empty where there is no repository.
pub(super) fn commit_times(folder: &Path) -> HashMap<String, Moment> {
    // No repository's configuration may start a program: no pager, signature check, monitor or
    // external diff.
    let fixed = [
        "--no-pager",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "log.showSignature=false",
        "-c",
        "core.quotePath=false",
    ];
    let log = [
        "log",
        "--format=%x01%cI",
        "--name-only",
        "--relative",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--",
        ".",
    ];
    let said = Command::new("git")
        .args(fixed)
        .args(log)
        .current_dir(folder)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let Ok(said) = said else { return HashMap::new() };
    parse_git_log(&String::from_utf8_lossy(&said.stdout))
}

/// Reads the output of git log: a marked line is a commit's time, the lines after it are the files
/// that it touched. The newest commit comes first.
fn parse_git_log(log: &str) -> HashMap<String, Moment> {
    let mut touched = HashMap::new();
    let mut at = None;
    for line in log.lines().filter(|line| !line.is_empty()) {
        if let Some(time) = line.strip_prefix('\u{1}') {
            at = parse_moment(time);
        } else if let (Some(at), Some(top)) = (&at, line.split('/').next()) {
            touched.entry(top.to_owned()).or_insert_with(|| at.clone());
        }
    }
    touched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_clock_that_there_is_counts() {
        let (git, file) = (
            parse_moment("2026-12-01T10:00:00+08:00").unwrap(),
            parse_moment("2026-12-03T00:00:00Z").unwrap(),
        );
        assert_eq!(git.text, "2026-12-01T02:00:00Z");
        let claim = Some("2026-11-30T00:00:00Z");
        assert_eq!(submission_time(Some(&git), claim, Some(&file)).unwrap().1, TimeSource::Git);
        let (at, says) = submission_time(None, claim, Some(&file)).unwrap();
        assert_eq!((at.text.as_str(), says), ("2026-11-30T00:00:00Z", TimeSource::Claimed));
        assert_eq!(
            submission_time(None, Some("yesterday, honest"), Some(&file)).unwrap(),
            (file, TimeSource::File)
        );
        assert_eq!(submission_time(None, None, None), None);
        assert_eq!(
            claimed_time(br#"{"created_at":"2026-11-30T00:00:00Z","id":7}"#),
            claim.map(str::to_owned)
        );
        assert_eq!(claimed_time(b"not JSON"), None);
    }

    #[test]
    fn the_newest_commit_of_each() {
        let log = "\u{1}2026-12-02T00:00:00Z\n\ns1/src/required.rs\ns1/result.json\n\u{1}2026-12-01T00:00:00Z\n\ns1/src/required.rs\ns2.zip\n";
        let touched = parse_git_log(log);
        assert_eq!(touched["s1"].text, "2026-12-02T00:00:00Z");
        assert_eq!(touched["s2.zip"].text, "2026-12-01T00:00:00Z");
    }

    #[test]
    fn a_repository_is_asked_and_none_is_made_up() {
        let home = tempfile::tempdir().unwrap();
        assert!(commit_times(home.path()).is_empty());
        let class = home.path().join("class");
        std::fs::create_dir_all(class.join("s1/src")).unwrap();
        std::fs::write(class.join("s1/src/required.rs"), "x").unwrap();
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command.args([
                "-c",
                "user.name=T",
                "-c",
                "user.email=t@example.org",
                "-c",
                "commit.gpgsign=false",
            ]);
            command
                .args(arguments)
                .current_dir(home.path())
                .env("GIT_COMMITTER_DATE", "2026-12-01T10:00:00+08:00");
            assert!(command.output().unwrap().status.success(), "{arguments:?}");
        };
        git(&["init", "-q"]);
        git(&["add", "."]);
        git(&["commit", "-q", "-m", "s1 hands in"]);
        assert_eq!(commit_times(&class)["s1"].text, "2026-12-01T02:00:00Z");
        assert_eq!(
            newest_file_time(&class).unwrap(),
            newest_file_time(&class.join("s1/src/required.rs")).unwrap()
        );
        assert_eq!(newest_file_time(&home.path().join("gone")), None);
    }
}
