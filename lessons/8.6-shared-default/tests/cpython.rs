//! What the lesson says of CPython, asked of CPython: the trap, the lecture's fix with what it still gets wrong, and the fix
//! that asks `is None`.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CALLS: u64 = 1_000;

#[test]
fn cpython_has_the_trap_and_two_fixes_and_one_of_them_is_wrong() {
    let rust = rust_checksum();
    for (script, items, after_three, own) in
        [("mutable_default", CALLS, 3, 1), ("none_or", 1, 1, 0), ("none_is", 1, 1, 1)]
    {
        let Some(record) = measured(script) else { return };
        assert_eq!(record["checksum"], rust, "{script} does the work of the Rust variants");
        let of = |name| figure(&record, name);
        assert_eq!(of("bag_length_after_three_calls"), Some(after_three), "{script}");
        assert_eq!(of("own_empty_list_kept"), Some(own), "{script}");
        let row = &attached(&record, "table")["rows"][0];
        assert_eq!([&row[0]["value"], &row[1]["value"], &row[2]["value"]], [CALLS, items, own], "{script}");
        let points = attached(&record, "chart")["series"][0]["points"].as_array().unwrap();
        assert_eq!(points.len(), 65, "{script}");
        assert_eq!(points[64], serde_json::json!([CALLS as f64, items as f64]), "{script}");
    }
}

/// The lecture's `or` keeps a list that has something in it: that is why nobody notices.
#[test]
fn or_replaces_only_a_list_that_is_empty() {
    let code = "def add(item, bag=None):\n    bag = bag or []\n    bag.append(item)\n    return bag\n\
                full, empty = [1], []\nprint(add(2, full) is full, add(2, empty) is empty)";
    let Some(output) = python(&["-c", code]) else { return };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "True False");
}

#[test]
fn another_measurement_is_another_sentence() {
    let code = "import calls\n\
                for items, own in [(1000, 1), (7, 1), (1, 0), (1, 1)]:\n    \
                    said = calls.why(items, own)\n    print(said['en'], said['zh'], sep='|')";
    let Some(output) = python(&["-c", code]) else { return };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].contains("finds 999 items") && lines[0].contains("999 件"), "{said}");
    assert!(lines[1].contains("finds 6 items") && lines[1].contains("6 件"), "{said}");
    assert!(lines[2].contains("replaced by another") && lines[2].contains("换成了另一个"), "{said}");
    assert!(lines[3].contains("gets the item") && lines[3].contains("收到了这一件"), "{said}");
}

fn rust_checksum() -> Value {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let status = Command::new(env!("CARGO_BIN_EXE_shared-default"))
        .args(["static_fixed", "--rows", &CALLS.to_string()])
        .env("HEAPLAB_OUT", out.path())
        .status()
        .expect("the lesson starts");
    assert!(status.success());
    record(out.path())["checksum"].clone()
}

/// The record of a script's run; none where there is no CPython, which is said.
fn measured(script: &str) -> Option<Value> {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder().join(script).with_extension("py");
    run(Command::new(interpreter())
        .arg(file)
        .env("HEAPLAB_ROWS", CALLS.to_string())
        .env("HEAPLAB_OUT", out.path()))?;
    Some(record(out.path()))
}

fn python(arguments: &[&str]) -> Option<Output> {
    run(Command::new(interpreter()).args(arguments).current_dir(folder()))
}

fn run(command: &mut Command) -> Option<Output> {
    // Students' folders stay as they are.
    let Ok(output) = command.env("PYTHONDONTWRITEBYTECODE", "1").output() else {
        let name = command.get_program().to_string_lossy().into_owned();
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "{name} does not start");
        println!("SKIPPED: {name} does not start");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output)
}

fn interpreter() -> std::ffi::OsString {
    std::env::var_os("HEAPLAB_PYTHON").unwrap_or_else(|| "python3".into())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python")
}

fn record(folder: &Path) -> Value {
    let text = std::fs::read(folder.join("record.json")).expect("a run writes a record");
    serde_json::from_slice(&text).expect("the record is JSON")
}

fn attached<'a>(record: &'a Value, kind: &str) -> &'a Value {
    let attachments = record["attachments"].as_array().expect("attachments are a list");
    attachments.iter().find(|one| one["kind"] == kind).expect("the script attaches one")
}

fn figure(record: &Value, name: &str) -> Option<u64> {
    let mut attachments = record["attachments"].as_array()?.iter();
    let figure = attachments.find(|one| one["kind"] == "figure" && one["name"] == name)?;
    figure["value"]["value"].as_u64()
}
