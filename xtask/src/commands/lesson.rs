//! `cargo xtask lesson 8.5`: build, measure, show, store.

mod variant_growth;

use crate::cli::{self, LessonOptions, ToolsChoice};
use crate::commands::course;
use crate::commands::lesson_intro;
use crate::commands::mystery::{self, Puzzle};
use crate::commands::predict;
use crate::commands::watch;
use crate::exit::ExitReason;
use crate::interrupt;
use crate::publish::index;
use crate::publish::leak_pictures;
use crate::publish::mindmap;
use crate::publish::render;
use crate::publish::report_link;
use crate::publish::store;
use crate::runner::alloc_sites;
use crate::runner::build::{self, BuiltLesson};
use crate::runner::criterion;
use crate::runner::discover::{self, Lesson, SectionNumber, Workspace};
use crate::runner::environment;
use crate::runner::instructions;
use crate::runner::measure::{self, MeasureEvent, MeasureRequest, VariantTask};
use crate::runner::prepared_input::{self, LessonInputs};
use crate::runner::python::{self, Python};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_record::{ClaimSpec, GoalSpec, Language, Mystery, REPORT_SCHEMA, Report, Text, Variant};
use heaplab_report::terminal::{self, RunTable};
use heaplab_report::{Lang, Words, claims, goal};
use std::path::{Path, PathBuf};

/// What `--quick` leaves of a lesson's default scale.
const QUICK_PART: u64 = 100;

pub(crate) fn run(options: &LessonOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    if options.section == course::ALL {
        return course::run_all(&workspace, options);
    }
    if options.watch {
        return watch::run(options);
    }
    if !options.solve.is_empty() {
        let (section, lessons) = workspace.find_section(&options.section)?;
        return mystery::check_solution(
            &options.solve,
            &section,
            &lessons,
            &report_folder(&workspace, &section, options),
        );
    }
    let (_, concluded) = run_section(options)?;
    if options.out.is_none() {
        index::write_index(&workspace, &workspace.root.join("reports"), options.lang)?;
    }
    concluded
}

