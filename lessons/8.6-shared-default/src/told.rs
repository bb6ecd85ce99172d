//! What was watched, as data for the report: the growth curve, a row of the table with its why, and the figure that the
//! lecture's sentences are held against. Every word of a why depends on what was measured.

use crate::growth::{Growth, Sample};
use heaplab_lesson::{Attachment, Axis, Cell, Chart, Figure, Marker, Series, Table, Text, Unit};

pub(crate) fn attachments(growth: &Growth) -> Vec<Attachment> {
    let mut told = Vec::new();
    told.extend(chart(growth));
    told.extend(table(growth.samples()));
    told.extend(growth.items_after_three.map(figure));
    told
}

/// Absent where live bytes were not measured.
fn chart(growth: &Growth) -> Option<Attachment> {
    let points: Option<Vec<[f64; 2]>> = growth
        .samples()
        .iter()
        .map(|sample| Some([sample.calls as f64, sample.live_bytes? as f64]))
        .collect();
    let series = vec![Series { name: String::new(), marker: Marker::Stairs, points: points? }];
    let axis = |en, zh, unit| Axis { label: text(en, zh), unit, logarithmic: false };
    Some(Attachment::Chart(Chart {
        name: growth.pair.name.to_owned(),
        title: Text {
            en: format!("{}: live bytes over the calls", growth.pair.en),
            zh: format!("{}：存活字节数随调用次数的变化", growth.pair.zh),
        },
        x: axis("calls", "调用次数", Unit::Count),
        y: axis("live bytes", "存活字节数", Unit::Bytes),
        series,
    }))
}

fn table(samples: &[Sample]) -> Option<Attachment> {
    let &[first, .., last] = samples else { return None };

    let middle = samples.get(samples.len() / 2).copied().unwrap_or(first);
    let (middle_bytes, last_bytes) = (middle.live_bytes?, last.live_bytes?);
    Some(Attachment::Table(Table {
        title: text(
            "What the last call got, and what the calls left alive",
            "最后一次调用拿到了什么，所有调用又留下了什么",
        ),
        columns: vec![
            text("calls", "调用次数"),
            text("items in the last bag", "最后一个袋子里的件数"),
            text("live after half the calls", "一半调用之后的存活字节"),
            text("live after all calls", "全部调用之后的存活字节"),
            text("why", "为什么"),
        ],
        rows: vec![vec![
            Cell::Count(last.calls),
            Cell::Count(last.items),
            Cell::Bytes(middle_bytes),
            Cell::Bytes(last_bytes),
            Cell::Words(why(last.items, middle_bytes, last_bytes)),
        ]],
    }))
}

/// A call asked for a bag with its own item and nothing else, and for nothing to be left.
fn why(items: u64, middle_bytes: u64, last_bytes: u64) -> Text {
    let others = items.saturating_sub(1);
    let grown = last_bytes.saturating_sub(middle_bytes);
    match (others, grown) {
        (0, 0) => Text {
            en: "each call has its own bag, and the second half of the calls left nothing alive".to_owned(),
            zh: "每次调用都有自己的袋子；后一半调用没有留下任何存活的内存".to_owned(),
        },
        (0, grown) => Text {
            en: format!(
                "the answer is right, but the second half of the calls left {grown} bytes alive: somebody keeps them"
            ),
            zh: format!("答案没错，但后一半调用留下了 {grown} 字节：有人一直拿着不放"),
        },
        (others, 0) => Text {
            en: format!(
                "the last call finds {others} items of other calls in its bag; their number no longer grows the memory"
            ),
            zh: format!("最后一次调用在袋子里看到了别的调用的 {others} 件；只是内存已不再增长"),
        },
        (others, grown) => Text {
            en: format!(
                "one bag for all: the last call finds {others} items of other calls in it, and the second half of the calls left {grown} bytes alive"
            ),
            zh: format!(
                "大家共用一个袋子：最后一次调用在里面看到了别的调用的 {others} 件，后一半调用又留下了 {grown} 字节"
            ),
        },
    }
}

fn figure(items: u64) -> Attachment {
    Attachment::Figure(Figure {
        name: "bag_length_after_three_calls".to_owned(),
        title: text("items in the bag of the third call", "第三次调用拿到的袋子里的件数"),
        value: Cell::Count(items),
    })
}

fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_measurement_is_another_sentence() {
        let trap = why(1_000, 4_096, 8_192);
        assert!(trap.en.contains("999 items") && trap.en.contains("4096 bytes"), "{}", trap.en);
        assert!(trap.zh.contains("999 件") && trap.zh.contains("4096 字节"), "{}", trap.zh);
        let fix = why(1, 32, 32);
        assert!(fix.en.contains("own bag") && fix.zh.contains("自己的袋子"));
        let cache = why(1, 32, 64);
        assert!(cache.en.contains("answer is right") && cache.en.contains("32 bytes"), "{}", cache.en);
        let bounded = why(8, 64, 64);
        assert!(bounded.en.contains("7 items") && !bounded.en.contains("64"), "{}", bounded.en);
        let all = [&trap, &fix, &cache, &bounded];
        for (i, one) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|other| one.en != other.en && one.zh != other.zh));
        }
    }

    #[test]
    fn what_was_not_measured_is_not_drawn() {
        let sample = |calls, live_bytes| Sample { calls, live_bytes, items: 1 };
        assert!(table(&[sample(0, Some(0)), sample(1, None)]).is_none());
        assert!(table(&[sample(0, Some(0))]).is_none());
        assert!(table(&[sample(0, Some(0)), sample(1, Some(8))]).is_some());
    }
}
