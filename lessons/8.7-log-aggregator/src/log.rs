//! The log that every variant reads: a generated one, or the user's own (`--log FILE`).

use heaplab_lesson::{PrepareError, PrepareRequest, PreparedInput, prepared_input};
use heaplab_logagg::log_cache;
use std::fs::File;
use std::thread::ScopedJoinHandle;

/// Makes the log, or checks the user's.
pub fn prepare(asked: &PrepareRequest) -> Result<PreparedInput, PrepareError> {
    let bytes = asked.rows.unwrap_or(asked.default_rows);
    let log = match asked.option("--log") {
        Some(name) => log_cache::user_log(name, asked.rows),
        None => log_cache::generated_log(bytes).map(|path| (path, bytes)),
    };
    let (what, rows) = log.map_err(|error| match error.exit_code() {
        2 => PrepareError::Use(error.to_string()),
        _ => PrepareError::Lacks(error.to_string()),
    })?;
    Ok(PreparedInput { rows, what })
}

/// The path of the log.
pub fn path() -> &'static str {
    or_exit(prepared_input().ok_or("HEAPLAB_PREPARED has no path"), "no log was prepared")
}

/// The opened log.
pub fn open() -> File {
    or_exit(File::open(path()), "opening")
}

/// Its size in bytes.
pub fn size(file: &File) -> u64 {
    or_exit(file.metadata(), "asking for the size").len()
}

/// Returns the value, or ends this process: counts of half a log would be wrong.
pub fn or_exit<T, E: std::fmt::Display>(result: Result<T, E>, doing: &str) -> T {
    result.unwrap_or_else(|error| {
        let path = prepared_input().unwrap_or("the log");
        eprintln!("error: {path}: {doing}: {error}");
        std::process::exit(1)
    })
}

/// The result of a thread.
pub fn join_thread<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    or_exit(thread.join().map_err(|_| "it panicked"), "a thread")
}

/// The number of processors.
pub fn processor_count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
