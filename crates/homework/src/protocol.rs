//! The request on a measuring process's standard input, and its record. Both are text of
//! `key=value`, because the process has no dependencies to read anything else; its side is
//! `lessons/8.9-homework/src/harness.rs`.

use crate::input::{Answer, Counts};
use std::collections::BTreeMap;

/// What a process has to measure: one task at one scale with one seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HarnessRequest {
    /// `required.list`, `required.generator`, `optional.worker`, `optional.merge`, or `empty`,
    /// which does nothing and shows what the harness itself costs.
    pub task: String,
    /// Rows of a required task, lines of the optional one.
    pub rows: u64,
    /// The seed of the input.
    pub seed: u64,
    /// The worker's share, for the optional task.
    pub share: Option<Share>,
}

/// A worker's share of the lines, and the shared memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The worker's number, from 0; the merging process has 0.
    pub part: u64,
    /// Number of workers.
    pub parts: u64,
    /// The inherited file descriptor of the shared memory.
    pub file_descriptor: i32,
    /// Length of the shared memory in 64-bit words.
    pub words: u64,
}

impl HarnessRequest {
    /// The request as one line, with its newline.
    pub fn to_line(&self) -> String {
        let HarnessRequest { task, rows, seed, share } = self;
        let mut line = format!("heaplab-homework=1 task={task} rows={rows} seed={seed}");
        if let Some(Share { part, parts, file_descriptor, words }) = share {
            line += &format!(" part={part} parts={parts} shared_fd={file_descriptor} shared_words={words}");
        }
        line + "\n"
    }
}

/// The record of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HarnessRecord {
    /// The answer; a worker has none.
    pub answer: Option<Answer>,
    /// Number of allocations.
    pub births: u64,
    /// Number of reallocations.
    pub reallocations: u64,
    /// The peak of live bytes.
    pub peak_bytes: u64,
    /// Live bytes at the end; for a list, the list.
    pub end_bytes: u64,
    /// Whether a single thread allocated; the figures are exact then.
    pub single_threaded: bool,
    /// How long it took, with the recorder.
    pub wall_ns: u64,
}

/// Why a text is not a valid record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// The last line is missing: the process ended early.
    #[error("the record is not whole")]
    NotWhole,
    /// An unknown or malformed line.
    #[error("the record has a line that does not belong: {0}")]
    Line(String),
    /// A key occurs twice.
    #[error("the record has {0} twice")]
    Twice(String),
    /// A key is missing.
    #[error("the record has no {0}")]
    Missing(&'static str),
    /// The record belongs to another request.
    #[error("the record is of another run than was asked for")]
    NotAsked,
}

/// Reads the record of this request.
///
/// # Errors
/// For any text that the harness does not write.
pub fn parse_record(text: &str, order: &HarnessRequest) -> Result<HarnessRecord, ProtocolError> {
    let (body, after) = text.split_once("\nend\n").ok_or(ProtocolError::NotWhole)?;
    if !after.is_empty() {
        return Err(ProtocolError::Line(after.chars().take(80).collect()));
    }
    let mut values: BTreeMap<&str, &str> = BTreeMap::new();
    for line in body.lines() {
        let line_error = || ProtocolError::Line(line.chars().take(80).collect());
        let (key, value) = line.split_once('=').ok_or_else(line_error)?;
        if !KEYS.contains(&key) {
            return Err(line_error());
        }
        if values.insert(key, value).is_some() {
            return Err(ProtocolError::Twice(key.to_owned()));
        }
    }
    let number = |key: &'static str| match values.get(key) {
        None => Err(ProtocolError::Missing(key)),
        Some(value) => value.parse::<u64>().map_err(|_| ProtocolError::Line(format!("{key}={value}"))),
    };
    let is_asked = number("heaplab-homework")? == 1
        && values.get("task") == Some(&order.task.as_str())
        && number("rows")? == order.rows
        && number("seed")? == order.seed;
    if !is_asked {
        return Err(ProtocolError::NotAsked);
    }
    let answer = match order.task.as_str() {
        "required.list" | "required.generator" => {
            Some(Answer::Rows { count: number("count")?, checksum: number("checksum")? })
        }
        "optional.merge" => Some(Answer::Counts(Counts { pv: number("pv")?, uv: number("uv")? })),
        _ => None,
    };
    Ok(HarnessRecord {
        answer,
        births: number("births")?,
        reallocations: number("reallocations")?,
        peak_bytes: number("peak_bytes")?,
        end_bytes: number("end_bytes")?,
        single_threaded: number("single_threaded")? == 1,
        wall_ns: number("wall_ns")?,
    })
}

const KEYS: [&str; 14] = [
    "heaplab-homework",
    "task",
    "rows",
    "seed",
    "count",
    "checksum",
    "pv",
    "uv",
    "births",
    "reallocations",
    "peak_bytes",
    "end_bytes",
    "single_threaded",
    "wall_ns",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn order(task: &str) -> HarnessRequest {
        HarnessRequest { task: task.to_owned(), rows: 10, seed: u64::MAX, share: None }
    }

    const RECORD: &str = "heaplab-homework=1\ntask=required.list\nrows=10\nseed=18446744073709551615\ncount=10\n\
        checksum=77\nbirths=11\nreallocations=2\npeak_bytes=420\nend_bytes=410\nsingle_threaded=1\nwall_ns=5\nend\n";

    #[test]
    fn a_record_is_read() {
        let said = parse_record(RECORD, &order("required.list")).unwrap();
        assert_eq!(said.answer, Some(Answer::Rows { count: 10, checksum: 77 }));
        assert_eq!((said.births, said.reallocations, said.peak_bytes, said.end_bytes), (11, 2, 420, 410));
        assert!(said.single_threaded);
    }

    #[test]
    fn whatever_the_harness_does_not_write_is_refused() {
        let of = |text: String| parse_record(&text, &order("required.list")).unwrap_err();
        assert_eq!(of(RECORD.replace("end\n", "")), ProtocolError::NotWhole);
        assert_eq!(of(RECORD.replace("rows=10", "rows=11")), ProtocolError::NotAsked);
        assert_eq!(of(RECORD.replace("births=11\n", "")), ProtocolError::Missing("births"));
        assert_eq!(of(RECORD.replace("births=11", "births=-1")), ProtocolError::Line("births=-1".to_owned()));
        assert_eq!(
            of(RECORD.replace("births=11", "births=11\nbirths=1")),
            ProtocolError::Twice("births".to_owned())
        );
        assert_eq!(
            of(RECORD.replace("births=11", "births=11\nscore=100")),
            ProtocolError::Line("score=100".to_owned())
        );
        assert!(matches!(of(format!("{RECORD}{RECORD}")), ProtocolError::Line(_)));
        assert_eq!(parse_record(RECORD, &order("required.generator")), Err(ProtocolError::NotAsked));
    }

    #[test]
    fn an_order_is_one_line() {
        let share = Share { part: 2, parts: 4, file_descriptor: 5, words: 64 };
        let line = HarnessRequest { share: Some(share), ..order("optional.worker") }.to_line();
        assert_eq!(
            line,
            "heaplab-homework=1 task=optional.worker rows=10 seed=18446744073709551615 part=2 parts=4 \
             shared_fd=5 shared_words=64\n"
        );
        assert_eq!(order("empty").to_line().lines().count(), 1);
    }
}