/// One measurement of a section: its report, which is in its place, and what the command ends with.
pub(crate) fn run_section(options: &LessonOptions) -> Result<(Report, Result<()>)> {
    let workspace = discover::load_workspace()?;
    let (section, lessons) = workspace.find_section(&options.section)?;
    let place = report_folder(&workspace, &section, options);
    predict::check_option(options.predict.as_deref())?;
    let asked = options.mystery.as_ref();
    let puzzle = asked.map(|asked| Puzzle::from_option(asked, &lessons)).transpose()?;
    let spoken =
        if puzzle.is_some() { LectureStatements::default() } else { LectureStatements::read(&lessons)? };
    let words = Words::new(cli::resolve_language(options.lang));
    let (python, missing_python) = python::select_python(options.python)?;
    let staging = store::open_staging(&place, options.out.is_some())?;
    interrupt::install_handlers().context("cannot listen to signals")?;

    // Before the lessons: cargo builds a package's binary along with its benches, with other features, into one place.
    let benches = criterion::build_benches(&workspace, &lessons)?;
    let built = build::build_lessons(&workspace, &lessons)?;
    let tasks = plan_tasks(&built, &spoken, &options.variant, python.as_ref(), words.lang())?;
    let tasks = if let Some(puzzle) = &puzzle { puzzle.mask_tasks(tasks) } else { tasks };
    lesson_intro::print_intro(&built, &workspace, options, &words)?;
    let screen = Terminal::new(!options.json);
    if let Some(why) = missing_python.filter(|_| has_python(&built)) {
        screen.print_note(&format!(
            "The CPython variants are left out: {why}. `cargo xtask doctor` says more."
        ));
    }
    let given = prepared_input::resolve_inputs(options, &built)?;
    let own_rows = prepared_input::rows_of_input(&built, &given, &staging.runs_folder())?;
    let rows = resolve_rows(&built, own_rows, options);
    let predictions = predict::read_predictions(options.predict.as_deref(), &tasks, rows, &words)?;
    let request = build_request(options, rows, given, python.as_ref(), staging.runs_folder());
    check_between(options.between, request.rows, &lessons)?;
    let mut measured = measure_with_table(&request, &tasks, &screen, &words)?;
    instructions::count_instructions(
        &built,
        &mut measured.runs,
        &workspace.root,
        &staging.runs_folder(),
        &screen,
    )?;
    criterion::run_benches(&benches, &built, &mut measured.runs, &staging, options.quick, &screen)?;
    screen.set_activity("pictures");
    // They ran with the baseline first; a reader goes through the section from its start.
    measured.runs.sort_by_key(|run| SectionNumber::parse(&run.section));
    let live = measured.live_curves();
    let mut profiles = alloc_sites::name_profiles(&mut measured, &workspace.root)?;
    let unit = built.first().map(|built| unit_name(built, words.lang())).unwrap_or_default().to_owned();
    for run in &mut measured.runs {
        run.unit = run.unit.take().filter(|own| *own != unit);
    }
    let grown =
        variant_growth::attach_growth(&mut measured, &mut profiles, &unit, puzzle.as_ref(), &workspace.root)?;
    let is_judged = measured.runs.iter().any(|run| run.growth.is_some());
    let report = Report {
        schema: REPORT_SCHEMA.to_owned(),
        lesson: Some(section.to_string()),
        title: puzzle
            .as_ref()
            .map_or_else(|| section_title(&lessons), |_| mystery::masked_title(&section_title(&lessons))),
        created_at: environment::timestamp(),
        language: words.lang().tag().to_owned(),
        environment: environment::collect_environment(
            &workspace.root,
            python.as_ref().filter(|_| has_python(&built)).map(|found| found.version.clone()),
        ),
        goal: spoken.goal.as_ref().map(|spec| goal::judge_goal(spec, &measured.runs, &words)),
        classifier: is_judged.then(heaplab_analysis::growth::classifier_table),
        mystery: puzzle.as_ref().map(|puzzle| Mystery { seed: puzzle.seed }),
        predictions,
        mind_map: mindmap::draw_mind_map(&lessons, &workspace, &place)?,
        claims: claims::judge_claims(&spoken.claims, &measured.runs, &unit, &words),
        unit,
        rows_requested: request.rows,
        ladder: lessons.iter().find_map(|lesson| lesson.ladder),
        runs: measured.runs,
        failed: measured.failed,
    };
    let files = render::ReportInputs {
        curves: &measured.curves,
        live: &live,
        dhat_files: &measured.dhat_files,
        profiles: &profiles,
        leaks: leak_pictures::build_pictures(&grown, &profiles, options.between, &report.unit, &words)?,
        root: Some(&workspace.root),
    };
    let artifacts = render::render_report(&report, files, &words)?;
    interrupt::check()?;
    let place = staging.publish(&artifacts)?;
    screen.finish();
    if let Some(puzzle) = &puzzle {
        screen.print_result(&format!("\n{}", puzzle.render_question(&section, &words)));
    }
    let concluded = print_outcome(&report, &place, &screen, &words, options);
    lesson_intro::print_doctor_after_first_run(&lessons, &workspace, &screen);
    Ok((report, concluded))
}

/// Plain options, before any work starts.
fn build_request<'a>(
    options: &LessonOptions,
    rows: u64,
    given: LessonInputs,
    python: Option<&'a Python>,
    folder: PathBuf,
) -> MeasureRequest<'a> {
    MeasureRequest {
        rows,
        quick: options.quick,
        tools: options.tools == ToolsChoice::Auto && !options.quick,
        timeout: options.timeout,
        between: options.between,
        given,
        python,
        folder,
    }
}

