//! The thread that finds names and makes rows. Opening a program with much debug information may
//! take seconds, so neither the keys nor the sampler wait for it.

use super::messages::{NamedStack, NamerJob, TimedReading, Update};
use super::recording::Recording;
use super::rows::{Comparison, Holdings, RowSet, StackHolding, sum_holdings, sum_rows};
use heaplab_profile::raw::tables::read_names_from;
use heaplab_profile::statistics::LineTable;
use heaplab_profile::symbols::{GrowingNames, Roots};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How long names are looked up before the rows that are there are shown.
const SLICE: Duration = Duration::from_millis(300);
/// Stacks between two looks at the clock.
const STACKS_PER_LOOK: usize = 64;
/// The part of a core that making rows takes at most is one in this many.
const REST_PER_WORK: u32 = 5;
/// Rates are over at least this time, so that a mark between two readings does not disturb them.
const SHORTEST_RATE_NS: u64 = 500_000_000;
/// Processes whose names are kept for when they are shown again.
const MOST_KEPT: usize = 4;

/// Names the stacks of the recordings that it is sent, until nobody sends any more.
pub(crate) fn run_namer(jobs: &Receiver<NamerJob>, updates: &Sender<Update>, roots: &Roots) {
    let mut namer = Namer { roots, kept: Vec::new(), queue: VecDeque::new(), latest: None };
    let mut resting_until = Instant::now();
    loop {
        let rest = resting_until.saturating_duration_since(Instant::now());
        let wait = if namer.latest.is_some() { rest } else { Duration::from_secs(3600) };
        match jobs.recv_timeout(wait) {
            Ok(job) => namer.take_job(job),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        jobs.try_iter().for_each(|job| namer.take_job(job));
        namer.answer_requests(updates);
        if Instant::now() < resting_until {
            continue;
        }
        if let Some(timed) = namer.latest.take() {
            let began = Instant::now();
            let is_complete = namer.publish_rows(&timed, updates);
            if is_complete {
                resting_until = Instant::now() + began.elapsed() * REST_PER_WORK;
            } else {
                // Requests are looked at, and then the names go on.
                namer.latest.get_or_insert(timed);
            }
        }
    }
}

struct Namer<'a> {
    roots: &'a Roots,
    /// The latest first.
    kept: Vec<ProcessNames>,
    queue: VecDeque<NamerJob>,
    /// The last figures that came. Older ones are of no interest.
    latest: Option<TimedReading>,
}

/// What is known of one process.
struct ProcessNames {
    path: PathBuf,
    recording: Recording,
    names: GrowingNames,
    lines: LineTable,
    mark: Option<Holdings>,
    /// An earlier reading and its time, for rates.
    former: Option<(Holdings, u64)>,
    /// How long the last rows took to make.
    rows_took: Duration,
}

impl Namer<'_> {
    fn take_job(&mut self, job: NamerJob) {
        match job {
            NamerJob::Rows(timed) => self.latest = Some(timed),
            other => self.queue.push_back(other),
        }
    }

    fn answer_requests(&mut self, updates: &Sender<Update>) {
        while let Some(job) = self.queue.pop_front() {
            match job {
                NamerJob::SetMark(path, mark) => {
                    if let Some(process) = self.find_process(&path) {
                        process.mark = mark.as_ref().map(|timed| sum_holdings(&timed.reading.sites));
                    }
                    self.latest = mark.or(self.latest.take());
                }
                NamerJob::Stacks { path, key, stacks } => {
                    if let Some(process) = self.find_process(&path) {
                        let stacks = process.name_stacks(&stacks);
                        let _ = updates.send(Update::Stacks { path, key, stacks });
                    }
                }
                NamerJob::Rows(timed) => self.latest = Some(timed),
            }
        }
    }

    /// Sends rows. Returns whether all stacks have their names.
    fn publish_rows(&mut self, timed: &TimedReading, updates: &Sender<Update>) -> bool {
        let Some(process) = self.find_process(&timed.path) else { return true };
        let holdings = sum_holdings(&timed.reading.sites);
        if let Err(problem) = process.add_nodes(&holdings) {
            let _ = updates.send(Update::Problem(problem));
            return true;
        }
        process.name_new_stacks(&holdings);
        let began = Instant::now();
        process.lines.update_unnamed();
        let set = process.make_rows(&holdings, timed);
        process.rows_took = began.elapsed();
        let is_complete = set.unnamed_stacks == 0;
        let _ = updates.send(Update::Rows(Arc::new(set)));
        is_complete
    }

    /// What is known of a process, which then stands first.
    fn find_process(&mut self, path: &Path) -> Option<&mut ProcessNames> {
        if let Some(index) = self.kept.iter().position(|process| process.path == path) {
            self.kept[..=index].rotate_right(1);
        } else {
            let (recording, _) = Recording::open(path).ok()?;
            self.kept.insert(0, ProcessNames::new(recording, self.roots));
            self.kept.truncate(MOST_KEPT);
        }
        self.kept.first_mut()
    }
}

