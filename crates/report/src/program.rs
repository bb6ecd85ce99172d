//! The report of a program of the student's own, without lesson, scale or baseline: what it
//! allocated, and where.

use crate::site_table::SiteGrouping;
use crate::table::TableCell;
use crate::{Words, format, prose, site_table, unnamed};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use heaplab_analysis::statistics::median_of_counts;
use heaplab_profile::PANIC_BACKTRACE;
use heaplab_record::{HeapRun, PythonFrames, RecordedProcess, RecordedPython, Report, Run};

/// Terminals of at least this width show bytes with every digit.
const WIDE: usize = 110;
/// Sites that are listed on a terminal.
const MOST_ON_TERMINAL: usize = 10;
/// Processes that are listed on a terminal.
const MOST_PROCESSES_ON_TERMINAL: usize = 3;
/// Processes that have pictures and files of their own. A build or a test suite starts hundreds.
pub const MOST_PROCESSES_WITH_FILES: usize = 24;
/// With more processes that began as copies of their parents, one sentence is for all of them.
const MOST_COPIES_BY_NAME: usize = 3;
/// Width of the figures of a site on a terminal, with gaps.
const FIGURES_WIDTH: usize = 34;

/// The columns of the processes, after the program.
pub(crate) const COLUMNS: [&str; 7] = [
    "peak-live",
    "peak-blocks",
    "total-bytes",
    "total-blocks",
    "reallocations",
    "end-bytes",
    "recorder-wall",
];

/// A process: its name, its command line, and a cell for each of [`COLUMNS`].
pub(crate) struct ProcessRow {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) figures: Vec<TableCell>,
}

/// The processes that left a recording.
pub(crate) fn process_rows(report: &Report, words: &Words) -> Vec<ProcessRow> {
    let process = |run: &Run| {
        let heap = run.heap.as_ref()?;
        let several = report.runs.len() > 1;
        let process =
            heap.process.as_ref().filter(|_| several).map(|process| describe_process(process, words));
        let about = std::iter::once(run.about.clone()).chain(process).collect::<Vec<_>>().join(" · ");
        Some(ProcessRow { name: run.variant.clone(), about, figures: process_cells(heap) })
    };
    report.runs.iter().filter_map(process).collect()
}

fn process_cells(heap: &HeapRun) -> Vec<TableCell> {
    let plain = |short: String| TableCell { short, exact: None, is_figure: true };
    let bytes = |bytes: u64| TableCell { exact: Some(format::count(bytes)), ..plain(format::bytes(bytes)) };
    let wall = median_of_counts(&heap.wall_ns).map(format::nanoseconds);
    vec![
        TableCell {
            short: format::bytes_within(heap.peak_bytes, heap.peak_error_bytes),
            ..bytes(heap.peak_bytes)
        },
        plain(format::count(heap.peak_blocks)),
        bytes(heap.total_bytes),
        plain(format::count(heap.total_blocks)),
        plain(format::count(heap.reallocations)),
        bytes(heap.end_bytes),
        plain(wall.unwrap_or_else(|| "–".to_owned())),
    ]
}

/// Name, figure, and a line under it, of the process with the highest peak.
pub(crate) fn program_facts(report: &Report, words: &Words) -> Vec<[String; 3]> {
    let largest = largest_processes(report, 1).into_iter().next();
    let Some(heap) = largest.and_then(|run| run.heap.as_ref()) else { return Vec::new() };
    let of = |blocks: u64, bytes: u64| {
        let (blocks, bytes) = (format::count(blocks), format::count(bytes));
        words.say("program-fact-of", &[("blocks", &blocks), ("bytes", &bytes)])
    };
    let amounts = [
        ("program-peak", heap.peak_bytes, heap.peak_blocks),
        ("program-total", heap.total_bytes, heap.total_blocks),
        ("program-end", heap.end_bytes, heap.end_blocks),
    ]
    .map(|(key, bytes, blocks)| [words.get(key), format::bytes(bytes), of(blocks, bytes)]);
    amounts.into_iter().chain(largest_line_fact(heap, words)).collect()
}

/// The line that holds the most at the peak, with its part of the peak.
fn largest_line_fact(heap: &HeapRun, words: &Words) -> Option<[String; 3]> {
    let line = heap.lines.first().filter(|line| line.at_peak_bytes > 0)?;
    let part = line.at_peak_bytes as f64 / heap.peak_bytes as f64;
    let place = [line.location.as_str(), line.function.as_str()];
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    Some([words.get("program-fact-line"), format::percent(part), place.join(" · ")])
}

