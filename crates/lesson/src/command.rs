//! A lesson's `main`. The runner asks for the manifest or for one run with a record; a student runs
//! one variant and gets a small table.

use crate::declaration::{DeclaredVariant, Lesson, VariantFunction};
use crate::measure::{MeasuredVariant, VariantRunner};
use crate::prepare::{self, PrepareError, PrepareRequest};
use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser};
use heaplab_record::{Measurement, Record};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The folder where the runner wants the record.
const OUT_VARIABLE: &str = "HEAPLAB_OUT";
/// Exit status for wrong use, as everywhere in heaplab.
const WRONG_USE: u8 = 2;
/// Exit status if this machine lacks something.
const MACHINE_LACKS: u8 = 3;

/// Run one variant of this lesson. `cargo xtask lesson` runs them all, under every probe, and
/// writes a report.
#[derive(Parser)]
#[command(after_help = "Example: cargo run --profile lesson -p slots-vs-maps -- list_dict --rows 1000000\n\
    HEAPLAB_PROBE=heap (or counts, dhat) before it measures something else than time and RSS.")]
struct Arguments {
    /// The variant to run
    variant: Option<String>,
    /// How much work it is to do
    #[arg(long, visible_alias = "scale", value_name = "N")]
    rows: Option<u64>,
    /// Print what can be run, as JSON for the runner
    #[arg(long)]
    heaplab_list: bool,
    /// Make what the variants read, and say as JSON what it is
    #[arg(long, hide = true)]
    heaplab_prepare: bool,
    /// The lesson's own options that were given, by name.
    #[clap(skip)]
    options: Vec<(&'static str, String)>,
}

impl Arguments {
    /// Parses the command line, including the lesson's own options.
    fn parse_for(lesson: &Lesson) -> Result<Arguments, clap::Error> {
        let own = lesson.options.iter().map(|&(name, value, about)| {
            let id = name.trim_start_matches('-');
            Arg::new(id).long(id).value_name(value).help(about)
        });
        let mut matches = Arguments::command().args(own).try_get_matches()?;
        let mut arguments = Arguments::from_arg_matches_mut(&mut matches)?;
        for &(name, ..) in lesson.options {
            let given = matches.remove_one::<String>(name.trim_start_matches('-'));
            arguments.options.extend(given.map(|given| (name, given)));
        }
        Ok(arguments)
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Use(String),
    #[error(transparent)]
    Region(#[from] heaplab_heap::RegionError),
    #[error("cannot write {path}: {source}", path = .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
}

pub(crate) fn main(lesson: &Lesson) -> ExitCode {
    let arguments = Arguments::parse_for(lesson).unwrap_or_else(|error| error.exit());
    match run(lesson, &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            let lacks = matches!(failure, Failure::Prepare(PrepareError::Lacks(_)));
            ExitCode::from(if lacks { MACHINE_LACKS } else { WRONG_USE })
        }
    }
}

fn run(lesson: &Lesson, arguments: &Arguments) -> Result<(), Failure> {
    if arguments.heaplab_list {
        let mut manifest = serde_json::to_string_pretty(&lesson.manifest())?;
        manifest.push('\n');
        return print(&manifest);
    }
    if arguments.rows == Some(0) {
        return Err(Failure::Use(format!(
            "--rows 0 measures nothing: give at least 1 of the {}",
            lesson.unit
        )));
    }
    let asked = PrepareRequest {
        rows: arguments.rows,
        default_rows: lesson.default_scale,
        options: arguments.options.clone(),
    };
    if arguments.heaplab_prepare {
        let prepare = lesson.prepare.ok_or_else(|| Failure::Use("this lesson prepares nothing".into()))?;
        return print(&(serde_json::to_string(&prepare(&asked)?)? + "\n"));
    }
    let (declared, function) = find_variant(lesson, arguments.variant.as_deref())?;
    let prepared = if lesson.prepare.is_some() { prepare::ensure_prepared(&asked)? } else { None };
    let scale = arguments.rows.or(prepared).unwrap_or(lesson.default_scale);
    let out = std::env::var_os(OUT_VARIABLE).map(PathBuf::from);
    let measured: MeasuredVariant = function(&VariantRunner::new(scale, out.as_deref()))?;
    let record = measured.into_record(declared.name, scale);
    match out {
        Some(folder) => {
            let recording = folder.join("heap.raw");
            heaplab_heap::write_recording(&recording)
                .map_err(|source| Failure::Write { path: recording, source })?;
            write_record(&folder, &record)
        }
        None => print(&render_table(lesson, declared, &record)),
    }
}

fn find_variant<'a>(
    lesson: &'a Lesson,
    name: Option<&str>,
) -> Result<(&'a DeclaredVariant, VariantFunction), Failure> {
    let found = name.and_then(|name| lesson.find(name));
    if let Some(declared) = found
        && let Some(function) = declared.run
    {
        return Ok((declared, function));
    }
    let mut message = match name {
        Some(name) => format!("this lesson has no variant `{name}`; it has:\n"),
        None => String::from("name the variant to run; this lesson has:\n"),
    };
    for declared in lesson.rust_variants() {
        message += &format!("  {:<16} {}\n", declared.name, declared.about);
    }
    Err(Failure::Use(message.trim_end().to_owned()))
}

/// The record is renamed into place, so that a reader never finds half of it.
fn write_record(folder: &Path, record: &Record) -> Result<(), Failure> {
    let (beside, path) = (folder.join("record.json.part"), folder.join("record.json"));
    let text = serde_json::to_vec_pretty(record)?;
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, &path))
        .map_err(|source| Failure::Write { path, source })
}

