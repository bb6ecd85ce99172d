//! A file that dhat itself wrote, taken through the reader, the trimming, the folding and the copy
//! for a report; and the copy opened in valgrind's DHAT viewer where that is installed.
//!
//! The profiled program is this test's own binary, started again: two processes are loaded at two
//! addresses. It has no test harness, whose threads would allocate in the profile whenever they
//! liked.

#![expect(clippy::unwrap_used, reason = "a test without a harness, which clippy does not take for one")]

use heaplab_profile::folded::write_folded;
use heaplab_profile::{Measure, Profile, RecorderFigures, Site, dhat as format};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const FOLDER: &str = "HEAPLAB_TEST_FOLDER";

#[inline(never)]
fn collect_rows() -> Vec<String> {
    (0..1000).map(|index| format!("user{index}")).collect()
}

#[inline(never)]
fn dropped_before_the_end() -> usize {
    black_box(vec![7_u8; 300_000]).len()
}

fn main() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return profiled_program(Path::new(&folder));
    }
    let checks: [(&str, fn()); 5] = [
        ("sites_add_up_to_what_dhat_says", sites_add_up_to_what_dhat_says),
        ("stacks_are_readable", stacks_are_readable),
        ("two_runs_give_the_same_file_but_for_times", two_runs_give_the_same_file_but_for_times),
        ("the_dhat_viewer_opens_the_copy", the_dhat_viewer_opens_the_copy),
        ("the_dhat_viewer_opens_what_is_written", the_dhat_viewer_opens_what_is_written),
    ];
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-'));
    for (name, check) in checks {
        if wanted.is_none_or(|wanted| name.contains(wanted.as_str())) {
            check();
            println!("test {name} ... ok");
        }
    }
}

#[inline(never)]
fn profiled_program(folder: &Path) {
    let profiler = dhat::Profiler::builder()
        .trim_backtraces(Some(usize::MAX))
        .file_name(folder.join("dhat.json"))
        .build();
    let rows = black_box(collect_rows());
    black_box(dropped_before_the_end());
    let stats = dhat::HeapStats::get();
    drop(profiler);
    let figures = [
        stats.total_blocks,
        stats.total_bytes,
        stats.max_blocks as u64,
        stats.max_bytes as u64,
        stats.curr_blocks as u64,
        stats.curr_bytes as u64,
    ];
    std::fs::write(folder.join("stats"), figures.map(|figure| figure.to_string()).join(" ")).unwrap();
    std::fs::write(folder.join("load"), load_address().unwrap_or_default().to_string()).unwrap();
    drop(rows);
}

/// Where this binary was loaded: its first line in `/proc/self/maps`.
fn load_address() -> Option<u64> {
    let program = std::env::current_exe().ok()?;
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let line = maps.lines().find(|line| line.ends_with(&*program.to_string_lossy()))?;
    u64::from_str_radix(line.split('-').next()?, 16).ok()
}

struct Run {
    json: String,
    stats: Vec<u64>,
    load_address: Option<u64>,
}

fn run() -> Run {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap()).env(FOLDER, folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    Run {
        json: read("dhat.json"),
        stats: read("stats").split(' ').map(|figure| figure.parse().unwrap()).collect(),
        load_address: Some(read("load").parse().unwrap()).filter(|&address| address > 0),
    }
}

fn sums(profile: &Profile) -> Vec<u64> {
    let figures: [fn(&Site) -> u64; 6] = [
        |site| site.total_blocks,
        |site| site.total_bytes,
        |site| site.peak_blocks,
        |site| site.peak_bytes,
        |site| site.end_blocks,
        |site| site.end_bytes,
    ];
    figures.map(|figure| profile.sites.iter().map(figure).sum()).to_vec()
}

fn sites_add_up_to_what_dhat_says() {
    let run = run();
    let whole = format::read(&run.json).unwrap();
    assert_eq!(sums(&whole), run.stats);
    assert_eq!(sums(&whole.trim_stacks()), run.stats);
    let rebased = format::rebase(&run.json, run.load_address).unwrap();
    assert_eq!(sums(&format::read(&rebased).unwrap()), run.stats);
}

