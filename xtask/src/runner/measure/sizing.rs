//! Decides the scale: every variant first runs at a hundredth, and its memory there tells what
//! fits. Nobody enters what a variant needs.

use super::runner::{ChildAnswer, DEFAULT_EXPECTED, Pace, Runner};
use super::{MeasureRequest, VariantTask};
use crate::runner::memory;
use crate::runner::plan::{self, Footprint};
use anyhow::Result;
use heaplab_record::{HeapTotals, Language, Measurement, PlainSample, Probe};
use heaplab_report::format::{bytes, count};
use std::time::Duration;

/// The second sizing run has this many times the reference scale. It separates fixed buffers from
/// memory that grows.
const SECOND_RUN_FACTOR: u64 = 10;

/// A Python variant that would take longer than this under the recorder runs there at a lower scale, so
/// that the section fits into a class.
const MOST_PYTHON_HEAP: Duration = Duration::from_secs(45);

/// The runs at the reference scale; empty where the whole run is that small itself.
#[derive(Default)]
pub(super) struct Sizing {
    footprint: Option<Footprint>,
    /// Used for the reconciliation, which has the same scale.
    pub(super) heap: Option<HeapTotals>,
    pub(super) plain: Option<PlainSample>,
    /// The warm-up's counts at full scale, for the one variant that it ran.
    pub(super) counts: Option<ChildAnswer>,
    /// The variant has failed, and would fail again at full scale.
    pub(super) broken: bool,
}

/// Runs the variant at the reference scale, if the run itself is larger.
pub(super) fn size_at_reference(runner: &mut Runner<'_>, task: VariantTask<'_>) -> Result<Sizing> {
    let rows = task.rows;
    let reference = plan::reference_rows(task.built.manifest.default_scale, rows);
    if reference >= rows {
        return Ok(Sizing::default());
    }
    let Some((plain, heap)) = run_sizing_pair(runner, task, reference)? else {
        return Ok(Sizing { broken: true, ..Sizing::default() });
    };
    runner
        .pace
        .insert(task.display_name(), Pace { wall: Duration::from_nanos(plain.wall_ns), rows: reference });
    // What CPython takes under the recorder says nothing of its plain run, which has pymalloc.
    let in_footprint = heap.as_ref().filter(|_| task.variant.language == Language::Rust);
    let footprint = footprint(reference, &plain, in_footprint);
    Ok(Sizing { footprint, heap, plain: Some(plain), counts: None, broken: false })
}

/// One run under the plain probe and, where that is possible, one under the recorder; `None` for a
/// variant that fails.
fn run_sizing_pair(
    runner: &mut Runner<'_>,
    task: VariantTask<'_>,
    rows: u64,
) -> Result<Option<(PlainSample, Option<HeapTotals>)>> {
    let Some(plain) = runner.run_child(task, Probe::Plain, rows)?.answer else { return Ok(None) };
    let heap = if runner.can_record(task) { runner.run_child(task, Probe::Heap, rows)?.answer } else { None };
    let heap = heap.and_then(|answer| match answer.record.measurement {
        Measurement::Heap(sample) => Some(sample.totals),
        _ => None,
    });
    let Measurement::Plain(sample) = plain.record.measurement else { return Ok(None) };
    Ok(Some((sample, heap)))
}

fn footprint(rows: u64, sample: &PlainSample, heap: Option<&HeapTotals>) -> Option<Footprint> {
    let (start_bytes, peak_bytes) = sample.start_rss_bytes.zip(sample.peak_rss_bytes)?;
    Some(Footprint {
        rows,
        start_bytes,
        peak_bytes: peak_bytes.saturating_sub(mapped_file_bytes(sample)),
        live_bytes: heap.map_or(0, |totals| totals.peak_bytes),
        live_blocks: heap.map_or(0, |totals| totals.peak_blocks),
        smaller: None,
    })
}

