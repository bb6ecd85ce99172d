//! Rows of the table that says what a tool cannot see and what it costs. Lessons hand over rows of the same table; the report
//! shows tables of one title and one set of columns as one.

use heaplab_record::{Attachment, Cell, Table, Text};

/// A text in both languages.
pub(crate) fn text(en: impl Into<String>, zh: impl Into<String>) -> Text {
    Text { en: en.into(), zh: zh.into() }
}

/// One tool: its axis, its name, how it is called, what it cannot see, and what it cost in this run.
pub(crate) fn row(axis: Text, tool: &str, command: &str, blind: Text, cost: Text) -> Attachment {
    let columns = vec![
        text("axis", "哪一斧"),
        text("tool", "工具"),
        text("command", "命令"),
        text("what it cannot see", "看不到什么"),
        text("its cost, measured here", "代价（实测）"),
    ];
    let words = [Cell::Words(axis), Cell::Text(tool.to_owned()), Cell::Text(command.to_owned())];
    Attachment::Table(Table {
        title: text("The tools and what they cost here", "各种工具，以及它们在这台机器上的代价"),
        columns,
        rows: vec![words.into_iter().chain([Cell::Words(blind), Cell::Words(cost)]).collect()],
    })
}
