//! Lesson 8.4 through the real binary: every tool's result is in one report, and each tool says in
//! one table what it costs.

use crate::run;
use serde_json::Value;
use std::process::Command;

#[test]
fn criterion_callgrind_samples_and_cpythons_tools_meet_in_one_report() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return run::skipped("there is no valgrind");
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let out = home.path().join("8.4");
    let place = out.to_str().expect("a plain name");
    let output = run::run(&run::workspace(), &["lesson", "8.4", "--rows", "2000", "--quick", "--out", place]);
    run::ends_with(&output, 0);
    let report = run::report(&out);
    let attachments = |language: &str, variant: &str| -> Vec<Value> {
        let runs = run::runs(&report);
        let of = runs.iter().find(|(of, name, _)| *of == language && *name == variant);
        of.and_then(|(.., run)| run["attachments"].as_array().cloned()).unwrap_or_default()
    };
    let titled = |all: &[Value], kind: &str, title: &str| -> Vec<Value> {
        let fits = |one: &&Value| {
            one["kind"] == kind && one["title"]["en"].as_str().is_some_and(|text| text.contains(title))
        };
        all.iter().filter(fits).cloned().collect()
    };

    // Exact: how often the busiest line of each way ran, and which line of the planted program is
    // hot.
    let planted = attachments("rust", "planted");
    let counted = titled(&planted, "source", "instructions a line");
    let lines = counted[0]["lines"].as_array().expect("lines");
    let own = |line: &Value| line["figures"][1]["value"].as_u64().unwrap_or(0);
    let hottest = lines.iter().max_by_key(|line| own(line)).expect("a line");
    assert!(
        hottest["code"].as_str().is_some_and(|code| code.contains("planted: the hot line")),
        "{counted:#?}"
    );
    let functions = titled(&planted, "table", "Instructions a function");
    assert_eq!(functions[0]["rows"][0][0]["value"], "bench_trio::planted::mix");
    assert_eq!(functions[0]["rows"][0][1]["value"], 2_000);
    let says = |variant: &str| {
        let table = titled(&attachments("rust", variant), "table", "What became of the loop");
        table[0]["rows"][0][1]["value"]["en"].as_str().unwrap_or_default().to_owned()
    };
    assert!(says("checked").contains("once each"), "{}", says("checked"));
    assert!(says("closed_form").contains("no loop is left"), "{}", says("closed_form"));

    // criterion: one row a bench, allocations of a call beside the time, and no difference where
    // there is none.
    let benches = titled(&attachments("rust", "collected"), "table", "by criterion");
    assert_eq!(benches.len(), 2, "collected and collected_again");
    assert_eq!(benches[0]["rows"][0][4]["value"], 1);
    assert_eq!(benches[0]["rows"][0][5]["value"], 16_000);
    let verdict = benches[1]["rows"][0][6]["value"]["en"].as_str().unwrap_or_default();
    println!("the same code twice: {verdict}");
    assert!(out.join("criterion/report/index.html").is_file());
    assert!(out.join("planted-cpu.flamegraph.svg").is_file());

    // One table: its title and columns are the same wherever its rows come from.
    let mut tools: Vec<(Value, String)> = Vec::new();
    for (_, _, run) in run::runs(&report) {
        let all = run["attachments"].as_array().cloned().unwrap_or_default();
        for table in titled(&all, "table", "The tools") {
            let name = table["rows"][0][1]["value"].as_str().unwrap_or_default().to_owned();
            let mut head = table.clone();
            head["rows"] = Value::Null;
            tools.push((head, name));
        }
    }
    let mut wanted = vec!["criterion (Rust)", "pprof (Rust)", "callgrind (Rust, C)"];
    if run::runs(&report).iter().any(|(language, ..)| *language == "python") {
        wanted.extend(["timeit (Python)", "cProfile (Python)", "line_profiler (Python)"]);
    }
    let names: Vec<&str> = tools.iter().map(|(_, name)| name.as_str()).collect();
    for name in &wanted {
        assert!(names.contains(name), "{name} is not among {names:?}");
    }
    assert!(tools.iter().all(|(head, _)| *head == tools[0].0), "{tools:#?}");
}
