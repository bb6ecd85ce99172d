//! Runs a lesson's programs in the lesson's own tests, each in its own process, and reads their
//! records. Feature `trial`, for `[dev-dependencies]`.
//!
//! ```no_run
//! # fn main() -> Result<(), heaplab_lesson::trial::TrialError> {
//! use heaplab_lesson::trial;
//!
//! let list = trial::run_recorded("target/debug/generators", "list", 20_000)?;
//! assert!(list.heap.peak_bytes > 20_000);
//! # Ok(())
//! # }
//! ```

mod lecture_tools;

pub use lecture_tools::{ToolRun, run_python_with_tools};

pub use heaplab_record::{HeapTotals, Measurement, Phase, PreparedInput, Probe, Record};

use heaplab_record::{Attachment, Cell, Chart, PREPARED_VARIABLE, Table};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The result of a run under the heap probe. With one thread every figure is exact.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRun {
    /// The proof of the work.
    pub checksum: String,
    /// The recorder's totals.
    pub heap: HeapTotals,
    /// The marks of the run, with the live bytes there.
    pub phases: Vec<Phase>,
    /// The attachments of the variant under this probe.
    pub attachments: Vec<Attachment>,
}

/// Why a run has no record.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The program does not start, or its record cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The program or the file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It did not end with status 0.
    #[error("`{variant}` ended with {status}: {stderr}")]
    Failed {
        /// The variant.
        variant: String,
        /// The exit status, as the system describes it.
        status: String,
        /// Its standard error.
        stderr: String,
    },
    /// Its record is not valid.
    #[error("`{variant}` left a record that cannot be read: {source}")]
    Record {
        /// The variant.
        variant: String,
        /// The error in the JSON.
        source: serde_json::Error,
    },
    /// The interpreter has no module that a test needs, and `HEAPLAB_REQUIRE_ALL` is set.
    #[error("{module} is required, but {path} has none: export HEAPLAB_PYTHON=$(bash .ci/python-tools)")]
    MissingModule {
        /// The module.
        module: String,
        /// The interpreter.
        path: PathBuf,
    },
    /// The record is of another probe than was asked for.
    #[error("`{variant}` ran under {probe:?} and not under the heap probe")]
    Probe {
        /// The variant.
        variant: String,
        /// The probe of the record.
        probe: Probe,
    },
}

/// Runs a variant under the heap probe.
///
/// # Errors
/// When the program does not start, fails, or leaves no record.
pub fn run_recorded(program: impl AsRef<Path>, variant: &str, rows: u64) -> Result<RecordedRun, TrialError> {
    let record = run(program, variant, rows, Probe::Heap)?;
    match record.measurement {
        Measurement::Heap(heap) => {
            let Record { checksum, phases, attachments, .. } = record;
            Ok(RecordedRun { checksum, heap: heap.totals, phases, attachments })
        }
        other => Err(TrialError::Probe { variant: variant.to_owned(), probe: other.probe() }),
    }
}

/// Runs a variant under any probe.
///
/// # Errors
/// As [`run_recorded`].
pub fn run(program: impl AsRef<Path>, variant: &str, rows: u64, probe: Probe) -> Result<Record, TrialError> {
    let mut command = Command::new(program.as_ref());
    command.args([variant, "--rows", &rows.to_string()]).env("HEAPLAB_PROBE", probe.name());
    run_and_read_record(command, variant)
}

/// Runs a variant under any probe with further arguments, such as `["--log", "access.log"]`.
///
/// # Errors
/// As [`run_recorded`].
pub fn run_with(
    program: impl AsRef<Path>,
    variant: &str,
    probe: Probe,
    arguments: &[&str],
) -> Result<Record, TrialError> {
    let mut command = Command::new(program.as_ref());
    command.arg(variant).args(arguments).env("HEAPLAB_PROBE", probe.name());
    run_and_read_record(command, variant)
}

/// Lets a lesson's program prepare a run with arguments such as `["--rows", "1000"]`.
///
/// # Errors
/// If the program does not start, or fails.
pub fn prepare(program: impl AsRef<Path>, arguments: &[&str]) -> Result<PreparedInput, TrialError> {
    let mut command = Command::new(program.as_ref());
    command.arg("--heaplab-prepare").args(arguments);
    let said = run_to_success(command, "--heaplab-prepare")?.stdout;
    serde_json::from_slice(&said)
        .map_err(|source| TrialError::Record { variant: "--heaplab-prepare".to_owned(), source })
}

/// As [`run_python`], with what was prepared for it.
///
/// # Errors
/// As [`run_recorded`].
pub fn run_python_prepared(
    lesson_folder: &str,
    script: &str,
    prepared: &PreparedInput,
) -> Result<Option<Record>, TrialError> {
    let mut command = python_command();
    command.arg(Path::new(lesson_folder).join("python").join(script).with_extension("py"));
    command.env("HEAPLAB_ROWS", prepared.rows.to_string()).env(PREPARED_VARIABLE, &prepared.what);
    skip_if_missing(run_and_read_record(command, script))
}

