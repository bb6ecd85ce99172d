//! Counts instructions by function and by line with callgrind, for the variants that a lesson's
//! metadata names under `instructions`. The results are attached to the variants' runs.

use crate::runner::build::BuiltLesson;
use crate::runner::callgrind;
use crate::runner::measure::RunAttachments;
use crate::runner::plan;
use crate::runner::tool_notes::{self, both_languages};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_profile::callgrind::{CallgrindProfile, FunctionCost, LineCost};
use heaplab_profile::symbols::Roots;
use heaplab_record::{Attachment, Cell, Language, Probe, Run, SourceListing, Table};
use heaplab_report::{format, instructions};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many times slower a program is under callgrind, approximately.
const CALLGRIND_SLOWDOWN: u32 = 60;
/// A variant that would take longer than this under callgrind runs at the reference scale.
const LONGEST_RUN: Duration = Duration::from_secs(15);
/// The number of functions that are shown, if they take at least a hundredth with their callees.
const MOST_FUNCTIONS: usize = 8;

/// Counts what the lessons ask for. Without valgrind it prints a note and counts nothing.
pub(crate) fn count_instructions(
    built: &[BuiltLesson<'_>],
    runs: &[Run],
    root: &Path,
    folder: &Path,
    screen: &Terminal,
) -> Result<RunAttachments> {
    let mut found = RunAttachments::new();
    if built.iter().all(|built| built.lesson.instructions.is_empty()) {
        return Ok(found);
    }
    let Some(tool) = callgrind::version() else {
        let how = callgrind::INSTALL_HINT;
        screen.print_note(&format!("No instructions are counted: valgrind is not installed. {how}"));
        return Ok(found);
    };
    let mut slowest: Option<(u64, usize, Duration)> = None;
    for built in built {
        let section = built.lesson.section.to_string();
        for (index, run) in runs.iter().enumerate() {
            let wanted = built.lesson.instructions.contains(&run.variant);
            if run.section != section || run.language != Language::Rust || !wanted {
                continue;
            }
            screen.print_step(&format!("instructions of {}", run.variant));
            let (rows, plain_ns) = choose_rows(built, run);
            let started = Instant::now();
            let counted = count_variant(built, &run.variant, rows, folder)?;
            if slowest.is_none_or(|(ns, ..)| plain_ns > ns) {
                slowest = Some((plain_ns, index, started.elapsed()));
            }
            let attachments = attachments(built, run, &counted, rows, root, &tool);
            found.extend(attachments.into_iter().map(|attachment| (index, attachment)));
        }
    }
    found.extend(
        slowest.map(|(plain_ns, index, wall)| (index, cost_note(&runs[index].variant, plain_ns, wall))),
    );
    Ok(found)
}

/// The run's own scale where it is quick enough, otherwise the reference scale; and the time of the
/// work at that scale, in nanoseconds.
fn choose_rows(built: &BuiltLesson<'_>, run: &Run) -> (u64, u64) {
    let wall = run.plain.as_ref().and_then(|plain| plain.wall_ns.iter().copied().min()).unwrap_or(0);
    if Duration::from_nanos(wall) * CALLGRIND_SLOWDOWN <= LONGEST_RUN {
        return (run.rows, wall);
    }
    let rows = plan::reference_rows(built.manifest.default_scale, run.rows);
    (rows, (wall as f64 * rows as f64 / run.rows.max(1) as f64) as u64)
}

fn count_variant(
    built: &BuiltLesson<'_>,
    variant: &str,
    rows: u64,
    folder: &Path,
) -> Result<CallgrindProfile> {
    let out = folder.join(format!("instructions-{variant}"));
    std::fs::create_dir(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let words = callgrind::profile_command(&out);
    let mut command = Command::new("valgrind");
    // Under the counts probe the variant does only its work; under the plain probe it might inspect
    // its data afterwards.
    command
        .args(words.iter().skip(1))
        .arg(&built.binary)
        .args([variant, "--rows", &rows.to_string()])
        .env("HEAPLAB_PROBE", Probe::Counts.name())
        .env("HEAPLAB_OUT", &out)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let process = callgrind::run(&mut command).with_context(|| format!("{variant}: not counted"))?;
    callgrind::read_counts(&out, process)?.with_context(|| format!("{variant}: valgrind left nothing"))
}

fn attachments(
    built: &BuiltLesson<'_>,
    run: &Run,
    counted: &CallgrindProfile,
    rows: u64,
    root: &Path,
    tool: &str,
) -> Vec<Attachment> {
    // The variant's own work, or the whole program where the variant was inlined into its caller.
    let function = format!("{}::{}", built.lesson.package.replace('-', "_"), run.variant);
    let (functions, stacks) =
        counted.stacks_from(&function).unwrap_or_else(|| instructions::select_program_part(counted));
    let total = stacks.iter().map(|stack| stack.cost).sum();
    let mut made = vec![function_table(&functions, total)];
    if let Some(source) = annotated_source(built, &run.variant, counted, rows, total, root, tool) {
        made.push(source_note(&source, rows));
        made.push(Attachment::Source(source));
    }
    made
}

/// A table like that of Python's `pstats`, with instructions instead of time.
fn function_table(functions: &[FunctionCost], total: u64) -> Attachment {
    let row = |function: &FunctionCost| {
        vec![
            Cell::Text(function.name.clone()),
            Cell::Count(function.calls),
            Cell::Count(function.exclusive),
            Cell::Count(function.inclusive),
            Cell::Share(function.exclusive as f64 / total.max(1) as f64),
        ]
    };
    let counts = |function: &&FunctionCost| function.inclusive >= total / 100;
    Attachment::Table(Table {
        title: both_languages(
            "Instructions a function, counted by callgrind",
            "按函数的指令数（callgrind 计数）",
        ),
        columns: vec![
            both_languages("function", "函数"),
            both_languages("calls", "调用次数"),
            both_languages("itself", "自身"),
            both_languages("with calls", "含被调"),
            both_languages("itself, %", "自身占比"),
        ],
        rows: functions.iter().take(MOST_FUNCTIONS).filter(counts).map(row).collect(),
    })
}

/// The lesson's file with the most instructions.
fn annotated_source(
    built: &BuiltLesson<'_>,
    variant: &str,
    counted: &CallgrindProfile,
    rows: u64,
    total: u64,
    root: &Path,
    tool: &str,
) -> Option<SourceListing> {
    let home = built.lesson.folder.strip_prefix(root).ok()?.to_string_lossy().into_owned() + "/";
    let files = callgrind::own_lines(counted, &Roots { workspace: root.to_owned() });
    let mut of_lesson: Vec<(String, Vec<LineCost>)> =
        files.into_iter().filter(|(file, _)| file.starts_with(&home)).collect();
    // With several files, `main.rs` only calls the others.
    if of_lesson.len() > 1 {
        of_lesson.retain(|(file, _)| !file.ends_with("src/main.rs"));
    }
    let own = |lines: &[LineCost]| lines.iter().map(|line| line.exclusive).sum::<u64>();
    let (file, lines) = of_lesson.into_iter().max_by_key(|(_, lines)| own(lines))?;
    let code = std::fs::read_to_string(root.join(&file)).ok()?;
    let at = format::count(rows);
    let title = both_languages(
        format!("{variant}: instructions a line at {at} {}, counted by {tool}", built.manifest.unit),
        format!("{variant}：规模 {at} 时每一行的指令数（{tool} 计数）"),
    );
    Some(instructions::annotate_source(&file, &code, &lines, total, title))
}

/// A sentence about the loop around the line that ran most often.
fn source_note(source: &SourceListing, rows: u64) -> Attachment {
    let hits = |figures: &[Cell]| match figures.first() {
        Some(Cell::Count(hits)) => *hits,
        _ => 0,
    };
    let busiest = source.lines.iter().rev().max_by_key(|line| hits(&line.figures));
    let (code, count) = busiest.map_or(("", 0), |line| (line.code.trim(), hits(&line.figures)));
    Attachment::Table(Table {
        title: both_languages("What became of the loop", "循环变成了什么"),
        columns: vec![
            both_languages("the line that ran most often", "执行次数最多的一行"),
            both_languages("its hits say", "次数说明"),
        ],
        rows: vec![vec![Cell::Text(code.to_owned()), Cell::Words(instructions::explain_loop(count, rows))]],
    })
}

fn cost_note(variant: &str, plain_ns: u64, wall: Duration) -> Attachment {
    let (under, by_itself) =
        (format::nanoseconds(wall.as_nanos() as f64), format::nanoseconds(plain_ns as f64));
    tool_notes::tool_row(
        both_languages("count a function and a line", "按函数、按行计数"),
        "callgrind (Rust, C)",
        "cargo xtask profile --cpu -- PROGRAM",
        both_languages(
            "time: a miss of the cache and a slow instruction count as one",
            "时间：缓存未命中、慢指令都只算一条",
        ),
        both_languages(
            format!("{under} for {variant}, whose work takes {by_itself} by itself"),
            format!("{variant} 用了 {under}，它自己只需 {by_itself}"),
        ),
    )
}
