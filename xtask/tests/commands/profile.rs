//! `cargo xtask profile`: the report of a program that is no lesson, however it ends.

use crate::run::{self, ends_with, names, report, stderr, stdout, workspace};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The example program that forgets half of what it makes.
fn leaky() -> &'static str {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.current_dir(workspace()).args(["build", "-q", "-p", "heaplab-heap", "--example", "leaky"]);
        assert!(build.arg("--target-dir").arg(run::target()).status().expect("cargo starts").success());
        run::target().join("debug/examples/leaky")
    });
    built.to_str().expect("a plain name")
}

fn profile(out: &Path, command: &[&str]) -> Output {
    let mut xtask = run::xtask(&workspace());
    xtask.args(["profile", "--out"]).arg(out).arg("--").args(command).output().expect("xtask starts")
}

/// The only run's figures.
fn heap(report: &Value) -> &Value {
    assert_eq!(report["runs"].as_array().expect("a list").len(), 1);
    &report["runs"][0]["heap"]
}

#[test]
fn a_program_gets_the_report_of_a_lesson() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let output = profile(&out, &[leaky(), "", "1000"]);
    ends_with(&output, 0);
    let files = [
        "leaky.dhat.json",
        "leaky.firefox.json",
        "leaky.flamegraph.svg",
        "leaky.folded",
        "leaky.pprof.pb.gz",
        "leaky.speedscope.json",
        "live.csv",
        "live.png",
        "live.svg",
        "report.html",
        "report.json",
        "summary.md",
    ];
    assert_eq!(names(&out), files);
    let report = report(&out);
    assert!(report["lesson"].is_null() && report["failed"].as_array().unwrap().is_empty());
    assert_eq!(report["title"]["en"], "leaky");
    let run = &report["runs"][0];
    assert_eq!((&run["variant"], &run["language"]), (&"leaky".into(), &"rust".into()));
    assert!(run.get("plain").is_none() && run.get("counts").is_none(), "they did not run");
    // 500 blocks of 1000 bytes are forgotten in one line.
    let site = &heap(&report)["sites"][0];
    assert!(site["function"].as_str().unwrap().ends_with("leaky::remember"), "{site}");
    assert!(site["location"].as_str().unwrap().starts_with("crates/heap/examples/leaky.rs:"), "{site}");
    assert!(site["stack"][0].as_str().unwrap().starts_with("leaky::main "), "{site}");
    for (key, value) in [("total_blocks", 500), ("at_peak_bytes", 500_000), ("end_bytes", 500_000)] {
        assert_eq!(site[key], value, "{key}");
    }
    let shown = stdout(&output);
    assert!(shown.contains("6890 bytes\n"), "what the program prints is shown: {shown}");
    assert!(shown.contains("leaky.rs:") && shown.contains("leaky::remember"), "{shown}");
    let dhat: Value = serde_json::from_slice(&std::fs::read(out.join("leaky.dhat.json")).unwrap()).unwrap();
    let blocks = |field: &str| -> u64 {
        dhat["pps"].as_array().unwrap().iter().map(|point| point[field].as_u64().unwrap()).sum()
    };
    assert_eq!(blocks("gb"), heap(&report)["peak_bytes"].as_u64().unwrap());
    for name in files {
        let bytes = std::fs::read(out.join(name)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(workspace().to_str().unwrap()), "{name} names a folder of this machine");
    }
}

#[test]
fn a_panics_own_backtrace_is_one_row_apart_from_the_programs() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let mut xtask = run::xtask(&workspace());
    xtask.env("RUST_BACKTRACE", "1").args(["profile", "--lang", "en", "--out"]).arg(&out);
    let output = xtask.args(["--", leaky(), "panic"]).output().unwrap();
    ends_with(&output, 1);
    let report = report(&out);
    let lines = heap(&report)["lines"].as_array().unwrap();
    let of_panic: Vec<&Value> = lines.iter().filter(|line| line["function"] == "[panic backtrace]").collect();
    let [of_panic] = of_panic.as_slice() else { panic!("{lines:?}") };
    assert!(of_panic["total_bytes"].as_u64().unwrap() > 1_000_000, "{of_panic}");
    // The debug information that std read is in no other row.
    let stacks = heap(&report)["sites"].to_string();
    assert!(!stacks.contains("gimli"), "{stacks}");
    assert!(lines.iter().any(|line| line["function"].as_str().unwrap().ends_with("leaky::remember")));
    let shown = stdout(&output);
    assert!(shown.contains("\n[panic backtrace] "), "{shown}");
    assert!(shown.contains("not the program’s memory"), "{shown}");
}