/// Runs a script of the lesson's `python` folder under the plain probe, named without `.py`. `None` if
/// CPython does not start; with `HEAPLAB_REQUIRE_ALL` that is an error.
///
/// # Errors
/// As [`run_recorded`].
pub fn run_python(lesson_folder: &str, script: &str, rows: u64) -> Result<Option<Record>, TrialError> {
    let mut command = python_command();
    command.arg(Path::new(lesson_folder).join("python").join(script).with_extension("py"));
    command.env("HEAPLAB_ROWS", rows.to_string());
    skip_if_missing(run_and_read_record(command, script))
}

/// What CPython prints, started in the lesson's `python` folder with arguments such as `["-c",
/// "print(1)"]`. `None` as with [`run_python`].
///
/// # Errors
/// If it does not start, or fails.
pub fn capture_python(lesson_folder: &str, arguments: &[&str]) -> Result<Option<String>, TrialError> {
    let mut command = python_command();
    command.args(arguments).current_dir(Path::new(lesson_folder).join("python"));
    let printed = run_to_success(command, &arguments.join(" "))
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    skip_if_missing(printed)
}

/// The path of an example of the package whose test this is. Cargo builds the examples with the
/// tests, except with `--test NAME`.
///
/// # Errors
/// If it is not built.
pub fn example_path(name: &str) -> Result<PathBuf, TrialError> {
    let test = std::env::current_exe().map_err(|source| TrialError::File { path: name.into(), source })?;
    // Tests lie in PROFILE/deps.
    let profile = test.ancestors().nth(2).unwrap_or(Path::new(""));
    let path = profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    if path.is_file() {
        return Ok(path);
    }
    let source = io::Error::new(io::ErrorKind::NotFound, "it is not built: run `cargo test -p PACKAGE`");
    Err(TrialError::File { path, source })
}

/// A figure among the attachments, as a whole number.
pub fn find_figure(attachments: &[Attachment], name: &str) -> Option<u64> {
    attachments.iter().find_map(|attachment| match attachment {
        Attachment::Figure(figure) if figure.name == name => whole_number(&figure.value),
        _ => None,
    })
}

/// The tables among the attachments.
pub fn tables(attachments: &[Attachment]) -> impl Iterator<Item = &Table> {
    attachments.iter().filter_map(|attachment| match attachment {
        Attachment::Table(table) => Some(table),
        _ => None,
    })
}

/// The charts among the attachments.
pub fn charts(attachments: &[Attachment]) -> impl Iterator<Item = &Chart> {
    attachments.iter().filter_map(|attachment| match attachment {
        Attachment::Chart(chart) => Some(chart),
        _ => None,
    })
}

/// A cell's whole number.
pub fn whole_number(cell: &Cell) -> Option<u64> {
    match cell {
        Cell::Count(value) | Cell::Bytes(value) => Some(*value),
        _ => None,
    }
}

fn python_interpreter() -> PathBuf {
    std::env::var_os("HEAPLAB_PYTHON").unwrap_or_else(|| "python3".into()).into()
}

fn python_command() -> Command {
    let gauge = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    let mut command = Command::new(python_interpreter());
    // No bytecode is written into the students' folders.
    command.env("PYTHONPATH", gauge).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn skip_if_missing<T>(ran: Result<T, TrialError>) -> Result<Option<T>, TrialError> {
    match ran {
        Err(TrialError::File { path, source })
            if path == python_interpreter() && std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none() =>
        {
            println!("SKIPPED: {} does not start: {source}", path.display());
            Ok(None)
        }
        other => other.map(Some),
    }
}

fn run_and_read_record(command: Command, variant: &str) -> Result<Record, TrialError> {
    run_in_folder(command, variant, create_folder()?.path())
}

fn create_folder() -> Result<tempfile::TempDir, TrialError> {
    tempfile::tempdir().map_err(|source| TrialError::File { path: std::env::temp_dir(), source })
}

/// Runs the command with this folder as `$HEAPLAB_OUT`, and reads the record that it left there.
fn run_in_folder(mut command: Command, variant: &str, out: &Path) -> Result<Record, TrialError> {
    command.env("HEAPLAB_OUT", out);
    run_to_success(command, variant)?;
    let place = out.join("record.json");
    let text = std::fs::read(&place).map_err(|source| TrialError::File { path: place.clone(), source })?;
    serde_json::from_slice(&text).map_err(|source| TrialError::Record { variant: variant.to_owned(), source })
}

fn run_to_success(mut command: Command, variant: &str) -> Result<Output, TrialError> {
    let output =
        command.output().map_err(|source| TrialError::File { path: command.get_program().into(), source })?;
    if output.status.success() {
        return Ok(output);
    }
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(TrialError::Failed { variant: variant.to_owned(), status: output.status.to_string(), stderr })
}
