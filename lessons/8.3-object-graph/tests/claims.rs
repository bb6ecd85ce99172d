//! What lesson 8.3 asserts about itself: the picture names the real chain, breaking a reference
//! frees what the table says, a Weak leaves blocks behind, and the exercise can be done. Figures of
//! the heap probe are exact on one thread.

use heaplab_lesson::trial::{self, RecordedRun, example_path, find_figure, tables, whole_number};
use heaplab_lesson::{Attachment, Cell, Graph, GraphEdge, Strength};
use std::path::Path;
use std::process::Command;

const LESSON: &str = env!("CARGO_BIN_EXE_object-graph");
const SESSIONS: u64 = 300;

/// The exercise's goal in bytes at the peak.
const GOAL_BYTES: u64 = 100_000;
const PAGES: u64 = 3_000;

/// Both counts of an `Rc` and the two strings of a session.
const SESSION_BLOCK: u64 = 16 + 48;

#[test]
fn the_picture_names_the_real_chain() {
    let leaky = measured(LESSON, "leaky_registry", SESSIONS);
    let leak = graph(&leaky.attachments, "leak");
    let said = &leak.sentences[0].en;
    let way = "service → bus: Rc<RefCell<Bus<Rc<Session>>>> → listeners: Vec<Rc<Session>> → [0]: Rc<Session> → big: String";
    assert!(said.ends_with(&format!("is alive because of {way}.")), "{said}");
    assert_eq!(find_figure(&leaky.attachments, "chain_length"), Some(4));
    assert_eq!(leak.nodes.len(), 5, "{:#?}", leak.nodes);
    assert_eq!(leak.legend[0].zh, "程序员晚枫出品");
    // Every object of the chain knows its line; the root is a variable and has none.
    for node in leak.nodes.iter().filter(|node| !node.root) {
        let line = node.born_at.as_ref().unwrap_or_else(|| panic!("no line: {node:?}"));
        assert!(line.starts_with("lessons/8.3-object-graph/src/main.rs:"), "{line}");
    }
    let marked: Vec<&GraphEdge> = leak.edges.iter().filter(|edge| edge.marked).collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(marked[0].label, "[0]");
}

/// Two processes: one leaks and says what would be freed, the other really breaks the reference.
#[test]
fn breaking_the_reference_frees_what_was_said() {
    for sessions in [5, SESSIONS, 1_000] {
        let leaky = measured(LESSON, "leaky_registry", sessions);
        let broken = measured(LESSON, "break_the_edge", sessions);
        let row = row(&leaky, "If one reference of the chain is broken", ".listeners");
        let said = whole_number(&row[2]).expect("bytes that go free");
        assert_eq!(leaky.heap.end_bytes - broken.heap.end_bytes, said, "{row:?}");
        // The four that are online stay.
        let freed = whole_number(&row[3]).expect("objects that go free");
        assert_eq!(freed, 1 + 3 * (sessions - 4));
    }
}

#[test]
fn the_marked_reference_frees_one_session() {
    let leaky = measured(LESSON, "leaky_registry", SESSIONS);
    let leak = graph(&leaky.attachments, "leak");
    let one = SESSION_BLOCK + format!("user{}", std::hint::black_box(0)).capacity() as u64 + 15_000;
    let said = &leak.sentences[1].en;
    let with_comma = format!("{},{:03} bytes", one / 1_000, one % 1_000);
    assert!(said.contains(&with_comma), "{said}: {with_comma}");
}

/// The cost of a Weak: the block of every ended session, and its slot in the list.
#[test]
fn a_weak_keeps_the_block() {
    let weak = measured(LESSON, "weak_back_edge", SESSIONS);
    let unsubscribed = measured(LESSON, "explicit_unsubscribe", SESSIONS);
    let place = |listeners: u64| 8 * listeners.next_power_of_two().max(4);
    // The list of those online has briefly held five.
    let expected = (SESSIONS - 4) * SESSION_BLOCK + place(SESSIONS) - place(5);
    assert_eq!(weak.heap.end_bytes - unsubscribed.heap.end_bytes, expected);
    let picture = graph(&weak.attachments, "weak");
    assert!(picture.nodes.iter().any(|node| node.strong == Some(0)), "{picture:#?}");
    assert!(picture.edges.iter().any(|edge| edge.strength == Strength::Weak));
    let mended = graph(&unsubscribed.attachments, "unsubscribed");
    assert!(mended.edges.iter().all(|edge| edge.strength == Strength::Strong));
}

