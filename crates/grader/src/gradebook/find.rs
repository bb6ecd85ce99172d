//! Finds the submissions: bundles that are named on the command line, and every bundle in a folder
//! that is named.
//!
//! Whatever is not taken as a submission is listed. A symbolic link in a class's folder counts as
//! one and is then refused, since somebody handed it in.

use heaplab_command::exit::ExitReason;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// One submission, not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Submission {
    /// Its name in the gradebook, unique within it.
    pub(super) bundle: String,
    pub(super) path: PathBuf,
    /// The folder that was named and the submission's name in it, to look up its commits.
    pub(super) class: Option<(PathBuf, String)>,
    /// Whether it is a link, which is not followed.
    pub(super) is_link: bool,
}

/// The submissions in the order of their names, and the names of what was passed over.
#[derive(Debug, Default)]
pub(super) struct Submissions {
    pub(super) found: Vec<Submission>,
    pub(super) passed_over: Vec<String>,
}

const ARCHIVES: [&str; 4] = [".zip", ".tar.gz", ".tgz", ".tar"];
/// A folder with one of these in it is a bundle.
const MARKS: [&str; 5] = ["result.json", "student.toml", "src", "required.rs", "REPORT.md"];

/// Finds the submissions in `places`. `own` is the gradebook's own folder, which is skipped.
pub(super) fn find_submissions(places: &[PathBuf], own: &Path) -> Result<Submissions, ExitReason> {
    let mut class = Submissions::default();
    for place in places {
        let cannot = |error: std::io::Error| {
            ExitReason::UsageError(format!(
                "cannot read {}: {error}; name folders of submissions, or bundles",
                place.display()
            ))
        };
        let place = std::fs::canonicalize(place).map_err(cannot)?;
        if place.is_file() || is_bundle(&place) {
            class.found.push(Submission {
                bundle: file_name(&place),
                path: place,
                class: None,
                is_link: false,
            });
            continue;
        }
        let several = (places.len() > 1).then(|| file_name(&place));
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(&place).map_err(cannot)?.flatten().map(|entry| entry.path()).collect();
        entries.sort_by_key(|path| natural_sort_key(&file_name(path)));
        for path in entries.into_iter().filter(|path| path != own) {
            add_entry(&place, path, several.as_deref(), &mut class);
        }
    }
    make_names_unique(&mut class.found);
    Ok(class)
}

fn add_entry(place: &Path, path: PathBuf, several: Option<&str>, class: &mut Submissions) {
    let own = file_name(&path);
    let bundle = several.map_or_else(|| own.clone(), |place| format!("{place}/{own}"));
    let kind = std::fs::symlink_metadata(&path).map(|found| found.file_type());
    let is_link = kind.as_ref().is_ok_and(std::fs::FileType::is_symlink);
    let is_folder = kind.is_ok_and(|kind| kind.is_dir());
    let hidden = own.starts_with('.') || own == "__MACOSX";
    if hidden || !(is_link || is_folder || is_archive(&path)) {
        if !own.starts_with('.') {
            class.passed_over.push(bundle);
        }
        return;
    }
    // Learning systems put each student's archive into a folder of its own.
    let path = if is_folder { only_archive(&path).unwrap_or(path) } else { path };
    class.found.push(Submission { bundle, path, class: Some((place.to_owned(), own)), is_link });
}

fn is_bundle(folder: &Path) -> bool {
    MARKS.iter().any(|mark| folder.join(mark).symlink_metadata().is_ok())
}

fn is_archive(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    ARCHIVES.iter().any(|ending| name.ends_with(ending))
}

/// The archive in a folder that holds nothing else.
fn only_archive(folder: &Path) -> Option<PathBuf> {
    let mut entries = std::fs::read_dir(folder).ok()?.flatten();
    let only = entries.next()?;
    let is_file = only.file_type().is_ok_and(|kind| kind.is_file());
    (entries.next().is_none() && is_file && is_archive(&only.path())).then(|| only.path())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(OsStr::new("submission")).to_string_lossy().into_owned()
}

/// Numbers the repeated names: folders and bundles from different places can share one.
fn make_names_unique(found: &mut [Submission]) {
    let mut seen: std::collections::HashMap<String, u32> = std::collections::HashMap::new();
    for one in found {
        let times = seen.entry(one.bundle.clone()).or_default();
        *times += 1;
        if *times > 1 {
            one.bundle = format!("{} ({times})", one.bundle);
        }
    }
}

/// A key by which s9 sorts before s10.
fn natural_sort_key(name: &str) -> Vec<(u64, String)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let digits = rest[text..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - text);
        let number = rest[text..text + digits].parse().unwrap_or(u64::MAX);
        // The text of a part sorts first, then the number after it.
        parts.push((0, rest[..text].to_owned()));
        parts.push((number, String::new()));
        rest = &rest[text + digits..];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(class: &Submissions) -> Vec<&str> {
        class.found.iter().map(|found| found.bundle.as_str()).collect()
    }

    #[test]
    fn folders_archives_and_links_count_and_nothing_is_left_out_in_silence() {
        let home = tempfile::tempdir().unwrap();
        let class_folder = home.path().join("class");
        for folder in ["s10/src", "s9/src", "s2/src", "moodle_1", "empty", ".git", "book"] {
            std::fs::create_dir_all(class_folder.join(folder)).unwrap();
        }
        for file in ["late.ZIP", "a.tar.gz", "moodle_1/hand-in.zip", "grades.csv", ".DS_Store"] {
            std::fs::write(class_folder.join(file), "").unwrap();
        }
        std::os::unix::fs::symlink("/etc", class_folder.join("link")).unwrap();
        let own = std::fs::canonicalize(class_folder.join("book")).unwrap();
        let found = find_submissions(std::slice::from_ref(&class_folder), &own).unwrap();
        assert_eq!(names(&found), ["a.tar.gz", "empty", "late.ZIP", "link", "moodle_1", "s2", "s9", "s10"]);
        assert_eq!(found.passed_over, ["grades.csv"]);
        assert!(found.found[4].path.ends_with("moodle_1/hand-in.zip"));
        assert!(found.found.iter().all(|one| one.is_link == (one.bundle == "link")));

        // Bundles that are named themselves, and a name that comes twice.
        let (one, archive) = (class_folder.join("s2"), class_folder.join("a.tar.gz"));
        let found = find_submissions(&[one.clone(), archive, one], &own).unwrap();
        assert_eq!(names(&found), ["s2", "a.tar.gz", "s2 (2)"]);
        let (both, other) = (class_folder.join("moodle_1"), home.path().join("other/x/src"));
        std::fs::create_dir_all(&other).unwrap();
        assert_eq!(
            names(&find_submissions(&[both, home.path().join("other")], &own).unwrap()),
            ["moodle_1/hand-in.zip", "other/x"]
        );
        assert!(matches!(
            find_submissions(&[home.path().join("gone")], &own),
            Err(ExitReason::UsageError(_))
        ));
    }
}