/// The runs of the processes with the highest peaks, in the order of the report.
pub fn largest_processes(report: &Report, most: usize) -> Vec<&Run> {
    let peak = |run: &Run| run.heap.as_ref().map_or(0, |heap| heap.peak_bytes);
    let mut order: Vec<usize> = (0..report.runs.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(peak(&report.runs[at])));
    order.truncate(most);
    order.sort_unstable();
    order.into_iter().map(|at| &report.runs[at]).collect()
}

/// Notes that a reader needs to understand the figures.
pub(crate) fn program_notes(report: &Report, words: &Words) -> Vec<String> {
    let mut notes = list_notes(&report.runs.iter().collect::<Vec<_>>(), words);
    if report.runs.len() > MOST_PROCESSES_WITH_FILES {
        let count = format::count(MOST_PROCESSES_WITH_FILES as u64);
        notes.push(words.say("program-note-largest", &[("count", &count)]));
    }
    notes
}

fn list_notes(runs: &[&Run], words: &Words) -> Vec<String> {
    let heaps = || runs.iter().filter_map(|run| run.heap.as_ref());
    let mut notes = vec![words.get("program-note-bytes")];
    if let Some(error) = heaps().map(|heap| heap.peak_error_bytes).max().filter(|error| *error > 0) {
        notes.push(words.say("program-note-error", &[("bytes", &format::bytes(error))]));
    }
    let walks: u64 = heaps().map(|heap| heap.slow_walks).sum();
    if walks > 0 {
        notes.push(words.say("program-note-guessed", &[("count", &format::count(walks))]));
    }
    let is_copy = |heap: &&HeapRun| heap.process.as_ref().is_some_and(|process| process.inherited_bytes > 0);
    let copies = heaps().filter(is_copy).count();
    if copies > MOST_COPIES_BY_NAME {
        notes.push(words.say("program-note-inherited-many", &[("count", &format::count(copies as u64))]));
    }
    for run in runs {
        let Some(heap) = &run.heap else { continue };
        if let Some(process) = &heap.process {
            notes.extend(process_notes(&run.variant, process, copies <= MOST_COPIES_BY_NAME, words));
            notes.extend(unseen_note(&run.variant, heap, process, words));
        }
    }
    notes.extend(heaps().filter_map(|heap| panic_note(heap, words)));
    notes.extend(unnamed::describe_unnamed(heaps(), words));
    notes
}

/// What the recording of a process lacks, or what a reader has to know of it.
fn process_notes(name: &str, process: &RecordedProcess, says_inherited: bool, words: &Words) -> Vec<String> {
    let counts = [
        ("program-note-inherited", if says_inherited { process.inherited_bytes } else { 0 }),
        ("program-note-interrupted", process.interrupted_events),
        ("program-note-lost", process.lost_events),
        ("program-note-overflowed", process.overflowed_blocks),
        ("program-note-cut", process.cut_stacks),
        ("program-note-running", process.is_running.into()),
        ("program-note-room", process.out_of_room.into()),
        ("program-note-deepbind", process.deep_binds),
    ];
    let name = prose::strip_controls(name);
    let python = process.python.iter().flat_map(|python| python_notes(&name, python, words));
    let say = |(key, count): (&str, u64)| {
        let (bytes, count) = (format::bytes(count), format::count(count));
        words.say(key, &[("name", &name), ("bytes", &bytes), ("count", &count)])
    };
    python.chain(counts.into_iter().filter(|(_, count)| *count > 0).map(say)).collect()
}

/// What a reader has to know of a process that runs Python.
fn python_notes(name: &str, python: &RecordedPython, words: &Words) -> Vec<String> {
    let key = match python.frames {
        PythonFrames::Recorded => "program-python-recorded",
        PythonFrames::Unchecked => "program-python-unchecked",
        PythonFrames::UnknownVersion => "program-python-unknown",
        PythonFrames::CheckFailed => "program-python-failed",
        PythonFrames::FreeThreaded => "program-python-free-threaded",
    };
    let mut notes = vec![words.say(key, &[("name", name), ("version", &python.version)])];
    if python.objects_are_blocks {
        notes.push(words.say("program-python-blocks", &[("name", name)]));
    }
    notes
}

