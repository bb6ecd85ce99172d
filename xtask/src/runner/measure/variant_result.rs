//! Folds the records of one variant into its entry of the report.

use super::runner::ChildAnswer;
use super::{DhatFile, Recording, VariantTask};
use heaplab_analysis::reconciliation::reconcile;
use heaplab_analysis::statistics::median_of_counts;
use heaplab_profile::raw::RawRecording;
use heaplab_record::{
    AllocatorRun, Attachment, CountsTotals, Curve, CurvePoint, DhatRun, HeapRun, HeapSample, HeapTotals,
    LessonData, Measurement, Phase, PlainRun, PlainSample, PythonAllocators, Reconciliation, ResidentFigures,
    Run, TracemallocRun,
};
use heaplab_report::lesson_data::present;

/// Fewer samples than this make no curve.
const LEAST_SAMPLES: usize = 10;
/// A run of this length is not disturbed much by what else the machine does, so that one pair of runs is
/// enough for a ratio.
const LONG_RUN_NS: u64 = 1_000_000_000;
/// Curves are thinned to this many points.
const MOST_POINTS: usize = 1000;

pub(super) struct VariantRuns {
    rows: u64,
    /// The scale of the heap runs; `None` where there are none.
    heap_rows: Option<u64>,
    checksum: Option<String>,
    plain: Vec<PlainSample>,
    anon_peak: Option<u64>,
    file_peak: Option<u64>,
    heap: Vec<HeapSample>,
    counts: Option<CountsTotals>,
    dhat: Option<DhatRun>,
    dhat_file: Option<(String, Option<u64>)>,
    reconciliation: Option<Reconciliation>,
    tracemalloc: Option<TracemallocRun>,
    phases: Vec<Phase>,
    attachments: Vec<Attachment>,
    samples: Vec<CurvePoint>,
    recording: Option<RawRecording>,
    slow_walks: u64,
    peak_error_bytes: u64,
}