/// The folder of the report. A puzzle has its own: the section's would tell.
fn report_folder(workspace: &Workspace, section: &SectionNumber, options: &LessonOptions) -> PathBuf {
    let is_mystery = options.mystery.is_some() || !options.solve.is_empty();
    let folder = if is_mystery { format!("{section}-mystery") } else { section.to_string() };
    options.out.clone().unwrap_or_else(|| workspace.root.join("reports").join(folder))
}

/// Everything measured, each row shown as soon as it is whole.
fn measure_with_table(
    request: &MeasureRequest<'_>,
    tasks: &[VariantTask<'_>],
    screen: &Terminal,
    words: &Words,
) -> Result<measure::SectionResult> {
    let table = RunTable::new(words, Terminal::width_columns());
    let mut shown = Vec::new();
    screen.print_result(&table.render_header());
    let measured = measure::measure_section(request, tasks, screen, &mut |event| match event {
        MeasureEvent::Measured(run) => {
            shown.push(run.clone());
            screen.print_result(&table.render_row(run, heaplab_report::find_baseline(run, &shown)));
        }
        MeasureEvent::Failed(failure) => screen.print_result(&table.render_failure(failure)),
    })?;
    Ok(measured)
}

/// A window must lie within the run, and somebody must look.
fn check_between(between: Option<(u64, u64)>, rows: u64, lessons: &[&Lesson]) -> Result<(), ExitReason> {
    match between {
        Some(_) if !lessons.iter().any(|lesson| lesson.growth) => Err(ExitReason::UsageError(
            "--between: no lesson of this section looks on the way; lesson 8.2 does".to_owned(),
        )),
        Some((from, to)) if to > rows => Err(ExitReason::UsageError(format!(
            "--between {from}..{to}: the run ends at {rows}; give more --rows, or an earlier end"
        ))),
        _ => Ok(()),
    }
}

/// What the lecture says in the lessons of a section.
#[derive(Default)]
struct LectureStatements {
    goal: Option<GoalSpec>,
    claims: Vec<(String, ClaimSpec)>,
}

impl LectureStatements {
    fn read(lessons: &[&Lesson]) -> Result<LectureStatements> {
        let mut spoken = LectureStatements { goal: None, claims: Vec::new() };
        for lesson in lessons {
            let file = lesson.read_claims()?;
            spoken.goal = spoken.goal.or(file.goal);
            let section = lesson.section.to_string();
            spoken.claims.extend(file.claim.into_iter().map(|claim| (section.clone(), claim)));
        }
        Ok(spoken)
    }
}

/// The largest default of the lessons, what an option brings along (a log's size), or what was asked for: one scale for a whole
/// section.
fn resolve_rows(built: &[BuiltLesson<'_>], own: Option<u64>, options: &LessonOptions) -> u64 {
    let default = built.iter().map(|built| built.manifest.default_scale).max().unwrap_or(1);
    let default = own.unwrap_or(default);
    let quick = if options.quick { (default / QUICK_PART).max(1) } else { default };
    options.rows.or(options.bytes).unwrap_or(quick)
}

fn has_python(built: &[BuiltLesson<'_>]) -> bool {
    built
        .iter()
        .flat_map(|built| &built.manifest.variants)
        .any(|variant| variant.language == Language::Python)
}

/// Every variant that was asked for and can be run, the baseline first: the others are held against it as they come.
fn plan_tasks<'a>(
    built: &'a [BuiltLesson<'a>],
    spoken: &LectureStatements,
    wanted: &[String],
    python: Option<&Python>,
    lang: Lang,
) -> Result<Vec<VariantTask<'a>>, ExitReason> {
    let all =
        || built.iter().flat_map(|built| built.manifest.variants.iter().map(move |variant| (built, variant)));
    for name in wanted {
        if !all().any(|(_, variant)| variant.name == *name) {
            return Err(unknown_variant(name, all().map(|(_, variant)| variant.name.as_str())));
        }
    }
    let goal = spoken.goal.as_ref();
    let mut tasks: Vec<VariantTask<'a>> = all()
        .filter(|(_, variant)| wanted.is_empty() || wanted.contains(&variant.name))
        .filter(|(_, variant)| variant.language == Language::Rust || python.is_some())
        .map(|(built, variant)| {
            // A section that sets out to reach something counts from one variant; else each lesson has its own.
            let baseline = goal.map_or(variant.baseline, |goal| goal.baseline == variant.name);
            let (about, unit) = (describe_variant(built, variant, lang), unit_name(built, lang));
            VariantTask { built, variant, baseline, shown_as: &variant.name, about, unit }
        })
        .collect();
    tasks.sort_by_key(|task| (task.variant.language, !task.baseline));
    Ok(tasks)
}