fn render_table(lesson: &Lesson, declared: &DeclaredVariant, record: &Record) -> String {
    let mut lines = vec![
        ("variant", format!("{} ({})", declared.name, declared.about)),
        ("scale", format!("{} {}", record.scale, lesson.unit)),
        ("checksum", record.checksum.clone()),
        ("probe", record.measurement.probe().name().to_owned()),
    ];
    let mut figure = |name, value: Option<u64>, unit: &str| {
        if let Some(value) = value {
            lines.push((name, format!("{value} {unit}")));
        }
    };
    match &record.measurement {
        Measurement::Plain(plain) => {
            figure("wall", Some(plain.wall_ns / 1_000_000), "ms");
            figure("peak RSS", plain.peak_rss_bytes, "bytes");
            figure("anonymous at end", plain.end_rss_anon_bytes, "bytes");
            figure("file at end", plain.end_rss_file_bytes, "bytes");
        }
        Measurement::Counts(counts) => {
            figure("allocations", Some(counts.allocations), "");
            figure("reallocations", Some(counts.reallocations), "");
            figure("deallocations", Some(counts.deallocations), "");
            figure("bytes allocated", Some(counts.bytes_allocated), "bytes");
        }
        Measurement::Dhat(dhat) => {
            figure("peak", Some(dhat.peak_bytes), "bytes");
            figure("end", Some(dhat.end_bytes), "bytes");
            figure("blocks and reallocations", Some(dhat.total_blocks), "");
        }
        Measurement::Heap(sample) => {
            let heap = sample.totals;
            figure("peak live", Some(heap.peak_bytes), "bytes");
            figure("live at end", Some(heap.end_bytes), "bytes");
            figure("blocks", Some(heap.total_blocks), "");
            figure("reallocations", Some(heap.reallocations), "");
        }
        Measurement::Tracemalloc(sample) => {
            figure("peak live", Some(sample.live.peak_bytes), "bytes");
            figure("live at end", Some(sample.live.end_bytes), "bytes");
        }
    }
    let mut table: String = lines.iter().map(|(name, value)| format!("{name:<25} {value}\n")).collect();
    if cfg!(debug_assertions) {
        table += "This is a debug build: add --profile lesson for figures that mean something.\n";
    }
    table + "For every variant and probe at once: cargo xtask lesson\n"
}

/// A closed pipe (`| head`) is not an error.
fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: PathBuf::from("standard output"), source })
        }
        _ => Ok(()),
    }
}
