//! Measures a section: every variant under every probe, the baseline first. Each run is passed on
//! as soon as it is complete.

mod external_tools;
mod growth_runs;
mod runner;
mod sizing;
mod tracemalloc;
mod variant_result;

use crate::runner::build::BuiltLesson;
use crate::runner::plan;
use crate::runner::prepared_input::LessonInputs;
use crate::runner::python::Python;
use crate::terminal::Terminal;
use anyhow::Result;
pub(crate) use growth_runs::{ScaledRun, ScaledRuns};
use heaplab_profile::raw::RawRecording;
use heaplab_record::{
    Attachment, Curve, Failure, Language, Measurement, Probe, Run, Variant, variant_file_stem,
};
use heaplab_report::{Artifact, LiveCurve};
use runner::Runner;
use sizing::Sizing;
use std::path::PathBuf;
use std::time::Duration;
use variant_result::VariantRuns;

/// The variable that asks a Python variant to run its tools after the measured region.
const TOOLS_VARIABLE: &str = "HEAPLAB_TOOLS";

/// How a section is measured.
pub(crate) struct MeasureRequest {
    /// Runs everything once.
    pub(crate) quick: bool,
    /// Whether valgrind and heaptrack check two variants after everything is measured.
    pub(crate) tools: bool,
    /// The limit per child.
    pub(crate) timeout: Duration,
    /// Two additional snapshots of the largest run.
    pub(crate) between: Option<(u64, u64)>,
    pub(crate) given: LessonInputs,
    /// The recorder's library for Python variants. Without it they have no heap figures.
    pub(crate) recorder_library: Option<PathBuf>,
    /// Every child gets a folder in here.
    pub(crate) folder: PathBuf,
}

#[derive(Clone, Copy)]
pub(crate) struct VariantTask<'a> {
    pub(crate) built: &'a BuiltLesson<'a>,
    pub(crate) variant: &'a Variant,
    /// The scale that was typed, or that of its lesson.
    pub(crate) rows: u64,
    /// Whether the section compares the others with this one.
    pub(crate) baseline: bool,
    /// The name in table, pictures and report: its own, unless a puzzle has masked it.
    pub(crate) shown_as: &'a str,
    /// What the variant does, in the report's language.
    pub(crate) about: &'a str,
    /// What its scale counts, in the report's language.
    pub(crate) unit: &'a str,
    /// The interpreter that runs it; `None` for Rust.
    pub(crate) python: Option<&'a Python>,
}

/// The measurements of a section.
#[derive(Default)]
pub(crate) struct SectionResult {
    pub(crate) runs: Vec<Run>,
    pub(crate) failed: Vec<Failure>,
    pub(crate) curves: Vec<Curve>,
    pub(crate) dhat_files: Vec<DhatFile>,
    pub(crate) recordings: Vec<Recording>,
    pub(crate) scaled: Vec<ScaledRuns>,
    /// The files that other tools left.
    pub(crate) tool_files: Vec<Artifact>,
}

/// Attachments that a tool found for a run, which it names by its index.
pub(crate) type RunAttachments = Vec<(usize, Attachment)>;

impl SectionResult {
    /// The same result with more attachments.
    pub(crate) fn with_attachments(mut self, attachments: RunAttachments) -> SectionResult {
        for (index, attachment) in attachments {
            self.runs[index].attachments.push(attachment);
        }
        self
    }

    /// The same result with the time per call of some runs, which are named by their index.
    pub(crate) fn with_call_times(mut self, calls_ns: Vec<(usize, f64)>) -> SectionResult {
        for (index, call_ns) in calls_ns {
            self.runs[index].call_ns = Some(call_ns);
        }
        self
    }
}

/// Whether something that names its run by section and file stem belongs to this run.
pub(crate) fn is_of_run(run: &Run, section: &str, stem: &str) -> bool {
    run.section == section && run.file_stem() == stem
}

