//! Runs one task at one scale with one seed in this process, and reports what it took.
//!
//! This file is built twice. The crate's root must have `heap` (the crate heaplab-heap), `task`,
//! `student` and `inherited`:
//! - in the lesson, `src/bin/harness/main.rs`: `heap` from heaplab-lesson, `task` and `student`
//!   from this package's library;
//! - by the grader, `main.rs` of another package, whose `student` is a package without
//!   dependencies.
//!
//! The protocol:
//! 1. The process is started with `HEAPLAB_PROBE=heap`. It reads one line from its standard input
//!    before any of the student's code runs (`heaplab_homework::HarnessRequest` writes it):
//!    `heaplab-homework=1 task=required.list rows=50000 seed=7`, and for the optional task also
//!    `part=0 parts=4 shared_fd=5 shared_words=32768`, where the file descriptor is inherited. The
//!    tasks are `required.list`, `required.generator`, `optional.worker`, `optional.merge`, and
//!    `empty`, which does nothing.
//! 2. [`measure`] returns the record, lines of `key=value` and a last line `end`
//!    (`heaplab_homework::parse_record` reads it). `main` writes it to a place that the student's
//!    code cannot name.
//! 3. `main` waits for the end of its standard input, so that the process can be looked at with the
//!    student's data still alive, and exits without dropping anything.
//!
//! The student's code runs only between [`open_region`] and `close`: its allocations there are
//! counted, whichever thread makes them.

use crate::heap::{self, HeapTotals, Totals};
use crate::inherited;
use crate::student;
use crate::task::{Part, Row, Source};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Instant;

/// What to measure.
pub(crate) struct Request {
    task: String,
    numbers: HashMap<String, u64>,
}

impl Request {
    /// Reads the request's line.
    pub(crate) fn parse(line: &str) -> Result<Request, String> {
        let mut request = Request { task: String::new(), numbers: HashMap::new() };
        for word in line.split_whitespace() {
            match word.split_once('=') {
                Some(("task", task)) => task.clone_into(&mut request.task),
                Some((key, value)) => {
                    let value = value.parse().map_err(|_| format!("`{word}` is no number"))?;
                    request.numbers.insert(key.to_owned(), value);
                }
                None => return Err(format!("`{word}` is no request")),
            }
        }
        match request.number("heaplab-homework")? {
            1 => Ok(request),
            other => Err(format!("a request of version {other}; this harness reads 1")),
        }
    }

    fn number(&self, key: &str) -> Result<u64, String> {
        self.numbers.get(key).copied().ok_or_else(|| format!("the request has no {key}"))
    }

    fn length(&self, key: &str) -> Result<usize, String> {
        usize::try_from(self.number(key)?).map_err(|_| format!("{key} is too large for this machine"))
    }
}

/// Runs the task and returns its record. What the student's code made is never dropped.
pub(crate) fn measure(request: &Request) -> Result<String, String> {
    let seed = request.number("seed")?;
    let (totals, wall_ns, answer) = match request.task.as_str() {
        "empty" => {
            let region = open_region()?;
            let (totals, wall_ns) = region.close()?;
            (totals, wall_ns, String::new())
        }
        "required.list" => {
            let source = Source::new(seed, request.length("rows")?);
            let region = open_region()?;
            let rows = student::required::list(source);
            let (totals, wall_ns) = region.close()?;
            let answer = rows.iter().fold(Rows::default(), Rows::add_row);
            std::mem::forget(rows);
            (totals, wall_ns, answer.to_lines())
        }
        "required.generator" => {
            let source = Source::new(seed, request.length("rows")?);
            let region = open_region()?;
            // Each row is dropped before the next one is taken.
            let mut answer = Rows::default();
            for row in student::required::generator(source) {
                answer = answer.add_row(&row);
            }
            let (totals, wall_ns) = region.close()?;
            (totals, wall_ns, answer.to_lines())
        }
        "optional.worker" => {
            let part =
                Part::new(seed, request.number("rows")?, request.number("part")?, request.number("parts")?);
            let shared = inherited::map(request.number("shared_fd")?, request.length("shared_words")?)?;
            let region = open_region()?;
            student::optional::work(part, shared);
            let (totals, wall_ns) = region.close()?;
            (totals, wall_ns, String::new())
        }
        "optional.merge" => {
            let shared = inherited::map(request.number("shared_fd")?, request.length("shared_words")?)?;
            let region = open_region()?;
            let counts = student::optional::merge(shared);
            let (totals, wall_ns) = region.close()?;
            (totals, wall_ns, format!("pv={}\nuv={}\n", counts.pv, counts.uv))
        }
        other => return Err(format!("there is no task `{other}`")),
    };
    format_record(request, totals, wall_ns, &answer)
}

fn format_record(
    request: &Request,
    totals: HeapTotals,
    wall_ns: u64,
    answer: &str,
) -> Result<String, String> {
    let mut text = format!("heaplab-homework=1\ntask={}\n", request.task);
    let figures = [
        ("rows", request.number("rows")?),
        ("seed", request.number("seed")?),
        ("births", totals.total_blocks),
        ("reallocations", totals.reallocations),
        ("peak_bytes", totals.peak_bytes),
        ("end_bytes", totals.end_bytes),
        ("single_threaded", u64::from(totals.single_threaded)),
        ("wall_ns", wall_ns),
    ];
    for (key, value) in figures {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{key}={value}");
    }
    Ok(text + answer + "end\n")
}

struct OpenRegion {
    region: heap::Region,
    started: Instant,
}

fn open_region() -> Result<OpenRegion, String> {
    let region = heap::region().map_err(|error| error.to_string())?;
    Ok(OpenRegion { region, started: Instant::now() })
}

impl OpenRegion {
    fn close(self) -> Result<(HeapTotals, u64), String> {
        let wall_ns = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        match self.region.close() {
            Totals::Heap(totals) => Ok((totals, wall_ns)),
            _ => Err("start it with HEAPLAB_PROBE=heap".to_owned()),
        }
    }
}

/// Number of rows and FNV-1a over all of them, in order. It allocates nothing.
struct Rows {
    count: u64,
    checksum: u64,
}

impl Default for Rows {
    fn default() -> Rows {
        Rows { count: 0, checksum: 0xcbf2_9ce4_8422_2325 }
    }
}

impl Rows {
    fn add_row(mut self, row: &Row) -> Rows {
        self.count += 1;
        for byte in row.name.bytes().chain(row.score.to_le_bytes()) {
            self.checksum = (self.checksum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self
    }

    fn to_lines(&self) -> String {
        format!("count={}\nchecksum={}\n", self.count, self.checksum)
    }
}
