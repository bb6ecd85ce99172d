//! A run: threads take ranges of the inputs, each counts into tables of its own, and the tables are
//! merged.

pub mod follow;
pub mod line_range;
mod memory_plan;
pub mod merge;
mod merge_counters;
pub mod processes;
pub mod scan;
mod work_queue;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use memmap2::MmapMut;

use crate::counter::Counter;
use crate::counter::sketch::{STANDARD_ERROR, Sketch};
use crate::counter::spill::SpillFile;
use crate::counter::top::RankedKey;
use crate::engine::line_range::{LONGEST_LINE, LineBounds};
use crate::engine::memory_plan::MemoryPlan;
use crate::engine::merge_counters::{MergedCounts, combine};
use crate::engine::work_queue::{WorkItem, WorkQueue, WorkSource};
use crate::error::{Error, Result};
use crate::extract::KeyExtractor;
use crate::input::{MappedWindows, PreadWindows, ReadBy, ReaderChoice, StreamWindows, may_be_compressed};
use crate::key::KeySink;
use crate::line_offsets::{LineOffsets, Tally};
use crate::partial::PartialWriter;

/// What a run may use and what it has to answer.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct CountOptions {
    /// Limit of the process's resident memory in bytes, file pages included.
    pub memory: usize,
    /// Most threads to use. There are fewer where memory does not suffice.
    pub threads: usize,
    /// How many keys to rank.
    pub top: usize,
    /// Where the key is in a line.
    pub extract: KeyExtractor,
    /// Estimate UV by a sketch: no tables, no ranking.
    pub sketch: bool,
    /// The folder for tables that memory does not hold.
    pub temp_dir: PathBuf,
    /// How regular files are read.
    pub read_by: ReadBy,
    /// Bytes read at once.
    pub window: usize,
    /// Bytes of a file that a thread takes at a time.
    pub range: u64,
    /// Only this many bytes of a line are looked at.
    pub longest_line: usize,
}

impl CountOptions {
    /// The tool's defaults, with this many threads.
    pub fn new(threads: usize) -> CountOptions {
        CountOptions {
            memory: 100_000_000,
            threads,
            top: 10,
            extract: KeyExtractor::First,
            sketch: false,
            temp_dir: PathBuf::from("/var/tmp"),
            read_by: ReadBy::Pread,
            window: 256 << 10,
            range: 16 << 20,
            longest_line: LONGEST_LINE,
        }
    }
}

impl CountOptions {
    /// Shares out the memory. Returns the options that fit: mapped windows count as resident and
    /// are used only where they are a small part of the limit.
    pub(crate) fn plan_memory(&self, packed: bool) -> Result<(CountOptions, MemoryPlan)> {
        let mut options = self.clone();
        if options.read_by == ReadBy::Fastest && self.threads * self.mapped_window() > self.memory / 8 {
            options.read_by = ReadBy::Pread;
        }
        let mapped = if options.read_by == ReadBy::Pread { 0 } else { self.mapped_window() };
        let plan = MemoryPlan::new(self.memory, self.threads, self.window + mapped, packed)?;
        Ok((options, plan))
    }

