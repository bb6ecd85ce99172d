//! `HEAPLAB_FOLLOW=0`: one process is recorded, and those that it makes run as without the recorder.

use crate::run::{Recorded, compile, holds, library, record};
use std::path::Path;
use std::process::Command;

fn shell(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    command
}

fn record_alone(command: &mut Command) -> Recorded {
    record(command.env("HEAPLAB_FOLLOW", "0"))
}

/// The command lines of the recorded processes.
fn commands(recorded: &Recorded) -> Vec<&str> {
    recorded.processes.iter().map(|raw| raw.command[0].as_str()).collect()
}

#[test]
fn neither_a_forked_child_nor_another_program_is_recorded() {
    let script = "(echo one) | cat; /bin/sh -c 'echo two'; exec /bin/sh -c 'echo three; exit 3'";
    let recorded = record_alone(&mut shell(script));
    assert_eq!(recorded.output.stdout, b"one\ntwo\nthree\n");
    assert_eq!(recorded.output.status.code(), Some(3));
    assert_eq!(commands(&recorded), ["/bin/sh"]);
    assert_eq!(recorded.processes[0].command[2], script);
    // The same with children has a part for each.
    assert!(record(&mut shell(script)).processes.len() >= 4);

    let recorded = record_alone(Command::new(holds()).arg("fork"));
    assert_eq!((recorded.output.stdout.as_slice(), recorded.processes.len()), (&b"done\n"[..], 1));
    // What a child frees was its parent's, and is not in the figures: see `holds.c`.
    let totals = recorded.processes[0].totals;
    assert!(totals.end_bytes >= 3_000 && totals.end_bytes < 3_000 + (8 << 10), "{totals:?}");
}

/// A program that is started sees the `LD_PRELOAD` of the user, as without the recorder.
#[test]
fn the_variable_of_the_user_stays() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let other = home.path().join("libplugin.so");
    compile("cc", "plugin.c", &other, &["-shared", "-fPIC"]);
    let ours = library().display().to_string();
    let other = other.display().to_string();
    for (value, expected) in [
        (ours.clone(), "unset".to_owned()),
        (format!("{ours}:"), "unset".to_owned()),
        (format!(" {ours}"), "unset".to_owned()),
        (format!("{ours}:{other}"), other.clone()),
        (format!("{other} {ours}"), other.clone()),
        (format!("{other}:{ours}:{other}"), format!("{other}:{other}")),
    ] {
        for script in ["echo ${LD_PRELOAD-unset}", "env | grep ^LD_PRELOAD= || echo LD_PRELOAD=unset"] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut command = shell(script);
            command.env("HEAPLAB_FOLLOW", "0").env("HEAPLAB_OUT", folder.path()).env("LD_PRELOAD", &value);
            let output = command.output().expect("the shell starts");
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(said.trim_end_matches('\n').trim_start_matches("LD_PRELOAD="), expected, "{value}");
            assert_eq!(count_recordings(folder.path()), 1, "{value}");
        }
    }
}

fn count_recordings(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("the folder is there").count()
}
