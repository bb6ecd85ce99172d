//! The student's Python curves: `list.py` and `generator.py` under tracemalloc, as the lecture's
//! homework asks for them. They stand beside the Rust curves and earn nothing: the grader starts no
//! Python.

use super::homework_folder::HomeworkFolder;
use crate::runner::child_process::{ChildGuard, WaitOutcome};
use crate::runner::python;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The scripts of the starting point.
pub(super) const SCRIPTS: [&str; 2] = ["list.py", "generator.py"];
/// A script takes a second or two; a longer run is an endless one.
const BUDGET: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How much of a script's last words is shown.
const LAST_WORDS: usize = 200;

/// What tracemalloc saw of the student's scripts.
#[derive(Default)]
pub(super) struct PythonCurves {
    pub(super) curves: Vec<PythonCurve>,
    /// The interpreter, such as `Python 3.11.7`; empty where there is none.
    pub(super) interpreter: String,
    /// Why a curve is missing, one reason each.
    pub(super) missing: Vec<String>,
}

/// One script's curve.
pub(super) struct PythonCurve {
    pub(super) name: String,
    pub(super) traced: Traced,
}

/// What `student_curve.py` prints.
#[derive(Deserialize)]
pub(super) struct Traced {
    /// The rows that the script handed out.
    pub(super) rows: u64,
    pub(super) peak_bytes: u64,
    /// Pairs of nanoseconds and traced bytes.
    pub(super) points: Vec<[u64; 2]>,
}

/// Runs the scripts that the student's folder has, each with `rows` rows. A script that fails is
/// named and stops nothing.
pub(super) fn trace_scripts(
    place: &HomeworkFolder,
    rows: u64,
    runs: &Path,
    screen: &Terminal,
) -> Result<PythonCurves> {
    let work = place.student_folder();
    let scripts: Vec<&str> = SCRIPTS.into_iter().filter(|name| work.join(name).is_file()).collect();
    if scripts.is_empty() {
        return Ok(PythonCurves::default());
    }
    let python = match python::find_python() {
        Ok(python) => python,
        Err(why) => return Ok(PythonCurves { missing: vec![why], ..PythonCurves::default() }),
    };
    let mut found = PythonCurves { interpreter: python.full_name(), ..PythonCurves::default() };
    let driver = place.lesson.join("python/student_curve.py");
    for name in scripts {
        screen.set_activity(name);
        let mut command = Command::new(&python.program);
        command.arg("-B").arg(&driver).arg(work.join(name)).arg(rows.to_string());
        match run_script(&mut command, name, runs)? {
            Ok(traced) if traced.rows == rows => {
                found.curves.push(PythonCurve { name: name.to_owned(), traced });
            }
            Ok(traced) => found.missing.push(format!("{name}: {} != {rows} rows", traced.rows)),
            Err(why) => found.missing.push(format!("{name}: {why}")),
        }
    }
    Ok(found)
}

/// The script's curve, or its last words.
fn run_script(command: &mut Command, name: &str, runs: &Path) -> Result<Result<Traced, String>> {
    let (out, errors) = (runs.join(format!("{name}.json")), runs.join(format!("{name}.txt")));
    let create = |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
    std::fs::create_dir_all(runs).with_context(|| format!("cannot make {}", runs.display()))?;
    command.stdin(Stdio::null()).stdout(create(&out)?).stderr(create(&errors)?);
    let started = Instant::now();
    let mut child = ChildGuard::start(command, name)?;
    let too_long = |_: &mut std::process::Child| Ok((started.elapsed() > BUDGET).then_some(()));
    let ended = child.wait_while(LOOK_EVERY, too_long)?;
    Ok(match ended {
        WaitOutcome::Ended(()) => Err(format!("> {} s", BUDGET.as_secs())),
        WaitOutcome::Exited(status) if !status.success() => Err(last_words(&errors)),
        WaitOutcome::Exited(_) => {
            let text = std::fs::read(&out).with_context(|| format!("cannot read {}", out.display()))?;
            serde_json::from_slice(&text).map_err(|error| error.to_string())
        }
    })
}

/// The last line that a script wrote, which names its error.
fn last_words(errors: &Path) -> String {
    let text = std::fs::read(errors).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.trim().lines().last().unwrap_or_default().chars().take(LAST_WORDS).collect()
}
