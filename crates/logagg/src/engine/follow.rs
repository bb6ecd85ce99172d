//! Counts live logs while they grow, through rotation and truncation.
//!
//! Files are polled, which works on every file system. A line counts once its line feed has been
//! written; what a rotated file holds after its last line feed counts as a line, because nothing
//! more will follow.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};

use memchr::{memchr, memrchr};

use crate::counter::Counter;
use crate::counter::sketch::Sketch;
use crate::counter::spill::SpillFile;
use crate::counter::top::RankedKey;
use crate::engine::memory_plan::MemoryPlan;
use crate::engine::merge_counters::MergedCounts;
use crate::engine::{CountOptions, CountOutcome, finish_exact, finish_sketch};
use crate::error::{Error, Result};
use crate::key::KeySink;
use crate::line_offsets::Tally;
use crate::partial::PartialWriter;

/// The followed logs and their counts so far.
pub struct LogFollower {
    options: CountOptions,
    plan: MemoryPlan,
    logs: Vec<FollowedLog>,
    tally: Tally,
    counted: FollowCounts,
    spill: std::sync::Arc<SpillFile>,
}

enum FollowCounts {
    Exact(Box<Counter>),
    Sketch(Sketch),
}

/// The counts at one moment.
#[derive(Debug, Clone)]
pub struct LiveCounts {
    /// Lines with a key (page views).
    pub pv: u64,
    /// Distinct keys in memory.
    pub uv: u64,
    /// Whether `uv` is only a lower bound because some keys are on disk.
    pub at_least: bool,
    /// Lines without a key.
    pub malformed: u64,
    /// The largest counts; empty if some keys are on disk.
    pub top: Vec<RankedKey>,
}

impl LogFollower {
    /// Opens the logs. Each must be a regular file that is not compressed.
    pub fn new(names: &[String], options: &CountOptions) -> Result<LogFollower> {
        let plan = MemoryPlan::new(options.memory, 1, options.window * names.len(), false)?;
        let spill = SpillFile::new(&options.temp_dir);
        let counted = if options.sketch {
            FollowCounts::Sketch(Sketch::default())
        } else {
            FollowCounts::Exact(Box::new(Counter::new(&spill, plan.tables, 0)))
        };
        let logs = names.iter().map(|name| FollowedLog::open(name)).collect::<Result<_>>()?;
        Ok(LogFollower { options: options.clone(), plan, logs, tally: Tally::default(), counted, spill })
    }

    /// Counts everything that was appended; `say` receives messages for the user. Returns whether
    /// anything was appended.
    pub fn poll(&mut self, say: &mut dyn FnMut(String)) -> Result<bool> {
        let mut any = false;
        for log in &mut self.logs {
            any |= match &mut self.counted {
                FollowCounts::Exact(counter) => {
                    log.poll(&self.options, &mut self.tally, counter.as_mut(), say)?
                }
                FollowCounts::Sketch(sketch) => log.poll(&self.options, &mut self.tally, sketch, say)?,
            };
        }
        Ok(any)
    }

    /// The counts now.
    pub fn snapshot(&self) -> Result<LiveCounts> {
        let Tally { lines, malformed, .. } = self.tally;
        let mut now =
            LiveCounts { pv: lines - malformed, uv: 0, at_least: false, malformed, top: Vec::new() };
        match &self.counted {
            FollowCounts::Sketch(sketch) => now.uv = sketch.estimate(),
            FollowCounts::Exact(counter) => {
                now.uv = counter.key_count() as u64;
                now.at_least = counter.has_spilled();
                if !now.at_least {
                    let mut merged = MergedCounts::new(self.options.top, self.plan.top, None);
                    counter.for_each(&mut |key, count| merged.add(key, count))?;
                    now.top = merged.top.into_sorted();
                }
            }
        }
        Ok(now)
    }

    /// The result. An incomplete last line is not counted, and `say` is told about it.
    pub fn finish(self, partial: Option<PartialWriter>, say: &mut dyn FnMut(String)) -> Result<CountOutcome> {
        for log in self.logs.iter().filter(|log| !log.tail.is_empty()) {
            say(format!(
                "{}: the last {} bytes are no whole line yet and are not counted",
                log.name,
                log.tail.len()
            ));
        }
        match self.counted {
            FollowCounts::Sketch(sketch) => finish_sketch(sketch, self.tally, partial),
            FollowCounts::Exact(counter) => {
                finish_exact(vec![*counter], self.tally, &self.plan, self.options.top, &self.spill, partial)
            }
        }
    }
}

