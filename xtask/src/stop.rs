//! Why a command ends early, and the exit status that goes with it.

use std::process::ExitCode;

/// An early end. Everything else that goes wrong is an `anyhow` error of the machine's (status 3).
#[derive(Debug)]
pub(crate) enum Stop {
    /// The measurement says no: 1.
    SaysNo(String),
    /// Wrong use: 2.
    WrongUse(String),
    /// This machine lacks something, and the message says how to get it: 3.
    Lacks(String),
    /// A signal ended it early, and what there was until then is kept: 128 and the signal's number.
    CutShort { signal: i32, message: String },
    /// A signal ended it: 128 and the signal's number, as shells have it.
    Interrupted(i32),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stop::SaysNo(message)
            | Stop::WrongUse(message)
            | Stop::Lacks(message)
            | Stop::CutShort { message, .. } => to.write_str(message),
            Stop::Interrupted(signal) => {
                write!(to, "stopped by signal {signal}: what was there before is as it was")
            }
        }
    }
}

impl std::error::Error for Stop {}

/// The exit status of an error.
pub(crate) fn status(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(match error.downcast_ref::<Stop>() {
        Some(Stop::SaysNo(_)) => 1,
        Some(Stop::WrongUse(_)) => 2,
        Some(Stop::Lacks(_)) | None => 3,
        Some(Stop::Interrupted(signal) | Stop::CutShort { signal, .. }) => {
            128u8.saturating_add(u8::try_from(*signal).unwrap_or(0))
        }
    })
}
