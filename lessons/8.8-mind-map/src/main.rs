//! Lesson 8.8: the summary. One small program, four times: everything that the lecture was about,
//! side by side.
//!
//! Question:   which of the four still holds memory when it is done, and which never held any?
//! Prediction: write down, in bytes per row, the peak of each variant and what is live at its end.
//! Command:    cargo xtask lesson 8.8

use heaplab_lesson::{Attachment, Cell, Checksum, Figure, Scale, Text, VariantResult, lesson};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

lesson! {
    unit: "rows",
    default_scale: 1_000_000,
    baseline: maps,
    work "scores" {
        rust {
            cycle: "rows and ledger own each other by Rc: letting go frees nothing (8.1)",
            maps: "a HashMap per row, all of them kept (8.5)",
            slots: "a struct per row, all of them kept (8.5.2)",
            generator: "one row at a time, kept by nobody (8.5.1)",
        }
        python {
            maps: "a dict per row, all of them kept",
            generator: "a generator: one row at a time",
        }
    }
}

/// The flag has one byte and costs eight: in an array every row is padded so that the next row's
/// `score` is aligned.
struct Row {
    name: String,
    score: u64,
    active: bool,
}

impl Row {
    /// The score of an active row, 0 of another.
    fn points(&self) -> u64 {
        if self.active { self.score } else { 0 }
    }
}

fn rows(rows: Scale) -> impl ExactSizeIterator<Item = Row> {
    rows.iter().map(|i| Row { name: format!("user{i}"), score: i, active: i % 3 != 0 })
}

/// The ledger owns its entries, and every entry owns the ledger. Both go out of scope here, and
/// neither is freed.
fn cycle(scale: Scale) -> VariantResult<()> {
    struct Ledger {
        entries: RefCell<Vec<Entry>>,
    }
    struct Entry {
        row: Row,
        _ledger: Rc<Ledger>,
    }
    let ledger = Rc::new(Ledger { entries: RefCell::new(Vec::with_capacity(scale.len())) });
    for row in rows(scale) {
        ledger.entries.borrow_mut().push(Entry { row, _ledger: Rc::clone(&ledger) });
    }
    let checksum = Checksum::from_rows(
        ledger.entries.borrow().iter().map(|Entry { row, .. }| (row.name.as_str(), row.points())),
    );
    VariantResult::new(checksum, ())
}

enum Value {
    Name(String),
    Score(u64),
    Active(bool),
}

/// What a dynamic language does: one dictionary per row.
fn maps(scale: Scale) -> VariantResult<Vec<HashMap<&'static str, Value>>> {
    let fields = |row: Row| {
        let active = Value::Active(row.active);
        [("name", Value::Name(row.name)), ("score", Value::Score(row.score)), ("active", active)]
    };
    let all: Vec<_> = rows(scale).map(|row| HashMap::from(fields(row))).collect();
    let checksum =
        all.iter().fold(Checksum::new(), |sum, row| match (&row["name"], &row["score"], &row["active"]) {
            (Value::Name(name), Value::Score(score), Value::Active(true)) => sum.row(name, *score),
            (Value::Name(name), ..) => sum.row(name, 0),
            _ => sum,
        });
    VariantResult::new(checksum, all)
}

/// Every field has a place of its own: nothing to look up, nothing to store twice.
fn slots(scale: Scale) -> VariantResult<Vec<Row>> {
    let all: Vec<Row> = rows(scale).collect();
    let checksum = Checksum::from_rows(all.iter().map(|row| (row.name.as_str(), row.points())));
    VariantResult::new(checksum, all).with_attachments(|_, _| row_size_figures())
}

/// The size of a row, and of its fields without padding: the report explains a prediction that
/// confused the two.
fn row_size_figures() -> Vec<Attachment> {
    let figure = |name: &str, en: &str, zh: &str, bytes: usize| {
        let title = Text { en: en.to_owned(), zh: zh.to_owned() };
        Attachment::Figure(Figure { name: name.to_owned(), title, value: Cell::Bytes(bytes as u64) })
    };
    let fields = size_of::<String>() + size_of::<u64>() + size_of::<bool>();
    vec![
        figure("row_bytes", "a row", "一行", size_of::<Row>()),
        figure("row_fields_bytes", "its fields", "各字段之和", fields),
    ]
}

/// Each row is needed once, so one row at a time is enough.
fn generator(scale: Scale) -> VariantResult<()> {
    VariantResult::new(rows(scale).fold(Checksum::new(), |sum, row| sum.row(&row.name, row.points())), ())
}
