//! `--log FILE` and the cached logs: a log that cannot be counted is refused by name, and nothing
//! is made twice.

use heaplab_lesson::trial;
use std::path::Path;
use std::process::Command;

const LESSON: &str = env!("CARGO_BIN_EXE_log-aggregator");

fn refused(log: &Path, more: &[&str], says: &str) {
    for first in ["--heaplab-prepare", "engine"] {
        let mut command = Command::new(LESSON);
        let output = command.arg(first).arg("--log").arg(log).args(more).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("error: --log ") && said.contains(&log.display().to_string()), "{said}");
        assert!(said.contains(says), "{said}");
        assert!(output.stdout.is_empty(), "no result beside an error");
    }
}

#[test]
fn what_is_no_log_is_refused_by_its_name() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    refused(&home.path().join("missing.log"), &[], "No such file");
    refused(home.path(), &[], "a directory");
    refused(Path::new("/dev/null"), &[], "no regular file");
    refused(&write("empty.log", b""), &[], "nothing to count");
    refused(&write("a.gz", &[0x1f, 0x8b, 8, 0, 0]), &[], "unpack it first");
    refused(&write("short.log", b"1.2.3.4\n"), &["--rows", "9"], "8 bytes");
}

#[test]
fn a_scale_below_the_logs_size_is_its_beginning_up_to_a_lines_end() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("access.log");
    std::fs::write(&log, "1.2.3.4 -\n5.6.7.8 -\n9.9.9.9 -\n").unwrap();
    let of = |rows: &str| {
        let made = trial::prepare(LESSON, &["--log", log.to_str().unwrap(), "--rows", rows]).unwrap();
        (made.rows, std::fs::read_to_string(made.what).unwrap())
    };
    assert_eq!(of("25"), (25, "1.2.3.4 -\n5.6.7.8 -\n".to_owned()));
    assert_eq!(of("20"), (20, "1.2.3.4 -\n5.6.7.8 -\n".to_owned()));
    assert_eq!(of("4"), (4, "1.2.".to_owned()), "one line is all that there is");
    assert_eq!(of("30").1.len(), 30);
    // A changed log is another log.
    std::fs::write(&log, "::1 -\n::2 -\n::3 -\n::4 -\n::5 -\n::6 -\n").unwrap();
    assert_eq!(of("20").1, "::1 -\n::2 -\n::3 -\n");
}

#[test]
fn those_who_ask_at_once_get_one_whole_log() {
    let rows = 3_000_000 + u64::from(std::process::id());
    let asked: Vec<_> = (0..4)
        .map(|_| std::thread::spawn(move || trial::prepare(LESSON, &["--rows", &rows.to_string()]).unwrap()))
        .collect();
    let made: Vec<_> = asked.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(made.windows(2).all(|two| two[0] == two[1]), "{made:?}");
    let path = Path::new(&made[0].what);
    assert_eq!(std::fs::metadata(path).unwrap().len(), rows);
    // Other tests make logs of theirs there: not while this is held.
    let lock = std::fs::File::open(path.with_file_name("lock")).unwrap();
    lock.lock().unwrap();
    assert!(!path.with_file_name("part").exists(), "it was renamed");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_log_that_is_too_small_to_be_made_is_said() {
    let output = Command::new(LESSON).args(["lines", "--rows", "10"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("10 bytes cannot be made"), "{said}");
}
