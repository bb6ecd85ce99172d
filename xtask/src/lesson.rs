//! `cargo xtask lesson 8.5`: build, measure, show, store.

mod grown;

use crate::build::{self, Built};
use crate::cli::{self, LessonOptions, ToolsChoice};
use crate::course;
use crate::criterion;
use crate::discover::{self, Lesson, Section, Workspace};
use crate::environment;
use crate::growth;
use crate::index;
use crate::instructions;
use crate::interrupt;
use crate::leaks;
use crate::measure::{self, Event, Request, Task};
use crate::mindmap;
use crate::mystery::{self, Puzzle};
use crate::opening;
use crate::predict;
use crate::prepare::{self, Given};
use crate::python::{self, Python};
use crate::render;
use crate::screen::Screen;
use crate::show;
use crate::sites;
use crate::stop::Stop;
use crate::store;
use crate::watch;
use anyhow::{Context as _, Result};
use heaplab_record::{ClaimSpec, GoalSpec, Language, Mystery, REPORT_SCHEMA, Report, Text, Variant};
use heaplab_report::terminal::{self, Table};
use heaplab_report::{Lang, Words, claims, goal};
use std::path::{Path, PathBuf};

/// What `--quick` leaves of a lesson's default scale.
const QUICK_PART: u64 = 100;

pub(crate) fn run(options: &LessonOptions) -> Result<()> {
    let workspace = discover::workspace()?;
    if options.section == course::ALL {
        return course::lessons(&workspace, options);
    }
    if options.watch {
        return watch::run(options);
    }
    if !options.solve.is_empty() {
        let (section, lessons) = workspace.section(&options.section)?;
        return mystery::solve(&options.solve, &section, &lessons, &place(&workspace, &section, options));
    }
    let (_, concluded) = measured(options)?;
    if options.out.is_none() {
        index::renew(&workspace, &workspace.root.join("reports"), options.lang)?;
    }
    concluded
}

/// One measurement of a section: its report, which is in its place, and what the command ends with.
pub(crate) fn measured(options: &LessonOptions) -> Result<(Report, Result<()>)> {
    let workspace = discover::workspace()?;
    let (section, lessons) = workspace.section(&options.section)?;
    let place = place(&workspace, &section, options);
    predict::check(options.predict.as_deref())?;
    let asked = options.mystery.as_ref();
    let puzzle = asked.map(|asked| Puzzle::asked(asked, &lessons)).transpose()?;
    let spoken = if puzzle.is_some() { Spoken::default() } else { Spoken::read(&lessons)? };
    let words = Words::new(cli::language(options.lang));
    let (python, missing_python) = python::chosen(options.python)?;
    let staging = store::open(&place, options.out.is_some())?;
    interrupt::listen().context("cannot listen to signals")?;

    // Before the lessons: cargo builds a package's binary along with its benches, with other features, into one place.
    let benches = criterion::build(&workspace, &lessons)?;
    let built = build::lessons(&workspace, &lessons)?;
    let tasks = tasks(&built, &spoken, &options.variant, python.as_ref(), words.lang())?;
    let tasks = if let Some(puzzle) = &puzzle { puzzle.tasks(tasks) } else { tasks };
    opening::show(&built, &workspace, options, &words)?;
    let screen = Screen::new(!options.json);
    if let Some(why) = missing_python.filter(|_| has_python(&built)) {
        screen.note(&format!("The CPython variants are left out: {why}. `cargo xtask doctor` says more."));
    }
    let given = prepare::given(options, &built)?;
    let own_rows = prepare::own_rows(&built, &given, &staging.runs())?;
    let rows = rows(&built, own_rows, options);
    let predictions = predict::predictions(options.predict.as_deref(), &tasks, rows, &words)?;
    let request = request(options, rows, given, python.as_ref(), staging.runs());
    check_between(options.between, request.rows, &lessons)?;
    let mut measured = rows_of(&request, &tasks, &screen, &words)?;
    instructions::count(&built, &mut measured.runs, &workspace.root, &staging.runs(), &screen)?;
    criterion::bench(&benches, &built, &mut measured.runs, &staging, options.quick, &screen)?;
    screen.doing("pictures");
    // They ran with the baseline first; a reader goes through the section from its start.
    measured.runs.sort_by_key(|run| Section::parse(&run.section));
    let live = measured.live();
    let mut profiles = sites::name(&mut measured, &workspace.root)?;
    let unit = built.first().map(|built| unit(built, words.lang())).unwrap_or_default().to_owned();
    for run in &mut measured.runs {
        run.unit = run.unit.take().filter(|own| *own != unit);
    }
    let grown = grown::grown(&mut measured, &mut profiles, &unit, puzzle.as_ref(), &workspace.root)?;
    let is_judged = measured.runs.iter().any(|run| run.growth.is_some());
    let report = Report {
        schema: REPORT_SCHEMA.to_owned(),
        lesson: Some(section.to_string()),
        title: puzzle.as_ref().map_or_else(|| title(&lessons), |_| mystery::title(&title(&lessons))),
        created_at: environment::now(),
        language: words.lang().tag().to_owned(),
        environment: environment::here(
            &workspace.root,
            python.as_ref().filter(|_| has_python(&built)).map(|found| found.version.clone()),
        ),
        goal: spoken.goal.as_ref().map(|spec| goal::judge(spec, &measured.runs, &words)),
        classifier: is_judged.then(growth::classifier),
        mystery: puzzle.as_ref().map(|puzzle| Mystery { seed: puzzle.seed }),
        predictions,
        mind_map: mindmap::drawn(&lessons, &workspace, &place)?,
        claims: claims::judge(&spoken.claims, &measured.runs, &unit, &words),
        unit,
        rows_requested: request.rows,
        ladder: lessons.iter().find_map(|lesson| lesson.ladder),
        runs: measured.runs,
        failed: measured.failed,
    };
    let files = render::Measured {
        curves: &measured.curves,
        live: &live,
        dhat_files: &measured.dhat_files,
        profiles: &profiles,
        leaks: leaks::pictures(&grown, &profiles, options.between, &report.unit, &words)?,
        root: Some(&workspace.root),
    };
    let artifacts = render::report(&report, files, &words)?;
    interrupt::check()?;
    let place = staging.publish(&artifacts)?;
    screen.finish();
    if let Some(puzzle) = &puzzle {
        screen.result(&format!("\n{}", puzzle.told(&section, &words)));
    }
    let concluded = conclude(&report, &place, &screen, &words, options);
    opening::doctor(&lessons, &workspace, &screen);
    Ok((report, concluded))
}

