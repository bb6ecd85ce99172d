//! What was watched, as data for the report: the growth curve, a row of the table with its why, and the figure that the
//! lecture's sentences are held against. Every word of a why depends on what was measured.

use crate::growth::{Growth, Sample};
use heaplab_lesson::{Attachment, Axis, AxisUnit, Cell, Chart, Figure, Marker, Series, Table, Text};

pub(crate) fn attachments(growth: &Growth) -> Vec<Attachment> {
    let mut told = Vec::new();
    told.extend(draw_growth(growth));
    told.extend(tabulate_growth(growth.samples()));
    told.extend(growth.items_after_three.map(third_call_figure));
    told
}

/// Absent where live bytes were not measured.
fn draw_growth(growth: &Growth) -> Option<Attachment> {
    let points: Option<Vec<[f64; 2]>> = growth
        .samples()
        .iter()
        .map(|sample| Some([sample.calls as f64, sample.live_bytes? as f64]))
        .collect();
    let series = vec![Series { name: String::new(), marker: Marker::Stairs, points: points? }];
    let axis = |en, zh, unit| Axis { label: Text::new(en, zh), unit, logarithmic: false };
    Some(Attachment::Chart(Chart {
        name: growth.chart.name.to_owned(),
        title: Text::new(
            format!("{}: live bytes over the calls", growth.chart.en),
            format!("{}：存活字节数随调用次数的变化", growth.chart.zh),
        ),
        x: axis("calls", "调用次数", AxisUnit::Count),
        y: axis("live bytes", "存活字节数", AxisUnit::Bytes),
        series,
    }))
}

/// One row; absent where live bytes were not measured, or nothing was called.
fn tabulate_growth(samples: &[Sample]) -> Option<Attachment> {
    let (&middle, &last) = (samples.get(samples.len() / 2)?, samples.last()?);
    let why = explain_growth(middle, last)?;
    Some(Attachment::Table(Table {
        title: Text::new(
            "What the last call got, and what the calls left alive",
            "最后一次调用拿到了什么，所有调用又留下了什么",
        ),
        columns: vec![
            Text::new("calls", "调用次数"),
            Text::new("items in the last bag", "最后一个袋子里的件数"),
            Text::new("live after half the calls", "一半调用之后的存活字节"),
            Text::new("live after all calls", "全部调用之后的存活字节"),
            Text::new("why", "为什么"),
        ],
        rows: vec![vec![
            Cell::Count(last.calls),
            Cell::Count(last.items),
            Cell::Bytes(middle.live_bytes?),
            Cell::Bytes(last.live_bytes?),
            Cell::Words(why),
        ]],
    }))
}

/// A call asked for a bag with its own item and nothing else, and for nothing to be left when it is done.
fn explain_growth(middle: Sample, last: Sample) -> Option<Text> {
    let grown = last.live_bytes?.saturating_sub(middle.live_bytes?);
    let calls = last.calls.checked_sub(middle.calls).filter(|&calls| calls > 0)?;
    let others = last.items.saturating_sub(1);
    let a_call = format!("{:.1}", grown as f64 / calls as f64);
    let (grown_in_words, others_in_words) = (group_digits(grown), group_digits(others));
    let bag = match others {
        0 => Text::new("each call finds its own item alone in the bag", "每次调用的袋子里都只有自己的那一件"),
        _ => Text::new(
            format!("the bag is shared: the last call finds {others_in_words} items of other calls in it"),
            format!("袋子是共用的：最后一次调用在里面看到了别的调用的 {others_in_words} 件"),
        ),
    };
    let (en, zh) = match (others, grown) {
        (_, 0) => (
            "; the second half of the calls added no live bytes".to_owned(),
            "；后一半调用没有增加存活字节".to_owned(),
        ),
        (0, _) => (
            format!(
                ", and yet the second half of the calls added {grown_in_words} live bytes, {a_call} a call: something keeps what it was given"
            ),
            format!(
                "，可是后一半调用仍增加了 {grown_in_words} 个存活字节，每次 {a_call}：有谁把东西留着不放"
            ),
        ),
        (_, _) => (
            format!("; the second half of the calls added {grown_in_words} live bytes, {a_call} a call"),
            format!("；后一半调用增加了 {grown_in_words} 个存活字节，每次 {a_call}"),
        ),
    };
    Some(Text::new(bag.en + &en, bag.zh + &zh))
}

/// `1234567` as `1,234,567`.
fn group_digits(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn third_call_figure(items: u64) -> Attachment {
    Attachment::Figure(Figure {
        name: "bag_length_after_three_calls".to_owned(),
        title: Text::new("items in the bag of the third call", "第三次调用拿到的袋子里的件数"),
        value: Cell::Count(items),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(calls: u64, live_bytes: u64, items: u64) -> Sample {
        Sample { calls, live_bytes: Some(live_bytes), items }
    }

    #[test]
    fn another_measurement_is_another_sentence() {
        let said = |items, bytes| explain_growth(sample(500, 4_096, 1), sample(1_000, bytes, items)).unwrap();
        let trap = said(1_001, 8_192);
        assert!(
            trap.en.contains("finds 1,000 items") && trap.en.contains("4,096 live bytes, 8.2 a call"),
            "{}",
            trap.en
        );
        assert!(
            trap.zh.contains("1,000 件") && trap.zh.contains("4,096 个存活字节，每次 8.2"),
            "{}",
            trap.zh
        );
        let fix = said(1, 4_096);
        assert!(fix.en.contains("alone") && fix.en.contains("no live bytes"), "{}", fix.en);
        assert!(fix.zh.contains("只有自己") && fix.zh.contains("没有增加"), "{}", fix.zh);
        let cache = said(1, 5_096);
        assert!(
            cache.en.contains("alone") && cache.en.contains("1,000 live bytes, 2.0 a call: something keeps"),
            "{}",
            cache.en
        );
        assert!(cache.zh.contains("1,000 个存活字节") && cache.zh.contains("留着不放"), "{}", cache.zh);
        let bounded = said(8, 4_096);
        assert!(
            bounded.en.contains("finds 7 items") && bounded.en.contains("no live bytes"),
            "{}",
            bounded.en
        );
        assert!(bounded.zh.contains("7 件") && bounded.zh.contains("没有增加"), "{}", bounded.zh);
    }

    #[test]
    fn what_was_not_measured_is_not_told() {
        let unknown = Sample { calls: 2, live_bytes: None, items: 1 };
        assert!(tabulate_growth(&[sample(0, 0, 0), sample(1, 8, 1), unknown]).is_none());
        assert!(tabulate_growth(&[sample(0, 0, 0)]).is_none());
        assert!(tabulate_growth(&[sample(0, 0, 0), sample(1, 8, 1), sample(2, 8, 1)]).is_some());
    }

    #[test]
    fn digits_stand_in_threes() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(group_digits), ["0", "999", "1,000", "1,234,567"]);
    }
}