#[test]
fn rows_of_a_stripped_program_are_addresses_that_its_unstripped_file_resolves() {
    let home = tempfile::tempdir().unwrap();
    let (out, stripped) = (home.path().join("report"), home.path().join("bare"));
    std::fs::copy(leaky(), &stripped).unwrap();
    assert!(Command::new("strip").arg(&stripped).status().expect("binutils").success());
    let output = profile(&out, &[stripped.to_str().unwrap(), "", "1000"]);
    ends_with(&output, 0);
    let report = report(&out);
    assert_eq!(heap(&report)["unnamed"][0]["reason"], "stripped");
    let largest =
        heap(&report)["lines"].as_array().unwrap().iter().max_by_key(|line| line["end_bytes"].as_u64());
    let largest = largest.unwrap();
    assert_eq!(largest["end_bytes"], 500_000);
    assert!(largest["function"].as_str().unwrap().starts_with("bare+0x"), "{largest}");
    let stack = heap(&report)["sites"][0]["stack"].as_array().unwrap();
    let address = |frame: &Value| frame.as_str()?.strip_prefix("bare+")?.split(' ').next().map(str::to_owned);
    let mut resolve = Command::new("addr2line");
    resolve.args(["-f", "-i", "-e", leaky()]).args(stack.iter().filter_map(address));
    let resolved = String::from_utf8(resolve.output().unwrap().stdout).unwrap();
    assert!(resolved.contains("remember") && resolved.contains("leaky.rs:"), "{stack:?}: {resolved}");
    let json = std::fs::read_to_string(out.join("report.json")).unwrap();
    assert!(!json.contains(home.path().to_str().unwrap()), "a folder of this machine");
}

#[test]
fn every_digit_on_a_wide_terminal_and_json_alone_on_standard_output() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let mut wide = run::xtask(&workspace());
    wide.env("COLUMNS", "140").args(["profile", "--out"]).arg(&out).args(["--", leaky()]);
    let shown = stdout(&wide.output().unwrap());
    assert!(shown.contains(" 500,000 "), "{shown}");
    let mut json = run::xtask(&workspace());
    json.args(["profile", "--json", "--out"]).arg(&out).args(["--", leaky()]);
    let output = json.output().unwrap();
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, report(&out));
    assert!(stderr(&output).contains("6890 bytes"), "the program's words go to standard error");
}

#[test]
fn a_program_without_the_allocator_gets_it_when_it_starts() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let program = compile(home.path(), &["-g", "-fno-builtin"]);
    let mut xtask = run::xtask(&workspace());
    // What the user preloads stays.
    xtask
        .env("LD_PRELOAD", "libm.so.6")
        .args(["profile", "--json", "--out"])
        .arg(&out)
        .arg("--")
        .arg(program);
    let output = xtask.output().unwrap();
    ends_with(&output, 0);
    assert!(stderr(&output).ends_with("libm.so.6\n"), "{}", stderr(&output));
    let report = report(&out);
    let site = &heap(&report)["sites"][0];
    assert!(site["function"] == "remember" && site["location"].as_str().unwrap().ends_with("c:3"), "{site}");
    for (key, value) in [("total_blocks", 50), ("at_peak_bytes", 50_000), ("end_bytes", 50_000)] {
        assert_eq!(site[key], value, "{key}");
    }
}

/// A C program that forgets 50 blocks of 1000 bytes, and prints the end of `LD_PRELOAD`.
fn compile(home: &Path, options: &[&str]) -> PathBuf {
    let (source, program) = (home.join("forgets.c"), home.join("forgets"));
    let code = "#include <stdio.h>\n#include <stdlib.h>\n\
        __attribute__((noinline)) void *remember(void) { return malloc(1000); }\n\
        int main(void) {\n  for (int i = 0; i < 50; i++) if (remember() == 0) return 1;\n\
        const char *preload = getenv(\"LD_PRELOAD\"); puts(preload ? preload : \"nothing\"); return 0; }\n";
    std::fs::write(&source, code).expect("the folder is there");
    let compiled = Command::new("cc").args(options).arg("-o").arg(&program).arg(&source).status();
    assert!(compiled.expect("cc starts").success());
    program
}

