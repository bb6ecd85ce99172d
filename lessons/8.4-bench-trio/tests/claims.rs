//! What lesson 8.4 asserts about itself: all ways give one sum, what each allocates, and that a
//! profiler finds the hot line that was put there. Times are shown and never compared; instructions
//! are counted where valgrind is installed.

use heaplab_lesson::trial;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const LESSON: &str = env!("CARGO_BIN_EXE_bench-trio");

/// What the exercise asks for, at this scale.
const GOAL_INSTRUCTIONS: u64 = 1_500_000;
const GOAL_ROWS: u64 = 3_000;

#[test]
fn five_ways_give_one_sum() {
    let of = |variant| text(&record(Path::new(LESSON), variant, "counts", 20_000)["checksum"]);
    let collected = of("collected");
    for variant in ["iterator", "closed_form", "lanes", "checked"] {
        assert_eq!(of(variant), collected, "{variant}");
    }
}

/// Beyond 64 bits only one of them notices; the runner refuses to compare it with the others.
#[test]
fn an_overflow_is_noticed_by_the_one_that_looks() {
    let of = |variant| text(&record(Path::new(LESSON), variant, "counts", 4_000_000)["checksum"]);
    assert_eq!(of("closed_form"), of("iterator"));
    assert_ne!(of("checked"), of("iterator"));
}

#[test]
fn allocations_a_call() {
    let of = |variant: &str| {
        let counts = &record(Path::new(LESSON), variant, "counts", 20_000)["measurement"];
        (counts["allocations"].as_u64(), counts["bytes_allocated"].as_u64())
    };
    assert_eq!(of("collected"), (Some(1), Some(20_000 * 8)));
    assert_eq!(of("lanes"), (Some(1), Some(20_000 * 4)));
    for variant in ["iterator", "closed_form", "checked"] {
        assert_eq!(of(variant), (Some(0), Some(0)), "{variant}");
    }
}

#[test]
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn samples_put_the_planted_function_and_line_on_top() {
    let record = record(Path::new(LESSON), "planted", "plain", 20_000);
    let of_kind = |kind: &str| {
        let attachments = record["attachments"].as_array().expect("the sampler handed something over");
        attachments.iter().find(|one| one["kind"] == kind).cloned().expect("one of every kind")
    };
    let table = of_kind("table");
    let top = text(&table["rows"][0][0]["value"]);
    assert!(top.ends_with("planted::mix"), "{table:#}");
    let source = of_kind("source");
    let samples = |line: &Value| line["figures"][0]["value"].as_u64().unwrap_or(0);
    let lines = source["lines"].as_array().expect("lines");
    let hottest = lines.iter().max_by_key(|line| samples(line)).expect("a line");
    assert!(text(&hottest["code"]).contains("planted: the hot line"), "{source:#}");
    let stacks = of_kind("stacks");
    let hot =
        |stack: &Value| text(stack).contains("planted::program") && text(stack).contains("planted::mix ");
    assert!(stacks["folded"].as_array().expect("stacks").iter().any(hot), "{stacks:#}");
}

/// Each tool is known by a line that only it prints.
#[test]
fn the_lectures_commands_print_what_they_print() {
    for (script, module, line) in [
        ("timed", "timeit", "per loop"),
        ("profiled", "cProfile", "Ordered by: internal time"),
        ("line_profiled", "line_profiler", "return sum([i ** 2 for i in range(100000)])"),
    ] {
        let ran = trial::run_python_with_tools(env!("CARGO_MANIFEST_DIR"), script, 1_000, &[module]).unwrap();
        let Some(ran) = ran else { continue };
        let [output] = ran.outputs().collect::<Vec<_>>()[..] else { panic!("{script}: {ran:?}") };
        assert!(output.text.contains(line), "{script}: {output:?}");
        assert!(!output.text.contains(env!("CARGO_MANIFEST_DIR")), "{script}: {output:?}");
    }
}

#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let (exercise, solution) = (example("bench-trio-exercise"), example("bench-trio-solution"));
    let of = |program: &Path| text(&record(program, "mine", "counts", GOAL_ROWS)["checksum"]);
    assert_eq!(of(&exercise), of(&solution));
    if Command::new("valgrind").arg("--version").output().is_err() {
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "required, but there is no valgrind");
        println!("SKIPPED: there is no valgrind");
        return;
    }
    let (before, after) = (instructions(&exercise), instructions(&solution));
    assert!(before > GOAL_INSTRUCTIONS, "the starting point takes {before}");
    // This test's build may be one without optimisation: then the goal says nothing, and the saving
    // does.
    let goal = if cfg!(debug_assertions) { before / 5 } else { GOAL_INSTRUCTIONS };
    assert!(after < goal, "the solution takes {after}, the starting point {before}");
}

/// What callgrind counts of a whole process.
fn instructions(program: &Path) -> u64 {
    let out = tempfile::tempdir().expect("a temporary folder");
    let file = format!("--callgrind-out-file={}", out.path().join("out").display());
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", &file])
        .arg(program)
        .args(["mine", "--rows", &GOAL_ROWS.to_string()])
        .env("HEAPLAB_PROBE", "counts")
        .output()
        .expect("valgrind starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let (_, count) = said.split_once("Collected :").expect(&said);
    count.split_whitespace().next().and_then(|count| count.parse().ok()).expect("a count")
}

fn record(program: &Path, variant: &str, probe: &str, rows: u64) -> Value {
    let out = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(program)
        .args([variant, "--rows", &rows.to_string()])
        .env("HEAPLAB_PROBE", probe)
        .env("HEAPLAB_OUT", out.path())
        .output()
        .expect("the lesson starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let record = std::fs::read(out.path().join("record.json")).expect("it wrote its record");
    serde_json::from_slice(&record).expect("the record is JSON")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Cargo builds examples for tests, beside the binary.
fn example(name: &str) -> PathBuf {
    Path::new(LESSON).with_file_name("examples").join(name)
}
