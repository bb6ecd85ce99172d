//! The children of one section: each gets a folder, is watched, and its record is held against the others' checksums.

use super::{Event, Request, Section, Task};
use crate::prepare;
use crate::probe::{self, Order};
use crate::screen::Screen;
use crate::stop::Stop;
use anyhow::{Context as _, Result};
use heaplab_profile::raw::Raw;
use heaplab_record::{CurvePoint, Failure, Language, PREPARED_VARIABLE, Probe, Record};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A child is expected to take this long where nothing is known.
pub(super) const UNKNOWN: Duration = Duration::from_millis(300);

pub(super) struct Runner<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) screen: &'a Screen,
    pub(super) show: &'a mut dyn FnMut(Event<'_>),
    pub(super) section: Section,
    /// The first checksum of each work group and scale, and whose it was.
    checksums: HashMap<(String, u64), (String, String)>,
    children: u32,
    done: Duration,
    /// What the lessons have made, by binary and scale.
    prepared: HashMap<(PathBuf, u64), String>,
    /// What a child of a variant takes at a row, by the runs at the reference scale.
    pub(super) pace: HashMap<String, Pace>,
}

/// Wall time and the scale it was measured at.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    pub(super) wall: Duration,
    pub(super) rows: u64,
}

/// A child that gave its record.
pub(super) struct Answer {
    pub(super) record: Record,
    pub(super) samples: Vec<CurvePoint>,
    /// dhat's file, under that probe.
    pub(super) dhat_json: Option<String>,
    /// The recorder's, under the heap probe.
    pub(super) recording: Option<Raw>,
}

