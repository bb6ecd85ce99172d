//! The ways to run a program: plain, with our recorder, and under other profilers.

use super::inputs::GIT_ENVIRONMENT;
use super::workload::{PreparedWorkload, Workload};
use crate::commands::bench::is_installed;
use crate::commands::bench::process;
use crate::runner::python::Python;
use anyhow::{Context as _, Result};
use heaplab_report::Words;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Short enough for runs of half a second.
const LOOK_EVERY: Duration = Duration::from_millis(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Without a profiler. CPython takes each object from `malloc` here as well (`PYTHONMALLOC`), so
    /// that the profiler is compared and not the allocator.
    Plain,
    /// CPython as it is, with its own pools for small objects.
    PlainPools,
    Heaplab,
    Heaptrack,
    /// memray, which sees the pools and not the objects in them.
    Memray,
    /// memray with `--trace-python-allocators`.
    MemrayObjects,
}

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunCost {
    pub(super) process_ns: u64,
    pub(super) cpu_ns: Option<u64>,
}

/// What a run needs.
pub(super) struct RunSetting<'a> {
    /// The recorder's library.
    pub(super) library: &'a Path,
    /// For recordings and output.
    pub(super) folder: &'a Path,
}

impl Side {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Side::Plain => "plain",
            Side::PlainPools => "plain-pools",
            Side::Heaplab => "heaplab",
            Side::Heaptrack => "heaptrack",
            Side::Memray => "memray",
            Side::MemrayObjects => "memray-objects",
        }
    }

    /// The reason why this side cannot run here.
    pub(super) fn missing_reason(
        self,
        workload: Workload,
        python: &Result<Python, String>,
        words: &Words,
    ) -> Option<String> {
        match (self, python) {
            (Side::Heaptrack, _) if !is_installed("heaptrack") => {
                Some(words.say("bench-not-installed", &[("program", "heaptrack")]))
            }
            (Side::Heaptrack, _) if workload.works_in_children() => {
                Some(words.say("bench-follows-no-child", &[("program", "heaptrack"), ("workload", "cc1")]))
            }
            (Side::Memray | Side::MemrayObjects, Ok(python)) if !has_memray(python) => {
                Some(words.say("bench-no-module", &[("module", "memray"), ("python", &python.version)]))
            }
            _ => None,
        }
    }

    /// Runs a workload; `expected` is what it has to print, if that is known.
    pub(super) fn run(
        self,
        workload: Workload,
        prepared: &PreparedWorkload,
        setting: &RunSetting<'_>,
    ) -> Result<(RunCost, String)> {
        let recordings = setting.folder.join("recordings");
        std::fs::create_dir_all(&recordings)
            .with_context(|| format!("cannot make {}", recordings.display()))?;
        let words = self.command_words(&prepared.words, &recordings);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).envs(GIT_ENVIRONMENT);
        command.envs([("LC_ALL", "C"), ("PERL_HASH_SEED", "0"), ("PYTHONHASHSEED", "0")]);
        for variable in ["LD_PRELOAD", "HEAPLAB_OUT", "HEAPLAB_PROBE", "HEAPLAB_FOLLOW", "PYTHONMALLOC"] {
            command.env_remove(variable);
        }
        if workload.is_python() && matches!(self, Side::Plain | Side::Heaplab | Side::Heaptrack) {
            command.env("PYTHONMALLOC", "malloc");
        }
        if self == Side::Heaplab {
            command.env("LD_PRELOAD", setting.library).env("HEAPLAB_OUT", &recordings);
        }
        let what = format!("{} under {}", workload.name(), self.name());
        let ended = process::run_process(command, setting.folder, &what, LOOK_EVERY);
        let has_recorded = std::fs::read_dir(&recordings).is_ok_and(|mut files| files.next().is_some());
        // The system would write the recordings to the disk during later runs.
        std::fs::remove_dir_all(&recordings)
            .with_context(|| format!("cannot remove {}", recordings.display()))?;
        let ended = ended?;
        let is_plain = matches!(self, Side::Plain | Side::PlainPools);
        anyhow::ensure!(is_plain || has_recorded, "{what} left no recording");
        Ok((RunCost { process_ns: ended.process_ns, cpu_ns: ended.cpu_ns }, ended.stdout))
    }

    fn command_words(self, program: &[OsString], recordings: &Path) -> Vec<OsString> {
        let memray = |more: &[&str]| {
            let options = ["-m", "memray", "run", "--quiet", "--force", "--output"];
            let place: PathBuf = recordings.join("memray.bin");
            let before = options.iter().map(OsString::from).chain([place.into()]);
            let more = more.iter().map(OsString::from);
            program[..1]
                .iter()
                .cloned()
                .chain(before)
                .chain(more)
                .chain(program[1..].iter().cloned())
                .collect()
        };
        match self {
            Side::Plain | Side::PlainPools | Side::Heaplab => program.to_vec(),
            Side::Heaptrack => {
                let place = recordings.join("heaptrack");
                ["heaptrack".into(), "-o".into(), place.into()]
                    .into_iter()
                    .chain(program.iter().cloned())
                    .collect()
            }
            Side::Memray => memray(&[]),
            Side::MemrayObjects => memray(&["--trace-python-allocators"]),
        }
    }
}

fn has_memray(python: &Python) -> bool {
    let mut command = Command::new(&python.program);
    command.args(["-c", "import memray"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