/// Mapped pages of files. They are resident, but the system takes them back when memory runs short.
/// Shared memory is not included, because it has no file to be read from again.
fn mapped_file_bytes(sample: &PlainSample) -> u64 {
    let came = sample.end_rss_file_bytes.zip(sample.start_rss_file_bytes);
    let came = came.map_or(0, |(end, start)| end.saturating_sub(start));
    came.saturating_sub(sample.end_rss_shmem_bytes.unwrap_or(0))
}

/// The scale that fits into the memory that is available now. A lower scale is reported.
pub(super) fn rows_that_fit_now(
    runner: &mut Runner<'_>,
    task: VariantTask<'_>,
    sizing: &mut Sizing,
) -> Result<u64> {
    let asked = task.rows;
    let (Some(mut footprint), Some(available)) = (sizing.footprint, memory::available_bytes()) else {
        return Ok(asked);
    };
    let more = footprint.rows.saturating_mul(SECOND_RUN_FACTOR);
    // Extrapolated from one run it would not fit, but that also multiplies fixed buffers. A second
    // run separates them from memory that grows.
    if footprint.smaller.is_none() && more < asked && footprint.rows_that_fit(asked, available) < asked {
        let fits = footprint.rows_that_fit(more, available) == more;
        if let Some((plain, heap)) = if fits { run_sizing_pair(runner, task, more)? } else { None } {
            let larger = self::footprint(more, &plain, heap.as_ref());
            footprint = larger.map_or(footprint, |larger| larger.with_smaller_run(footprint));
            sizing.footprint = Some(footprint);
        }
    }
    let rows = footprint.rows_that_fit(asked, available);
    if rows < asked {
        runner.screen.print_note(&format!(
            "{}: {} {unit} need about {}, and {} is available: it runs at {} {unit}",
            task.display_name(),
            count(asked),
            bytes(footprint.need_bytes(asked)),
            bytes(available),
            count(rows),
            unit = task.unit,
        ));
    }
    Ok(rows)
}

/// The scale of the heap runs beside plain runs of `rows`; `None` for a task that cannot be recorded.
/// For CPython it is lower where memory or time would not suffice: under the recorder each object is a
/// block with a header, and there are many.
pub(super) fn heap_rows(
    runner: &Runner<'_>,
    task: VariantTask<'_>,
    sizing: &Sizing,
    rows: u64,
) -> Option<u64> {
    if !runner.can_record(task) {
        return None;
    }
    let known = sizing.plain.as_ref().zip(sizing.heap.as_ref()).zip(sizing.footprint);
    let Some(((plain, heap), small)) = known.filter(|_| task.variant.language == Language::Python) else {
        return Some(rows);
    };
    let expected = runner.expected_duration(task, Probe::Heap, rows);
    let in_time = plan::rows_in_time(rows, expected, MOST_PYTHON_HEAP, small.rows);
    let footprint = footprint(small.rows, plain, Some(heap));
    let fits = footprint.zip(memory::available_bytes());
    let fits = fits.map_or(rows, |(footprint, available)| footprint.rows_that_fit(rows, available));
    let chosen = in_time.min(fits);
    if chosen < rows {
        runner.screen.print_note(&format!(
            "{}: under the recorder it runs at {} {}, because more would take too {}",
            task.display_name(),
            count(chosen),
            task.unit,
            if fits <= in_time { "much memory" } else { "long" },
        ));
    }
    Some(chosen)
}