    /// PERF: windows of 256 KiB take 1.3 times as long, because each costs a system call and, with
    /// threads, an interrupt on every processor.
    fn mapped_window(&self) -> usize {
        self.window + 2 * self.longest_line
    }
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct CountOutcome {
    /// Lines with a key (page views).
    pub pv: u64,
    /// Distinct keys (unique visitors).
    pub uv: u64,
    /// Relative standard error of `uv` if it is an estimate.
    pub uv_error: Option<f64>,
    /// Lines, malformed lines and bytes.
    pub tally: Tally,
    /// The keys with the largest counts, the largest first.
    pub top: Vec<RankedKey>,
    /// Bytes written to the temporary file.
    pub spilled_bytes: u64,
}

/// Is told about the progress of a run, from all threads.
pub trait ProgressObserver: Sync {
    /// Called after each window with the lines and bytes counted since the last call and the number
    /// of keys in this thread's tables. An error ends the run.
    fn on_window(&self, lines: u64, bytes: u64, held: usize) -> Result<()>;
}

impl ProgressObserver for () {
    fn on_window(&self, _: u64, _: u64, _: usize) -> Result<()> {
        Ok(())
    }
}

/// Counts the inputs (`-` is standard input) and writes a partial result if one is wanted.
pub fn run(
    inputs: &[String],
    options: &CountOptions,
    watch: &dyn ProgressObserver,
    partial: Option<PartialWriter>,
) -> Result<CountOutcome> {
    let packed = inputs.iter().any(|name| may_be_compressed(name));
    let (options, plan) = options.plan_memory(packed)?;
    run_queue(&WorkQueue::new(inputs, options.range)?, &plan, &options, watch, partial)
}

pub(crate) fn run_queue(
    queue: &WorkQueue,
    plan: &MemoryPlan,
    options: &CountOptions,
    watch: &dyn ProgressObserver,
    partial: Option<PartialWriter>,
) -> Result<CountOutcome> {
    if options.sketch {
        let (sketches, tally) = count_queue(queue, options, plan, watch, Sketch::default)?;
        let mut whole = Sketch::default();
        sketches.iter().for_each(|sketch| whole.merge(sketch));
        return finish_sketch(whole, tally, partial);
    }
    let file = SpillFile::new(&options.temp_dir);
    let budget = plan.tables / plan.threads;
    let (counters, tally) = count_queue(queue, options, plan, watch, || Counter::new(&file, budget, 0))?;
    finish_exact(counters, tally, plan, options.top, &file, partial)
}

/// Merges exact counters into the result and writes the partial result.
pub(crate) fn finish_exact(
    counters: Vec<Counter>,
    tally: Tally,
    plan: &MemoryPlan,
    top: usize,
    file: &std::sync::Arc<SpillFile>,
    partial: Option<PartialWriter>,
) -> Result<CountOutcome> {
    let writer = partial.map(Mutex::new);
    let MergedCounts { uv, pv, top, .. } = combine(counters, plan, top, file, writer.as_ref())?;
    if pv != u128::from(tally.lines - tally.malformed) {
        return Err(Error::Check(format!(
            "the counts add up to {pv}, but {} of {} lines have a key",
            tally.lines - tally.malformed,
            tally.lines
        )));
    }
    let outcome = CountOutcome {
        pv: pv as u64,
        uv,
        uv_error: None,
        tally,
        top: top.into_sorted(),
        spilled_bytes: file.bytes(),
    };
    if let Some(writer) = writer {
        let writer = writer.into_inner().map_err(|_| Error::Check("a thread ended while it wrote".into()))?;
        writer.finish(&outcome.tally, outcome.uv, outcome.spilled_bytes)?;
    }
    Ok(outcome)
}

pub(crate) fn finish_sketch(
    sketch: Sketch,
    tally: Tally,
    partial: Option<PartialWriter>,
) -> Result<CountOutcome> {
    let outcome = CountOutcome {
        pv: tally.lines - tally.malformed,
        uv: sketch.estimate(),
        uv_error: Some(STANDARD_ERROR),
        tally,
        top: Vec::new(),
        spilled_bytes: 0,
    };
    if let Some(mut writer) = partial {
        writer.write_sketch(&sketch)?;
        writer.finish(&outcome.tally, outcome.uv, outcome.spilled_bytes)?;
    }
    Ok(outcome)
}

/// Counts every item of the queue on the plan's threads, each into a sink of its own.
pub(crate) fn count_queue<S: KeySink + Send>(
    queue: &WorkQueue,
    options: &CountOptions,
    plan: &MemoryPlan,
    watch: &dyn ProgressObserver,
    sink: impl Fn() -> S + Sync,
) -> Result<(Vec<S>, Tally)> {
    let offsets = Mutex::new(LineOffsets::default());
    let failed = AtomicBool::new(false);
    let pace = ReaderChoice::new(options.read_by);
    let worker = || -> Result<S> {
        let mut sink = sink();
        let bytes = options.window + options.longest_line + 1;
        let mut buffer = MmapMut::map_anon(bytes).map_err(|source| Error::Memory { bytes, source })?;
        while !failed.load(Ordering::Relaxed) {
            let Some(work) = queue.next()? else { break };
            let tally = count_item(&work, options, plan, &pace, &mut buffer, &mut sink, watch)?;
            if let Ok(mut offsets) = offsets.lock() {
                offsets.insert(work.number, tally);
            }
        }
        Ok(sink)
    };
    let results: Vec<Result<S>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..plan.threads)
            .map(|_| {
                scope.spawn(|| {
                    let result = worker();
                    if result.is_err() {
                        failed.store(true, Ordering::Relaxed);
                    }
                    result
                })
            })
            .collect();
        let lost = || Error::Check("a counting thread panicked".into());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(lost()))).collect()
    });
    let sinks = results.into_iter().collect::<Result<Vec<S>>>()?;
    let offsets = offsets.into_inner().map_err(|_| Error::Check("the totals were lost".into()))?;
    let tally = offsets
        .into_total(queue.issued_count())
        .ok_or_else(|| Error::Check("a range was not counted".into()))?;
    Ok((sinks, tally))
}

fn count_item<S: KeySink>(
    work: &WorkItem,
    options: &CountOptions,
    plan: &MemoryPlan,
    pace: &ReaderChoice,
    buffer: &mut [u8],
    sink: &mut S,
    watch: &dyn ProgressObserver,
) -> Result<Tally> {
    let mut before = (0, 0);
    let mut each_window = |tally: &Tally, sink: &mut S| {
        sink.flush()?;
        let (lines, bytes) = (tally.lines - before.0, tally.bytes - before.1);
        before = (tally.lines, tally.bytes);
        watch.on_window(lines, bytes, sink.key_count())
    };
    let (extract, longest) = (&options.extract, options.longest_line);
    match &work.part {
        WorkSource::Range { input, bounds } => {
            let (begin, bounds) = (Instant::now(), *bounds);
            let maps =
                pace.should_map() && (options.read_by == ReadBy::Mmap || MappedWindows::is_mappable(input));
            let tally = if maps {
                let mut source = MappedWindows::new(input, options.mapped_window(), bounds.start, bounds.end);
                let tally =
                    line_range::count_lines(&mut source, bounds, longest, extract, sink, &mut each_window);
                source.finish().and(tally)?
            } else {
                let mut source = PreadWindows::new(input, buffer, options.window, bounds.start, bounds.end);
                line_range::count_lines(&mut source, bounds, longest, extract, sink, &mut each_window)?
            };
            pace.record(maps, bounds.end - bounds.start, begin.elapsed().as_nanos() as u64);
            Ok(tally)
        }
        WorkSource::Stream { name, file, packing } => {
            let bounds = LineBounds { start: 0, in_line: false, end: u64::MAX };
            let file =
                file.try_clone().map_err(|source| Error::Input { name: name.clone(), offset: 0, source })?;
            let mut source =
                StreamWindows::new(name, file, *packing, plan.max_zstd_window_bytes, buffer, options.window);
            line_range::count_lines(&mut source, bounds, longest, extract, sink, &mut each_window)
        }
    }
}
