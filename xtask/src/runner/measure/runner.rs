//! Runs the children of one section: each gets a folder, is watched, and its checksum is compared
//! with the others'.

use super::{MeasureEvent, MeasureRequest, SectionResult, VariantTask};
use crate::exit::ExitReason;
use crate::runner::prepared_input;
use crate::runner::probe::{self, ProbeFault, RunRequest};
use crate::runner::tool_files;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab::runner::recording_files;
use heaplab_profile::raw::RawRecording;
use heaplab_record::{CurvePoint, Failure, Language, PREPARED_VARIABLE, Probe, Record};
use heaplab_report::Artifact;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The expected time of a child where nothing is known.
pub(super) const DEFAULT_EXPECTED: Duration = Duration::from_millis(300);

pub(super) struct Runner<'a> {
    pub(super) request: &'a MeasureRequest,
    pub(super) screen: &'a Terminal,
    pub(super) show: &'a mut dyn FnMut(MeasureEvent<'_>),
    pub(super) section: SectionResult,
    /// The first checksum of each work group and scale, with the variant that returned it.
    checksums: HashMap<(String, u64), (String, String)>,
    children: u32,
    done: Duration,
    /// The prepared inputs, by binary and scale.
    prepared: HashMap<(PathBuf, u64), String>,
    /// The time of each variant's run at the reference scale.
    pub(super) pace: HashMap<String, Pace>,
}

/// A wall time and the scale that it was measured at.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    pub(super) wall: Duration,
    pub(super) rows: u64,
}

/// The results of a child that succeeded.
pub(super) struct ChildAnswer {
    pub(super) record: Record,
    pub(super) samples: Vec<CurvePoint>,
    /// dhat's file, under the dhat probe.
    pub(super) dhat_json: Option<String>,
    /// The recording, under the heap probe.
    pub(super) recording: Option<RawRecording>,
}

