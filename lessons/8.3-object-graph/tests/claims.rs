//! What lesson 8.3 asserts about itself: the picture names the real chain, breaking a reference frees what the table says, a Weak
//! leaves blocks behind, and the exercise can be done. Figures of the heap probe are exact on one thread.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const LESSON: &str = env!("CARGO_BIN_EXE_object-graph");
const SESSIONS: u64 = 300;

/// What the exercise asks for, in bytes at the peak.
const GOAL_BYTES: u64 = 100_000;
const PAGES: u64 = 3_000;

/// The counts of an `Rc`, the two strings of a session, and what they hold.
const SESSION_BLOCK: u64 = 16 + 48;

#[test]
fn the_picture_names_the_real_chain() {
    let record = measured(LESSON, "leaky_registry", SESSIONS);
    let leak = attachment(&record, "graph", "leak");
    let said = leak["sentences"][0]["en"].as_str().unwrap_or_default();
    let way = "service → bus: Rc<RefCell<Bus<Rc<Session>>>> → listeners: Vec<Rc<Session>> → [0]: Rc<Session> → big: String";
    assert!(said.ends_with(&format!("is alive because of {way}.")), "{said}");
    assert_eq!(figure(&record, "chain_length"), 4);
    let nodes = leak["nodes"].as_array().expect("a graph has nodes");
    assert_eq!(nodes.len(), 5, "{nodes:#?}");
    assert_eq!(leak["legend"][0]["zh"], "程序员晚枫出品");
    // Every object of the chain knows its line; the root is a variable and has none.
    for node in nodes.iter().filter(|node| node["root"] != true) {
        let line = node["born_at"].as_str().unwrap_or_else(|| panic!("no line: {node}"));
        assert!(line.starts_with("lessons/8.3-object-graph/src/main.rs:"), "{line}");
    }
    let marked: Vec<&Value> = edges(leak).iter().filter(|edge| edge["marked"] == true).collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(marked[0]["label"], "[0]");
}

/// Two processes: one that leaks and says what would go free, and one that really breaks the reference.
#[test]
fn breaking_the_reference_frees_what_was_said() {
    for sessions in [5, SESSIONS, 1_000] {
        let leaky = measured(LESSON, "leaky_registry", sessions);
        let broken = measured(LESSON, "break_the_edge", sessions);
        let row = row(&leaky, "If one reference of the chain is broken", ".listeners");
        let said = row[2]["value"].as_u64().expect("bytes that go free");
        assert_eq!(end(&leaky) - end(&broken), said, "{row}");
        // The four that are online stay.
        let freed = row[3]["value"].as_u64().expect("objects that go free");
        assert_eq!(freed, 1 + 3 * (sessions - 4));
    }
}

#[test]
fn the_marked_reference_frees_one_session() {
    let leaky = measured(LESSON, "leaky_registry", SESSIONS);
    let leak = attachment(&leaky, "graph", "leak");
    let one = SESSION_BLOCK + format!("user{}", std::hint::black_box(0)).capacity() as u64 + 15_000;
    let said = leak["sentences"][1]["en"].as_str().unwrap_or_default();
    let with_comma = format!("{},{:03} bytes", one / 1_000, one % 1_000);
    assert!(said.contains(&with_comma), "{said}: {with_comma}");
}

/// What a Weak costs: the block of every session that is gone, and its place in the list.
#[test]
fn a_weak_keeps_the_block() {
    let weak = measured(LESSON, "weak_back_edge", SESSIONS);
    let unsubscribed = measured(LESSON, "explicit_unsubscribe", SESSIONS);
    let place = |listeners: u64| 8 * listeners.next_power_of_two().max(4);
    // The list of those who are online has held five for a moment.
    let expected = (SESSIONS - 4) * SESSION_BLOCK + place(SESSIONS) - place(5);
    assert_eq!(end(&weak) - end(&unsubscribed), expected);
    let picture = attachment(&weak, "graph", "weak");
    let gone = picture["nodes"].as_array().into_iter().flatten().filter(|node| node["strong"] == 0).count();
    assert!(gone > 0, "{picture:#}");
    assert!(edges(picture).iter().any(|edge| edge["strength"] == "weak"));
    assert!(
        edges(attachment(&unsubscribed, "graph", "unsubscribed"))
            .iter()
            .all(|edge| edge["strength"] == "strong")
    );
}