/// The part of the resident memory that the recorder has seen, where that is less than half or where
/// the program has a `malloc` of its own.
fn unseen_note(name: &str, heap: &HeapRun, process: &RecordedProcess, words: &Words) -> Option<String> {
    /// Less is the stack, the program's data, the allocator's reserve and the recorder's own memory.
    const LEAST_UNSEEN: u64 = 32 << 20;
    let resident = process.resident_bytes.filter(|bytes| *bytes > 0)?;
    let seen = heap.peak_bytes + process.inherited_bytes;
    let is_much = resident > 2 * seen && resident - seen >= LEAST_UNSEEN;
    if !is_much && !process.has_own_malloc {
        return None;
    }
    let share = format::percent((seen as f64 / resident as f64).min(1.0));
    let (name, bytes) = (prose::strip_controls(name), format::bytes(resident));
    Some(words.say("program-note-unseen", &[("name", &name), ("share", &share), ("bytes", &bytes)]))
}

/// Who a process is: its number, its parent, the recorder in it, and how it ended.
fn describe_process(process: &RecordedProcess, words: &Words) -> String {
    let (id, parent) = (process.id.to_string(), process.parent.to_string());
    let mut parts = vec![words.say("program-process", &[("id", &id), ("parent", &parent)])];
    parts.extend(process.recorder.as_ref().map(|name| words.say("program-recorder", &[("name", name)])));
    parts.extend(process.end.as_ref().map(|end| prose::strip_controls(end)));
    parts.join(" · ")
}

/// How much of the peak a panic's own backtrace was, which is not the program's memory.
fn panic_note(heap: &HeapRun, words: &Words) -> Option<String> {
    let of_panic = heap.lines.iter().find(|line| line.function == PANIC_BACKTRACE)?;
    let part = of_panic.at_peak_bytes as f64 / heap.peak_bytes.max(1) as f64;
    let (bytes, share) = (format::bytes(of_panic.at_peak_bytes), format::percent(part));
    Some(words.say("program-note-panic", &[("bytes", &bytes), ("share", &share)]))
}

/// The totals of every process and its largest lines or stacks, in lines of `width` columns, at
/// least 60.
pub fn render_terminal(report: &Report, grouping: SiteGrouping, words: &Words, width: usize) -> String {
    let width = width.max(60);
    let mut parts = Vec::new();
    let shown = largest_processes(report, MOST_PROCESSES_ON_TERMINAL);
    for run in &shown {
        let Some(heap) = &run.heap else { continue };
        let mut head = vec![prose::strip_controls(&run.variant)];
        if !run.about.is_empty() {
            head.extend(
                prose::wrap(&prose::strip_controls(&run.about), width - 2)
                    .iter()
                    .map(|line| format!("  {line}")),
            );
        }
        if let Some(process) = heap.process.as_ref().filter(|_| report.runs.len() > 1) {
            head.push(format!("  {}", describe_process(process, words)));
        }
        parts.push(format!("{}\n{}", head.join("\n"), render_totals(heap, words, width >= WIDE)));
        if heap.sites.is_empty() {
            parts.push(words.get("program-nothing"));
        } else {
            parts.push(render_sites(heap, grouping, words, width));
            parts.extend(
                site_table::omitted_sites_note(heap, grouping, MOST_ON_TERMINAL, words)
                    .map(|said| prose::wrap(&said, width).join("\n")),
            );
        }
    }
    parts.extend(describe_others(report, &shown, words).map(|said| prose::wrap(&said, width).join("\n")));
    let notes = list_notes(&shown, words).into_iter().map(|note| {
        let lines = prose::wrap(&note, width - 2).join("\n  ");
        format!("· {lines}")
    });
    parts.push(notes.collect::<Vec<_>>().join("\n"));
    parts.join("\n\n")
}

/// How many processes are not shown, and what the largest of them had.
fn describe_others(report: &Report, shown: &[&Run], words: &Words) -> Option<String> {
    let is_shown = |run: &Run| shown.iter().any(|other| other.variant == run.variant);
    let others = report.runs.iter().filter(|run| !is_shown(run)).filter_map(|run| run.heap.as_ref());
    let peaks: Vec<u64> = others.map(|heap| heap.peak_bytes).collect();
    let (count, bytes) = (format::count(peaks.len() as u64), format::bytes(*peaks.iter().max()?));
    Some(words.say("program-more-processes", &[("count", &count), ("bytes", &bytes)]))
}