/// Plain options, before any work starts.
fn request<'a>(
    options: &LessonOptions,
    rows: u64,
    given: Given,
    python: Option<&'a Python>,
    folder: PathBuf,
) -> Request<'a> {
    Request {
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
fn place(workspace: &Workspace, section: &Section, options: &LessonOptions) -> PathBuf {
    let is_mystery = options.mystery.is_some() || !options.solve.is_empty();
    let folder = if is_mystery { format!("{section}-mystery") } else { section.to_string() };
    options.out.clone().unwrap_or_else(|| workspace.root.join("reports").join(folder))
}

/// Everything measured, each row shown as soon as it is whole.
fn rows_of(
    request: &Request<'_>,
    tasks: &[Task<'_>],
    screen: &Screen,
    words: &Words,
) -> Result<measure::Section> {
    let table = Table::new(words, Screen::width());
    let mut shown = Vec::new();
    screen.result(&table.header());
    let measured = measure::section(request, tasks, screen, &mut |event| match event {
        Event::Measured(run) => {
            shown.push(run.clone());
            screen.result(&table.row(run, heaplab_report::baseline_of(run, &shown)));
        }
        Event::Failed(failure) => screen.result(&table.failed(failure)),
    })?;
    Ok(measured)
}

/// A window must lie within the run, and somebody must look.
fn check_between(between: Option<(u64, u64)>, rows: u64, lessons: &[&Lesson]) -> Result<(), Stop> {
    match between {
        Some(_) if !lessons.iter().any(|lesson| lesson.growth) => Err(Stop::WrongUse(
            "--between: no lesson of this section looks on the way; lesson 8.2 does".to_owned(),
        )),
        Some((from, to)) if to > rows => Err(Stop::WrongUse(format!(
            "--between {from}..{to}: the run ends at {rows}; give more --rows, or an earlier end"
        ))),
        _ => Ok(()),
    }
}

/// What the lecture says in the lessons of a section.
#[derive(Default)]
struct Spoken {
    goal: Option<GoalSpec>,
    claims: Vec<(String, ClaimSpec)>,
}

impl Spoken {
    fn read(lessons: &[&Lesson]) -> Result<Spoken> {
        let mut spoken = Spoken { goal: None, claims: Vec::new() };
        for lesson in lessons {
            let file = lesson.claims()?;
            spoken.goal = spoken.goal.or(file.goal);
            let section = lesson.section.to_string();
            spoken.claims.extend(file.claim.into_iter().map(|claim| (section.clone(), claim)));
        }
        Ok(spoken)
    }
}

/// The largest default of the lessons, what an option brings along (a log's size), or what was asked for: one scale for a whole
/// section.
fn rows(built: &[Built<'_>], own: Option<u64>, options: &LessonOptions) -> u64 {
    let default = built.iter().map(|built| built.manifest.default_scale).max().unwrap_or(1);
    let default = own.unwrap_or(default);
    let quick = if options.quick { (default / QUICK_PART).max(1) } else { default };
    options.rows.or(options.bytes).unwrap_or(quick)
}

fn has_python(built: &[Built<'_>]) -> bool {
    built
        .iter()
        .flat_map(|built| &built.manifest.variants)
        .any(|variant| variant.language == Language::Python)
}

/// Every variant that was asked for and can be run, the baseline first: the others are held against it as they come.
fn tasks<'a>(
    built: &'a [Built<'a>],
    spoken: &Spoken,
    wanted: &[String],
    python: Option<&Python>,
    lang: Lang,
) -> Result<Vec<Task<'a>>, Stop> {
    let all =
        || built.iter().flat_map(|built| built.manifest.variants.iter().map(move |variant| (built, variant)));
    for name in wanted {
        if !all().any(|(_, variant)| variant.name == *name) {
            return Err(no_such_variant(name, all().map(|(_, variant)| variant.name.as_str())));
        }
    }
    let goal = spoken.goal.as_ref();
    let mut tasks: Vec<Task<'a>> = all()
        .filter(|(_, variant)| wanted.is_empty() || wanted.contains(&variant.name))
        .filter(|(_, variant)| variant.language == Language::Rust || python.is_some())
        .map(|(built, variant)| {
            // A section that sets out to reach something counts from one variant; else each lesson has its own.
            let baseline = goal.map_or(variant.baseline, |goal| goal.baseline == variant.name);
            let (about, unit) = (about(built, variant, lang), unit(built, lang));
            Task { built, variant, baseline, shown_as: &variant.name, about, unit }
        })
        .collect();
    tasks.sort_by_key(|task| (task.variant.language, !task.baseline));
    Ok(tasks)
}

/// What a lesson counts.
fn unit<'a>(built: &'a Built<'a>, lang: Lang) -> &'a str {
    built.lesson.unit_zh.as_deref().filter(|_| lang == Lang::Zh).unwrap_or(&built.manifest.unit)
}

/// A script has a line of its own beside the variant of the same name: `slots_by.py`.
fn about<'a>(built: &'a Built<'a>, variant: &'a Variant, lang: Lang) -> &'a str {
    let name = match variant.language {
        Language::Rust => variant.name.clone(),
        Language::Python => format!("{}.py", variant.name),
    };
    let chinese = built.lesson.about_zh.get(&name).filter(|_| lang == Lang::Zh);
    chinese.unwrap_or(&variant.about)
}

