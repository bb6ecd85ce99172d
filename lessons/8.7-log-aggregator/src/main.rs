//! Lesson 8.7: the log aggregator. PV and UV by address of a web server's log, in less than 100 MB,
//! whatever the size of the log.
//!
//! Question:   the lecture maps 10 GB into memory and says that the peak is 87 MB. Whose memory are the mapped pages?
//! Prediction: write down the peak RSS of `read_to_string`, `mmap`, `mmap_window` and `engine` before you look.
//! Command:    cargo xtask lesson 8.7

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson, mark_phase};
use heaplab_logagg::engine::{self, CountOptions, CountOutcome};
use heaplab_logagg::file_parts;
use heaplab_logagg::shared_table::SharedTable;
use log_aggregator::count::{self, Counts};
use log_aggregator::log::{self, or_exit, processor_count};
use log_aggregator::{attachments, workers};
use memmap2::Mmap;
use std::io::{BufRead as _, BufReader};

lesson! {
    unit: "bytes",
    default_scale: 1_000_000_000,
    baseline: read_to_string,
    prepare: log::prepare,
    options: { "--log" "FILE": "Count this log instead of a generated one" },
    threaded: [threads, sketch, engine],
    work "counts by address" {
        rust {
            read_to_string: "the whole file as one String, then count",
            lines: "one line in memory at a time",
            mmap: "the lecture's way: the whole file mapped, walked line by line",
            mmap_window: "16 MiB mapped at a time, then the next",
            threads: "a part of the file a thread, a table each, then joined",
            processes: "a part of the file a process, one table in a memfd",
        }
        python {
            lines: "for line in file, and a dict: which keys are addresses is decided at the end",
            processes: "the lecture's homework: a part a process, one table in a multiprocessing.Array",
        }
    }
    work "distinct addresses, estimated" {
        rust {
            sketch: "no address is kept: UV by HyperLogLog",
        }
    }
    work "counts by address" {
        rust {
            engine: "crates/logagg: exact, within a limit, on disk what does not fit",
        }
    }
    work "counts by the lecture's regex" {
        python {
            mmap_counter: "the lecture's program: mmap, readline, a regex, a Counter",
        }
    }
}

/// The first version that everybody writes.
fn read_to_string(_: Scale) -> VariantResult<(String, Counts)> {
    mark_phase("read");
    let text = or_exit(std::fs::read_to_string(log::path()), "read_to_string wants UTF-8");
    mark_phase("count");
    let mut counts = Counts::default();
    for line in text.split_inclusive('\n') {
        counts.count_line(line.as_bytes());
    }
    VariantResult::new(counts.checksum(), (text, counts))
}

/// The only text in memory is the reader's buffer of 8 KiB and the longest line.
fn lines(_: Scale) -> VariantResult<Counts> {
    let mut reader = BufReader::new(log::open());
    let (mut counts, mut line) = (Counts::default(), Vec::new());
    while or_exit(reader.read_until(b'\n', &mut line), "reading") > 0 {
        counts.count_line(&line);
        line.clear();
    }
    VariantResult::new(counts.checksum(), counts)
}

/// Nothing is copied or read: the kernel's own pages of the file appear in our address space. They
/// are resident, and count.
fn mmap(_: Scale) -> VariantResult<(Mmap, Counts)> {
    let file = log::open();
    let map = or_exit(file_parts::map_part(&file, 0, log::size(&file)), "mmap");
    let mut counts = Counts::default();
    for line in map.split_inclusive(|&byte| byte == b'\n') {
        counts.count_line(line);
    }
    VariantResult::new(counts.checksum(), (map, counts))
}

/// Only a window of the file is mapped at any time. What is unmapped stays in the kernel's cache,
/// but no longer in our RSS.
fn mmap_window(_: Scale) -> VariantResult<Counts> {
    const WINDOW: u64 = 16 << 20;
    let file = log::open();
    let size = log::size(&file);
    let (mut counts, mut at, mut window) = (Counts::default(), 0, WINDOW);
    while at < size {
        let map = or_exit(file_parts::map_part(&file, at, window.min(size - at)), "mmap");
        let is_last = at + map.len() as u64 == size;
        let whole = if is_last { map.len() } else { memchr::memrchr(b'\n', &map).map_or(0, |end| end + 1) };
        for line in map[..whole].split_inclusive(|&byte| byte == b'\n') {
            counts.count_line(line);
        }
        // A line longer than the window needs a larger one.
        window = if whole == 0 { window * 2 } else { WINDOW };
        at += whole as u64;
    }
    VariantResult::new(counts.checksum(), counts)
}

/// Each thread has a table of its own: an address that two threads meet is stored twice.
fn threads(_: Scale) -> VariantResult<Counts> {
    let file = log::open();
    let counts = std::thread::scope(|scope| {
        let count = |range| {
            let mut counts = Counts::default();
            let counted = file_parts::for_each_line(&file, range, |line| counts.count_line(line));
            or_exit(counted, "reading");
            counts
        };
        let parts = or_exit(file_parts::split_file(&file, processor_count()), "reading");
        let running: Vec<_> = parts.into_iter().map(|range| scope.spawn(move || count(range))).collect();
        running.into_iter().map(log::join_thread).reduce(Counts::merge).unwrap_or_default()
    });
    VariantResult::new(counts.checksum(), counts)
}

/// Processes share only what they are told to share: one table, in memory without a file (memfd)
/// that all of them map.
fn processes(_: Scale) -> VariantResult<SharedTable> {
    let table = workers::count_with_workers(&log::open(), processor_count());
    let (malformed, children_peak_bytes) = table.sums();
    VariantResult::new(count::checksum_counts(table.counts(), malformed), table)
        .with_children(children_peak_bytes)
}

/// 16 KiB per thread for any number of addresses, and a known error.
fn sketch(_: Scale) -> VariantResult<CountOutcome> {
    let options = CountOptions { sketch: true, ..CountOptions::new(processor_count()) };
    let found = run(&options);
    let checksum = Checksum::new().row("pv", found.pv).row("about uv", found.uv);
    VariantResult::new(checksum, found).with_attachments(|found, _| attachments::sketch_attachments(found))
}

/// The whole log aggregator. Its tables are mappings: look at its RSS, not at its live heap.
fn engine(_: Scale) -> VariantResult<CountOutcome> {
    let found = run(&CountOptions::new(processor_count()));
    let top = found.top.iter().map(|ranked| (ranked.key.as_slice(), ranked.count));
    let checksum = count::checksum(found.pv, found.uv, found.tally.malformed, top);
    VariantResult::new(checksum, found).with_attachments(|found, _| attachments::result_attachments(found))
}

fn run(options: &CountOptions) -> CountOutcome {
    or_exit(engine::run(&[log::path().to_owned()], options, &(), None), "counting")
}