fn render_totals(heap: &HeapRun, words: &Words, exact: bool) -> String {
    let blocks = |blocks: u64| words.say("program-blocks", &[("blocks", &format::count(blocks))]);
    let bytes = |bytes: u64| {
        if exact { format!("{} B", format::count(bytes)) } else { format::bytes(bytes) }
    };
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let peak = match exact {
        true => bytes(heap.peak_bytes),
        false => format::bytes_within(heap.peak_bytes, heap.peak_error_bytes),
    };
    table.add_row([words.get("program-peak"), peak, blocks(heap.peak_blocks)]);
    table.add_row([words.get("program-total"), bytes(heap.total_bytes), blocks(heap.total_blocks)]);
    table.add_row([words.get("program-end"), bytes(heap.end_bytes), blocks(heap.end_blocks)]);
    let times = words.say("program-times", &[("times", &format::count(heap.reallocations))]);
    table.add_row([words.get("program-resized"), times, String::new()]);
    if let Some(wall) = median_of_counts(&heap.wall_ns) {
        table.add_row([words.get("program-wall"), format::nanoseconds(wall), String::new()]);
    }
    table_lines(&mut table, &[1, 2])
}

/// Place and function get the width that the figures leave. A place that is too long is cut at its
/// start, where the folders are.
fn render_sites(heap: &HeapRun, grouping: SiteGrouping, words: &Words, width: usize) -> String {
    let exact = width >= WIDE;
    let room = width.saturating_sub(if exact { FIGURES_WIDTH + 6 } else { FIGURES_WIDTH });
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let heads = ["column-place", "column-at-peak", "column-share", "column-total-blocks"];
    table.set_header(heads.map(|key| words.get(key).replace('|', "\n")));
    for site in site_table::site_rows(heap, grouping, MOST_ON_TERMINAL, words) {
        // A row of a library or without a name begins with the function.
        let is_line = !site.location.starts_with("in ");
        let mut place =
            if is_line { vec![site.location, site.function] } else { vec![site.function, site.location] };
        place.extend(site.call);
        let place: Vec<String> = place
            .iter()
            .filter(|line| !line.is_empty())
            .map(|line| keep_end(&prose::strip_controls(line), room))
            .collect();
        let [peak, share, blocks, ..] = site.figures;
        let peak = peak.exact.filter(|_| exact).unwrap_or(peak.short);
        table.add_row([place.join("\n  "), peak, share.short, blocks.short]);
    }
    table_lines(&mut table, &[1, 2, 3])
}

/// The end of a text that fits, with the two columns by which a second line is indented.
fn keep_end(text: &str, room: usize) -> String {
    use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};
    let room = room.saturating_sub(2);
    if text.width() <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = Vec::new();
    let mut taken = 1;
    for char in text.chars().rev() {
        taken += char.width().unwrap_or(0);
        if taken > room {
            break;
        }
        kept.push(char);
    }
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