struct FollowedLog {
    name: String,
    file: File,
    identity: (u64, u64),
    at: u64,
    /// The beginning of a line whose end has not been written yet.
    tail: Vec<u8>,
    /// Whether the rest of an overlong line, which has been counted, is being skipped.
    skipping: bool,
}

impl FollowedLog {
    fn open(name: &str) -> Result<FollowedLog> {
        let failed = |source| Error::Input { name: name.to_owned(), offset: 0, source };
        let found = std::fs::metadata(name).map_err(failed)?;
        if !found.is_file() {
            return Err(Error::Usage(format!("--follow {name}: only a regular file can be followed")));
        }
        let file = File::open(name).map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        Ok(FollowedLog {
            name: name.to_owned(),
            file,
            identity: (found.dev(), found.ino()),
            at: 0,
            tail: Vec::new(),
            skipping: false,
        })
    }

    fn poll<S: KeySink>(
        &mut self,
        options: &CountOptions,
        tally: &mut Tally,
        sink: &mut S,
        say: &mut dyn FnMut(String),
    ) -> Result<bool> {
        let mut any = self.read_appended(options, tally, sink)?;
        let size = self.file.metadata().map_err(|source| self.read_error(source))?.len();
        if size < self.at {
            say(format!(
                "{}: truncated from {} to {size} bytes: counting goes on at its start; lines that were written and cut \
                 between two looks are not counted",
                self.name, self.at
            ));
            (self.at, self.skipping) = (0, false);
            self.tail.clear();
            any |= self.read_appended(options, tally, sink)?;
        }
        let Ok(found) = std::fs::metadata(&self.name) else { return Ok(any) };
        if (found.dev(), found.ino()) == self.identity {
            return Ok(any);
        }
        // The log was rotated. What was written to the old file since the last poll still counts.
        self.read_appended(options, tally, sink)?;
        if !self.tail.is_empty() {
            tally.bytes += self.tail.len() as u64;
            options.extract.count_rest(&self.tail, true, tally, sink);
            sink.flush()?;
        }
        *self = FollowedLog::open(&self.name)?;
        self.read_appended(options, tally, sink)?;
        Ok(true)
    }

    fn read_error(&self, source: io::Error) -> Error {
        Error::Input { name: self.name.clone(), offset: self.at, source }
    }

    fn read_appended<S: KeySink>(
        &mut self,
        options: &CountOptions,
        tally: &mut Tally,
        sink: &mut S,
    ) -> Result<bool> {
        let mut any = false;
        loop {
            let before = self.tail.len();
            self.tail.resize(before + options.window, 0);
            let taken = self.file.read_at(&mut self.tail[before..], self.at);
            let taken = match taken {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                other => other.map_err(|source| self.read_error(source))?,
            };
            self.tail.truncate(before + taken);
            if taken == 0 {
                // A quiet log does not keep its buffer.
                self.tail.shrink_to_fit();
                return Ok(any);
            }
            self.at += taken as u64;
            any = true;
            self.count_lines(options, tally, sink)?;
        }
    }

    fn count_lines<S: KeySink>(
        &mut self,
        options: &CountOptions,
        tally: &mut Tally,
        sink: &mut S,
    ) -> Result<()> {
        let mut from = 0;
        if self.skipping {
            let found = memchr(b'\n', &self.tail);
            from = found.map_or(self.tail.len(), |at| at + 1);
            tally.bytes += from as u64;
            self.skipping = found.is_none();
        }
        let cut = memrchr(b'\n', &self.tail[from..]).map_or(from, |at| from + at + 1);
        options.extract.count_block(&self.tail[from..cut], options.longest_line, tally, sink);
        self.tail.drain(..cut);
        if self.tail.len() > options.longest_line {
            tally.bytes += self.tail.len() as u64;
            options.extract.count_rest(&self.tail[..options.longest_line], false, tally, sink);
            self.tail.clear();
            self.skipping = true;
        }
        sink.flush()
    }
}
