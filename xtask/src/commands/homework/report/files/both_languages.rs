//! One picture with the curves of both languages: the student's Rust under the recorder, the
//! student's Python under tracemalloc, at the same rows.

use crate::commands::homework::harness::HomeworkMeasurement;
use crate::commands::homework::python_curves::PythonCurves;
use anyhow::Result;
use heaplab_homework::Task;
use heaplab_record::{Axis, AxisUnit, Chart, Marker, Series, Text};
use heaplab_report::{Lang, LiveCurve, Words, format, homework};

/// The picture.
pub(super) struct BothCurves {
    pub(super) svg: String,
}

/// Draws the curves; `None` without a Python curve. The two clocks differ, since tracemalloc slows
/// Python down, so each curve goes over its own run: from 0 to the whole of it.
pub(super) fn draw_curves(
    measured: &HomeworkMeasurement,
    python: &PythonCurves,
    student: &str,
    words: &Words,
) -> Result<Option<BothCurves>> {
    if python.curves.is_empty() {
        return Ok(None);
    }
    let rust = measured.recordings.iter().filter(|recorded| recorded.task != Task::Aggregate);
    let rust = rust.filter_map(|recorded| {
        let name = recorded.task.name();
        let curve = LiveCurve::from_recording("8.9", name, &recorded.raw)?;
        let points: Vec<[u64; 2]> = curve.time_points().collect();
        Some(series(&format!("Rust {name}"), &points))
    });
    let scripts =
        python.curves.iter().map(|curve| series(&format!("CPython {}", curve.name), &curve.traced.points));
    let chart = Chart {
        name: "curves".to_owned(),
        title: in_both("homework-heading-both"),
        x: axis("homework-both-x", AxisUnit::Share),
        y: axis("homework-curve-y", AxisUnit::Bytes),
        series: rust.chain(scripts).collect(),
    };
    let svg = heaplab_report::chart_svg(&chart, student, words)?;
    Ok(Some(BothCurves { svg: heaplab_report::with_watermark(&svg, words) }))
}

/// What was held at most, language by language, and that Python earns no points; or why a curve is
/// missing.
pub(super) fn explain_curves(
    measured: &HomeworkMeasurement,
    python: &PythonCurves,
    words: &Words,
) -> Vec<String> {
    let mut said = Vec::new();
    for curve in &python.curves {
        let task = format!("required.{}", curve.name.trim_end_matches(".py"));
        let rust = measured.result.tasks.iter().find(|of| of.task == task).and_then(|of| of.peak_bytes);
        let (rows, peak) = (format::count(curve.traced.rows), format::bytes(curve.traced.peak_bytes));
        let of = [("rows", rows.as_str()), ("script", &curve.name), ("peak", &peak), ("task", &task)];
        said.push(match rust.map(format::bytes) {
            Some(rust) => words.say("homework-both-peaks", &[&of[..], &[("rust", rust.as_str())]].concat()),
            None => words.say("homework-both-peak", &of),
        });
    }
    if !python.curves.is_empty() {
        said.push(words.say("homework-both-note", &[("interpreter", &python.interpreter)]));
    }
    let missing = python.missing.iter().map(|why| homework::sanitize_text(why));
    said.extend(missing.map(|why| words.say("homework-both-missing", &[("why", &why)])));
    said
}

/// A curve over the share of its own run. An f64 holds integers below 2^53 exactly.
fn series(name: &str, points: &[[u64; 2]]) -> Series {
    let whole = points.last().map_or(1, |[at_ns, _]| (*at_ns).max(1)) as f64;
    Series {
        name: name.to_owned(),
        marker: Marker::Line,
        points: points.iter().map(|&[at_ns, bytes]| [at_ns as f64 / whole, bytes as f64]).collect(),
    }
}

fn axis(key: &str, unit: AxisUnit) -> Axis {
    Axis { label: in_both(key), unit, logarithmic: false }
}

fn in_both(key: &str) -> Text {
    let of = |lang| Words::new(lang).get(key);
    Text { en: of(Lang::En), zh: of(Lang::Zh) }
}
