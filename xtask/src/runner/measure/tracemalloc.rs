//! CPython's own tracemalloc beside the recorder, at the reference scale: a second opinion on every
//! Python variant, as dhat is on every Rust variant.

mod untraced;

use super::VariantTask;
use super::runner::Runner;
use super::sizing::Sizing;
use super::variant_result::VariantRuns;
use anyhow::Result;
use heaplab_profile::raw::RawRecording;
use heaplab_profile::symbols::Roots;
use heaplab_record::{
    HeapTotals, LiveFigures, Measurement, PlainSample, Probe, TracedLine, TracemallocRun, TracemallocSample,
};
use std::path::Path;

/// Runs a script under tracemalloc. `None` where it failed, which is in the report, and where the
/// recorder has no figures of this scale to compare with.
pub(super) fn run_tracemalloc(
    runner: &mut Runner<'_>,
    task: VariantTask<'_>,
    sizing: &Sizing,
    gathered: &VariantRuns,
    rows: u64,
) -> Result<Option<TracemallocRun>> {
    let at_reference = sizing.plain.as_ref().zip(sizing.heap.as_ref());
    let Some((plain, heap)) = at_reference.or_else(|| gathered.first_pair()) else { return Ok(None) };
    let heap = live_figures(heap);
    let answer = runner.run_child(task, Probe::Tracemalloc, rows)?.answer;
    let Some(Measurement::Tracemalloc(sample)) = answer.map(|answer| answer.record.measurement) else {
        return Ok(None);
    };
    let root = task.built.lesson.folder.ancestors().nth(2).unwrap_or(&task.built.lesson.folder);
    let run = compare(sample, heap, plain, rows, root);
    if run.traced == run.heap { Ok(Some(run)) } else { explain_difference(runner, task, run, root).map(Some) }
}

fn live_figures(heap: &HeapTotals) -> LiveFigures {
    LiveFigures { peak_bytes: heap.peak_bytes, end_bytes: heap.end_bytes, end_blocks: heap.end_blocks }
}

fn compare(
    sample: TracemallocSample,
    heap: LiveFigures,
    plain: &PlainSample,
    rows: u64,
    root: &Path,
) -> TracemallocRun {
    let shorten = |line: TracedLine| TracedLine { location: shorten_location(&line.location, root), ..line };
    TracemallocRun {
        rows,
        traced: sample.live,
        heap,
        untraced: Vec::new(),
        traces_itself: sample.traces_itself,
        own_bytes: sample.own_bytes,
        wall_ns: sample.wall_ns,
        plain_wall_ns: Some(plain.wall_ns),
        process_peak_rss_bytes: sample.process_peak_rss_bytes,
        plain_peak_rss_bytes: plain.peak_rss_bytes,
        lines: sample.lines.into_iter().map(shorten).collect(),
        memray: None,
    }
}

/// Runs the recorder once more, whose stacks tell which blocks tracemalloc does not trace. Where both
/// are equal, which is nearly always, this takes no time.
fn explain_difference(
    runner: &mut Runner<'_>,
    task: VariantTask<'_>,
    run: TracemallocRun,
    root: &Path,
) -> Result<TracemallocRun> {
    let Some(answer) = runner.run_child(task, Probe::Heap, run.rows)?.answer else { return Ok(run) };
    let (Measurement::Heap(sample), Some(raw)) = (answer.record.measurement, answer.recording) else {
        return Ok(run);
    };
    let untraced = find_untraced(&raw, run.traces_itself, root)?;
    Ok(TracemallocRun { heap: live_figures(&sample.totals), untraced, ..run })
}

fn find_untraced(
    raw: &RawRecording,
    traces_itself: bool,
    root: &Path,
) -> Result<Vec<heaplab_record::UntracedPart>> {
    let mut parts = untraced::find_library_blocks(raw);
    if traces_itself {
        parts.extend(untraced::find_own_work(raw, &Roots { workspace: root.to_owned() })?);
    }
    Ok(parts)
}

/// A place without what only this machine has in its path: below the workspace, below the folder of
/// CPython's library (`python3.11/re/_parser.py:552`), or the last three parts.
fn shorten_location(location: &str, root: &Path) -> String {
    if let Ok(below) = Path::new(location).strip_prefix(root) {
        return below.to_string_lossy().into_owned();
    }
    let parts: Vec<&str> = location.split('/').filter(|part| !part.is_empty()).collect();
    let library = parts.windows(2).rposition(|pair| pair[0] == "lib" && pair[1].starts_with("python"));
    let from = library.map_or(parts.len().saturating_sub(3), |index| index + 1);
    parts[from..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_is_of_one_machine() {
        let root = Path::new("/home/x/heaplab");
        for (location, expected) in [
            (
                "/home/x/heaplab/lessons/8.0-opening/python/losing.py:7",
                "lessons/8.0-opening/python/losing.py:7",
            ),
            (
                "/home/x/.pyenv/versions/3.11.7/lib/python3.11/re/_parser.py:552",
                "python3.11/re/_parser.py:552",
            ),
            ("/usr/lib/python3.11/json/decoder.py:3", "python3.11/json/decoder.py:3"),
            ("/srv/a/b/c/d.py:1", "b/c/d.py:1"),
            ("<string>:1", "<string>:1"),
        ] {
            assert_eq!(shorten_location(location, root), expected);
        }
    }
}