impl VariantRuns {
    pub(super) fn new(rows: u64, heap_rows: Option<u64>) -> VariantRuns {
        VariantRuns {
            rows,
            heap_rows,
            checksum: None,
            plain: Vec::new(),
            anon_peak: None,
            file_peak: None,
            heap: Vec::new(),
            counts: None,
            dhat: None,
            dhat_file: None,
            reconciliation: None,
            tracemalloc: None,
            phases: Vec::new(),
            attachments: Vec::new(),
            samples: Vec::new(),
            recording: None,
            slow_walks: 0,
            peak_error_bytes: 0,
        }
    }

    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) const fn heap_rows(&self) -> Option<u64> {
        self.heap_rows
    }

    /// Whether both counting probes besides the recorder have answered.
    pub(super) const fn is_counted(&self) -> bool {
        self.counts.is_some() && self.dhat.is_some()
    }

    pub(super) fn add_answer(&mut self, answer: ChildAnswer) {
        let ChildAnswer { record, samples, dhat_json, recording } = answer;
        self.recording = self.recording.take().or(recording);
        if record.scale == self.rows {
            self.checksum = Some(record.checksum);
        }
        match record.measurement {
            Measurement::Plain(sample) => {
                if self.plain.is_empty() {
                    self.phases = record.phases;
                    self.attachments.extend(present(record.attachments));
                    self.samples.clone_from(&samples);
                }
                // The kernel keeps no peak of RssAnon, so the highest sample counts, or the child's
                // own figure at its end.
                let anon = samples.iter().map(|point| point.rss_anon_bytes).max();
                let file = samples.iter().map(|point| point.rss_file_bytes).max();
                self.anon_peak = self.anon_peak.max(anon).max(sample.end_rss_anon_bytes);
                self.file_peak = self.file_peak.max(file).max(sample.end_rss_file_bytes);
                self.plain.push(sample);
            }
            Measurement::Counts(totals) => self.counts = Some(totals),
            Measurement::Heap(sample) => {
                if self.heap.is_empty() {
                    self.attachments.extend(present(record.attachments));
                }
                self.heap.push(sample);
            }
            Measurement::Dhat(totals) => {
                self.dhat = Some(DhatRun { rows: record.scale, totals });
                self.dhat_file = dhat_json.map(|json| (json, record.load_address));
            }
            // It is kept beside the recorder's figures of the same scale: `set_tracemalloc`.
            Measurement::Tracemalloc(_) => {}
        }
    }

    /// Reconciles the counting probes, if all of them ran at the run's own scale.
    pub(super) fn reconcile_probes(&mut self) {
        if let (Some(heap), Some(dhat), Some(counts)) = (self.heap.first(), &self.dhat, &self.counts)
            && Some(dhat.rows) == self.heap_rows
        {
            self.reconciliation = Some(reconcile(&heap.totals, &dhat.totals, counts, dhat.rows));
        }
    }

    /// Reconciles the probes at dhat's scale, with two additional runs.
    pub(super) fn reconcile_at_reference(&mut self, heap: &HeapTotals, counts: Option<ChildAnswer>) {
        if let (Some(dhat), Some(Measurement::Counts(counts))) =
            (&self.dhat, counts.map(|answer| answer.record.measurement))
        {
            self.reconciliation = Some(reconcile(heap, &dhat.totals, &counts, dhat.rows));
        }
    }

    /// Adds what CPython's tracemalloc counted.
    pub(super) fn set_tracemalloc(&mut self, run: Option<TracemallocRun>) {
        self.tracemalloc = run;
    }

    /// Adds the kernel's figures of a plain child at the reconciliation's scale.
    pub(super) fn add_resident(&mut self, at_reference: Option<&PlainSample>) {
        if let (Some(kept), Some(sample)) =
            (&mut self.reconciliation, at_reference.or_else(|| self.plain.first()))
        {
            let ends = sample.start_rss_bytes.zip(sample.peak_rss_bytes);
            kept.resident = ends.map(|(start_rss_bytes, peak_rss_bytes)| ResidentFigures {
                start_rss_bytes,
                peak_rss_bytes,
                start_rss_file_bytes: sample.start_rss_file_bytes,
                end_rss_file_bytes: sample.end_rss_file_bytes,
            });
        }
    }

    /// Adds how the script's plain run compares with one under the C library's malloc at the scale of
    /// `plain` and `heap`, which are the runs of that scale.
    pub(super) fn add_allocators(
        &mut self,
        rows: u64,
        plain: &PlainSample,
        heap: &HeapTotals,
        with_malloc: &PlainSample,
    ) {
        let run = |sample: &PlainSample| {
            let (start, peak) = sample.start_rss_bytes.zip(sample.peak_rss_bytes)?;
            Some(AllocatorRun { grown_bytes: peak.saturating_sub(start), wall_ns: sample.wall_ns })
        };
        let Some((pymalloc, malloc)) = run(plain).zip(run(with_malloc)) else { return };
        let (live_bytes, live_blocks) = (heap.peak_bytes, heap.peak_blocks);
        let of = PythonAllocators { rows, live_bytes, live_blocks, pymalloc, malloc };
        let attachment = Attachment::Data(LessonData::PythonAllocators(of));
        self.attachments.extend(present(vec![attachment]));
    }

    /// The plain and the heap run that came first.
    pub(super) fn first_pair(&self) -> Option<(&PlainSample, &HeapTotals)> {
        Some((self.plain.first()?, &self.heap.first()?.totals))
    }

    /// The entry of the report, if any probe answered at the run's scale; the curve, if there are
    /// enough samples.
    pub(super) fn into_run(self, task: VariantTask<'_>) -> (Option<Run>, Option<Curve>, Option<DhatFile>) {
        let section = task.built.lesson.section.to_string();
        let (name, language) = (task.shown_as.to_owned(), task.variant.language);
        let dhat_file = self.dhat_file.clone().map(|(json, load_address)| DhatFile {
            variant: name.clone(),
            json,
            load_address,
        });
        let curve = (self.samples.len() >= LEAST_SAMPLES).then(|| Curve {
            section: section.clone(),
            variant: name.clone(),
            language,
            interpreter: task.interpreter_label().map(str::to_owned),
            points: thin_samples(&self.samples),
        });
        let Some(checksum) = self.checksum.clone() else { return (None, curve, dhat_file) };
        let run = Run {
            section,
            variant: name,
            language,
            interpreter: task.interpreter_label().map(str::to_owned),
            about: task.about.to_owned(),
            work_group: task.variant.work_group.clone(),
            baseline: task.baseline,
            unit: Some(task.unit.to_owned()),
            rows_requested: Some(task.rows),
            maps_memory: task.variant.maps_memory,
            call_ns: None,
            rows: self.rows,
            checksum,
            plain: self.plain_run(),
            heap: self.heap_run(),
            counts: self.counts,
            dhat: self.dhat,
            reconciliation: self.reconciliation,
            tracemalloc: self.tracemalloc,
            growth: None,
            phases: self.phases,
            attachments: self.attachments,
        };
        (Some(run), curve, dhat_file)
    }

    /// The recording of the first heap run.
    pub(super) fn take_recording(&mut self, task: VariantTask<'_>) -> Option<Recording> {
        let raw = self.recording.take()?;
        self.slow_walks = raw.totals.slow_walks;
        self.peak_error_bytes = raw.totals.peak_error_bytes;
        let section = task.built.lesson.section.to_string();
        Some(Recording { section, stem: task.file_stem(), raw })
    }

    fn plain_run(&self) -> Option<PlainRun> {
        let first = self.plain.first()?;
        let peaks: Option<Vec<u64>> = self.plain.iter().map(|sample| sample.peak_rss_bytes).collect();
        let children =
            self.plain.iter().map(|sample| sample.children_peak_rss_bytes).collect::<Option<Vec<u64>>>();
        Some(PlainRun {
            repetitions: u32::try_from(self.plain.len()).unwrap_or(u32::MAX),
            wall_ns: self.plain.iter().map(|sample| sample.wall_ns).collect(),
            peak_rss_bytes: peaks.and_then(|peaks| median_of_counts(&peaks)).map(|bytes| bytes as u64),
            peak_rss_anon_bytes: self.anon_peak,
            peak_rss_file_bytes: self.file_peak,
            start_rss_bytes: first.start_rss_bytes,
            children_peak_rss_bytes: children
                .and_then(|peaks| median_of_counts(&peaks))
                .map(|bytes| bytes as u64),
        })
    }

    fn heap_run(&self) -> Option<HeapRun> {
        let totals = self.heap.first()?.totals;
        Some(HeapRun {
            rows: self.heap_rows.unwrap_or(self.rows),
            total_blocks: totals.total_blocks,
            total_bytes: totals.total_bytes,
            reallocations: totals.reallocations,
            reallocated_bytes: totals.reallocated_bytes,
            peak_blocks: totals.peak_blocks,
            peak_bytes: totals.peak_bytes,
            end_blocks: totals.end_blocks,
            end_bytes: totals.end_bytes,
            wall_ns: self.heap.iter().map(|sample| sample.wall_ns).collect(),
            slowdown: self.slowdown(),
            memory_cost_bytes: self.memory_cost_bytes(),
            // The names are resolved later.
            sites: Vec::new(),
            lines: Vec::new(),
            unnamed: Vec::new(),
            lifetimes: Vec::new(),
            process: None,
            slow_walks: self.slow_walks,
            peak_error_bytes: self.peak_error_bytes,
        })
    }

    /// Plain and heap runs of one scale that ran one after the other.
    fn pairs(&self) -> impl Iterator<Item = (&PlainSample, &HeapSample)> {
        let is_one_scale = self.heap_rows == Some(self.rows);
        self.plain.iter().zip(&self.heap).filter(move |_| is_one_scale)
    }

    /// The median over the same pairs. One pair is enough, because the kernel's peak hardly varies.
    fn memory_cost_bytes(&self) -> Option<i64> {
        let pairs = self.pairs();
        let cost = |(plain, heap): (&PlainSample, &HeapSample)| {
            let (plain, heap) = plain.peak_rss_bytes.zip(heap.process_peak_rss_bytes)?;
            i64::try_from(heap).ok()?.checked_sub_unsigned(plain)
        };
        median_cost(pairs.filter_map(cost).collect())
    }

    /// The median over pairs that ran one after the other; `None` for a single pair of short runs.
    fn slowdown(&self) -> Option<f64> {
        let is_long = self.plain.iter().all(|plain| plain.wall_ns >= LONG_RUN_NS);
        let mut ratios: Vec<f64> =
            self.pairs().map(|(plain, heap)| heap.wall_ns as f64 / plain.wall_ns.max(1) as f64).collect();
        ratios.sort_by(f64::total_cmp);
        let middle = ratios.len() / 2;
        match ratios.len() {
            0 => None,
            1 if !is_long => None,
            even if even % 2 == 0 => Some((ratios[middle - 1] + ratios[middle]) / 2.0),
            _ => Some(ratios[middle]),
        }
    }
}

