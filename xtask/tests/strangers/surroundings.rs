//! What a program meets where it runs: another working folder, closed streams, unusual paths.

use crate::compile::compile;
use crate::configurations::{Names, check_figures};
use crate::profiled::{profile, profile_in};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

#[test]
fn a_program_that_changes_its_folder() {
    let home = tempfile::tempdir().expect("a temporary folder");
    compile("holds.rs", &home.path().join("holds"), &[]);
    check_figures(&profile_in(home.path(), &["./holds", "elsewhere"]).ended_well(), Names::Lines);
}

/// A file that is opened early gets the number of a stream that is closed, and must survive what
/// the program writes to its standard output.
#[test]
fn closed_streams() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("holds");
    compile("holds.rs", &program, &[]);
    for streams in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let script = format!("exec \"$0\" {streams}");
        let command = ["/bin/sh".as_ref(), "-c".as_ref(), script.as_ref(), program.as_os_str()];
        check_figures(&profile(&command).ended_well(), Names::Lines);
    }
}

/// Limits that a shell sets, and that hold for the program from its start.
fn check_limit(option: &str) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("holds");
    compile("holds.rs", &program, &[]);
    let script = format!("ulimit {option} && exec \"$0\"");
    let command = ["/bin/sh".as_ref(), "-c".as_ref(), script.as_ref(), program.as_os_str()];
    check_figures(&profile(&command).ended_well(), Names::Lines);
}

#[test]
fn a_limit_on_the_size_of_files_from_the_start() {
    check_limit("-f 8");
}

#[test]
fn a_small_stack_from_the_start() {
    check_limit("-s 256");
}

/// Batch systems set such limits. The tables of a recording are larger and almost empty.
#[test]
fn a_limit_on_addresses_from_the_start() {
    check_limit("-v 2000000");
}

/// Profiles the program under this path below a temporary folder. Linkers refuse such paths, so
/// the program is built elsewhere.
fn check_path(folder: &[u8], name: &[u8]) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let built = home.path().join("holds");
    compile("holds.rs", &built, &[]);
    let folder = home.path().join(OsStr::from_bytes(folder));
    std::fs::create_dir(&folder).expect("the folder can be made");
    let program = folder.join(OsStr::from_bytes(name));
    std::fs::rename(&built, &program).expect("the program can be moved");
    check_figures(&profile(&[&program]).ended_well(), Names::Lines);
}

#[test]
fn spaces_and_signs_in_the_path() {
    check_path(b"two words; (odd) \"signs\" %20", b"it holds");
}

#[test]
fn a_line_break_in_the_path() {
    check_path(b"two\nlines", b"it\nholds");
}

#[test]
fn a_path_that_is_not_utf8() {
    check_path(b"f\xf6lder", b"h\xf6lds");
}