fn stacks_are_readable() {
    let profile = format::read(&run().json).unwrap().trim_stacks();
    let text = write_folded(&profile, Measure::PeakBytes);
    assert!(text.contains("real_dhat::collect_rows"), "{text}");
    assert!(text.contains("real_dhat::dropped_before_the_end"), "{text}");
    for noise in ["alloc::alloc::", "raw_vec", " dhat::", "lang_start", "FnOnce", "0x", "fold"] {
        assert!(!text.contains(noise), "{noise} in:\n{text}");
    }
    let total: u64 = text.lines().filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum();
    assert_eq!(total, sums(&profile)[3]);
    let in_this_file = |site: &Site| {
        site.frames.iter().any(|frame| {
            frame.function == "real_dhat::collect_rows"
                && frame
                    .location
                    .as_deref()
                    .is_some_and(|place| place.contains("profile/tests/real_dhat.rs:"))
        })
    };
    assert!(profile.sites.iter().any(in_this_file), "{profile:#?}");
}

/// The lines that hold times: `te`, `tg` of the file and `tl` of each program point.
fn without_times(json: &str) -> String {
    let is_time = |line: &&str| ["\"te\"", "\"tg\"", "\"tl\""].iter().any(|time| line.starts_with(time));
    json.lines().filter(|line| !is_time(line)).collect::<Vec<_>>().join("\n")
}

fn two_runs_give_the_same_file_but_for_times() {
    let [first, second] = [run(), run()];
    if first.load_address.is_some() && first.load_address == second.load_address {
        println!("the system loads programs at one address: the test is weaker for it");
    }
    let [first, second] = [first, second].map(|run| format::rebase(&run.json, run.load_address).unwrap());
    assert!(!first.contains("0x0:"));
    assert_eq!(without_times(&first), without_times(&second));
}

fn the_dhat_viewer_opens_the_copy() {
    let run = run();
    for load_address in [run.load_address, None] {
        opens_with(&format::rebase(&run.json, load_address).unwrap(), &run.stats);
    }
}

/// dhat's sites stand for a recording's: a recording that never reallocates has the same figures.
fn the_dhat_viewer_opens_what_is_written() {
    let run = run();
    let whole = format::read(&run.json).unwrap();
    let as_recorded = |profile: Profile| {
        let site = |site: Site| Site {
            recorded: Some(RecorderFigures { birth_bytes: site.total_bytes, ..RecorderFigures::default() }),
            ..site
        };
        Profile { sites: profile.sites.into_iter().map(site).collect() }
    };
    for profile in [whole.clone(), whole.trim_stacks()] {
        let json = format::write(&as_recorded(profile.clone()), &format::RunHeader::default()).unwrap();
        assert_eq!(format::read(&json).unwrap().merge_equal_stacks(), profile.merge_equal_stacks());
        opens_with(&json, &run.stats);
    }
}

fn opens_with(json: &str, stats: &[u64]) {
    let Some(viewer) = viewer() else {
        let why = "node, or valgrind's dh_view.js, is not installed (Debian: nodejs, valgrind)";
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none_or(|value| value != "1"), "{why}");
        println!("SKIPPED: {why}");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.json");
    std::fs::write(&file, json).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/open_in_viewer.js");
    let output = Command::new("node").arg(script).arg(&viewer).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<u64> = shown.split_whitespace().map(|figure| figure.parse().unwrap()).collect();
    assert_eq!(figures, stats);
}

fn viewer() -> Option<PathBuf> {
    let node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    let places =
        ["/usr/libexec/valgrind", "/usr/lib/valgrind", "/usr/lib64/valgrind", "/usr/local/libexec/valgrind"];
    let found = places.iter().map(|folder| Path::new(folder).join("dh_view.js")).find(|path| path.is_file());
    found.filter(|_| node)
}
