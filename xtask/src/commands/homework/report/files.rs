//! The files of what is handed in.

mod both_languages;

use crate::commands::homework::harness::{HomeworkMeasurement, TaskRecording};
use crate::commands::homework::homework_folder::HomeworkFolder;
use crate::commands::homework::python_curves::PythonCurves;
use anyhow::{Context as _, Result};
use heaplab::publish::render::{json_artifact, svg_artifact, text_artifact};
use heaplab_homework::Task;
use heaplab_profile::{Measure, folded};
use heaplab_record::{Axis, AxisUnit, Chart, Marker, Series, Text};
use heaplab_report::homework::sanitize_text;
use heaplab_report::page::{HomeworkFiles, render_homework_page};
use heaplab_report::{Artifact, LiveCurve, Words, format, homework};

/// What the student wrote besides the source.
const BESIDE: [&str; 2] = ["REPORT.md", "student.toml"];

pub(super) fn build_artifacts(
    place: &HomeworkFolder,
    measured: &HomeworkMeasurement,
    python: &PythonCurves,
    words: &Words,
) -> Result<Vec<Artifact>> {
    let HomeworkMeasurement { result, wanted, recordings, sources } = measured;
    let mut artifacts = vec![json_artifact("result.json", result)?];
    for name in BESIDE {
        let path = place.student_folder().join(name);
        let words =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        artifacts.push(text_artifact(name, words));
    }
    artifacts
        .extend(sources.iter().map(|(name, source)| text_artifact(format!("src/{name}"), source.clone())));

    let curve_svg = draw_curve(recordings, &mut artifacts, measured, words)?;
    let both = both_languages::draw_curves(measured, python, &student_label(measured), words)?;
    if let Some(both) = &both {
        artifacts.push(svg_artifact("curves.png", &both.svg)?);
        artifacts.push(text_artifact("curves.svg", both.svg.clone()));
    }
    for name in python.curves.iter().map(|curve| &curve.name) {
        let path = place.student_folder().join(name);
        let script =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        artifacts.push(text_artifact(name.clone(), script));
    }
    let flamegraph_svg = draw_flamegraph(measured, words)?;
    artifacts.push(svg_artifact("flamegraph.png", &flamegraph_svg)?);
    artifacts.push(text_artifact("flamegraph.svg", flamegraph_svg.clone()));

    let said = both_languages::explain_curves(measured, python, words);
    artifacts
        .push(text_artifact("summary.md", homework::render_summary(result, wanted, both.is_some(), words)));
    let shown = HomeworkFiles {
        curve_svg: curve_svg.as_deref(),
        both_svg: both.as_ref().map(|both| both.svg.as_str()),
        both_sentences: &said,
        flamegraph_svg: &flamegraph_svg,
        sources,
    };
    artifacts.push(text_artifact("report.html", render_homework_page(result, wanted, shown, words)?));
    Ok(artifacts)
}

/// Draws list and generator over one pair of axes. The picture is over time, as in the lecture. The
/// CSV also has the clock of allocated bytes, which is the same on every run.
fn draw_curve(
    recordings: &[TaskRecording],
    artifacts: &mut Vec<Artifact>,
    measured: &HomeworkMeasurement,
    words: &Words,
) -> Result<Option<String>> {
    let required = recordings.iter().filter(|recorded| recorded.task != Task::Aggregate);
    let curves: Vec<(&str, LiveCurve)> = required
        .filter_map(|recorded| {
            let name = recorded.task.name();
            Some((name, LiveCurve::from_recording("8.9", name, &recorded.raw)?))
        })
        .collect();
    if curves.is_empty() {
        return Ok(None);
    }
    // An f64 holds integers below 2^53 exactly.
    let series = |(name, curve): &(&str, LiveCurve)| Series {
        name: (*name).to_owned(),
        marker: Marker::Line,
        points: curve.time_points().map(|[at_ns, live]| [at_ns as f64, live as f64]).collect(),
    };
    let both = |key: &str| {
        let of = |lang| Words::new(lang).get(key);
        Text { en: of(heaplab_report::Lang::En), zh: of(heaplab_report::Lang::Zh) }
    };
    let axis = |key: &str, unit: AxisUnit| Axis { label: both(key), unit, logarithmic: false };
    let chart = Chart {
        name: "curve".to_owned(),
        title: both("homework-heading-curve"),
        x: axis("homework-curve-x", AxisUnit::Nanoseconds),
        y: axis("homework-curve-y", AxisUnit::Bytes),
        series: curves.iter().map(series).collect(),
    };
    let svg = heaplab_report::chart_svg(&chart, &student_label(measured), words)?;
    artifacts.push(svg_artifact("curve.png", &svg)?);
    artifacts.push(text_artifact("curve.svg", svg.clone()));
    let curves: Vec<LiveCurve> = curves.into_iter().map(|(_, curve)| curve).collect();
    artifacts.push(text_artifact("curve.csv", heaplab_report::live_csv(&curves)));
    Ok(Some(svg))
}

/// All tasks in one flamegraph, each under a root of its own.
fn draw_flamegraph(measured: &HomeworkMeasurement, words: &Words) -> Result<String> {
    let stacks: String = measured
        .recordings
        .iter()
        .flat_map(|recorded| {
            let lines = folded::write_folded(&recorded.profile, Measure::PeakBytes);
            lines.lines().map(|line| format!("{};{line}\n", recorded.task.name())).collect::<Vec<_>>()
        })
        .collect();
    let bytes: u64 = measured.recordings.iter().map(|recorded| recorded.profile.peak_bytes()).sum();
    let subtitle = words.say("homework-flamegraph-subtitle", &[("bytes", &format::bytes(bytes))]);
    Ok(heaplab_report::flamegraph_svg(&stacks, &flamegraph_title(measured, words), Some(&subtitle), words)?)
}

fn flamegraph_title(measured: &HomeworkMeasurement, words: &Words) -> String {
    let (name, id) = (sanitize_text(&measured.result.name), sanitize_text(&measured.result.id));
    words.say("homework-title", &[("name", &name), ("id", &id)])
}

fn student_label(measured: &HomeworkMeasurement) -> String {
    format!("{} · {}", sanitize_text(&measured.result.id), sanitize_text(&measured.result.name))
}