/// The middle one, or the mean of the two middle ones.
fn median_cost(mut costs: Vec<i64>) -> Option<i64> {
    costs.sort_unstable();
    let middle = costs.len() / 2;
    match costs.len() {
        0 => None,
        even if even.is_multiple_of(2) => Some(i64::midpoint(costs[middle - 1], costs[middle])),
        _ => Some(costs[middle]),
    }
}

/// Every n-th point, and always the highest and the last.
fn thin_samples(samples: &[CurvePoint]) -> Vec<CurvePoint> {
    let step = samples.len().div_ceil(MOST_POINTS).max(1);
    let total = |point: &CurvePoint| point.rss_anon_bytes + point.rss_file_bytes;
    let highest = samples.iter().enumerate().max_by_key(|(_, point)| total(point)).map(|(index, _)| index);
    let kept =
        |index: &usize| index.is_multiple_of(step) || Some(*index) == highest || index + 1 == samples.len();
    (0..samples.len()).filter(kept).map(|index| samples[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(wall_ns: u64) -> PlainSample {
        PlainSample { wall_ns, ..PlainSample::default() }
    }

    fn heap(wall_ns: u64) -> HeapSample {
        HeapSample { wall_ns, ..HeapSample::default() }
    }

    #[test]
    fn slowdown_is_a_median_of_pairs_and_absent_for_one_pair_of_short_runs() {
        let mut gathered = VariantRuns::new(1, Some(1));
        gathered.plain = vec![sample(10)];
        gathered.heap = vec![heap(15)];
        assert_eq!(gathered.slowdown(), None);
        gathered.plain = vec![sample(10 * LONG_RUN_NS)];
        gathered.heap = vec![heap(15 * LONG_RUN_NS)];
        assert_eq!(gathered.slowdown(), Some(1.5));
        gathered.plain = vec![sample(10)];
        gathered.heap = vec![heap(15)];
        gathered.plain.extend([sample(20), sample(10)]);
        gathered.heap.extend([heap(22), heap(90)]);
        assert_eq!(gathered.slowdown(), Some(1.5));
    }

    #[test]
    fn the_cost_in_memory_is_a_median_of_pairs() {
        let mut gathered = VariantRuns::new(1, Some(1));
        let pair = |plain: u64, heap: u64| {
            (
                PlainSample { peak_rss_bytes: Some(plain), ..PlainSample::default() },
                HeapSample { process_peak_rss_bytes: Some(heap), ..HeapSample::default() },
            )
        };
        assert_eq!(gathered.memory_cost_bytes(), None);
        for (plain, heap) in [pair(100, 150), pair(100, 90), pair(100, 170)] {
            gathered.plain.push(plain);
            gathered.heap.push(heap);
        }
        assert_eq!(gathered.memory_cost_bytes(), Some(50));
        gathered.heap.truncate(2);
        assert_eq!(gathered.memory_cost_bytes(), Some(20));
        // A system that does not report peaks.
        gathered.plain = vec![sample(1)];
        assert_eq!(gathered.memory_cost_bytes(), None);
    }

    #[test]
    fn thinning_keeps_the_peak_and_the_end() {
        let point = |at: u64| CurvePoint {
            at_ns: at,
            rss_anon_bytes: if at == 1237 { 9 } else { 1 },
            rss_file_bytes: 0,
        };
        let samples: Vec<CurvePoint> = (0..5003).map(point).collect();
        let kept = thin_samples(&samples);
        assert!(kept.len() <= MOST_POINTS + 2);
        assert!(kept.iter().any(|point| point.rss_anon_bytes == 9));
        assert_eq!(kept.last(), samples.last());
        assert!(kept.is_sorted_by_key(|point| point.at_ns));
    }
}
