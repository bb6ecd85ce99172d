//! Makes what variants need before they run, such as a file that all of them read. A process of its
//! own makes it, so that it is in no variant's peak. The runner does this once per scale; a variant
//! that is run by hand does it itself.

use heaplab_record::{PREPARED_VARIABLE, PreparedInput};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, OnceLock};

/// A function that makes what the variants read, or finds it.
pub type Prepare = fn(&PrepareRequest) -> Result<PreparedInput, PrepareError>;

/// What is to be prepared.
#[derive(Clone, Debug)]
pub struct PrepareRequest {
    /// The scale, if one was given.
    pub rows: Option<u64>,
    /// The lesson's default scale.
    pub default_rows: u64,
    /// The lesson's options that were given: name with its dashes, and value.
    pub options: Vec<(&'static str, String)>,
}

impl PrepareRequest {
    /// The value of an option, if it was given.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }
}

/// Why the preparation failed; the text names the thing and the next step.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// Wrong use: exit status 2.
    #[error("{0}")]
    Use(String),
    /// This machine lacks something: exit status 3.
    #[error("{0}")]
    Lacks(String),
}

/// What the runner has prepared. It is read once before anything is measured: the length of the
/// path must not be in a variant's bytes.
static FROM_RUNNER: LazyLock<Option<String>> = LazyLock::new(|| std::env::var(PREPARED_VARIABLE).ok());

/// What this process has prepared itself, when a variant is run by hand.
static MADE_HERE: OnceLock<String> = OnceLock::new();

/// What was prepared for this run, such as a path; `None` in a lesson that prepares nothing.
pub fn prepared_input() -> Option<&'static str> {
    FROM_RUNNER.as_deref().or_else(|| MADE_HERE.get().map(String::as_str))
}

/// Prepares the run unless the runner has done so. Returns the scale that it was prepared for.
pub(crate) fn ensure_prepared(asked: &PrepareRequest) -> Result<Option<u64>, PrepareError> {
    if FROM_RUNNER.is_some() {
        return Ok(None);
    }
    let failed = |what: String| PrepareError::Lacks(format!("cannot prepare the run: {what}"));
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let mut command = Command::new(program);
    command.arg("--heaplab-prepare").env_remove("HEAPLAB_PROBE").env_remove("HEAPLAB_OUT");
    if let Some(rows) = asked.rows {
        command.args(["--rows", &rows.to_string()]);
    }
    for (name, value) in &asked.options {
        command.args([name, value.as_str()]);
    }
    let output = command.stderr(Stdio::piped()).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let said = said.strip_prefix("error: ").unwrap_or(&said).to_owned();
        return Err(if output.status.code() == Some(2) {
            PrepareError::Use(said)
        } else {
            PrepareError::Lacks(said)
        });
    }
    let made: PreparedInput =
        serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))?;
    let _ = MADE_HERE.set(made.what);
    Ok(Some(made.rows))
}
