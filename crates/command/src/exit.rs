//! Why a command ends early, and the exit status that goes with it.

use std::process::ExitCode;

/// An early end of a command. Any other error is a failure of this machine and has status 3.
#[derive(Debug)]
pub enum ExitReason {
    /// The measurement or the check failed: status 1.
    CheckFailed(String),
    /// Wrong use of the command: status 2.
    UsageError(String),
    /// This machine lacks something, and the message says how to get it: status 3.
    MissingRequirement(String),
    /// A signal ended the command early and what was done until then is kept: 128 plus the signal's
    /// number.
    CutShort {
        /// The signal's number.
        signal: i32,
        /// What is kept, and how to go on.
        message: String,
    },
    /// A signal ended the command: 128 plus the signal's number, as in shells.
    Interrupted(i32),
}

impl std::fmt::Display for ExitReason {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ExitReason::CheckFailed(message)
            | ExitReason::UsageError(message)
            | ExitReason::MissingRequirement(message)
            | ExitReason::CutShort { message, .. } => to.write_str(message),
            ExitReason::Interrupted(signal) => {
                write!(to, "stopped by signal {signal}: what was there before is as it was")
            }
        }
    }
}

impl std::error::Error for ExitReason {}

/// The exit status of an error.
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(match error.downcast_ref::<ExitReason>() {
        Some(ExitReason::CheckFailed(_)) => 1,
        Some(ExitReason::UsageError(_)) => 2,
        Some(ExitReason::MissingRequirement(_)) | None => 3,
        Some(ExitReason::Interrupted(signal) | ExitReason::CutShort { signal, .. }) => {
            128u8.saturating_add(u8::try_from(*signal).unwrap_or(0))
        }
    })
}

/// Prints an error on standard error, if there is one, and returns the exit status of the process.
pub fn finish(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            exit_code(&error)
        }
    }
}