/// A session that leaves the bus leaves nothing; the leak grows by three objects per session.
#[test]
fn growth_is_where_the_leak_is() {
    let grown = |variant: &str| {
        let attachments = measured(LESSON, variant, 10).attachments;
        let table = tables(&attachments).find(|table| table.title.en == "Growth over 100 sessions");
        let rows = table.map(|table| table.rows.clone()).unwrap_or_default();
        rows.into_iter().map(|row| [row[0].clone(), row[2].clone()]).collect::<Vec<_>>()
    };
    let more = |type_name: &str, objects| [Cell::Text(type_name.to_owned()), Cell::Count(objects)];
    assert_eq!(grown("leaky_registry")[..2], [more("String", 200), more("Rc<Session>", 100)]);
    assert_eq!(grown("weak_back_edge")[..1], [more("Rc<Session>", 100)]);
    assert!(
        grown("explicit_unsubscribe").iter().all(|[_, more]| *more == Cell::Count(0)),
        "only names have grown longer"
    );
}

#[test]
fn every_variant_does_the_same_work() {
    let checksum = |variant| measured(LESSON, variant, 50).checksum;
    for variant in ["break_the_edge", "weak_back_edge", "explicit_unsubscribe"] {
        assert_eq!(checksum(variant), checksum("leaky_registry"), "{variant}");
    }
}

/// CPython finds the same chain, and its work has the same checksum.
#[test]
fn cpython_finds_the_same_chain() {
    let script =
        trial::run_python(env!("CARGO_MANIFEST_DIR"), "leaky_registry", 50).expect("the script runs");
    let Some(record) = script else { return };
    assert_eq!(record.checksum, measured(LESSON, "leaky_registry", 50).checksum);
    let Attachment::Graph(chain) = &record.attachments[0] else { panic!("{:?}", record.attachments) };
    let labels: Vec<&str> = chain.edges.iter().map(|edge| edge.label.as_str()).collect();
    assert_eq!(labels, ["bus", "listeners", "[0]", "big"]);
}

/// The lecture's own call. The picture is graphviz's; what it must show is in the DOT file, which
/// objgraph makes of the same answers.
#[test]
fn objgraph_draws_its_own_picture() {
    let ran = trial::run_python_with_tools(env!("CARGO_MANIFEST_DIR"), "leaky_registry", 50, &["objgraph"]);
    let Some(ran) = ran.unwrap() else { return };
    if Command::new("dot").arg("-V").output().is_err() {
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "required, but there is no dot");
        println!("SKIPPED: there is no dot");
        return;
    }
    let (file, picture) = ran.read_file("objgraph-leak.png").unwrap().expect("it hands its picture over");
    assert!(file.command.contains("show_backrefs([big]"), "{file:?}");
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"));
    // Width and height stand in the first chunk. A chain from the module to `big` has a box for
    // each object below the other, and a picture of `big` alone is less than a hundred pixels high.
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    let (width, height) = (number(16), number(20));
    assert!((300..2_000).contains(&width) && (400..2_000).contains(&height), "{width} x {height}");
    // objgraph looked before we did, and our own chain is still found.
    let is_chain = |attachment: &Attachment| matches!(attachment, Attachment::Graph(_));
    assert!(ran.attachments.iter().any(is_chain), "{:?}", ran.attachments);
}

/// The exercise is the student's to edit, so meeting the goal is reported and is no failure. In CI
/// it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example_path("object-graph-exercise").unwrap(), "mine", PAGES);
    let solution = measured(example_path("object-graph-solution").unwrap(), "mine", PAGES);
    if exercise.heap.peak_bytes <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(solution.heap.peak_bytes < GOAL_BYTES, "{solution:?}");
    let more = measured(example_path("object-graph-solution").unwrap(), "mine", 2 * PAGES);
    assert!(more.heap.peak_bytes < solution.heap.peak_bytes + 100, "the solution grows with the pages");
    assert_eq!(exercise.checksum, solution.checksum);
}

fn graph<'a>(attachments: &'a [Attachment], name: &str) -> &'a Graph {
    let mut found = attachments.iter().filter_map(|attachment| match attachment {
        Attachment::Graph(graph) if graph.name == name => Some(graph),
        _ => None,
    });
    found.next().unwrap_or_else(|| panic!("no graph called {name}"))
}

fn row<'a>(run: &'a RecordedRun, title: &str, first_cell_ends: &str) -> &'a [Cell] {
    let table = tables(&run.attachments).find(|table| table.title.en == title).expect("the table is there");
    let ends = |row: &&Vec<Cell>| matches!(&row[0], Cell::Text(cell) if cell.ends_with(first_cell_ends));
    table.rows.iter().find(ends).unwrap_or_else(|| panic!("no row {first_cell_ends}: {table:#?}"))
}

fn measured(program: impl AsRef<Path>, variant: &str, rows: u64) -> RecordedRun {
    trial::run_recorded(program, variant, rows).expect("the variant runs")
}
