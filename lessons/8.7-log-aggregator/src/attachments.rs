//! What the report shows besides the measurements: PV, UV, and the most frequent addresses.

use heaplab_lesson::{Attachment, Cell, Figure, Table, Text};
use heaplab_logagg::engine::CountOutcome;

/// The figures of an exact result.
pub fn result_attachments(found: &CountOutcome) -> Vec<Attachment> {
    let top = found.top.iter().map(|ranked| {
        let address = String::from_utf8_lossy(&ranked.key).into_owned();
        vec![Cell::Text(address), Cell::Count(ranked.count)]
    });
    let mut all = count_figures("engine", found);
    let spilled = Text::new("bytes that the engine wrote to the disk", "engine 写到磁盘的字节");
    all.push(figure("spilled", spilled, Cell::Bytes(found.spilled_bytes)));
    all.push(Attachment::Table(Table {
        title: Text::new("The addresses with the most lines (engine)", "行数最多的地址（engine）"),
        columns: vec![Text::new("address", "地址"), Text::new("lines", "行数")],
        rows: top.collect(),
    }));
    all
}

/// The figures of an estimate.
pub fn sketch_attachments(found: &CountOutcome) -> Vec<Attachment> {
    let mut all = count_figures("sketch", found);
    let title =
        Text::new("one standard error of the sketch’s UV, as a share", "sketch 的 UV 的标准误差（占比）");
    all.push(figure("sketch-error", title, Cell::Share(found.uv_error.unwrap_or(0.0))));
    all
}

fn count_figures(name: &str, found: &CountOutcome) -> Vec<Attachment> {
    let figure =
        |what, en, zh, value| figure(&format!("{name}-{what}"), Text::new(en, zh), Cell::Count(value));
    vec![
        figure("pv", "PV: lines with an address", "PV：有地址的行", found.pv),
        figure("uv", "UV: distinct addresses", "UV：不同的地址", found.uv),
        figure("malformed", "lines without an address", "没有地址的行", found.tally.malformed),
    ]
}

fn figure(name: &str, title: Text, value: Cell) -> Attachment {
    Attachment::Figure(Figure { name: name.to_owned(), title, value })
}
