//! The run: inputs are dealt out as ranges to threads, each counts into tables of its own, and the counts are combined.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use memmap2::MmapMut;

use crate::combine::{Harvest, combine};
use crate::counter::Counter;
use crate::deal::{Dealer, Part, Work};
use crate::error::{Error, Result};
use crate::extract::Extract;
use crate::input::{Mapped, Pace, Pread, ReadBy, Stream, packing_of};
use crate::key::Sink;
use crate::ledger::{Ledger, Tally};
use crate::partial::Writer;
use crate::plan::Plan;
use crate::range::{self, Bounds, LONGEST_LINE};
use crate::sketch::{STANDARD_ERROR, Sketch};
use crate::spill::SpillFile;
use crate::top::Ranked;

/// What a run may use and what it is asked.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Options {
    /// Resident memory of the process, file pages included, in bytes.
    pub memory: usize,
    /// Threads at most; fewer where memory does not suffice.
    pub threads: usize,
    /// How many keys to rank.
    pub top: usize,
    /// Where the key is.
    pub extract: Extract,
    /// Estimate UV by a sketch: no tables, no top.
    pub sketch: bool,
    /// Where full tables go.
    pub temp_dir: PathBuf,
    /// How regular files are read.
    pub read_by: ReadBy,
    /// Bytes read at once.
    pub window: usize,
    /// Bytes of a file that a thread takes at a time.
    pub range: u64,
    /// No line is looked at beyond so many bytes.
    pub longest_line: usize,
}

impl Options {
    /// What the tool does by default, on so many threads.
    pub fn new(threads: usize) -> Options {
        Options {
            memory: 100_000_000,
            threads,
            top: 10,
            extract: Extract::First,
            sketch: false,
            temp_dir: PathBuf::from("/var/tmp"),
            read_by: ReadBy::Pread,
            window: 256 << 10,
            range: 16 << 20,
            longest_line: LONGEST_LINE,
        }
    }
}

impl Options {
    /// The plan, and the options with what it leaves of them: mapped windows count as resident, and have to be worth it.
    pub(crate) fn planned(&self, packed: bool) -> Result<(Options, Plan)> {
        let mut options = self.clone();
        if options.read_by == ReadBy::Fastest && self.threads * self.mapped_window() > self.memory / 8 {
            options.read_by = ReadBy::Pread;
        }
        let mapped = if options.read_by == ReadBy::Pread { 0 } else { self.mapped_window() };
        let plan = Plan::new(self.memory, self.threads, self.window + mapped, packed)?;
        Ok((options, plan))
    }

    /// PERF: windows of 256 KiB take 1.3 times the time of these: each costs a system call and, with threads, an interrupt to every
    /// processor.
    fn mapped_window(&self) -> usize {
        self.window + 2 * self.longest_line
    }
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Lines with a key.
    pub pv: u64,
    /// Distinct keys.
    pub uv: u64,
    /// One standard error of `uv`, relative, if it is an estimate.
    pub uv_error: Option<f64>,
    /// Lines, malformed lines, bytes.
    pub tally: Tally,
    /// The largest counts.
    pub top: Vec<Ranked>,
    /// Bytes written to the temporary file.
    pub spilled_bytes: u64,
}

/// Who looks on while a run goes on, from all threads.
pub trait Watch: Sync {
    /// So many lines and bytes more were counted; `held` keys are in this thread's tables. An error ends the run.
    fn window(&self, lines: u64, bytes: u64, held: usize) -> Result<()>;
}

/// Nobody looks.
impl Watch for () {
    fn window(&self, _: u64, _: u64, _: usize) -> Result<()> {
        Ok(())
    }
}

/// Counts the inputs, `-` being standard input, and writes a partial result if one is wanted.
pub fn run(
    inputs: &[String],
    options: &Options,
    watch: &dyn Watch,
    partial: Option<Writer>,
) -> Result<Outcome> {
    let packed = inputs.iter().any(|name| packing_of(name));
    let (options, plan) = options.planned(packed)?;
    run_dealt(&Dealer::new(inputs, options.range)?, &plan, &options, watch, partial)
}

/// Counts what a dealer has.
pub(crate) fn run_dealt(
    dealer: &Dealer,
    plan: &Plan,
    options: &Options,
    watch: &dyn Watch,
    partial: Option<Writer>,
) -> Result<Outcome> {
    if options.sketch {
        let (sketches, tally) = count(dealer, options, plan, watch, Sketch::default)?;
        let mut whole = Sketch::default();
        sketches.iter().for_each(|sketch| whole.join(sketch));
        return estimated(whole, tally, partial);
    }
    let file = SpillFile::new(&options.temp_dir);
    let budget = plan.tables / plan.threads;
    let (counters, tally) = count(dealer, options, plan, watch, || Counter::new(&file, budget, 0))?;
    exact(counters, tally, plan, options.top, &file, partial)
}