/// The table's lines; these columns are aligned to the right.
fn table_lines(table: &mut Table, figures: &[usize]) -> String {
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if index == 0 { 0 } else { 1 }, 1));
        if figures.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use heaplab_record::HeapSite;
    use unicode_width::UnicodeWidthStr as _;

    #[test]
    fn totals_and_sites_fit_the_terminal() {
        for lang in [Lang::En, Lang::Zh] {
            let (words, report) = (Words::new(lang), fixture::program_report(lang));
            for width in [60, 80, 120] {
                let shown = render_terminal(&report, SiteGrouping::Line, &words, width);
                assert!(shown.lines().all(|line| line.width() <= width), "{width}:\n{shown}");
                assert!(shown.contains("main.rs:41") && shown.contains("75.0 %"), "{shown}");
                assert_eq!(shown.contains("4,800,000"), width >= WIDE, "every digit where there is room");
            }
        }
    }

    #[test]
    fn a_program_on_the_terminal() {
        let words = Words::new(Lang::En);
        insta::assert_snapshot!(render_terminal(&fixture::program_report(Lang::En), SiteGrouping::Line, &words, 80), @r"
        leaky
          leaky --rows 50000
        Live at the peak     6.40 MB  100,002 blocks
        Allocated in all     7.20 MB  100,012 blocks
        Live at the end      4.80 MB   50,000 blocks
        Reallocations              0
        Wall time, recorded  41.0 ms

        place                                           live at  of the  blocks
                                                           peak    peak  in all
        src/bin/leaky/main.rs:41                        4.80 MB  75.0 %  50,000
          leaky::remember
          → alloc::vec::Vec::push
        src/bin/leaky/main.rs:52                        1.60 MB  25.0 %  50,000
          leaky::forget
          …tring::String as core::clone::Clone>::clone
        everything else                                     0 B   0.0 %      12

        · Bytes are what the program asked for, without the allocator’s rounding and the
          recorder’s own headers. Wall time is that under the recorder; without it the
          program is faster.
        ");
    }

    #[test]
    fn of_many_processes_the_terminal_has_the_largest_in_their_order() {
        for lang in [Lang::En, Lang::Zh] {
            let (words, mut report) = (Words::new(lang), fixture::program_report(lang));
            let first = report.runs[0].clone();
            report.runs = (0..40)
                .map(|number: u64| {
                    let mut run = first.clone();
                    run.variant = format!("worker.{number}");
                    let heap = run.heap.as_mut().unwrap();
                    heap.peak_bytes = 1000 * (number * 7 % 40);
                    heap.process = Some(RecordedProcess { inherited_bytes: 5, ..RecordedProcess::default() });
                    run
                })
                .collect();
            let shown = render_terminal(&report, SiteGrouping::Line, &words, 80);
            let names: Vec<&str> = shown.lines().filter(|line| line.starts_with("worker.")).collect();
            // 17 * 7, 34 * 7 and 11 * 7 are 39, 38 and 37 modulo 40.
            assert_eq!(names, ["worker.11", "worker.17", "worker.34"]);
            assert!(shown.contains("37") && shown.contains("36.0 kB"), "{shown}");
            assert!(shown.lines().count() < 70, "{shown}");
            let notes = program_notes(&report, &words);
            assert!(
                notes.iter().any(|note| note.contains("40")) && notes.iter().any(|note| note.contains("24"))
            );
            assert!(notes.len() < 6, "{notes:?}");
        }
    }

    #[test]
    fn what_makes_the_figures_less_than_exact_is_said() {
        let words = Words::new(Lang::En);
        let mut report = fixture::program_report(Lang::En);
        assert_eq!(program_notes(&report, &words).len(), 1);
        let heap = report.runs[0].heap.as_mut().unwrap();
        (heap.peak_error_bytes, heap.slow_walks) = (131_072, 7_700);
        let said = program_notes(&report, &words).concat();
        assert!(said.contains("131 kB") && said.contains("7,700 stacks"), "{said}");
    }

    #[test]
    fn a_panics_backtrace_is_one_line_and_its_part_of_the_peak_is_said() {
        for lang in [Lang::En, Lang::Zh] {
            let (words, mut report) = (Words::new(lang), fixture::program_report(lang));
            let heap = report.runs[0].heap.as_mut().unwrap();
            heap.lines[1] = HeapSite {
                function: PANIC_BACKTRACE.to_owned(),
                at_peak_bytes: 1_600_000,
                ..HeapSite::default()
            };
            let shown = render_terminal(&report, SiteGrouping::Line, &words, 80);
            let line = shown.lines().find(|line| line.starts_with("[panic")).unwrap();
            assert!(line.contains("1.60 MB") && line.contains("25.0 %"), "{line}");
            let notes = program_notes(&report, &words).concat();
            assert!(notes.contains("1.60 MB") && notes.contains("RUST_BACKTRACE"), "{notes}");
        }
    }

    #[test]
    fn rows_without_names_fit_the_terminal() {
        let (words, mut report) = (Words::new(Lang::En), fixture::program_report(Lang::En));
        let heap = report.runs[0].heap.as_mut().unwrap();
        heap.lines[0].function = "leaky+0x23d9a".to_owned();
        heap.lines[0].location = "in leaky".to_owned();
        heap.lines[0].stack.clear();
        let shown = render_terminal(&report, SiteGrouping::Line, &words, 80);
        assert!(shown.contains("\nleaky+0x23d9a "), "{shown}");
        let by_stack = render_terminal(&report, SiteGrouping::Stack, &words, 80);
        assert!(by_stack.contains("leaky::remember") && !by_stack.contains("0x23d9a"), "{by_stack}");
    }
}