/// The curves of live bytes, in the order of the runs.
pub(crate) fn live_curves(runs: &[Run], recordings: &[Recording]) -> Vec<LiveCurve> {
    let curve = |run: &Run| {
        let recording = recordings.iter().find(|of| is_of_run(run, &of.section, &of.stem))?;
        LiveCurve::from_recording(&run.section, &recording.stem, &recording.raw)
    };
    runs.iter().filter_map(curve).collect()
}

/// The recorder's file of a variant, at the scale of its heap run.
pub(crate) struct Recording {
    pub(crate) section: String,
    /// [`Run::file_stem`].
    pub(crate) stem: String,
    pub(crate) raw: RawRecording,
}

/// dhat's file of a variant, as the child wrote it.
pub(crate) struct DhatFile {
    pub(crate) variant: String,
    pub(crate) json: String,
    pub(crate) load_address: Option<u64>,
}

/// Reports progress while a section is measured.
pub(crate) enum MeasureEvent<'a> {
    Measured(&'a Run),
    Failed(&'a Failure),
}

/// Measures one task after the other.
///
/// `Err` is an error of the runner, an interrupt, or variants of one work group that did different
/// work.
pub(crate) fn measure_section(
    request: &MeasureRequest,
    tasks: &[VariantTask<'_>],
    screen: &Terminal,
    show: &mut dyn FnMut(MeasureEvent<'_>),
) -> Result<SectionResult> {
    let mut runner = Runner::new(request, screen, show);
    let mut sizings = Vec::with_capacity(tasks.len());
    for &task in tasks {
        sizings.push(sizing::size_at_reference(&mut runner, task)?);
    }
    let repetitions = sizing::plan_repetitions(&runner, tasks);
    runner.announce_work(sizing::expected_total(&runner, tasks, &repetitions));
    sizing::warm_up(&mut runner, tasks, &mut sizings)?;
    for (index, ((&task, sizing), &wanted)) in tasks.iter().zip(&mut sizings).zip(&repetitions).enumerate() {
        screen.print_step(&format!("[{}/{}] {}", index + 1, tasks.len(), task.display_name()));
        if !sizing.broken {
            measure_variant(&mut runner, task, sizing, wanted)?;
        }
    }
    if request.tools {
        external_tools::run_tools(&mut runner, tasks)?;
    }
    Ok(runner.section)
}

/// One variant: plain and heap runs in turns, then the counting probes.
fn measure_variant(
    runner: &mut Runner<'_>,
    task: VariantTask<'_>,
    sizing: &mut Sizing,
    repetitions: u32,
) -> Result<()> {
    let rows = sizing::rows_that_fit_now(runner, task, sizing)?;
    let reference = plan::reference_rows(task.built.manifest.default_scale, rows);
    let mut gathered = VariantRuns::new(rows, sizing::heap_rows(runner, task, sizing, rows));
    let hopeless = alternate_plain_and_heap(runner, task, repetitions, &mut gathered)?;
    if task.variant.language == Language::Rust && !hopeless {
        for (probe, scale) in [(Probe::Counts, rows), (Probe::Dhat, reference)] {
            let known = sizing.counts.take_if(|known| probe == Probe::Counts && known.record.scale == scale);
            let answer = match known {
                Some(answer) => Some(answer),
                None => runner.run_child(task, probe, scale)?.answer,
            };
            answer.into_iter().for_each(|answer| gathered.add_answer(answer));
        }
        // The three counting probes are only compared where all of them ran at one scale and where
        // one thread allocates: which of several threads is ahead at the peak differs between runs.
        let is_exact = task.variant.threads <= 1;
        match sizing.heap.as_ref().filter(|_| reference != rows) {
            _ if !is_exact => {}
            Some(heap) if gathered.is_counted() => {
                let counts = runner.run_child(task, Probe::Counts, reference)?.answer;
                gathered.reconcile_at_reference(heap, counts);
            }
            Some(_) => {}
            None => gathered.reconcile_probes(),
        }
        gathered.add_resident(sizing.plain.as_ref());
    }
    if task.variant.language == Language::Python && !hopeless {
        let traced = tracemalloc::run_tracemalloc(runner, task, sizing, &gathered, reference)?;
        gathered.set_tracemalloc(traced);
    }
    if task.variant.language == Language::Python && !hopeless && !runner.request.quick {
        compare_allocators(runner, task, sizing, reference, &mut gathered)?;
    }
    if task.built.lesson.growth && task.variant.language == Language::Rust && !hopeless {
        let scaled = growth_runs::run_at_scales(runner, task, rows)?;
        runner.section.scaled.extend(scaled);
    }
    runner.section.recordings.extend(gathered.take_recording(task));
    let (run, curve, dhat_file) = gathered.into_run(task);
    runner.section.curves.extend(curve);
    runner.section.dhat_files.extend(dhat_file);
    if let Some(run) = run {
        (runner.show)(MeasureEvent::Measured(&run));
        runner.section.runs.push(run);
    }
    Ok(())
}

/// Runs a script once more with the C library's malloc and without the recorder, which tells what
/// pymalloc saves. At the reference scale, because the full one would double the script's time.
fn compare_allocators(
    runner: &mut Runner<'_>,
    task: VariantTask<'_>,
    sizing: &Sizing,
    reference: u64,
    gathered: &mut VariantRuns,
) -> Result<()> {
    let at_reference = sizing.plain.clone().zip(sizing.heap);
    let pair = at_reference.or_else(|| gathered.first_pair().map(|(plain, heap)| (plain.clone(), *heap)));
    let Some((plain, heap)) = pair else { return Ok(()) };
    let malloc = vec![("PYTHONMALLOC", "malloc".to_owned())];
    let answer = runner.run_child_with_env(task, Probe::Plain, reference, malloc)?.answer;
    if let Some(Measurement::Plain(with_malloc)) = answer.map(|answer| answer.record.measurement) {
        gathered.add_allocators(reference, &plain, &heap, &with_malloc);
    }
    Ok(())
}

/// Plain and heap runs alternate, so that a machine that slows down affects both. Returns whether
/// more runs are hopeless.
fn alternate_plain_and_heap(
    runner: &mut Runner<'_>,
    task: VariantTask<'_>,
    repetitions: u32,
    gathered: &mut VariantRuns,
) -> Result<bool> {
    let (rows, heap_rows) = (gathered.rows(), gathered.heap_rows());
    let mut heap_works = heap_rows.is_some();
    for repetition in 0..repetitions {
        // The tools of a lesson take longer than what it measures: one run of the first interpreter
        // is enough for them.
        let are_tools_asked = repetition == 0 && task.interpreter_label().is_none();
        let tools = are_tools_asked.then(|| (TOOLS_VARIABLE, "1".to_owned()));
        let plain = runner.run_child_with_env(task, Probe::Plain, rows, tools.into_iter().collect())?;
        let Some(answer) = plain.answer else { return Ok(plain.hopeless) };
        gathered.add_answer(answer);
        if let Some(heap_rows) = heap_rows.filter(|_| heap_works) {
            let heap = runner.run_child(task, Probe::Heap, heap_rows)?;
            heap_works = heap.answer.is_some();
            if let Some(answer) = heap.answer {
                gathered.add_answer(answer);
            }
            if heap.hopeless {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

impl VariantTask<'_> {
    /// Such as `list_dict`, `list_dict (CPython)`, or `list_dict (CPython 3.9.18)`.
    pub(crate) fn display_name(&self) -> String {
        match (self.variant.language, self.interpreter_label()) {
            (Language::Rust, _) => self.shown_as.to_owned(),
            (Language::Python, None) => format!("{} (CPython)", self.shown_as),
            (Language::Python, Some(version)) => format!("{} (CPython {version})", self.shown_as),
        }
    }

    /// [`Run::interpreter`] of its run.
    pub(crate) fn interpreter_label(&self) -> Option<&str> {
        self.python.and_then(Python::label)
    }

    /// [`Run::file_stem`] of its run.
    pub(crate) fn file_stem(&self) -> String {
        variant_file_stem(self.shown_as, self.variant.language, self.interpreter_label())
    }
}
