//! Why a run of somebody's program gave nothing to go by.

/// The program's own failure, which is a result, or a failure of this machine, which ends the
/// command.
#[derive(Debug)]
pub enum RunError<F> {
    /// What the program did.
    Program(F),
    /// What this machine could not do, or a signal.
    Machine(anyhow::Error),
}

impl<F> From<anyhow::Error> for RunError<F> {
    fn from(error: anyhow::Error) -> RunError<F> {
        RunError::Machine(error)
    }
}

/// Separates the two: a failure of this machine becomes the error, and the program's failure stays
/// a value.
///
/// # Errors
/// [`RunError::Machine`].
pub fn split_run<T, F>(ran: Result<T, RunError<F>>) -> anyhow::Result<Result<T, F>> {
    match ran {
        Ok(value) => Ok(Ok(value)),
        Err(RunError::Program(failure)) => Ok(Err(failure)),
        Err(RunError::Machine(error)) => Err(error),
    }
}