#[test]
fn a_program_that_cannot_be_given_the_recorder_gets_the_two_lines() {
    let home = tempfile::tempdir().unwrap();
    let program = compile(home.path(), &["-static"]);
    let output = profile(&home.path().join("report"), &[program.to_str().unwrap()]);
    ends_with(&output, 2);
    let said = stderr(&output);
    for needed in [
        "forgets will not be recorded itself",
        "linked statically",
        "heaplab-heap = { path =",
        "#[global_allocator] static HEAP: heaplab_heap::Heap",
        "Cargo.toml",
    ] {
        assert!(said.contains(needed), "{needed}: {said}");
    }
    assert!(!home.path().join("report").exists(), "nothing is left behind");
    let output = profile(&home.path().join("report"), &["./no-such-program"]);
    ends_with(&output, 2);
    assert!(stderr(&output).contains("cannot start `./no-such-program`"), "{}", stderr(&output));
    ends_with(&run::run(&workspace(), &["profile"]), 2);
}

#[test]
fn a_program_that_turns_its_recorder_off_is_not_recorded() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let script = format!("HEAPLAB_PROBE=plain exec {}", leaky());
    ends_with(&profile(&out, &["/bin/sh", "-c", &script]), 0);
    let report = report(&out);
    let names: Vec<&str> = run::runs(&report).iter().map(|run| run.1).collect();
    assert_eq!(names, ["sh"]);
}

#[test]
fn a_bad_end_is_said_and_the_report_is_there() {
    let home = tempfile::tempdir().unwrap();
    for (how, cause) in [("fail", "status 7"), ("panic", "panicked (status 101)"), ("abort", "signal 6")] {
        let out = home.path().join(how);
        let output = profile(&out, &[leaky(), how]);
        ends_with(&output, 1);
        assert!(stderr(&output).contains(cause), "{}", stderr(&output));
        let report = report(&out);
        assert!(report["failed"][0]["cause"].as_str().unwrap().contains(cause));
        assert_eq!(heap(&report)["sites"][0]["at_peak_bytes"], 500_000);
    }
    let out = home.path().join("timeout");
    let mut xtask = run::xtask(&workspace());
    xtask.args(["profile", "--timeout", "1s", "--out"]).arg(&out).args(["--", leaky(), "wait"]);
    let output = xtask.output().unwrap();
    ends_with(&output, 1);
    assert!(report(&out)["failed"][0]["cause"].as_str().unwrap().contains("budget of 1s"));
}

#[test]
fn ctrl_c_ends_the_program_and_leaves_a_report() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let mut xtask = run::xtask(&workspace());
    // A group of its own is not the terminal's: the signal reaches xtask alone, which has to pass
    // it on.
    xtask.args(["profile", "--out"]).arg(&out).args(["--", leaky(), "wait"]).process_group(0);
    let mut child = xtask.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "6890 bytes\n", "the program has done its work");
    let process = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    ends_with(&output, 130);
    assert!(stderr(&output).contains("what it did until then"), "{}", stderr(&output));
    let report = report(&out);
    assert_eq!(report["failed"][0]["signal"], 2);
    assert_eq!(heap(&report)["sites"][0]["end_bytes"], 500_000);
}

#[test]
fn every_process_of_the_program_has_its_part() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let script = format!("{0} '' 10; {0} '' 20; :", leaky());
    ends_with(&profile(&out, &["/bin/sh", "-c", &script]), 0);
    let report = report(&out);
    let runs = run::runs(&report);
    let blocks = |index: usize| runs[index].2["heap"]["sites"][0]["at_peak_bytes"].as_u64();
    // The shell is a process as well. In the others the recorder is their own, and there is no second.
    assert_eq!(runs.iter().map(|run| run.1).collect::<Vec<_>>(), ["sh", "leaky", "leaky.2"]);
    assert_eq!((blocks(1), blocks(2)), (Some(5_000), Some(10_000)));
    assert_eq!(report["title"]["en"], "sh");
}