fn no_such_variant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Stop {
    // Below this two names have hardly more in common than their letters.
    const NEAR: f64 = 0.75;
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    let likeness = |known: &&str| strsim::jaro_winkler(name, known);
    let near = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let near = near.filter(|near| likeness(near) >= NEAR);
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Stop::WrongUse(format!("this section has no variant `{name}`{near}\nIt has: {}", known.join(", ")))
}

/// The section's own title where several lessons are run as one; else the lesson's.
pub(crate) fn title(lessons: &[&Lesson]) -> Text {
    match lessons {
        [one] => one.title.clone(),
        several => {
            let named = several.iter().find_map(|lesson| lesson.section_title.clone());
            named.or_else(|| several.first().map(|lesson| lesson.title.clone())).unwrap_or_default()
        }
    }
}

/// What stands under the table, and the exit status.
fn conclude(
    report: &Report,
    place: &Path,
    screen: &Screen,
    words: &Words,
    options: &LessonOptions,
) -> Result<()> {
    if options.json {
        println!("{}", serde_json::to_string_pretty(report)?);
    }
    let (width, color) = (Screen::width(), Screen::color());
    let grown = heaplab_report::growth::lines(report, words).join("\n");
    if !grown.is_empty() {
        screen.result(&format!("\n{grown}"));
    }
    for part in [
        heaplab_report::predict::lines(report, words, width),
        terminal::notes(report, words, width),
        terminal::tools(report, words, width),
        terminal::claims(&report.claims, words, width, color),
    ] {
        if !part.trim().is_empty() {
            screen.result(&format!("\n{part}"));
        }
    }
    if let Some(goal) = &report.goal {
        screen.result(&format!("\n{}", terminal::goal(goal, &report.runs, words, color)));
    }
    show::result(&place.join("report.html"), "report-is-at", options.open, screen, words)?;
    show::pictures(place, &heaplab_report::picture_stems(report), screen, words);
    if !report.failed.is_empty() {
        let names: Vec<String> = report
            .failed
            .iter()
            .map(|failure| format!("{} ({})", failure.variant, failure.probe.name()))
            .collect();
        return Err(Stop::SaysNo(format!("failed: {}; the report says how", names.join(", "))).into());
    }
    match report.goal.as_ref().and_then(|goal| goal.met) {
        Some(false) => Err(Stop::SaysNo("the goal is missed".into()).into()),
        _ => Ok(()),
    }
}
