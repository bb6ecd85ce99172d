//! One measurement of a section as a pipeline: plan, run, analyse, render, publish. Each step takes
//! what the steps before it returned and changes none of it.

use super::analyse::{self, Analysis, Evidence};
use super::outcome::print_outcome;
use super::plan::{self, BuiltSection, SectionPlan, Selection};
use super::{intro, mystery};
use crate::cli::LessonOptions;
use crate::interrupt;
use crate::publish::render::{self, ReportInputs};
use crate::publish::store::{self, Staging};
use crate::publish::{leak_pictures, mindmap};
use crate::runner::discover::{self, section_title};
use crate::runner::measure::{self, MeasureEvent, SectionResult};
use crate::runner::python::Python;
use crate::runner::{criterion, environment, instructions};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_record::{Failure, Mystery, REPORT_SCHEMA, Report, Run};
use heaplab_report::terminal::RunTable;
use heaplab_report::{Artifact, claims, findings, goal};

/// A report that is in its place.
pub(crate) struct MeasuredSection {
    pub(crate) report: Report,
    /// What the command ends with: an error where a variant failed or the goal is missed.
    pub(crate) verdict: Result<()>,
}

/// Measures a section and publishes its report. `Err` is that of a run that left no report.
pub(crate) fn run_section(options: &LessonOptions) -> Result<MeasuredSection> {
    let workspace = discover::load_workspace()?;
    let selection = plan::select(&workspace, options)?;
    let staging = store::open_staging(&selection.folder, options.out.is_some())?;
    interrupt::install_handlers().context("cannot listen to signals")?;
    let terminal = Terminal::new(!options.json);

    let built = plan::build(&selection)?;
    let plan = plan::plan(&selection, &built.lessons, staging.runs_folder(), options, &terminal)?;
    let measured = measure_variants(&selection, &plan, &terminal)?;
    let measured = add_tools(measured, &selection, &built, &plan, &staging, &terminal)?;
    terminal.set_activity("pictures");
    let puzzle = selection.puzzle.as_ref();
    let Analysis { runs, failed, evidence } =
        analyse::analyse(measured, (plan.rows, &plan.unit), puzzle, &workspace.root)?;
    let report = assemble_report(&selection, &built, &plan, runs, failed)?;
    let artifacts = render_files(&selection, &plan, &report, &evidence)?;
    interrupt::check()?;
    let place = staging.publish(&artifacts)?;

    terminal.finish();
    if let Some(puzzle) = puzzle {
        let question = puzzle.render_question(&selection.section, &selection.words);
        terminal.print_result(&format!("\n{question}"));
    }
    let verdict = print_outcome(&report, &place, &terminal, &selection.words, options);
    intro::print_doctor(&selection.lessons, &workspace, &terminal);
    Ok(MeasuredSection { report, verdict })
}

/// Runs every variant under every probe, and prints each row of the table as soon as it is
/// complete.
fn measure_variants(
    selection: &Selection<'_>,
    plan: &SectionPlan<'_>,
    terminal: &Terminal,
) -> Result<SectionResult> {
    let table = RunTable::new(&selection.words, Terminal::width_columns());
    let table = match &selection.pythons[..] {
        [first, _, ..] => table.with_first_interpreter(&first.version),
        _ => table,
    };
    let mut shown = Vec::new();
    terminal.print_result(&table.render_header());
    measure::measure_section(&plan.request, &plan.tasks, terminal, &mut |event| match event {
        MeasureEvent::Measured(run) => {
            shown.push(run.clone());
            terminal
                .print_result(&table.render_row(run, heaplab_analysis::baseline::find_baseline(run, &shown)));
        }
        MeasureEvent::Failed(failure) => terminal.print_result(&table.render_failure(failure)),
    })
}

/// Counts instructions and times benches, where a lesson asks for them; what they find is attached
/// to the runs.
fn add_tools(
    measured: SectionResult,
    selection: &Selection<'_>,
    built: &BuiltSection<'_>,
    plan: &SectionPlan<'_>,
    staging: &Staging,
    terminal: &Terminal,
) -> Result<SectionResult> {
    let (lessons, root) = (&built.lessons, &selection.workspace.root);
    let instructions =
        instructions::count_instructions(lessons, &measured.runs, root, &plan.request.folder, terminal)?;
    let home = staging.tool_folder("criterion");
    let timings =
        criterion::run_benches(&built.benches, lessons, &measured.runs, &home, plan.request.quick, terminal)?;
    Ok(measured
        .with_attachments(instructions)
        .with_attachments(timings.attachments)
        .with_call_times(timings.calls_ns))
}

fn assemble_report(
    selection: &Selection<'_>,
    built: &BuiltSection<'_>,
    plan: &SectionPlan<'_>,
    runs: Vec<Run>,
    failed: Vec<Failure>,
) -> Result<Report> {
    let Selection { workspace, lessons, puzzle, statements, words, .. } = selection;
    let title = section_title(lessons);
    let python = selection.pythons.first().filter(|_| plan::has_python(&built.lessons));
    let is_judged = runs.iter().any(|run| run.growth.is_some());
    Ok(Report {
        schema: REPORT_SCHEMA.to_owned(),
        lesson: Some(selection.section.to_string()),
        title: if puzzle.is_some() { mystery::masked_title(&title) } else { title },
        created_at: environment::timestamp(),
        language: words.lang().tag().to_owned(),
        environment: environment::collect_environment(&workspace.root, python.map(Python::full_name)),
        goal: statements.goal.as_ref().map(|spec| goal::judge_goal(spec, &runs, words)),
        classifier: is_judged.then(heaplab_analysis::growth::classifier_table),
        mystery: puzzle.as_ref().map(|puzzle| Mystery { seed: puzzle.seed }),
        predictions: plan.predictions.clone(),
        mind_map: mindmap::draw_mind_map(lessons, workspace, &selection.folder)?,
        claims: claims::judge_claims(&statements.claims, &runs, &plan.unit, words),
        findings: findings::judge_findings(&statements.findings, &runs, words),
        unit: plan.unit.clone(),
        rows_requested: plan.rows,
        ladder: lessons.iter().find_map(|lesson| lesson.ladder),
        runs,
        failed,
    })
}

fn render_files(
    selection: &Selection<'_>,
    plan: &SectionPlan<'_>,
    report: &Report,
    evidence: &Evidence,
) -> Result<Vec<Artifact>> {
    let Evidence { curves, live, dhat_files, profiles, growth, tool_files } = evidence;
    let words = &selection.words;
    let leaks = leak_pictures::build_pictures(growth, profiles, plan.request.between, &report.unit, words)?;
    let root = Some(selection.workspace.root.as_path());
    let tool_files = tool_files_of_runs(report, tool_files);
    let inputs = ReportInputs { curves, live, dhat_files, profiles, leaks, tool_files, root };
    render::render_report(report, inputs, words)
}

/// The files that the runs of the report hand over. A puzzle's runs hand none over, and a variant
/// that failed has no run.
fn tool_files_of_runs(report: &Report, files: &[Artifact]) -> Vec<Artifact> {
    let names = heaplab_report::tool_file_names(report);
    files.iter().filter(|file| names.contains(&file.name.as_str())).cloned().collect()
}
