//! The peak of programs with thread pools, beside that of valgrind's DHAT, which runs one thread at a
//! time and sees every block. Tasks hold what they have until all of them do, so the peak does not
//! depend on the order of the threads but for what the pools themselves allocate.

use heaplab_profile::raw::read_file;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn the_peak_of_tokio_is_that_of_dhat() {
    compare_with_dhat("tokio");
}

#[test]
fn the_peak_of_rayon_is_that_of_dhat() {
    compare_with_dhat("rayon");
}

fn compare_with_dhat(pool: &str) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pools-{pool}"));
    let _ = std::fs::remove_dir_all(&out);
    std::fs::create_dir_all(&out).expect("a folder for tests");
    let run = Command::new(example("pools"))
        .arg(pool)
        .env_remove("HEAPLAB_PROBE")
        .env("HEAPLAB_OUT", &out)
        .status();
    assert!(run.expect("the example is built with the tests").success());
    let file = std::fs::read_dir(&out).expect("its folder").next().expect("a file").expect("a file").path();
    let raw = read_file(&file).expect("a recording");
    // 200 tasks with blocks of 1 to 300 bytes, and the vectors that hold them.
    let held = 200 * (300 * 301 / 2 + 300 * 24);
    assert!(raw.totals.peak_bytes >= held, "{} of {held}", raw.totals.peak_bytes);
    let threads = raw.threads.len() as u64;
    let bound = (raw.totals.peak_bytes / 100).max(threads * 1024);
    assert!(raw.totals.peak_error_bytes <= bound, "{} of {bound}", raw.totals.peak_error_bytes);

    let Some(dhat) = peak_of_dhat(pool, &out) else { return };
    let difference = raw.totals.peak_bytes.abs_diff(dhat);
    assert!(difference <= bound, "{} bytes, DHAT has {dhat}", raw.totals.peak_bytes);
}

/// DHAT's peak of the same program without the recorder; `None` without valgrind.
fn peak_of_dhat(pool: &str, out: &Path) -> Option<u64> {
    let run = Command::new("valgrind")
        .args(["--tool=dhat", "--dhat-out-file=/dev/null"])
        .arg(example("pools"))
        .arg(pool)
        .current_dir(out)
        .env("HEAPLAB_PROBE", "plain")
        .output();
    let Ok(run) = run else {
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "valgrind is not installed");
        println!("SKIPPED: valgrind is not installed");
        return None;
    };
    let printed = String::from_utf8_lossy(&run.stderr).into_owned();
    let (_, peak) = printed.split_once("At t-gmax:").unwrap_or_else(|| panic!("{printed}"));
    let digits: String =
        peak.trim_start().chars().take_while(|it| *it != ' ').filter(char::is_ascii_digit).collect();
    Some(digits.parse().expect("a number of bytes"))
}

/// Cargo builds a package's examples with its tests, beside the folder of the test's own binary.
fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("the test has a path");
    path.pop();
    path.pop();
    path.join("examples").join(name)
}