impl ProcessNames {
    fn new(recording: Recording, roots: &Roots) -> ProcessNames {
        ProcessNames {
            path: recording.path.clone(),
            recording,
            names: GrowingNames::new(roots),
            lines: LineTable::default(),
            mark: None,
            former: None,
            rows_took: Duration::ZERO,
        }
    }

    /// Reads the nodes and modules that came since the last time, if the figures need them.
    fn add_nodes(&mut self, holdings: &Holdings) -> Result<(), String> {
        let has_all = holdings.keys().all(|node| (*node as usize) < self.names.next_node());
        if has_all {
            return Ok(());
        }
        let new = read_names_from(&self.recording.file, self.names.next_node());
        self.names.add(new.map_err(|error| format!("{}: {error}", self.path.display()))?);
        Ok(())
    }

    /// Names stacks for a while, those that hold the most first. PERF: for longer the longer rows take to
    /// make, so that rows between take a part of the whole time. With slices of one length, the many
    /// stacks of a stripped compiler took minutes.
    fn name_new_stacks(&mut self, holdings: &Holdings) {
        let (began, slice) = (Instant::now(), SLICE.max(2 * self.rows_took));
        let is_new = |(node, _): &(&u32, _)| !self.lines.has_stack(**node);
        let mut new: Vec<(i64, u32)> =
            holdings.iter().filter(is_new).map(|(node, holding)| (-holding.live_bytes, *node)).collect();
        new.sort_unstable();
        for stacks in new.chunks(STACKS_PER_LOOK) {
            for &(_, node) in stacks {
                let frames = self.names.name_stack(node).unwrap_or_default();
                self.lines.add_stack(node, &frames);
            }
            if began.elapsed() > slice {
                break;
            }
        }
    }

    fn make_rows(&mut self, holdings: &Holdings, timed: &TimedReading) -> RowSet {
        let elapsed_ns = self.former.as_ref().map_or(0, |(_, at_ns)| timed.at_ns.saturating_sub(*at_ns));
        let former = self.former.as_ref().map(|(former, _)| (former, elapsed_ns));
        let mut set = sum_rows(holdings, Comparison { mark: self.mark.as_ref(), former }, &self.lines);
        set.path.clone_from(&self.path);
        set.at_ns = timed.at_ns;
        if set.unnamed_stacks == 0 && (self.former.is_none() || elapsed_ns >= SHORTEST_RATE_NS) {
            self.former = Some((holdings.clone(), timed.at_ns));
        }
        set
    }

    fn name_stacks(&mut self, stacks: &[StackHolding]) -> Vec<NamedStack> {
        let name = |stack: &StackHolding| {
            let frames = self.names.name_stack(stack.node).unwrap_or_default();
            NamedStack { stack: *stack, frames }
        };
        stacks.iter().map(name).collect()
    }
}
