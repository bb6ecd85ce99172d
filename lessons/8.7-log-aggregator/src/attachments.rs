//! What the report is shown of a result: PV and UV, and the addresses with the most lines.

use heaplab_lesson::{Attachment, Cell, Figure, Table, Text};
use heaplab_logagg::engine::CountOutcome;

/// Of an exact result.
pub fn result_attachments(found: &CountOutcome) -> Vec<Attachment> {
    let top = found.top.iter().map(|ranked| {
        let address = String::from_utf8_lossy(&ranked.key).into_owned();
        vec![Cell::Text(address), Cell::Count(ranked.count)]
    });
    let columns = vec![Text::new("address", "地址"), Text::new("lines", "行数")];
    let title = Text::new("The addresses with the most lines (engine)", "行数最多的地址（engine）");
    let top = Table { title, columns, rows: top.collect() };
    let mut all = count_figures("engine", found);
    all.push(figure(
        "spilled",
        "bytes that the engine wrote to the disk",
        "engine 写到磁盘的字节",
        Cell::Bytes(found.spilled_bytes),
    ));
    all.push(Attachment::Table(top));
    all
}

/// Of an estimate.
pub fn sketch_attachments(found: &CountOutcome) -> Vec<Attachment> {
    let mut all = count_figures("sketch", found);
    let error = Cell::Share(found.uv_error.unwrap_or(0.0));
    all.push(figure(
        "sketch-error",
        "one standard error of the sketch’s UV, as a share",
        "sketch 的 UV 的标准误差（占比）",
        error,
    ));
    all
}

fn count_figures(name: &str, found: &CountOutcome) -> Vec<Attachment> {
    let of = |what: &str, en: &str, zh: &str, value: u64| {
        figure(&format!("{name}-{what}"), en, zh, Cell::Count(value))
    };
    vec![
        of("pv", "PV: lines with an address", "PV：有地址的行", found.pv),
        of("uv", "UV: distinct addresses", "UV：不同的地址", found.uv),
        of("malformed", "lines without an address", "没有地址的行", found.tally.malformed),
    ]
}

fn figure(name: &str, en: &str, zh: &str, value: Cell) -> Attachment {
    Attachment::Figure(Figure { name: name.to_owned(), title: Text::new(en, zh), value })
}
