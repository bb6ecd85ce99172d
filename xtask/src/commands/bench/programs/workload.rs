//! The programs that are run: what they work on, and their command lines.

use super::inputs;
use crate::commands::bench::is_installed;
use crate::runner::python::Python;
use anyhow::{Context as _, Result};
use heaplab_report::Words;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that nobody built for heaplab, with some work for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Workload {
    Sqlite,
    Jq,
    Perl,
    GitLog,
    CppMap,
    Objects,
    Json,
    /// The compiler with all of its processes.
    Gcc,
    /// The compiler proper alone, for tools that follow no child.
    Cc1,
}

/// A command line, and where its result is.
pub(super) struct PreparedWorkload {
    pub(super) words: Vec<OsString>,
    /// The file that it writes besides its standard output.
    pub(super) result: Option<PathBuf>,
}

/// Where workloads find what they need.
pub(super) struct WorkloadSources<'a> {
    /// The workspace's folder.
    pub(super) root: &'a Path,
    /// For what is made.
    pub(super) folder: &'a Path,
    pub(super) python: &'a Result<Python, String>,
}

impl Workload {
    pub(super) const ALL: [Workload; 9] = [
        Workload::Sqlite,
        Workload::Jq,
        Workload::Perl,
        Workload::GitLog,
        Workload::CppMap,
        Workload::Objects,
        Workload::Json,
        Workload::Gcc,
        Workload::Cc1,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Workload::Sqlite => "sqlite3",
            Workload::Jq => "jq",
            Workload::Perl => "perl",
            Workload::GitLog => "git-log",
            Workload::CppMap => "c++-map",
            Workload::Objects => "py-objects",
            Workload::Json => "py-json",
            Workload::Gcc => "gcc",
            Workload::Cc1 => "cc1",
        }
    }

    /// So many that a plain run takes about a second.
    pub(super) const fn rows(self) -> u64 {
        match self {
            Workload::Sqlite => 1_000_000,
            Workload::Jq => 200_000,
            Workload::Perl => 400_000,
            Workload::GitLog => 4_000,
            Workload::CppMap => 600_000,
            Workload::Objects => 600_000,
            Workload::Json => 200_000,
            Workload::Gcc | Workload::Cc1 => 150,
        }
    }

    pub(super) const fn is_python(self) -> bool {
        matches!(self, Workload::Objects | Workload::Json)
    }

    /// Whether most of its work is done in processes that it starts.
    pub(super) const fn works_in_children(self) -> bool {
        matches!(self, Workload::Gcc)
    }

    /// The reason why it cannot run here.
    pub(super) fn missing_reason(self, python: &Result<Python, String>, words: &Words) -> Option<String> {
        let program = match self {
            Workload::Sqlite => "sqlite3",
            Workload::Jq => "jq",
            Workload::Perl => "perl",
            Workload::GitLog => "git",
            Workload::CppMap => "c++",
            Workload::Gcc | Workload::Cc1 => "gcc",
            Workload::Objects | Workload::Json => {
                return python.as_ref().err().map(|why| words.say("bench-no-python", &[("why", why)]));
            }
        };
        (!is_installed(program)).then(|| words.say("bench-no-program", &[("program", program)]))
    }

    /// Makes the input and returns the command line.
    pub(super) fn prepare(self, rows: u64, sources: &WorkloadSources<'_>) -> Result<PreparedWorkload> {
        let folder = sources.folder;
        let of = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let python = |script: &str, argument: OsString| -> Result<Vec<OsString>> {
            let python = sources.python.as_ref().map_err(|why| anyhow::anyhow!("{why}"))?;
            let script = sources.root.join("xtask/src/commands/bench/programs").join(script);
            Ok(vec![python.program.clone().into(), script.into(), argument])
        };
        let mut result = None;
        let words = match self {
            Workload::Sqlite => of(&["sqlite3", ":memory:", &sql(rows)]),
            Workload::Jq => {
                let input = inputs::write_json(folder, rows)?;
                [of(&["jq", "-c", "[.[]|.name]|length"]), vec![input.into()]].concat()
            }
            Workload::Perl => {
                let script =
                    "my %h; $h{\"user$_\"} = [$_, \"x$_\"] for 1..$ARGV[0]; print scalar(keys %h), \"\\n\"";
                of(&["perl", "-e", script, &rows.to_string()])
            }
            Workload::GitLog => {
                let repository = inputs::make_repository(folder, rows)?;
                [
                    of(&["git", "-C"]),
                    vec![repository.into()],
                    of(&["log", "-p", "--stat", "--no-color", "main"]),
                ]
                .concat()
            }
            Workload::CppMap => {
                let program =
                    inputs::compile_map(folder, &sources.root.join("crates/preload/tests/programs/map.cpp"))?;
                vec![program.into(), rows.to_string().into()]
            }
            Workload::Objects => python("objects.py", rows.to_string().into())?,
            Workload::Json => python("load_json.py", inputs::write_json(folder, rows)?.into())?,
            Workload::Gcc | Workload::Cc1 => {
                let input = inputs::write_c_source(folder, rows)?;
                let output = folder.join("functions.out");
                result = Some(output.clone());
                let compiler =
                    if self == Workload::Gcc { of(&["gcc", "-c"]) } else { of(&[&find_cc1()?, "-quiet"]) };
                [compiler, of(&["-O2", "-o"]), vec![output.into(), input.into()]].concat()
            }
        };
        Ok(PreparedWorkload { words, result })
    }
}

fn sql(rows: u64) -> String {
    format!(
        "with recursive c(x) as (select 1 union all select x+1 from c where x<{rows}) \
         select count(*) from (select 'user'||x as n, x from c order by n desc)"
    )
}

/// The compiler proper, which gcc starts.
fn find_cc1() -> Result<String> {
    let output = Command::new("gcc").arg("-print-prog-name=cc1").output().context("gcc does not start")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
