//! The totals of the C program beside those of valgrind's DHAT, which shares no code with us. Skipped,
//! with a word, where valgrind is not installed.

use crate::run::{holds, record_holds};
use std::process::Command;

#[test]
fn blocks_bytes_and_peak_are_those_of_dhat() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let file = home.path().join("dhat.json");
    let mut valgrind = Command::new("valgrind");
    // Otherwise valgrind frees what the C library holds, such as the buffer of standard output.
    valgrind
        .args(["--tool=dhat", "--run-libc-freeres=no"])
        .arg(format!("--dhat-out-file={}", file.display()));
    let Ok(output) = valgrind.arg(holds()).arg("most").output() else {
        return eprintln!("skipped: valgrind is not installed");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json = std::fs::read_to_string(&file).expect("dhat's file");
    let dhat = heaplab_profile::dhat::read(&json).expect("dhat's format");
    let sum = |field: fn(&heaplab_profile::Site) -> u64| dhat.sites.iter().map(field).sum::<u64>();

    let recorded = record_holds("most");
    let ours = &recorded.processes[0].totals;
    // dhat counts a new block of the whole new size for each reallocation.
    assert_eq!(sum(|site| site.total_blocks), ours.births + ours.reallocations);
    assert_eq!(sum(|site| site.total_bytes), ours.birth_bytes + ours.reallocated_bytes);
    assert_eq!(sum(|site| site.peak_bytes), ours.peak_bytes);
    assert_eq!(sum(|site| site.end_blocks), ours.end_blocks);
    assert_eq!(sum(|site| site.end_bytes), ours.end_bytes);
}
