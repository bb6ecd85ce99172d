//! How live bytes grew over many calls: the chart, one row of a table with the reason, and the
//! figure that the lecture's sentences are compared with.

use super::Texts;
use crate::format::count;
use heaplab_record::{
    Attachment, AxisUnit, CallSample, Calls, Cell, Chart, Figure, Marker, Series, Table, Text,
};

pub(super) fn present(calls: &Calls, texts: &Texts) -> Vec<Attachment> {
    let figure = calls.items_after_three.map(|items| {
        Attachment::Figure(Figure {
            name: "bag_length_after_three_calls".to_owned(),
            title: texts.get("calls-third-bag"),
            value: Cell::Count(items),
        })
    });
    [chart(calls, texts), table(&calls.samples, texts), figure].into_iter().flatten().collect()
}

/// Absent where live bytes were not measured.
fn chart(calls: &Calls, texts: &Texts) -> Option<Attachment> {
    let point = |sample: &CallSample| Some([sample.calls as f64, sample.live_bytes? as f64]);
    let points = calls.samples.iter().map(point).collect::<Option<_>>()?;
    Some(Attachment::Chart(Chart {
        name: calls.name.clone(),
        title: Text::new(
            texts.en.say("calls-chart-title", &[("bag", &calls.title.en)]),
            texts.zh.say("calls-chart-title", &[("bag", &calls.title.zh)]),
        ),
        x: texts.axis("calls-calls", AxisUnit::Count, false),
        y: texts.axis("calls-live", AxisUnit::Bytes, false),
        series: vec![Series { name: String::new(), marker: Marker::Stairs, points }],
    }))
}

/// One row; absent where live bytes were not measured, or nothing was called.
fn table(samples: &[CallSample], texts: &Texts) -> Option<Attachment> {
    let (&middle, &last) = (samples.get(samples.len() / 2)?, samples.last()?);
    let why = explain(middle, last, texts)?;
    Some(Attachment::Table(Table {
        title: texts.get("calls-table-title"),
        columns: texts.columns([
            "calls-calls",
            "calls-last-bag",
            "calls-live-half",
            "calls-live-all",
            "lesson-why",
        ]),
        rows: vec![vec![
            Cell::Count(last.calls),
            Cell::Count(last.items),
            Cell::Bytes(middle.live_bytes?),
            Cell::Bytes(last.live_bytes?),
            Cell::Words(why),
        ]],
    }))
}

/// A call asked for a bag with its own item and nothing else, and for nothing to stay alive after
/// it.
fn explain(middle: CallSample, last: CallSample, texts: &Texts) -> Option<Text> {
    let grown = last.live_bytes?.saturating_sub(middle.live_bytes?);
    let calls = last.calls.checked_sub(middle.calls).filter(|&calls| calls > 0)?;
    let others = last.items.saturating_sub(1);
    let key = match (others, grown) {
        (0, 0) => "calls-own-bag",
        (0, _) => "calls-own-bag-grows",
        (_, 0) => "calls-shared-bag",
        _ => "calls-shared-bag-grows",
    };
    let per_call = format!("{:.1}", grown as f64 / calls as f64);
    Some(texts.say(key, &[("others", &count(others)), ("grown", &count(grown)), ("per-call", &per_call)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, Words};

    fn texts() -> Texts {
        Texts { en: Words::new(Lang::En), zh: Words::new(Lang::Zh) }
    }

    fn sample(calls: u64, live_bytes: u64, items: u64) -> CallSample {
        CallSample { calls, live_bytes: Some(live_bytes), items }
    }

    #[test]
    fn another_measurement_is_another_sentence() {
        let why = |items, bytes| {
            explain(sample(500, 4_096, 1), sample(1_000, bytes, items), &texts()).expect("it was measured")
        };
        let (trap, fix, cache, bounded) = (why(1_001, 8_192), why(1, 4_096), why(1, 5_096), why(8, 4_096));
        for (text, parts) in [
            (&trap.en, ["finds 1,000 items", "4,096 live bytes, 8.2 per call"]),
            (&trap.zh, ["1,000 件", "4,096 个存活字节，每次 8.2"]),
            (&fix.en, ["alone", "no live bytes"]),
            (&fix.zh, ["只有自己", "没有增加"]),
            (&cache.en, ["alone", "1,000 live bytes, 2.0 per call: something keeps"]),
            (&cache.zh, ["1,000 个存活字节", "留着不放"]),
            (&bounded.en, ["finds 7 items", "no live bytes"]),
            (&bounded.zh, ["7 件", "没有增加"]),
        ] {
            assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        }
    }

    #[test]
    fn what_was_not_measured_has_no_row() {
        let unknown = CallSample { calls: 2, live_bytes: None, items: 1 };
        assert!(table(&[sample(0, 0, 0), sample(1, 8, 1), unknown], &texts()).is_none());
        assert!(table(&[sample(0, 0, 0)], &texts()).is_none());
        assert!(table(&[sample(0, 0, 0), sample(1, 8, 1), sample(2, 8, 1)], &texts()).is_some());
    }
}
