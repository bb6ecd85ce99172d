//! What the lesson's Python scripts count, in the interpreter that is here: the ledger, the lecture's three numbers, and that the
//! families are the same as in Rust.

use heaplab_lesson::Attachment;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const LESSON: &str = env!("CARGO_BIN_EXE_refcount-cycles");
const ROWS: u64 = 20_000;

#[test]
fn the_lecture_counts_right() {
    let Some(record) = record("ledger") else { return };
    let said = |name| attachment(&record, "figure", name)["value"]["value"].clone();
    assert_eq!(said("refcount_empty_list"), 2);
    assert_eq!(said("refcount_after_append"), 3);
    assert_eq!(said("found_by_collect"), 1);
    let page = attachment(&record, "steps", "ledger-lecture");
    assert_eq!(codes(page), ["lst = []", "lst.append(lst)", "del lst", "found = gc.collect()"]);
    assert_eq!(values(page, 0), [Some(2), Some(3), None, None]);
    assert_eq!(values(page, 1), [Some(1), Some(2), None, None]);
}

#[test]
fn every_count_of_cpythons_ledger() {
    let Some(record) = record("ledger") else { return };
    let table =
        record["attachments"].as_array().and_then(|all| all.iter().find(|one| one["kind"] == "table"));
    let own: Vec<u64> = table
        .and_then(|table| table["rows"].as_array())
        .map_or(Vec::new(), |rows| rows.iter().filter_map(|row| row[1]["value"].as_u64()).collect());
    // By a name of the module it is always one too many; inside a function it depends on the CPython.
    assert!(own[0] == 1 && own[1] <= 1, "{own:?}");
    let expected = [
        ("first = Family()", 1),
        ("second = first", 2),
        ("del second", 1),
        ("box = [first, first]", 3),
        ("del box", 1),
        ("table = {'key': first}", 2),
        ("table['key'] = None", 1),
        ("weak = weakref.ref(first)", 1),
        ("upgraded = weak()", 2),
        ("del upgraded", 1),
        ("closure = (lambda captured: lambda: captured)(first)", 2),
        ("del closure", 1),
        ("returned = through(first)", 2),
        ("del first", 1),
        ("inside = asked_inside(returned)", 1 + own[1]),
        ("pass", 1),
        ("returned.myself = returned", 2),
        ("del returned", 1),
        ("found = gc.collect()", 0),
    ];
    let page = attachment(&record, "steps", "ledger-cpython");
    assert_eq!(codes(page), expected.map(|(code, _)| code));
    assert_eq!(values(page, 1), expected.map(|(_, count)| Some(count)));
    let with_its_own = expected.map(|(_, count)| Some(if count == 0 { 0 } else { count + own[0] }));
    assert_eq!(values(page, 0), with_its_own);
}

#[test]
fn rust_and_cpython_read_the_same() {
    for (script, variant) in
        [("cycles_gc_off", "rc_cycle"), ("cycles_gc_on", "collector"), ("ledger", "ledger")]
    {
        let Some(python) = record(script) else { return };
        let out = tempfile::tempdir().expect("a temporary folder can be made");
        let rust = written(
            Command::new(LESSON).args([variant, "--rows", &ROWS.to_string()]).env_remove("HEAPLAB_PROBE"),
            out.path(),
        );
        assert_eq!(python["checksum"], rust["checksum"], "{script}");
    }
}

/// A parent, its list and two children: all on a cycle, all CPython's collector's to free.
#[test]
fn cpythons_collector_frees_every_family() {
    let Some(record) = record("cycles_gc_on") else { return };
    let table =
        record["attachments"].as_array().and_then(|all| all.iter().find(|one| one["kind"] == "table"));
    let rows = table.and_then(|table| table["rows"].as_array()).expect("a table by generation");
    let freed: u64 = rows.iter().filter_map(|row| row[3]["value"].as_u64()).sum();
    assert!((4 * ROWS..4 * ROWS + 100).contains(&freed), "{freed}");
}

#[test]
fn another_count_is_another_sentence() {
    let ask = "import json, ledger as l
sentences = [l.why(2, 3, 1), l.why(2, 4, 1), l.why(2, 3, 0), l.why(3, 3, 1), l.why(3, None, 1), l.why(4, None, 1)]
sentences += [l.why(2, 0, 1), l.why(2, 0, 1, 5), l.why(2, 0, 1, 6), l.why(None, None, 1, 5)]
sentences += [l.own_references_table(1, inside)['rows'][1][2]['value'] for inside in (0, 1)]
print(json.dumps(sentences))";
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    let Some(mut python) = python() else { return };
    let output = python.args(["-c", ask]).current_dir(scripts).output().expect("python3 starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sentences: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(sentences[0]["en"], "+1. sys.getrefcount says 3; 1 of it is its own argument.");
    assert_eq!(sentences[0]["zh"], "+1。sys.getrefcount 说 3，其中 1 个是它自己的参数。");
    for language in ["en", "zh"] {
        let said: BTreeSet<&str> =
            sentences.iter().filter_map(|sentence| sentence[language].as_str()).collect();
        assert_eq!((sentences.len(), said.len()), (12, 12), "two are the same: {said:?}");
    }
}

/// What the report cannot read it cannot draw.
#[test]
fn the_report_can_read_what_the_scripts_hand_over() {
    for (script, count) in [("ledger", 6), ("cycles_gc_on", 2)] {
        let Some(record) = record(script) else { return };
        let read: Vec<Attachment> =
            serde_json::from_value(record["attachments"].clone()).expect("they are attachments");
        assert_eq!(read.len(), count, "{script}");
    }
}

fn attachment<'a>(record: &'a Value, kind: &str, name: &str) -> &'a Value {
    let all = record["attachments"].as_array().expect("the script hands something over");
    all.iter().find(|one| one["kind"] == kind && one["name"] == name).expect(name)
}

fn codes(page: &Value) -> Vec<&str> {
    let steps = page["steps"].as_array().expect("steps");
    steps.iter().map(|step| step["code"].as_str().expect("code")).collect()
}

fn values(page: &Value, series: usize) -> Vec<Option<u64>> {
    page["series"][series]["values"].as_array().expect("values").iter().map(Value::as_u64).collect()
}

fn record(script: &str) -> Option<Value> {
    let path: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script).with_extension("py");
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let mut python = python()?;
    Some(written(python.arg(path).env("HEAPLAB_ROWS", ROWS.to_string()), out.path()))
}

fn written(command: &mut Command, out: &Path) -> Value {
    let output = command.env("HEAPLAB_OUT", out).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read(out.join("record.json")).expect("a record is written");
    serde_json::from_slice(&text).expect("the record is JSON")
}

/// `None`, and a line about it, where there is none.
fn python() -> Option<Command> {
    let program = std::env::var_os("HEAPLAB_PYTHON").unwrap_or_else(|| "python3".into());
    if Command::new(&program).arg("--version").output().is_err() {
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "{} does not start", program.display());
        println!("SKIPPED: {} does not start", program.display());
        return None;
    }
    Some(Command::new(program))
}
