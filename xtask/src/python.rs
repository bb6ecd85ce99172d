//! The CPython that runs beside Rust: `HEAPLAB_PYTHON`, else `python3`.

use crate::stop::Stop;
use clap::ValueEnum;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The variable that names another interpreter, such as a virtual environment's.
pub(crate) const PYTHON_VARIABLE: &str = "HEAPLAB_PYTHON";

/// Whether the Python variants run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PythonChoice {
    /// Where python3 is there
    #[default]
    Auto,
    /// Always; without python3 it is an error
    Yes,
    /// Never
    No,
}

/// The interpreter and what it calls itself, such as `Python 3.11.7`.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    pub(crate) program: PathBuf,
    pub(crate) version: String,
}

/// The interpreter, or why there is none.
pub(crate) fn find() -> Result<Python, String> {
    let program = PathBuf::from(std::env::var_os(PYTHON_VARIABLE).unwrap_or_else(|| "python3".into()));
    let output = Command::new(&program).arg("--version").stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{} does not start: {error}", program.display()))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() || !version.starts_with("Python 3") {
        return Err(format!("{} --version says `{version}`, and CPython 3 is wanted", program.display()));
    }
    Ok(Python { program, version })
}

/// The interpreter by the user's choice; the second half says why there is none where that is worth a line.
pub(crate) fn chosen(choice: PythonChoice) -> Result<(Option<Python>, Option<String>), Stop> {
    match (choice, find()) {
        (PythonChoice::No, _) => Ok((None, None)),
        (_, Ok(python)) => Ok((Some(python), None)),
        (PythonChoice::Auto, Err(why)) => Ok((None, Some(why))),
        (PythonChoice::Yes, Err(why)) => Err(Stop::Lacks(format!(
            "{why}\nInstall python3 (Debian: apt-get install python3), or name one in {PYTHON_VARIABLE}, or use --python no"
        ))),
    }
}