/// The outcome of one child.
pub(super) struct ChildReply {
    pub(super) answer: Option<ChildAnswer>,
    /// Whether the variant would only fail again, and slowly.
    pub(super) hopeless: bool,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        request: &'a MeasureRequest,
        screen: &'a Terminal,
        show: &'a mut dyn FnMut(MeasureEvent<'_>),
    ) -> Runner<'a> {
        Runner {
            request,
            screen,
            show,
            section: SectionResult::default(),
            checksums: HashMap::new(),
            children: 0,
            done: Duration::ZERO,
            prepared: HashMap::new(),
            pace: HashMap::new(),
        }
    }

    /// Sets how much work is ahead.
    pub(super) fn announce_work(&mut self, ahead: Duration) {
        self.screen.set_total(self.done + ahead);
    }

    /// Runs one child to its end. A failure is reported, and the other children still run.
    pub(super) fn run_child(&mut self, task: VariantTask<'_>, probe: Probe, rows: u64) -> Result<ChildReply> {
        self.run_child_with_env(task, probe, rows, Vec::new())
    }

    /// As [`Runner::run_child`], with additional environment variables.
    pub(super) fn run_child_with_env(
        &mut self,
        task: VariantTask<'_>,
        probe: Probe,
        rows: u64,
        environment: Vec<(&'static str, String)>,
    ) -> Result<ChildReply> {
        let out = self.create_child_folder()?;
        let mut order = self.build_run_request(task, probe, rows, out.clone())?;
        order.environment.extend(environment);
        let expected = self.expected_duration(task, probe, rows);
        self.screen.set_activity(&format!(
            "{} · {} · {}",
            task.display_name(),
            probe.name(),
            heaplab_report::format::scale(rows)
        ));
        let (started, done, screen) = (Instant::now(), self.done, self.screen);
        let outcome =
            probe::run_probe(&order, || screen.set_progress(done + started.elapsed().min(expected)))?;
        self.done += expected;
        self.screen.set_progress(self.done);
        for line in outcome.stdout.lines() {
            self.screen.print_note(&format!("{}: {line}", task.display_name()));
        }
        let reply = match outcome.record.and_then(|record| with_tool_files(record, &out)) {
            Ok((record, tool_files)) => {
                self.check_checksum(task, &record)?;
                self.section.tool_files.extend(tool_files);
                let answer = ChildAnswer {
                    record,
                    samples: outcome.samples,
                    dhat_json: if probe == Probe::Dhat { Some(read_dhat_json(task, &out)?) } else { None },
                    recording: if probe == Probe::Heap { Some(read_recording(task, &out)?) } else { None },
                };
                ChildReply { answer: Some(answer), hopeless: false }
            }
            Err(fault) => {
                let failure = Failure {
                    section: task.built.lesson.section.to_string(),
                    variant: task.shown_as.to_owned(),
                    language: task.variant.language,
                    interpreter: task.interpreter_label().map(str::to_owned),
                    probe,
                    cause: fault.cause,
                    signal: fault.signal,
                    stderr_tail: fault.stderr_tail,
                };
                (self.show)(MeasureEvent::Failed(&failure));
                self.section.failed.push(failure);
                ChildReply { answer: None, hopeless: fault.hopeless }
            }
        };
        std::fs::remove_dir_all(&out).with_context(|| format!("cannot take {} away", out.display()))?;
        Ok(reply)
    }

    /// Whether the task can run under the heap probe.
    pub(super) fn can_record(&self, task: VariantTask<'_>) -> bool {
        task.variant.language == Language::Rust || self.request.recorder_library.is_some()
    }

    /// An empty folder for one child.
    pub(super) fn create_child_folder(&mut self) -> Result<PathBuf> {
        self.children += 1;
        let out = self.request.folder.join(self.children.to_string());
        std::fs::create_dir(&out).with_context(|| format!("cannot make {}", out.display()))?;
        Ok(out)
    }

    pub(super) fn build_run_request(
        &mut self,
        task: VariantTask<'_>,
        probe: Probe,
        rows: u64,
        out: PathBuf,
    ) -> Result<RunRequest> {
        let (program, arguments) = match (task.variant.language, task.python) {
            (Language::Rust, _) => {
                let arguments = [task.variant.name.as_str(), "--rows", &rows.to_string()].map(str::to_owned);
                (task.built.binary.clone(), arguments.to_vec())
            }
            (Language::Python, Some(python)) => {
                let script = task.built.lesson.script_path(&task.variant.name);
                (python.program.clone(), vec![script.to_string_lossy().into_owned()])
            }
            (Language::Python, None) => {
                anyhow::bail!("{}: there is no interpreter to run it", task.display_name())
            }
        };
        let mut environment = Vec::new();
        environment.extend(self.prepared_input(task, rows)?.map(|what| (PREPARED_VARIABLE, what)));
        if task.variant.language == Language::Python {
            environment.extend(self.python_environment(probe)?);
        }
        let timeout = self.request.timeout;
        Ok(RunRequest { program, arguments, environment, probe, rows, out, timeout })
    }

    /// What the environment of an interpreter has besides what every child gets.
    fn python_environment(&self, probe: Probe) -> Result<Vec<(&'static str, String)>> {
        // Hashes of texts would otherwise differ between runs, and with them the order of sets.
        let mut environment = vec![("PYTHONHASHSEED", "0".to_owned())];
        if probe == Probe::Heap {
            let library = self.request.recorder_library.as_ref();
            let library = library.context("there is no recorder's library for CPython")?;
            environment.extend([
                ("LD_PRELOAD", library.to_string_lossy().into_owned()),
                // Every object is then a block of its own, and not a part of an arena.
                ("PYTHONMALLOC", "malloc".to_owned()),
                // Only the process of the variant has a region, as in Rust.
                ("HEAPLAB_FOLLOW", "0".to_owned()),
            ]);
        }
        Ok(environment)
    }

    /// The lesson's input for this scale, made once.
    fn prepared_input(&mut self, task: VariantTask<'_>, rows: u64) -> Result<Option<String>> {
        if !task.built.manifest.prepares {
            return Ok(None);
        }
        let key = (task.built.binary.clone(), rows);
        if let Some(known) = self.prepared.get(&key) {
            return Ok(Some(known.clone()));
        }
        let scale = heaplab_report::format::scale(rows);
        self.screen.set_activity(&format!("{} · {scale} {}", task.built.lesson.package, task.unit));
        let made =
            prepared_input::run_prepare(task.built, Some(rows), &self.request.given, &self.request.folder)?;
        self.prepared.insert(key, made.what.clone());
        Ok(Some(made.what))
    }

    /// Variants of one work group must return the same checksum at the same scale. A report where
    /// they differ would compare different work, so it is refused.
    fn check_checksum(&mut self, task: VariantTask<'_>, record: &Record) -> Result<(), ExitReason> {
        let key = (task.variant.work_group.clone(), record.scale);
        let (first, whose) =
            self.checksums.entry(key).or_insert_with(|| (record.checksum.clone(), task.display_name()));
        if *first == record.checksum {
            return Ok(());
        }
        Err(ExitReason::CheckFailed(format!(
            "{} did other work than {whose}: at {} of {} its checksum is {}, {whose} has {first}.\n\
             No report is written, the last one is as it was. Look at {}: which rows differ, or in which order?",
            task.display_name(),
            record.scale,
            task.unit,
            record.checksum,
            match task.variant.language {
                Language::Rust => task.built.lesson.folder.join("src/main.rs"),
                Language::Python => task.built.lesson.script_path(&task.variant.name),
            }
            .display(),
        )))
    }

    /// The expected time of a child, by its run at the reference scale. The factors only serve the
    /// progress bar.
    pub(super) fn expected_duration(&self, task: VariantTask<'_>, probe: Probe, rows: u64) -> Duration {
        let Some(pace) = self.pace.get(&task.display_name()) else { return DEFAULT_EXPECTED };
        let factor = match probe {
            Probe::Plain => 1.0,
            Probe::Counts | Probe::Heap => 1.3,
            Probe::Dhat => 20.0,
            Probe::Tracemalloc => 4.0,
        };
        pace.wall.mul_f64(factor * rows as f64 / pace.rows as f64)
    }
}

/// The record with the contents of the files that it hands over.
fn with_tool_files(record: Record, out: &Path) -> Result<(Record, Vec<Artifact>), ProbeFault> {
    match tool_files::take_tool_files(&record, out) {
        Ok(files) => Ok((record, files)),
        Err(cause) => Err(ProbeFault { cause, signal: None, stderr_tail: String::new(), hopeless: false }),
    }
}

fn read_dhat_json(task: VariantTask<'_>, out: &Path) -> Result<String> {
    std::fs::read_to_string(out.join("dhat.json"))
        .with_context(|| format!("{}: dhat left no file", task.display_name()))
}

/// A Rust variant writes its recording when its region closes. CPython's stays where the recorder has
/// kept it all the time.
fn read_recording(task: VariantTask<'_>, out: &Path) -> Result<RawRecording> {
    if task.variant.language == Language::Python {
        let mut recordings = recording_files::read_recordings(&[out], None)?;
        anyhow::ensure!(!recordings.is_empty(), "{}: the recorder left no file", task.display_name());
        return Ok(recordings.swap_remove(0).raw);
    }
    let bytes = std::fs::read(out.join("heap.raw"))
        .with_context(|| format!("{}: the recorder left no file", task.display_name()))?;
    RawRecording::read(&bytes)
        .with_context(|| format!("{}: cannot read what the recorder left", task.display_name()))
}
