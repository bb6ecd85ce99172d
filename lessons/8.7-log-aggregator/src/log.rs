//! The log that every rung reads: generated once and kept, or the user's own (`--log FILE`).
//!
//! Generated logs lie in `heaplab-logs` in cargo's target folder, which git ignores and `cargo
//! clean` takes away. They are written beside and renamed, by one process at a time. What was not
//! used for an hour makes room when the others exceed 2 GB together.

mod cache;

use heaplab_lesson::{PrepareError, PrepareRequest, PreparedInput, prepared_input};
use heaplab_logagg::generate::{LogRecipe, generate};
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::Path;
use std::thread::ScopedJoinHandle;

/// An address for every thousand bytes, as in the lecture's 1 GB of a million visitors, and never
/// more.
const BYTES_AN_ADDRESS: u64 = 1000;
const MOST_ADDRESSES: u64 = 1_000_000;

/// Makes the log, or looks at the one that is there.
pub fn prepare(asked: &PrepareRequest) -> Result<PreparedInput, PrepareError> {
    match asked.option("--log") {
        Some(name) => prepare_user_log(name, asked.rows),
        None => prepare_generated(asked.rows.unwrap_or(asked.default_rows)),
    }
}

/// The path of the log.
pub fn path() -> &'static str {
    or_exit(prepared_input().ok_or("HEAPLAB_PREPARED has no path"), "no log was prepared")
}

/// The log, open.
pub fn open() -> File {
    or_exit(File::open(path()), "opening")
}

/// Its size in bytes.
pub fn size(file: &File) -> u64 {
    or_exit(file.metadata(), "asking for the size").len()
}

/// The value, or the end of this process: a log that cannot be read has no counts, and half of them
/// would be wrong ones.
pub fn or_exit<T, E: std::fmt::Display>(result: Result<T, E>, doing: &str) -> T {
    result.unwrap_or_else(|error| {
        let path = prepared_input().unwrap_or("the log");
        eprintln!("error: {path}: {doing}: {error}");
        std::process::exit(1)
    })
}

/// What a thread has counted.
pub fn join_thread<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    or_exit(thread.join().map_err(|_| "it panicked"), "a thread")
}

fn prepare_generated(bytes: u64) -> Result<PreparedInput, PrepareError> {
    let addresses = (bytes / BYTES_AN_ADDRESS).clamp(1, MOST_ADDRESSES);
    let recipe = LogRecipe { bytes, addresses, seed: 7, ipv6: 0.05, malformed: 0.001 };
    let made = cache::make_cached(&format!("access-{bytes}-{addresses}.log"), bytes, |file, name| {
        generate(&recipe, name, file).map(drop).map_err(|error| match error.exit_code() {
            2 => PrepareError::Use(format!("a log of {bytes} bytes cannot be made: {error}")),
            _ => PrepareError::Lacks(error.to_string()),
        })
    })?;
    Ok(PreparedInput { rows: bytes, what: made })
}

/// A log of the user's own, or its first so many bytes up to the end of a line.
fn prepare_user_log(name: &str, bytes: Option<u64>) -> Result<PreparedInput, PrepareError> {
    let wrong = |why: String| PrepareError::Use(format!("--log {name}: {why}"));
    let file = File::open(name).map_err(|error| wrong(error.to_string()))?;
    let found = file.metadata().map_err(|error| wrong(error.to_string()))?;
    if !found.is_file() {
        let what = if found.is_dir() { "a directory" } else { "no regular file" };
        return Err(wrong(format!(
            "this is {what}; give one log, which is read again for every measurement"
        )));
    }
    let mut first = [0; 4];
    if File::open(name).and_then(|mut file| file.read_exact(&mut first)).is_ok()
        && (first.starts_with(&[0x1f, 0x8b]) || first == [0x28, 0xb5, 0x2f, 0xfd])
    {
        return Err(wrong("it is compressed, and only `logagg` itself reads that: unpack it first".into()));
    }
    match bytes.unwrap_or(found.len()) {
        0 => Err(wrong("it is empty: there is nothing to count".into())),
        bytes if bytes > found.len() => Err(wrong(format!(
            "it has {} bytes, asked was {bytes}: give fewer, or none for all",
            found.len()
        ))),
        bytes if bytes == found.len() => {
            let path = Path::new(name).canonicalize().map_err(|error| wrong(error.to_string()))?;
            let what = path.into_os_string().into_string();
            let what = what.map_err(|_| wrong("its path is not UTF-8: rename it, or link to it".into()))?;
            Ok(PreparedInput { rows: bytes, what })
        }
        bytes => copy_beginning(&file, &found, bytes),
    }
}

/// The runner looks at a hundredth first, and at as much as fits into memory.
fn copy_beginning(file: &File, found: &Metadata, bytes: u64) -> Result<PreparedInput, PrepareError> {
    use std::os::unix::fs::MetadataExt as _;
    let of = [found.dev(), found.ino(), found.size(), found.mtime() as u64, found.mtime_nsec() as u64, bytes];
    let of = of.map(|number| number.to_string()).join("-");
    let made = cache::make_cached(&format!("{}{of}.log", cache::BEGINNING), bytes, |copy, name| {
        let failed = |error: std::io::Error| PrepareError::Lacks(format!("{name}: {error}"));
        std::io::copy(&mut file.take(bytes), copy).map_err(failed)?;
        let end = last_line_end(copy, bytes).map_err(failed)?;
        copy.set_len(end).map_err(failed)
    })?;
    Ok(PreparedInput { rows: bytes, what: made })
}

/// Where the last whole line ends; where there is none, everything is one line.
fn last_line_end(file: &File, bytes: u64) -> std::io::Result<u64> {
    use std::os::unix::fs::FileExt as _;
    let mut buffer = vec![0; 1 << 20];
    let mut end = bytes;
    while end > 0 {
        let start = end.saturating_sub(buffer.len() as u64);
        let part = &mut buffer[..(end - start) as usize];
        file.read_exact_at(part, start)?;
        if let Some(at) = memchr::memrchr(b'\n', part) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(bytes)
}
