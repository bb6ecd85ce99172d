//! Runs one task at one scale with one seed, and says what it took. One process, one run.
//!
//! Built twice, from this one file. The crate's root has to have `heap` (the crate heaplab-heap), `task`, `student` and `inherited`:
//! - in the lesson, `src/bin/harness/main.rs`: `heap` by way of heaplab-lesson, `task` and `student` of this package's library;
//! - by the teacher, `main.rs` of a package of its own, whose `student` is another package, without dependencies.
//!
//! Spoken to like this:
//! 1. It is started with `HEAPLAB_PROBE=heap`. It reads one line from its standard input, before any of the student's code runs
//!    (`heaplab_homework::Order::line` writes it):
//!    `heaplab-homework=1 task=required.list rows=50000 seed=7`, and for the optional task also
//!    `part=0 parts=4 shared_fd=5 shared_words=32768`, where the file descriptor was inherited.
//!    Tasks are `required.list`, `required.generator`, `optional.worker`, `optional.merge`, and `empty`, which does nothing.
//! 2. [`measure`] gives the record, lines of `key=value` and a last line `end` (`heaplab_homework::say` reads it). `main` decides where
//!    it goes: a place that the student's code cannot name.
//! 3. `main` waits for the end of its standard input, so that whoever started it can look at the process with the student's data
//!    still alive, and exits without dropping anything.
//!
//! The student's code runs between [`open`] and `close` alone: what it allocates there is counted, by whichever thread.

use crate::heap::{self, HeapTotals, Totals};
use crate::inherited;
use crate::student;
use crate::task::{Part, Row, Source};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Instant;

/// What is to be measured.
pub(crate) struct Order {
    task: String,
    numbers: HashMap<String, u64>,
}

impl Order {
    /// Reads the line.
    pub(crate) fn read(line: &str) -> Result<Order, String> {
        let mut order = Order { task: String::new(), numbers: HashMap::new() };
        for word in line.split_whitespace() {
            match word.split_once('=') {
                Some(("task", task)) => task.clone_into(&mut order.task),
                Some((key, value)) => {
                    let value = value.parse().map_err(|_| format!("`{word}` is no number"))?;
                    order.numbers.insert(key.to_owned(), value);
                }
                None => return Err(format!("`{word}` is no order")),
            }
        }
        match order.number("heaplab-homework")? {
            1 => Ok(order),
            other => Err(format!("an order of version {other}; this harness reads 1")),
        }
    }

    fn number(&self, key: &str) -> Result<u64, String> {
        self.numbers.get(key).copied().ok_or_else(|| format!("the order has no {key}"))
    }

    fn length(&self, key: &str) -> Result<usize, String> {
        usize::try_from(self.number(key)?).map_err(|_| format!("{key} is too large for this machine"))
    }
}

/// Runs the task and gives its record. What the student's code made is never dropped.
pub(crate) fn measure(order: &Order) -> Result<String, String> {
    let seed = order.number("seed")?;
    let (totals, wall_ns, answer) = match order.task.as_str() {
        "empty" => {
            let open = open()?;
            let (totals, wall_ns) = open.close()?;
            (totals, wall_ns, String::new())
        }
        "required.list" => {
            let source = Source::new(seed, order.length("rows")?);
            let open = open()?;
            let rows = student::required::list(source);
            let (totals, wall_ns) = open.close()?;
            let answer = rows.iter().fold(Rows::default(), Rows::with);
            std::mem::forget(rows);
            (totals, wall_ns, answer.said())
        }
        "required.generator" => {
            let source = Source::new(seed, order.length("rows")?);
            let open = open()?;
            // A row is dropped before the next one is asked for.
            let mut answer = Rows::default();
            for row in student::required::generator(source) {
                answer = answer.with(&row);
            }
            let (totals, wall_ns) = open.close()?;
            (totals, wall_ns, answer.said())
        }
        "optional.worker" => {
            let part = Part::new(seed, order.number("rows")?, order.number("part")?, order.number("parts")?);
            let shared = inherited::map(order.number("shared_fd")?, order.length("shared_words")?)?;
            let open = open()?;
            student::optional::work(part, shared);
            let (totals, wall_ns) = open.close()?;
            (totals, wall_ns, String::new())
        }
        "optional.merge" => {
            let shared = inherited::map(order.number("shared_fd")?, order.length("shared_words")?)?;
            let open = open()?;
            let counts = student::optional::merge(shared);
            let (totals, wall_ns) = open.close()?;
            (totals, wall_ns, format!("pv={}\nuv={}\n", counts.pv, counts.uv))
        }
        other => return Err(format!("there is no task `{other}`")),
    };
    record(order, totals, wall_ns, &answer)
}

fn record(order: &Order, totals: HeapTotals, wall_ns: u64, answer: &str) -> Result<String, String> {
    let mut text = format!("heaplab-homework=1\ntask={}\n", order.task);
    let figures = [
        ("rows", order.number("rows")?),
        ("seed", order.number("seed")?),
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

struct Open {
    region: heap::Region,
    started: Instant,
}

fn open() -> Result<Open, String> {
    let region = heap::region().map_err(|error| error.to_string())?;
    Ok(Open { region, started: Instant::now() })
}

impl Open {
    fn close(self) -> Result<(HeapTotals, u64), String> {
        let wall_ns = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        match self.region.close() {
            Totals::Heap(totals) => Ok((totals, wall_ns)),
            _ => Err("start it with HEAPLAB_PROBE=heap".to_owned()),
        }
    }
}

/// How many rows came, and FNV-1a over all of them in their order. It allocates nothing.
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
    fn with(mut self, row: &Row) -> Rows {
        self.count += 1;
        for byte in row.name.bytes().chain(row.score.to_le_bytes()) {
            self.checksum = (self.checksum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self
    }

    fn said(&self) -> String {
        format!("count={}\nchecksum={}\n", self.count, self.checksum)
    }
}