/// Runs the variant with the largest footprint once, without timing it: the first process to touch
/// a virtual machine's fresh pages waits for the host to provide them, which must not slow the
/// first variant down. Counts do not depend on time, so those of the warm-up are kept.
pub(super) fn warm_up(
    runner: &mut Runner<'_>,
    tasks: &[VariantTask<'_>],
    sizings: &mut [Sizing],
) -> Result<()> {
    let whole = tasks.iter().zip(sizings).filter(|(_, sizing)| !sizing.broken);
    let largest =
        whole.max_by_key(|(task, sizing)| sizing.footprint.map_or(0, |of| of.need_bytes(task.rows)));
    if let Some((&task, sizing)) = largest
        && sizing.footprint.is_some()
        && !runner.request.quick
    {
        runner.screen.print_step(&format!("warm-up, not timed: {}", task.display_name()));
        let rows = rows_that_fit_now(runner, task, sizing)?;
        // A failure here will be reported when the variant itself is measured.
        let told = runner.section.failed.len();
        let is_rust = task.variant.language == Language::Rust;
        let probe = if is_rust { Probe::Counts } else { Probe::Plain };
        sizing.counts = runner.run_child(task, probe, rows)?.answer.filter(|_| is_rust);
        runner.section.failed.truncate(told);
    }
    Ok(())
}

/// How many pairs of plain and heap runs each variant gets. Scripts have a time limit of their own, so
/// that they take nothing of the Rust variants'.
pub(super) fn plan_repetitions(runner: &Runner<'_>, tasks: &[VariantTask<'_>]) -> Vec<u32> {
    let mut repetitions = vec![1; tasks.len()];
    for (language, budget) in
        [(Language::Rust, plan::PAIRS_BUDGET), (Language::Python, plan::PYTHON_PAIRS_BUDGET)]
    {
        let of_language = tasks.iter().enumerate().filter(|(_, task)| task.variant.language == language);
        let (indexes, pairs): (Vec<usize>, Vec<Duration>) =
            of_language.map(|(index, &task)| (index, expected_pair(runner, task))).unzip();
        let planned = plan::plan_repetitions(runner.request.quick, &pairs, budget);
        for (index, planned) in indexes.into_iter().zip(planned) {
            repetitions[index] = planned;
        }
    }
    repetitions
}

/// The expected time of one plain and one heap run.
fn expected_pair(runner: &Runner<'_>, task: VariantTask<'_>) -> Duration {
    let rows = task.rows;
    let heap = runner.expected_duration(task, Probe::Heap, rows);
    let heap = match task.variant.language {
        _ if !runner.can_record(task) => Duration::ZERO,
        Language::Rust => heap,
        Language::Python => heap.min(MOST_PYTHON_HEAP),
    };
    runner.expected_duration(task, Probe::Plain, rows) + heap
}

/// The expected time of everything after the reference runs, for the progress bar.
pub(super) fn expected_total(
    runner: &Runner<'_>,
    tasks: &[VariantTask<'_>],
    repetitions: &[u32],
) -> Duration {
    let request: &MeasureRequest = runner.request;
    let mut ahead = Duration::ZERO;
    let mut longest = Duration::ZERO;
    for (&task, &repetitions) in tasks.iter().zip(repetitions) {
        let plain = runner.expected_duration(task, Probe::Plain, task.rows);
        longest = longest.max(plain);
        ahead += expected_pair(runner, task) * repetitions;
        if task.variant.language == Language::Python {
            continue;
        }
        let reference = plan::reference_rows(task.built.manifest.default_scale, task.rows);
        ahead += runner.expected_duration(task, Probe::Counts, task.rows);
        ahead += runner.expected_duration(task, Probe::Dhat, reference);
    }
    if request.quick { ahead } else { ahead + longest + DEFAULT_EXPECTED }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_the_system_can_take_back_are_no_need() {
        let mut sample = PlainSample {
            peak_rss_bytes: Some(1_014_000_000),
            start_rss_bytes: Some(4_000_000),
            start_rss_file_bytes: Some(3_000_000),
            end_rss_file_bytes: Some(1_003_000_000),
            ..PlainSample::default()
        };
        let need = |sample: &PlainSample| footprint(1_000, sample, None).expect("measured").need_bytes(1_000);
        assert_eq!(need(&sample), 4_000_000 + 11_000_000);
        // Shared memory belongs to no file.
        sample.end_rss_shmem_bytes = Some(400_000_000);
        assert_eq!(need(&sample), 4_000_000 + 451_000_000);
        // A system that does not report the pages at the start.
        sample.start_rss_file_bytes = None;
        assert_eq!(need(&sample), 4_000_000 + 1_111_000_000);
    }
}
