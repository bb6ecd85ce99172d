//! The steps before anything runs: what was selected, what was built, and which variants run at
//! which scale.

use super::intro;
use super::mystery::Puzzle;
use super::predict;
use super::scales::resolve_scales;
use crate::cli::{self, LessonOptions, ToolsChoice};
use crate::exit::ExitReason;
use crate::runner::build::{self, BuiltLesson};
use crate::runner::criterion::{self, BenchBinaries};
use crate::runner::discover::{Lesson, SectionNumber, Workspace};
use crate::runner::measure::{MeasureRequest, VariantTask};
use crate::runner::prepared_input::{self, LessonInputs};
use crate::runner::python::{self, Python};
use crate::terminal::Terminal;
use anyhow::Result;
use heaplab_record::{ClaimSpec, FindingSpec, GoalSpec, Language, Prediction, Variant};
use heaplab_report::{Lang, Words};
use std::path::PathBuf;

/// What the command line selects, read before anything is built.
pub(super) struct Selection<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) section: SectionNumber,
    pub(super) lessons: Vec<&'a Lesson>,
    /// The folder of the report.
    pub(super) folder: PathBuf,
    pub(super) puzzle: Option<Puzzle>,
    /// Empty in a puzzle, whose claims would name the variants.
    pub(super) statements: LectureStatements,
    pub(super) words: Words,
    /// The interpreters of the Python variants, the first one first.
    pub(super) pythons: Vec<Python>,
    /// Why there is no CPython, where the user did not turn it off.
    missing_python: Option<String>,
}

/// The lessons of a section with their binaries.
pub(super) struct BuiltSection<'a> {
    pub(super) benches: BenchBinaries,
    pub(super) lessons: Vec<BuiltLesson<'a>>,
}

/// Everything that is decided before the first variant runs.
pub(super) struct SectionPlan<'a> {
    pub(super) tasks: Vec<VariantTask<'a>>,
    pub(super) request: MeasureRequest,
    pub(super) predictions: Vec<Prediction>,
    /// The scale of the section's first lesson.
    pub(super) rows: u64,
    /// What that lesson counts, in the report's language.
    pub(super) unit: String,
}

/// The claims and the goal that the lessons of a section state.
#[derive(Default)]
pub(super) struct LectureStatements {
    pub(super) goal: Option<GoalSpec>,
    /// Each with the number of its lesson.
    pub(super) claims: Vec<(String, ClaimSpec)>,
    /// What is no claim of the lecture, each with the number of its lesson.
    pub(super) findings: Vec<(String, FindingSpec)>,
}

impl LectureStatements {
    fn read(lessons: &[&Lesson]) -> Result<LectureStatements> {
        let mut statements = LectureStatements::default();
        for lesson in lessons {
            let file = lesson.read_claims()?;
            statements.goal = statements.goal.or(file.goal);
            let section = lesson.section.to_string();
            statements.claims.extend(file.claim.into_iter().map(|claim| (section.clone(), claim)));
            statements.findings.extend(file.finding.into_iter().map(|one| (section.clone(), one)));
        }
        Ok(statements)
    }
}

/// Reads the selected section, and refuses options that cannot work before minutes are spent on
/// building.
pub(super) fn select<'a>(workspace: &'a Workspace, options: &LessonOptions) -> Result<Selection<'a>> {
    let (section, lessons) = workspace.find_section(&options.section)?;
    predict::check_option(options.predict.as_deref())?;
    let seed = options.mystery.as_ref();
    let puzzle = seed.map(|seed| Puzzle::from_option(seed, &lessons)).transpose()?;
    let statements = match puzzle {
        Some(_) => LectureStatements::default(),
        None => LectureStatements::read(&lessons)?,
    };
    let (pythons, missing_python) = python::select_pythons(&options.python)?;
    Ok(Selection {
        workspace,
        folder: report_folder(workspace, &section, options),
        section,
        lessons,
        puzzle,
        statements,
        words: Words::new(cli::resolve_language(options.lang)),
        pythons,
        missing_python,
    })
}

