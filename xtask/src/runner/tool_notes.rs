//! Rows of the table that says what a tool cannot see and what it costs. Lessons add rows to the
//! same table: the report joins tables of the same title and columns.

use heaplab_record::{Attachment, Cell, Table, Text};

pub(crate) fn both_languages(en: impl Into<String>, zh: impl Into<String>) -> Text {
    Text { en: en.into(), zh: zh.into() }
}

/// One tool: its axis, name, command, blind spots, and its cost in this run.
pub(crate) fn tool_row(axis: Text, tool: &str, command: &str, blind: Text, cost: Text) -> Attachment {
    let columns = vec![
        both_languages("axis", "哪一斧"),
        both_languages("tool", "工具"),
        both_languages("command", "命令"),
        both_languages("what it cannot see", "看不到什么"),
        both_languages("its cost, measured here", "代价（实测）"),
    ];
    let words = [Cell::Words(axis), Cell::Text(tool.to_owned()), Cell::Text(command.to_owned())];
    Attachment::Table(Table {
        title: both_languages("The tools and what they cost here", "各种工具，以及它们在这台机器上的代价"),
        columns,
        rows: vec![words.into_iter().chain([Cell::Words(blind), Cell::Words(cost)]).collect()],
    })
}
