//! The files of what is handed in, from what was measured.

use crate::homework::harness::{Measured, Recorded};
use crate::homework::place::Place;
use crate::render::{picture, text};
use anyhow::{Context as _, Result};
use heaplab_grade::Task;
use heaplab_profile::folded::{self, Measure};
use heaplab_record::{Axis, Chart, Marker, Series, Text, Unit};
use heaplab_report::homework::{Shown, harmless};
use heaplab_report::{Artifact, LiveCurve, Words, format, homework};

/// What the student wrote besides the source.
const BESIDE: [&str; 2] = ["REPORT.md", "student.toml"];

pub(super) fn all(place: &Place, measured: &Measured, words: &Words) -> Result<Vec<Artifact>> {
    let Measured { result, wanted, recordings, sources } = measured;
    let mut json = serde_json::to_string_pretty(result)?;
    json.push('\n');
    let mut artifacts = vec![text("result.json", json)];
    for name in BESIDE {
        let path = place.work().join(name);
        let words =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        artifacts.push(text(name, words));
    }
    artifacts.extend(sources.iter().map(|(name, source)| text(format!("src/{name}"), source.clone())));

    let curve_svg = curve(recordings, &mut artifacts, measured, words)?;
    let flamegraph_svg = flamegraph(measured, words)?;
    artifacts.push(picture("flamegraph.png", &flamegraph_svg)?);
    artifacts.push(text("flamegraph.svg", flamegraph_svg.clone()));

    artifacts.push(text("summary.md", homework::summary(result, wanted, words)));
    let shown = Shown { curve_svg: curve_svg.as_deref(), flamegraph_svg: &flamegraph_svg, sources };
    artifacts.push(text("report.html", homework::page(result, wanted, shown, words)?));
    Ok(artifacts)
}

/// List and generator over one pair of axes. The picture is over time, as the lecture draws it; the CSV also has the clock of bytes
/// asked for, which is the same on every run.
fn curve(
    recordings: &[Recorded],
    artifacts: &mut Vec<Artifact>,
    measured: &Measured,
    words: &Words,
) -> Result<Option<String>> {
    let required = recordings.iter().filter(|recorded| recorded.task != Task::Aggregate);
    let curves: Vec<(&str, LiveCurve)> = required
        .filter_map(|recorded| {
            let name = recorded.task.name();
            Some((name, LiveCurve::of("8.9", name, &recorded.raw)?))
        })
        .collect();
    if curves.is_empty() {
        return Ok(None);
    }
    // Below 2^53, which an f64 holds exactly.
    let series = |(name, curve): &(&str, LiveCurve)| Series {
        name: (*name).to_owned(),
        marker: Marker::Line,
        points: curve.over_time().map(|[at_ns, live]| [at_ns as f64, live as f64]).collect(),
    };
    let both = |key: &str| {
        let of = |lang| Words::new(lang).get(key);
        Text { en: of(heaplab_report::Lang::En), zh: of(heaplab_report::Lang::Zh) }
    };
    let axis = |key: &str, unit: Unit| Axis { label: both(key), unit, logarithmic: false };
    let chart = Chart {
        name: "curve".to_owned(),
        title: both("homework-heading-curve"),
        x: axis("homework-curve-x", Unit::Nanoseconds),
        y: axis("homework-curve-y", Unit::Bytes),
        series: curves.iter().map(series).collect(),
    };
    let svg = heaplab_report::chart_svg(&chart, &who(measured), words)?;
    artifacts.push(picture("curve.png", &svg)?);
    artifacts.push(text("curve.svg", svg.clone()));
    let curves: Vec<LiveCurve> = curves.into_iter().map(|(_, curve)| curve).collect();
    artifacts.push(text("curve.csv", heaplab_report::live_csv(&curves)));
    Ok(Some(svg))
}

/// All tasks in one picture, each a root of its own: the widest is the one to look at.
fn flamegraph(measured: &Measured, words: &Words) -> Result<String> {
    let stacks: String = measured
        .recordings
        .iter()
        .flat_map(|recorded| {
            let lines = folded::folded(&recorded.profile, Measure::PeakBytes);
            lines.lines().map(|line| format!("{};{line}\n", recorded.task.name())).collect::<Vec<_>>()
        })
        .collect();
    let bytes: u64 = measured.recordings.iter().map(|recorded| recorded.profile.peak_bytes()).sum();
    let subtitle = words.say("homework-flamegraph-subtitle", &[("bytes", &format::bytes(bytes))]);
    Ok(heaplab_report::flamegraph_svg(&stacks, &title(measured, words), Some(&subtitle), words)?)
}

fn title(measured: &Measured, words: &Words) -> String {
    let (name, id) = (harmless(&measured.result.name), harmless(&measured.result.id));
    words.say("homework-title", &[("name", &name), ("id", &id)])
}

fn who(measured: &Measured) -> String {
    format!("{} · {}", harmless(&measured.result.id), harmless(&measured.result.name))
}