/// The folder of the report. A puzzle has its own, because the section's report would give the
/// answers away.
pub(super) fn report_folder(
    workspace: &Workspace,
    section: &SectionNumber,
    options: &LessonOptions,
) -> PathBuf {
    let is_mystery = options.mystery.is_some() || !options.solve.is_empty();
    let folder = if is_mystery { format!("{section}-mystery") } else { section.to_string() };
    options.out.clone().unwrap_or_else(|| workspace.root.join("reports").join(folder))
}

pub(super) fn build<'a>(selection: &Selection<'a>) -> Result<BuiltSection<'a>> {
    // The benches come first: cargo builds a package's binary along with them, with other features,
    // into the same place.
    let benches = criterion::build_benches(selection.workspace, &selection.lessons)?;
    let lessons = build::build_lessons(selection.workspace, &selection.lessons)?;
    Ok(BuiltSection { benches, lessons })
}

/// Decides which variants run and at which scale. `folder` is where the children get their folders.
pub(super) fn plan<'a>(
    selection: &'a Selection<'_>,
    built: &'a [BuiltLesson<'_>],
    folder: PathBuf,
    options: &LessonOptions,
    terminal: &Terminal,
) -> Result<SectionPlan<'a>> {
    let words = &selection.words;
    let inputs = resolve_inputs(options, built)?;
    let scales = resolve_scales(built, &inputs, &folder, options)?;
    let tasks = plan_tasks(selection, built, &scales, &options.variant)?;
    let tasks = match &selection.puzzle {
        Some(puzzle) => puzzle.mask_tasks(tasks),
        None => tasks,
    };
    intro::print_intro(built, selection.workspace, options, words)?;
    if let Some(reason) = selection.missing_python.as_ref().filter(|_| has_python(built)) {
        terminal.print_note(&format!(
            "The CPython variants are left out: {reason}. `cargo xtask doctor` says more."
        ));
    }
    let predictions = predict::read_predictions(options.predict.as_deref(), &tasks, words)?;
    check_between(options.between, &scales, &selection.lessons)?;
    let rows = scales.first().copied().unwrap_or_default();
    let unit = built.first().map(|built| unit_name(built, words.lang())).unwrap_or_default().to_owned();
    let request = MeasureRequest {
        quick: options.quick,
        tools: options.tools == ToolsChoice::Auto && !options.quick,
        timeout: options.timeout,
        between: options.between,
        given: inputs,
        recorder_library: if tasks.iter().any(|task| task.python.is_some()) {
            build::build_recorder_for_python(terminal)?
        } else {
            None
        },
        folder,
    };
    Ok(SectionPlan { tasks, request, predictions, rows, unit })
}

/// Every selected variant that can run here. Baselines come first, because the others are compared
/// with them as they run.
fn plan_tasks<'a>(
    selection: &'a Selection<'_>,
    built: &'a [BuiltLesson<'_>],
    scales: &[u64],
    wanted: &[String],
) -> Result<Vec<VariantTask<'a>>, ExitReason> {
    let lang = selection.words.lang();
    let all = || {
        built.iter().zip(scales).flat_map(|(built, &rows)| {
            built.manifest.variants.iter().map(move |variant| (built, rows, variant))
        })
    };
    for name in wanted {
        if !all().any(|(_, _, variant)| variant.name == *name) {
            return Err(unknown_variant(name, all().map(|(_, _, variant)| variant.name.as_str())));
        }
    }
    let goal = selection.statements.goal.as_ref();
    let mut tasks: Vec<VariantTask<'a>> = all()
        .filter(|(_, _, variant)| wanted.is_empty() || wanted.contains(&variant.name))
        .flat_map(|(built, rows, variant)| match variant.language {
            Language::Rust => vec![(built, rows, variant, None)],
            Language::Python => {
                selection.pythons.iter().map(|python| (built, rows, variant, Some(python))).collect()
            }
        })
        .map(|(built, rows, variant, python)| {
            // A section with a goal has one baseline; otherwise every lesson has its own.
            let baseline = goal.map_or(variant.baseline, |goal| goal.baseline == variant.name);
            let (about, unit) = (describe_variant(built, variant, lang), unit_name(built, lang));
            VariantTask { built, variant, rows, baseline, shown_as: &variant.name, about, unit, python }
        })
        .collect();
    tasks.sort_by_key(|task| (task.variant.language, !task.baseline));
    Ok(tasks)
}

