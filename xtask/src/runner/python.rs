//! Finds the CPython that runs beside Rust: `HEAPLAB_PYTHON`, otherwise `python3`.

use crate::exit::ExitReason;
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

/// The interpreter and its version, such as `Python 3.11.7`.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    pub(crate) program: PathBuf,
    pub(crate) version: String,
}

/// The interpreter, or why there is none. The given name may be a wrapper script of a version
/// manager, so the interpreter is asked for its own path: the measurement must not include a shell.
pub(crate) fn find_python() -> Result<Python, String> {
    let named = PathBuf::from(std::env::var_os(PYTHON_VARIABLE).unwrap_or_else(|| "python3".into()));
    let ask = "import sys; print(sys.version_info.major, sys.version.split()[0], sys.executable, sep='\\n')";
    let output = Command::new(&named).args(["-c", ask]).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{} does not start: {error}", named.display()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match said.lines().collect::<Vec<_>>()[..] {
        ["3", version, program] if output.status.success() => {
            Ok(Python { program: PathBuf::from(program), version: format!("Python {version}") })
        }
        _ => Err(format!("{} is not CPython 3", named.display())),
    }
}

/// The interpreter by the user's choice. The second value is the reason why there is none, where
/// the user should know.
pub(crate) fn select_python(choice: PythonChoice) -> Result<(Option<Python>, Option<String>), ExitReason> {
    match (choice, find_python()) {
        (PythonChoice::No, _) => Ok((None, None)),
        (_, Ok(python)) => Ok((Some(python), None)),
        (PythonChoice::Auto, Err(why)) => Ok((None, Some(why))),
        (PythonChoice::Yes, Err(why)) => Err(ExitReason::MissingRequirement(format!(
            "{why}\nInstall python3 (Debian: apt-get install python3), or name one in {PYTHON_VARIABLE}, or use --python no"
        ))),
    }
}
