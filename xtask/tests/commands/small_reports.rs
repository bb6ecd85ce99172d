//! Reports that several tests read, each measured once for the whole program.

use crate::run::{report_of, small_report, target};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::OnceLock;

/// A report of this run, and the folder that it lies in.
pub(crate) struct StoredReport {
    pub(crate) folder: PathBuf,
    pub(crate) report: Value,
}

/// Every other section whose variants allocate on one thread, and a scale at which all probes can
/// run.
const OTHER_SECTIONS: [(&str, &str); 5] =
    [("8.1", "1000"), ("8.2", "1000"), ("8.3", "100"), ("8.6", "1000"), ("8.9", "1000")];

/// Five runs of every Rust variant of section 8.5 at one small scale.
pub(crate) fn repeated_runs() -> &'static [StoredReport] {
    static MEASURED: OnceLock<Vec<StoredReport>> = OnceLock::new();
    MEASURED.get_or_init(|| {
        measure_two_at_a_time("repeated", &[0, 1, 2, 3, 4], |_, folder| {
            small_report(folder, &["--python", "no"])
        })
    })
}

/// One run of the Rust variants of each section whose variants allocate on one thread; section 8.5
/// is the first of `repeated_runs`.
pub(crate) fn single_threaded_sections() -> impl Iterator<Item = &'static StoredReport> {
    static MEASURED: OnceLock<Vec<StoredReport>> = OnceLock::new();
    let others = MEASURED.get_or_init(|| {
        measure_two_at_a_time("sections", &OTHER_SECTIONS, |(section, rows), folder| {
            report_of(section, rows, folder, &["--python", "no"])
        })
    });
    others.iter().chain(repeated_runs().first())
}

/// Measures every item in a folder of its own. Counts and peaks are exact whatever else the machine
/// does, so two run at a time.
fn measure_two_at_a_time<T: Sync>(
    name: &str,
    items: &[T],
    measure: impl Fn(&T, &std::path::Path) -> Value + Sync,
) -> Vec<StoredReport> {
    // Under target/: what is static is never dropped, and a temporary folder would stay.
    let home = target().join("tmp").join(name);
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(&home).expect("the folder can be made");
    let measure_one = |(index, item): (usize, &T)| {
        let folder = home.join(index.to_string());
        StoredReport { report: measure(item, &folder), folder }
    };
    let numbered: Vec<(usize, &T)> = items.iter().enumerate().collect();
    let (first, second) = numbered.split_at(numbered.len().div_ceil(2));
    std::thread::scope(|scope| {
        let second = scope.spawn(|| second.iter().copied().map(measure_one).collect::<Vec<_>>());
        let mut all: Vec<StoredReport> = first.iter().copied().map(measure_one).collect();
        all.extend(second.join().expect("the measurement ends"));
        all
    })
}