/// The outcome of exact counters and what they were counted from.
pub(crate) fn exact(
    counters: Vec<Counter>,
    tally: Tally,
    plan: &Plan,
    top: usize,
    file: &std::sync::Arc<SpillFile>,
    partial: Option<Writer>,
) -> Result<Outcome> {
    let writer = partial.map(Mutex::new);
    let Harvest { uv, pv, top, .. } = combine(counters, plan, top, file, writer.as_ref())?;
    if pv != u128::from(tally.lines - tally.malformed) {
        return Err(Error::Check(format!(
            "the counts add up to {pv}, but {} of {} lines have a key",
            tally.lines - tally.malformed,
            tally.lines
        )));
    }
    let outcome = Outcome {
        pv: pv as u64,
        uv,
        uv_error: None,
        tally,
        top: top.into_sorted(),
        spilled_bytes: file.bytes(),
    };
    if let Some(writer) = writer {
        let writer = writer.into_inner().map_err(|_| Error::Check("a thread ended while it wrote".into()))?;
        writer.finish(&outcome)?;
    }
    Ok(outcome)
}

/// The outcome of a sketch.
pub(crate) fn estimated(sketch: Sketch, tally: Tally, partial: Option<Writer>) -> Result<Outcome> {
    let outcome = Outcome {
        pv: tally.lines - tally.malformed,
        uv: sketch.estimate(),
        uv_error: Some(STANDARD_ERROR),
        tally,
        top: Vec::new(),
        spilled_bytes: 0,
    };
    if let Some(mut writer) = partial {
        writer.sketch(&sketch)?;
        writer.finish(&outcome)?;
    }
    Ok(outcome)
}

/// Has every range counted by some thread.
pub(crate) fn count<S: Sink + Send>(
    dealer: &Dealer,
    options: &Options,
    plan: &Plan,
    watch: &dyn Watch,
    sink: impl Fn() -> S + Sync,
) -> Result<(Vec<S>, Tally)> {
    let ledger = Mutex::new(Ledger::default());
    let failed = AtomicBool::new(false);
    let pace = Pace::new(options.read_by);
    let worker = || -> Result<S> {
        let mut sink = sink();
        let bytes = options.window + options.longest_line + 1;
        let mut buffer = MmapMut::map_anon(bytes).map_err(|source| Error::Memory { bytes, source })?;
        while !failed.load(Ordering::Relaxed) {
            let Some(work) = dealer.next()? else { break };
            let tally = one(&work, options, plan, &pace, &mut buffer, &mut sink, watch)?;
            if let Ok(mut ledger) = ledger.lock() {
                ledger.finished(work.number, tally);
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
    let ledger = ledger.into_inner().map_err(|_| Error::Check("the ledger was lost".into()))?;
    let tally = ledger.whole(dealer.dealt()).ok_or_else(|| Error::Check("a range was not counted".into()))?;
    Ok((sinks, tally))
}

/// Counts one range with the reader that it needs.
fn one<S: Sink>(
    work: &Work,
    options: &Options,
    plan: &Plan,
    pace: &Pace,
    buffer: &mut [u8],
    sink: &mut S,
    watch: &dyn Watch,
) -> Result<Tally> {
    let mut before = (0, 0);
    let mut each_window = |tally: &Tally, sink: &mut S| {
        sink.settle()?;
        let (lines, bytes) = (tally.lines - before.0, tally.bytes - before.1);
        before = (tally.lines, tally.bytes);
        watch.window(lines, bytes, sink.held())
    };
    let (extract, longest) = (&options.extract, options.longest_line);
    match &work.part {
        Part::Range { input, bounds } => {
            let (begin, bounds) = (Instant::now(), *bounds);
            let maps = pace.maps_next() && (options.read_by == ReadBy::Mmap || Mapped::can(input));
            let tally = if maps {
                let mut source = Mapped::new(input, options.mapped_window(), bounds.start, bounds.end);
                let tally = range::count(&mut source, bounds, longest, extract, sink, &mut each_window);
                source.finish().and(tally)?
            } else {
                let mut source = Pread::new(input, buffer, options.window, bounds.start, bounds.end);
                range::count(&mut source, bounds, longest, extract, sink, &mut each_window)?
            };
            pace.took(maps, bounds.end - bounds.start, begin.elapsed().as_nanos() as u64);
            Ok(tally)
        }
        Part::Stream { name, file, packing } => {
            let bounds = Bounds { start: 0, in_line: false, end: u64::MAX };
            let file =
                file.try_clone().map_err(|source| Error::Input { name: name.clone(), offset: 0, source })?;
            let mut source = Stream::new(name, file, *packing, plan.most_window, buffer, options.window);
            range::count(&mut source, bounds, longest, extract, sink, &mut each_window)
        }
    }
}