/// The options that lessons take. Each needs a lesson in this section that accepts it.
fn resolve_inputs(options: &LessonOptions, built: &[BuiltLesson<'_>]) -> Result<LessonInputs, ExitReason> {
    let mut inputs = LessonInputs::new();
    if let Some(log) = &options.log {
        let path = log.to_str().ok_or_else(|| {
            ExitReason::UsageError(format!(
                "--log {}: its name is not UTF-8: rename it, or link to it",
                log.display()
            ))
        })?;
        inputs.push(("--log".to_owned(), path.to_owned()));
    }
    for (name, _) in &inputs {
        if !built.iter().any(|built| prepared_input::accepts_input(built, name)) {
            let section = &options.section;
            return Err(ExitReason::UsageError(format!(
                "{name}: section {section} reads no such thing; lesson 8.7 does"
            )));
        }
    }
    if let (Some(_), Some(other)) = (options.bytes, built.iter().find(|of| of.manifest.unit != "bytes")) {
        let unit = &other.manifest.unit;
        return Err(ExitReason::UsageError(format!(
            "--bytes: lesson {} counts {unit}; give --rows",
            other.lesson.section
        )));
    }
    Ok(inputs)
}

/// `--between` needs a window within the run, and a lesson that takes snapshots on the way.
fn check_between(between: Option<(u64, u64)>, scales: &[u64], lessons: &[&Lesson]) -> Result<(), ExitReason> {
    let looking = lessons.iter().zip(scales).filter(|(lesson, _)| lesson.growth);
    let rows = looking.map(|(_, &rows)| rows).min();
    match (between, rows) {
        (Some(_), None) => Err(ExitReason::UsageError(
            "--between: no lesson of this section looks on the way; lesson 8.2 does".to_owned(),
        )),
        (Some((from, to)), Some(rows)) if to > rows => Err(ExitReason::UsageError(format!(
            "--between {from}..{to}: the run ends at {rows}; give more --rows, or an earlier end"
        ))),
        _ => Ok(()),
    }
}

pub(super) fn has_python(built: &[BuiltLesson<'_>]) -> bool {
    built
        .iter()
        .flat_map(|built| &built.manifest.variants)
        .any(|variant| variant.language == Language::Python)
}

fn unit_name<'a>(built: &'a BuiltLesson<'_>, lang: Lang) -> &'a str {
    built.lesson.unit_zh.as_deref().filter(|_| lang == Lang::Zh).unwrap_or(&built.manifest.unit)
}

/// The Chinese description of a script stands under its file name (`slots_by.py`), because a Rust
/// variant may have the same name.
fn describe_variant<'a>(built: &'a BuiltLesson<'_>, variant: &'a Variant, lang: Lang) -> &'a str {
    let name = match variant.language {
        Language::Rust => variant.name.clone(),
        Language::Python => format!("{}.py", variant.name),
    };
    let chinese = built.lesson.about_zh.get(&name).filter(|_| lang == Lang::Zh);
    chinese.unwrap_or(&variant.about)
}

fn unknown_variant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> ExitReason {
    // Below this, two names have hardly more in common than their letters.
    const LEAST_SIMILARITY: f64 = 0.75;
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    let similarity = |known: &&str| strsim::jaro_winkler(name, known);
    let near = known.iter().copied().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    let near = near.filter(|near| similarity(near) >= LEAST_SIMILARITY);
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    ExitReason::UsageError(format!(
        "this section has no variant `{name}`{near}\nIt has: {}",
        known.join(", ")
    ))
}
