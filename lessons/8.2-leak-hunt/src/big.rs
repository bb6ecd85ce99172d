//! The lecture's demo, one to one: run the business code, take a snapshot, print the five lines
//! that hold the most, in KiB.

use heaplab_lesson::{
    Attachment, Cell, Checksum, Figure, GroupBy, Scale, Snapshot, Table, Text, VariantResult,
};

/// At the default scale this gives the 10,000 texts of the lecture.
const REQUESTS_PER_TEXT: usize = 20;

/// `big = ['程序员晚枫' * 1000 for _ in range(10000)]`
pub(crate) fn big(requests: Scale) -> VariantResult<Vec<String>> {
    let texts = requests.len().div_ceil(REQUESTS_PER_TEXT);
    let big: Vec<String> = (0..texts).map(|_| "程序员晚枫".repeat(1000)).collect();
    let checksum = big.iter().fold(Checksum::new(), |sum, text| sum.row("", text.chars().count() as u64));
    VariantResult::new(checksum, big).with_heap_attachments(|_, _| list_top_lines())
}

/// `for stat in snapshot.statistics('lineno')[:5]: print(stat)`
fn list_top_lines() -> Vec<Attachment> {
    let Ok(snapshot) = Snapshot::take() else { return Vec::new() };
    let lines = snapshot.statistics(GroupBy::Line);
    let row = |line: &heaplab_lesson::Statistic| {
        vec![
            Cell::Text(line.key.clone()),
            Cell::Text(format!("{:.1} KiB", line.bytes as f64 / 1024.0)),
            Cell::Count(line.blocks),
        ]
    };
    let first = lines.first().map(|line| {
        Attachment::Figure(Figure {
            name: "blocks_of_first_line".to_owned(),
            title: text("blocks of the first line", "第一行的块数"),
            value: Cell::Count(line.blocks),
        })
    });
    let table = Attachment::Table(Table {
        title: text("The five lines that hold the most", "占用最多的五行"),
        columns: vec![text("line", "行"), text("live", "存活"), text("blocks", "块数")],
        rows: lines.iter().take(5).map(row).collect(),
    });
    first.into_iter().chain([table]).collect()
}

fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}