/// What came of one child.
pub(super) struct Reply {
    pub(super) answer: Option<Answer>,
    /// Whether the variant would only fail again, and slowly.
    pub(super) hopeless: bool,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        request: &'a Request<'a>,
        screen: &'a Screen,
        show: &'a mut dyn FnMut(Event<'_>),
    ) -> Runner<'a> {
        Runner {
            request,
            screen,
            show,
            section: Section::default(),
            checksums: HashMap::new(),
            children: 0,
            done: Duration::ZERO,
            prepared: HashMap::new(),
            pace: HashMap::new(),
        }
    }

    /// Says how much work lies ahead.
    pub(super) fn expect(&mut self, ahead: Duration) {
        self.screen.expect(self.done + ahead);
    }

    /// Runs one child to its end. A failure is noted and shown, and the others go on.
    pub(super) fn child(&mut self, task: Task<'_>, probe: Probe, rows: u64) -> Result<Reply> {
        self.asked(task, probe, rows, Vec::new())
    }

    /// As [`Runner::child`], with more in its environment.
    pub(super) fn asked(
        &mut self,
        task: Task<'_>,
        probe: Probe,
        rows: u64,
        environment: Vec<(&'static str, String)>,
    ) -> Result<Reply> {
        let out = self.folder()?;
        let mut order = self.order(task, probe, rows, out.clone())?;
        order.environment.extend(environment);
        let expected = self.expected(task, probe, rows);
        self.screen.doing(&format!(
            "{} · {} · {}",
            task.name(),
            probe.name(),
            heaplab_report::format::scale(rows)
        ));
        let (started, done, screen) = (Instant::now(), self.done, self.screen);
        let outcome = probe::run(&order, || screen.done(done + started.elapsed().min(expected)))?;
        self.done += expected;
        self.screen.done(self.done);
        for line in outcome.stdout.lines() {
            self.screen.note(&format!("{}: {line}", task.name()));
        }
        let reply = match outcome.record {
            Ok(record) => {
                self.hold_against_others(task, &record)?;
                let answer = Answer {
                    record,
                    samples: outcome.samples,
                    dhat_json: if probe == Probe::Dhat { Some(dhat_json(task, &out)?) } else { None },
                    recording: if probe == Probe::Heap { Some(recording(task, &out)?) } else { None },
                };
                Reply { answer: Some(answer), hopeless: false }
            }
            Err(fault) => {
                let failure = Failure {
                    section: task.built.lesson.section.to_string(),
                    variant: task.shown_as.to_owned(),
                    language: task.variant.language,
                    probe,
                    cause: fault.cause,
                    signal: fault.signal,
                    stderr_tail: fault.stderr_tail,
                };
                (self.show)(Event::Failed(&failure));
                self.section.failed.push(failure);
                Reply { answer: None, hopeless: fault.hopeless }
            }
        };
        std::fs::remove_dir_all(&out).with_context(|| format!("cannot take {} away", out.display()))?;
        Ok(reply)
    }

    /// An empty folder for one child.
    pub(super) fn folder(&mut self) -> Result<PathBuf> {
        self.children += 1;
        let out = self.request.folder.join(self.children.to_string());
        std::fs::create_dir(&out).with_context(|| format!("cannot make {}", out.display()))?;
        Ok(out)
    }

    /// How one child is run.
    pub(super) fn order(&mut self, task: Task<'_>, probe: Probe, rows: u64, out: PathBuf) -> Result<Order> {
        let (program, arguments) = match (task.variant.language, self.request.python) {
            (Language::Rust, _) => {
                let arguments = [task.variant.name.as_str(), "--rows", &rows.to_string()].map(str::to_owned);
                (task.built.binary.clone(), arguments.to_vec())
            }
            (Language::Python, Some(python)) => {
                let script = task.built.lesson.script(&task.variant.name);
                (python.program.clone(), vec![script.to_string_lossy().into_owned()])
            }
            (Language::Python, None) => anyhow::bail!("{}: there is no interpreter to run it", task.name()),
        };
        let environment = self.prepared(task, rows)?.map(|what| (PREPARED_VARIABLE, what));
        let environment = environment.into_iter().collect();
        let timeout = self.request.timeout;
        Ok(Order { program, arguments, environment, probe, rows, out, timeout })
    }

    /// What the lesson has made for this scale, once.
    fn prepared(&mut self, task: Task<'_>, rows: u64) -> Result<Option<String>> {
        if !task.built.manifest.prepares {
            return Ok(None);
        }
        let key = (task.built.binary.clone(), rows);
        if let Some(known) = self.prepared.get(&key) {
            return Ok(Some(known.clone()));
        }
        let scale = heaplab_report::format::scale(rows);
        self.screen.doing(&format!("{} · {scale} {}", task.built.lesson.package, task.unit));
        let made = prepare::prepared(task.built, Some(rows), &self.request.given, &self.request.folder)?;
        self.prepared.insert(key, made.what.clone());
        Ok(Some(made.what))
    }

    /// Variants of one work group return one checksum at one scale; a report where they differ would compare two
    /// different works, and is refused.
    fn hold_against_others(&mut self, task: Task<'_>, record: &Record) -> Result<(), Stop> {
        let key = (task.variant.work_group.clone(), record.scale);
        let (first, whose) =
            self.checksums.entry(key).or_insert_with(|| (record.checksum.clone(), task.name()));
        if *first == record.checksum {
            return Ok(());
        }
        Err(Stop::SaysNo(format!(
            "{} did other work than {whose}: at {} of {} its checksum is {}, {whose} has {first}.\n\
             No report is written, the last one is as it was. Look at {}: which rows differ, or in which order?",
            task.name(),
            record.scale,
            task.unit,
            record.checksum,
            match task.variant.language {
                Language::Rust => task.built.lesson.folder.join("src/main.rs"),
                Language::Python => task.built.lesson.script(&task.variant.name),
            }
            .display(),
        )))
    }

    /// What a child will take, by what the reference scale took. The factors are only for the bar.
    pub(super) fn expected(&self, task: Task<'_>, probe: Probe, rows: u64) -> Duration {
        let Some(pace) = self.pace.get(&task.name()) else { return UNKNOWN };
        let factor = match probe {
            Probe::Plain => 1.0,
            Probe::Counts | Probe::Heap => 1.3,
            Probe::Dhat => 20.0,
        };
        pace.wall.mul_f64(factor * rows as f64 / pace.rows as f64)
    }
}

fn dhat_json(task: Task<'_>, out: &Path) -> Result<String> {
    std::fs::read_to_string(out.join("dhat.json"))
        .with_context(|| format!("{}: dhat left no file", task.name()))
}

fn recording(task: Task<'_>, out: &Path) -> Result<Raw> {
    let bytes = std::fs::read(out.join("heap.raw"))
        .with_context(|| format!("{}: the recorder left no file", task.name()))?;
    Raw::read(&bytes).with_context(|| format!("{}: cannot read what the recorder left", task.name()))
}
