//! The compiler on C++ with many templates: a program whose tens of thousands of stacks nobody has
//! named. The report has to stay small, and every figure in it has to add up.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

use serde_json::Value;
use std::fmt::Write as _;
use std::process::Command;

/// A page of this size can be sent by mail, and opens at once.
const MOST_PAGE_BYTES: u64 = 5 << 20;

/// Functions with maps, variants and sorts of types of their own.
fn write_source(functions: u32) -> String {
    let mut text = String::from(
        "#include <algorithm>\n#include <map>\n#include <string>\n#include <variant>\n#include <vector>\n",
    );
    for number in 0..functions {
        let _ = writeln!(
            text,
            "struct T{number} {{ long a; bool operator<(const T{number} &o) const {{ return a < o.a; }} }};\n\
             using V{number} = std::variant<int, std::string, T{number}>;\n\
             int work{number}(int n) {{\n  std::map<std::string, V{number}> m;\n  \
             for (int k = 0; k < n; k++) m[std::to_string(k)] = T{number}{{k}};\n  \
             std::vector<T{number}> v(n);\n  std::sort(v.begin(), v.end());\n  int s = 0;\n  \
             for (auto &[k, x] : m) s += std::visit([](auto &&y) {{ return int(sizeof y); }}, x);\n  return s;\n}}"
        );
    }
    text
}

#[test]
fn the_compiler_with_its_many_stacks() {
    let is_there = Command::new("g++").arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        return eprintln!("skipped: g++ is not installed");
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let out = home.path().join("report");
    std::fs::write(home.path().join("heavy.cpp"), write_source(2)).expect("a source");
    let mut heaplab = Command::new(env!("CARGO_BIN_EXE_heaplab"));
    heaplab.args(["run", "--lang", "en", "--out"]).arg(&out);
    heaplab
        .args(["--", "g++", "-O2", "-std=c++17", "-c", "heavy.cpp", "-o", "heavy.o"])
        .current_dir(home.path());
    let output =
        heaplab.env("XDG_CACHE_HOME", home.path()).env_remove("LD_PRELOAD").output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(home.path().join("heavy.o").exists());

    let json = std::fs::read_to_string(out.join("report.json")).expect("a report");
    let report: Value = serde_json::from_str(&json).expect("JSON");
    let runs = report["runs"].as_array().expect("processes");
    let names: Vec<_> = runs.iter().filter_map(|run| run["variant"].as_str()).collect();
    for name in ["g++", "cc1plus", "as"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let compiler = &runs[names.iter().position(|name| *name == "cc1plus").expect("the compiler")]["heap"];
    // The stacks of the exported profile add up to the totals of the recording.
    let folded = std::fs::read_to_string(out.join("cc1plus.folded")).expect("stacks");
    let peak: u64 = folded.lines().filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum();
    assert_eq!(Some(peak), compiler["peak_bytes"].as_u64());
    assert!(folded.lines().count() > 1_000, "{} stacks held something at the peak", folded.lines().count());
    assert!(compiler["total_blocks"].as_u64() > Some(100_000), "{}", compiler["total_blocks"]);
    let size = |name: &str| std::fs::metadata(out.join(name)).expect("a file").len();
    assert!(size("report.html") < MOST_PAGE_BYTES, "{} bytes", size("report.html"));
    assert!(size("cc1plus.flamegraph.svg") < MOST_PAGE_BYTES);
}