/// What a lesson counts.
fn unit_name<'a>(built: &'a BuiltLesson<'a>, lang: Lang) -> &'a str {
    built.lesson.unit_zh.as_deref().filter(|_| lang == Lang::Zh).unwrap_or(&built.manifest.unit)
}

/// A script has a line of its own beside the variant of the same name: `slots_by.py`.
fn describe_variant<'a>(built: &'a BuiltLesson<'a>, variant: &'a Variant, lang: Lang) -> &'a str {
    let name = match variant.language {
        Language::Rust => variant.name.clone(),
        Language::Python => format!("{}.py", variant.name),
    };
    let chinese = built.lesson.about_zh.get(&name).filter(|_| lang == Lang::Zh);
    chinese.unwrap_or(&variant.about)
}

fn unknown_variant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> ExitReason {
    // Below this two names have hardly more in common than their letters.
    const LEAST_SIMILARITY: f64 = 0.75;
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    let likeness = |known: &&str| strsim::jaro_winkler(name, known);
    let near = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let near = near.filter(|near| likeness(near) >= LEAST_SIMILARITY);
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    ExitReason::UsageError(format!(
        "this section has no variant `{name}`{near}\nIt has: {}",
        known.join(", ")
    ))
}

/// The section's own title where several lessons are run as one; else the lesson's.
pub(crate) fn section_title(lessons: &[&Lesson]) -> Text {
    match lessons {
        [one] => one.title.clone(),
        several => {
            let named = several.iter().find_map(|lesson| lesson.section_title.clone());
            named.or_else(|| several.first().map(|lesson| lesson.title.clone())).unwrap_or_default()
        }
    }
}

/// What stands under the table, and the exit status.
fn print_outcome(
    report: &Report,
    place: &Path,
    screen: &Terminal,
    words: &Words,
    options: &LessonOptions,
) -> Result<()> {
    if options.json {
        println!("{}", serde_json::to_string_pretty(report)?);
    }
    let (width, color) = (Terminal::width_columns(), Terminal::has_color());
    let grown = heaplab_report::growth::summarize_growth(report, words).join("\n");
    if !grown.is_empty() {
        screen.print_result(&format!("\n{grown}"));
    }
    for part in [
        heaplab_report::predict::render_predictions(report, words, width),
        terminal::render_notes(report, words, width),
        terminal::render_tools(report, words, width),
        terminal::render_claims(&report.claims, words, width, color),
    ] {
        if !part.trim().is_empty() {
            screen.print_result(&format!("\n{part}"));
        }
    }
    if let Some(goal) = &report.goal {
        screen.print_result(&format!("\n{}", terminal::render_goal(goal, &report.runs, words, color)));
    }
    report_link::print_location(&place.join("report.html"), "report-is-at", options.open, screen, words)?;
    report_link::print_picture_locations(place, &heaplab_report::picture_stems(report), screen, words);
    if !report.failed.is_empty() {
        let names: Vec<String> = report
            .failed
            .iter()
            .map(|failure| format!("{} ({})", failure.variant, failure.probe.name()))
            .collect();
        return Err(
            ExitReason::CheckFailed(format!("failed: {}; the report says how", names.join(", "))).into()
        );
    }
    match report.goal.as_ref().and_then(|goal| goal.met) {
        Some(false) => Err(ExitReason::CheckFailed("the goal is missed".into()).into()),
        _ => Ok(()),
    }
}
