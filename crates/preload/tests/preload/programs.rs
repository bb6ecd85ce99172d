//! Programs behave as without the recorder: the same output, the same end.

use crate::run::{holds, library, record};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

/// Runs a command with and without the recorder; returns how many processes were recorded, or `None`
/// where the program is not installed.
fn compare(program: &str, arguments: &[&str]) -> Option<usize> {
    let command = || {
        let mut command = Command::new(program);
        command.args(arguments).env("PYTHONMALLOC", "malloc").env_remove("LD_PRELOAD");
        command
    };
    let plain = command().output().ok()?;
    let recorded = record(&mut command());
    assert_eq!(recorded.output.status, plain.status, "{program}");
    assert_eq!(recorded.output.stdout, plain.stdout, "{program}");
    assert_eq!(recorded.output.stderr, plain.stderr, "{program}");
    let recorded_blocks: u64 = recorded.processes.iter().map(|raw| raw.totals.births).sum();
    assert!(recorded_blocks > 0, "{program}");
    Some(recorded.processes.len())
}

#[test]
fn programs_that_are_installed_behave_as_without_it() {
    // A shell, the children that it makes, and their ends.
    assert!(compare("/bin/sh", &["-c", "echo one; (echo two; exit 3) | cat; exit 5"]) >= Some(1));
    assert!(compare("/bin/sh", &["-c", "kill -TERM $$"]).is_some());
    assert!(compare("/bin/sh", &["-c", "exec 0<&- 1>&- 2>&-; exec /bin/sh -c 'exit 4'"]).is_some());
    compare(
        "perl",
        &["-e", "my %h; $h{\"user$_\"} = [$_, \"x$_\"] for 1..2000; print scalar keys %h; exit 2"],
    );
    compare(
        "sqlite3",
        &[
            ":memory:",
            "with recursive c(x) as (select 1 union all select x+1 from c where x<3000) \
         select count(*) from (select 'user'||x as n from c order by n desc)",
        ],
    );
    compare("jq", &["-n", "-c", "[range(2000)|{id:., name:\"user\\(.)\"}]|map(.name)|length"]);
    compare(
        "/usr/bin/python3",
        &["-c", "import json; print(len(json.dumps([{'n': str(i)} for i in range(2000)])))"],
    );
    compare("git", &["--version"]);
}

/// glibc finds that a block is freed twice, and ends the program with its message. Which one depends on
/// the random key that it has written over the header of the freed block.
#[test]
fn a_block_that_is_freed_twice_is_still_found() {
    let recorded = record(Command::new(holds()).arg("twice"));
    assert_eq!(recorded.output.status.signal(), Some(6), "SIGABRT");
    let said = String::from_utf8_lossy(&recorded.output.stderr).into_owned();
    assert!(said.contains("free()") || said.contains("munmap_chunk(): invalid pointer"), "{said}");
}

#[test]
fn another_probe_turns_it_off() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut program = Command::new(holds());
    program.env("LD_PRELOAD", library()).env("HEAPLAB_OUT", home.path()).env("HEAPLAB_PROBE", "plain");
    assert!(program.arg("all").output().expect("the program starts").status.success());
    assert_eq!(std::fs::read_dir(home.path()).expect("the folder is there").count(), 0);
}