/// A session that leaves the bus leaves nothing; the leak grows by three objects a session.
#[test]
fn growth_is_where_the_leak_is() {
    let grown = |variant: &str| {
        let record = measured(LESSON, variant, 10);
        let table = tables(&record).find(|table| table["title"]["en"] == "Growth over 100 sessions").cloned();
        let rows =
            table.map(|table| table["rows"].as_array().cloned().unwrap_or_default()).unwrap_or_default();
        rows.iter().map(|row| format!("{} {}", row[0]["value"], row[2]["value"])).collect::<Vec<_>>()
    };
    assert_eq!(grown("leaky_registry")[..2], [r#""String" 200"#, r#""Rc<Session>" 100"#]);
    assert_eq!(grown("weak_back_edge")[..1], [r#""Rc<Session>" 100"#]);
    assert!(
        grown("explicit_unsubscribe").iter().all(|row| row.ends_with(" 0")),
        "only names have grown longer"
    );
}

#[test]
fn every_variant_does_the_same_work() {
    let checksum = |variant| measured(LESSON, variant, 50)["checksum"].clone();
    for variant in ["break_the_edge", "weak_back_edge", "explicit_unsubscribe"] {
        assert_eq!(checksum(variant), checksum("leaky_registry"), "{variant}");
    }
}

/// CPython's own chain is the same one, and its work has the same checksum.
#[test]
fn cpython_finds_the_same_chain() {
    let python = std::env::var_os("HEAPLAB_PYTHON").unwrap_or_else(|| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/leaky_registry.py");
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let run =
        Command::new(&python).arg(script).env("HEAPLAB_OUT", out.path()).env("HEAPLAB_ROWS", "50").status();
    let Ok(status) = run else {
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "{} does not start", python.display());
        return println!("SKIPPED: {} does not start", python.display());
    };
    assert!(status.success());
    let record = read(out.path());
    assert_eq!(record["checksum"], measured(LESSON, "leaky_registry", 50)["checksum"]);
    let labels: Vec<&Value> = edges(&record["attachments"][0]).iter().map(|edge| &edge["label"]).collect();
    assert_eq!(labels, ["bus", "listeners", "[0]", "big"]);
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure. In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example("object-graph-exercise"), "mine", PAGES);
    let solution = measured(example("object-graph-solution"), "mine", PAGES);
    if peak(&exercise) <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(peak(&solution) < GOAL_BYTES, "{solution}");
    let more = measured(example("object-graph-solution"), "mine", 2 * PAGES);
    assert!(peak(&more) < peak(&solution) + 100, "the solution grows with the pages");
    assert_eq!(exercise["checksum"], solution["checksum"]);
}

fn attachment<'a>(record: &'a Value, kind: &str, name: &str) -> &'a Value {
    let all = record["attachments"].as_array().into_iter().flatten();
    let mut found = all.filter(|one| one["kind"] == kind && one["name"] == name);
    found.next().unwrap_or_else(|| panic!("no {kind} called {name}"))
}

fn tables(record: &Value) -> impl Iterator<Item = &Value> {
    record["attachments"].as_array().into_iter().flatten().filter(|one| one["kind"] == "table")
}

fn row(record: &Value, title: &str, first_cell_ends: &str) -> Value {
    let table = tables(record).find(|table| table["title"]["en"] == title).expect("the table is there");
    let mut rows = table["rows"].as_array().into_iter().flatten();
    let ends = |row: &&Value| row[0]["value"].as_str().is_some_and(|cell| cell.ends_with(first_cell_ends));
    rows.find(ends).unwrap_or_else(|| panic!("no row {first_cell_ends}: {table:#}")).clone()
}

fn figure(record: &Value, name: &str) -> u64 {
    attachment(record, "figure", name)["value"]["value"].as_u64().expect("a count")
}

fn edges(graph: &Value) -> &Vec<Value> {
    graph["edges"].as_array().expect("a graph has edges")
}

fn peak(record: &Value) -> u64 {
    record["measurement"]["peak_bytes"].as_u64().expect("the heap probe measures the peak")
}

fn end(record: &Value) -> u64 {
    record["measurement"]["end_bytes"].as_u64().expect("the heap probe measures the end")
}

/// The record of one run under the heap probe.
fn measured(program: impl AsRef<Path>, variant: &str, rows: u64) -> Value {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let status = Command::new(program.as_ref())
        .args([variant, "--rows", &rows.to_string()])
        .env("HEAPLAB_PROBE", "heap")
        .env("HEAPLAB_OUT", out.path())
        .status()
        .expect("the program starts");
    assert!(status.success(), "{variant}: {status}");
    read(out.path())
}

fn read(out: &Path) -> Value {
    let text = std::fs::read(out.join("record.json")).expect("the program writes a record");
    serde_json::from_slice(&text).expect("the record is JSON")
}

/// An example of this package: cargo builds them with its tests, unless it is told `--test claims`.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let profile = test.ancestors().nth(2).expect("a test lies in PROFILE/deps");
    let path = profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(path.is_file(), "{} is not built: run `cargo test -p object-graph`", path.display());
    path
}
