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
    let shorten = |line: TracedLine| {
        let path = Path::new(&line.location);
        let location = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        TracedLine { location, ..line }
    };
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
