//! The thread that reads the recording. The levels of the selected process are read four times a
//! second, which costs microseconds; the figures of all sites as often as a tenth of a core allows.
//! The program writes to its tables whether anybody reads them or not.

use super::history::Point;
use super::messages::{NamerJob, Request, TimedReading, Update};
use super::processes::{ProcessEntry, ProcessList, ProcessState, find_most_live, read_state};
use super::recording::Recording;
use super::target::Target;
use heaplab_profile::raw::tables::{Levels, read_curve_and_command, read_levels, read_site_figures};
use rustix::time::{ClockId, clock_gettime};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How often levels are read.
const TICK: Duration = Duration::from_millis(250);
/// How often the list of processes and the figures of all sites are read, if they are small.
const SLOW_TICK: Duration = Duration::from_secs(1);
/// Reading takes at most one in this many parts of the time.
const REST_PER_WORK: u32 = 10;

/// Reads until nobody asks any more.
pub(crate) fn run_sampler(
    target: Target,
    requests: &Receiver<Request>,
    updates: &Sender<Update>,
    namer: &Sender<NamerJob>,
) {
    let first = target.first();
    let list = ProcessList::new(target);
    let now = Instant::now();
    let is_chosen = first.is_some();
    let mut sampler =
        Sampler { list, selected: None, is_chosen, updates, namer, list_due: now, sites_due: now };
    if let Some(path) = first {
        sampler.select(&path);
    }
    loop {
        if !sampler.tick() {
            return;
        }
        match requests.recv_timeout(TICK) {
            Ok(request) => sampler.answer(request),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

struct Sampler<'a> {
    list: ProcessList,
    selected: Option<Selected>,
    /// Whether the user has chosen the process that is shown.
    is_chosen: bool,
    updates: &'a Sender<Update>,
    namer: &'a Sender<NamerJob>,
    list_due: Instant,
    sites_due: Instant,
}

/// The process that is shown.
struct Selected {
    recording: Recording,
    levels: Levels,
    state: ProcessState,
    /// Wall time of the region when it was last seen to run.
    at_ns: u64,
    /// Whether its last figures were read after it had ended.
    is_done: bool,
}

impl Sampler<'_> {
    /// Reads what is due. Returns false if nobody wants to know.
    fn tick(&mut self) -> bool {
        let is_list_due = Instant::now() >= self.list_due;
        if is_list_due {
            let began = Instant::now();
            let processes = self.list.update();
            if let Some(path) = self.find_process_to_show(&processes) {
                self.select(&path);
            }
            if self.updates.send(Update::Processes(processes)).is_err() {
                return false;
            }
            self.list_due = Instant::now() + SLOW_TICK.max(began.elapsed() * REST_PER_WORK);
        }
        self.sample(is_list_due);
        if Instant::now() >= self.sites_due
            && self.selected.as_ref().is_some_and(|selected| !selected.is_done)
        {
            self.read_sites();
        }
        true
    }

    /// The process to show instead of the present one: where nobody has chosen it and it has ended, as
    /// a shell that becomes another program, one that runs.
    fn find_process_to_show(&self, processes: &[ProcessEntry]) -> Option<PathBuf> {
        match &self.selected {
            None => find_most_live(processes).or(processes.first()).map(|entry| entry.path.clone()),
            Some(selected) if !self.is_chosen && selected.state == ProcessState::Ended => {
                find_most_live(processes).map(|entry| entry.path.clone())
            }
            Some(_) => None,
        }
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Select(path) => {
                self.is_chosen = true;
                self.select(&path);
            }
            Request::Mark => {
                if let Some(timed) = self.read_sites() {
                    let mark = Some((timed.at_ns, timed.reading.totals));
                    let path = timed.path.clone();
                    let _ = self.namer.send(NamerJob::SetMark(path.clone(), Some(timed)));
                    let _ = self.updates.send(Update::Marked { path, mark });
                }
            }
            Request::DropMark => self.drop_mark(),
        }
    }

    fn drop_mark(&mut self) {
        if let Some(selected) = &self.selected {
            let path = selected.recording.path.clone();
            let _ = self.namer.send(NamerJob::SetMark(path.clone(), None));
            let _ = self.updates.send(Update::Marked { path, mark: None });
        }
        self.sites_due = Instant::now();
        if let Some(selected) = &mut self.selected {
            selected.is_done = false;
        }
    }

    /// Opens the recording of a process.
    fn select(&mut self, path: &Path) {
        match Recording::open(path) {
            Ok((recording, levels)) => {
                let state = read_state(&recording, levels, None);
                let at_ns = self.begin(&recording, levels, state);
                self.selected = Some(Selected { recording, levels, state, at_ns, is_done: false });
                self.sites_due = Instant::now();
            }
            Err(error) => drop(self.updates.send(Update::Problem(error.to_string()))),
        }
    }

    /// Sends the recording's own curve, and returns the time up to now.
    fn begin(&self, recording: &Recording, levels: Levels, state: ProcessState) -> u64 {
        let (curve, _) = read_curve_and_command(&recording.file).unwrap_or_default();
        let points: Vec<Point> =
            curve.iter().map(|point| Point { at_ns: point.at_ns, live_bytes: point.live_bytes }).collect();
        let last_ns = points.last().map_or(0, |point| point.at_ns);
        let _ = self.updates.send(Update::Begin { path: recording.path.clone(), points });
        elapsed_ns(levels, state).unwrap_or(last_ns)
    }

    /// Reads the levels of the selected process, and with `with_state` whether it still runs.
    fn sample(&mut self, with_state: bool) {
        let Some(mut selected) = self.selected.take() else { return };
        if selected.state != ProcessState::Ended {
            let levels = match read_levels(&selected.recording.file) {
                Ok(levels) => levels,
                Err(error) => {
                    let problem = format!("{}: {error}", selected.recording.path.display());
                    let _ = self.updates.send(Update::Problem(problem));
                    selected.levels
                }
            };
            if with_state {
                selected.state = read_state(&selected.recording, levels, Some(selected.levels));
            }
            if levels.region != selected.levels.region {
                self.begin(&selected.recording, levels, selected.state);
                selected.at_ns = 0;
                selected.levels = levels;
                self.selected = Some(selected);
                self.drop_mark();
                return;
            }
            selected.levels = levels;
        }
        selected.at_ns =
            elapsed_ns(selected.levels, selected.state).unwrap_or(selected.at_ns).max(selected.at_ns);
        let path = selected.recording.path.clone();
        let _ = self.updates.send(Update::Sample { path, at_ns: selected.at_ns, levels: selected.levels });
        self.selected = Some(selected);
    }

    /// Reads the figures of all sites, and hands them on.
    fn read_sites(&mut self) -> Option<TimedReading> {
        let selected = self.selected.as_mut()?;
        let began = Instant::now();
        let path = selected.recording.path.clone();
        let reading = match read_site_figures(&selected.recording.file) {
            Ok(reading) => Arc::new(reading),
            Err(error) => {
                let _ = self.updates.send(Update::Problem(format!("{}: {error}", path.display())));
                return None;
            }
        };
        let at_ns = elapsed_ns(selected.levels, selected.state).unwrap_or(selected.at_ns);
        selected.is_done = selected.state == ProcessState::Ended;
        let totals = reading.totals;
        let timed = TimedReading { path: path.clone(), at_ns, reading };
        let _ = self.namer.send(NamerJob::Rows(timed.clone()));
        let _ = self.updates.send(Update::Totals { path, at_ns, totals });
        self.sites_due = Instant::now() + SLOW_TICK.max(began.elapsed() * REST_PER_WORK);
        Some(timed)
    }
}

/// Wall time since the region was opened; `None` for a process that ended without closing it.
pub(crate) fn elapsed_ns(levels: Levels, state: ProcessState) -> Option<u64> {
    if let Some(closed_after_ns) = levels.closed_after_ns {
        return Some(closed_after_ns);
    }
    let now = clock_gettime(ClockId::Monotonic);
    let now_ns =
        u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0);
    (state != ProcessState::Ended).then(|| now_ns.saturating_sub(levels.opened_at_ns))
}
