//! Runs exercise and solution: both must give the same answer, and the solution must use less of
//! something. By default that is live bytes at the peak or at the end, or instructions; a lesson
//! that means something else says so in a test of its own that names both.

use super::Finding;
use crate::runner::callgrind;
use crate::runner::child_process;
use crate::runner::discover::Lesson;
use anyhow::{Context as _, Result};
use heaplab_record::{Manifest, Measurement, Probe, Record};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The variant that a student edits.
const EXERCISE_VARIANT: &str = "mine";
/// Both run at the exercise's own scale, up to this many rows.
const MOST_ROWS: u64 = 100_000;
/// A solution that saves less than this share is not noticed by a student.
const LEAST_SAVING: f64 = 0.15;

pub(super) fn check_exercise(lesson: &Lesson, examples: &HashMap<String, PathBuf>) -> Result<Vec<Finding>> {
    let mut findings = check_tests(lesson)?;
    let [exercise, solution] = ["exercise", "solution"].map(|role| {
        let name = format!("{}-{role}", lesson.package);
        examples
            .get(&name)
            .cloned()
            .ok_or(Finding::new("Cargo.toml", format!("there is no [[example]] `{name}`")))
    });
    match (exercise, solution) {
        (Ok(exercise), Ok(solution)) => findings.extend(compare_with_solution(&exercise, &solution)?),
        (exercise, solution) => findings.extend([exercise.err(), solution.err()].into_iter().flatten()),
    }
    Ok(findings)
}

/// Whether the lesson tests exercise and solution itself.
fn check_tests(lesson: &Lesson) -> Result<Vec<Finding>> {
    let folder = lesson.folder.join("tests");
    let mut found = false;
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        let names_both =
            |line: &str| line.starts_with("fn ") && line.contains("exercise") && line.contains("solution");
        found |= text.lines().any(names_both);
    }
    let what = "no test is named after both: the_exercise_misses_its_goal_and_the_solution_meets_it";
    Ok(if found { Vec::new() } else { vec![Finding::new("tests/claims.rs", what)] })
}

/// Compares the variant that a student edits, `mine`, with every variant of the solution. An
/// exercise with several parts is compared part by part, by name.
fn compare_with_solution(exercise: &Path, solution: &Path) -> Result<Vec<Finding>> {
    let asked = read_manifest(exercise)?;
    let rows = asked.default_scale.min(MOST_ROWS);
    let is_one = asked.variants.iter().any(|variant| variant.name == EXERCISE_VARIANT);
    let mut findings = Vec::new();
    for variant in read_manifest(solution)?.variants {
        let mine = if is_one { EXERCISE_VARIANT } else { variant.name.as_str() };
        let before = match record_variant(exercise, mine, rows)? {
            Ok(before) => before,
            Err(why) => return Ok(vec![Finding::new("exercise/main.rs", why)]),
        };
        let found = |what: String| Finding::new("solution/main.rs", format!("`{}`: {what}", variant.name));
        let after = match record_variant(solution, &variant.name, rows)? {
            Ok(after) => after,
            Err(why) => {
                findings.push(found(why));
                continue;
            }
        };
        if before.checksum != after.checksum {
            findings.push(found(format!(
                "at {rows} its checksum is {}, the exercise's is {}",
                after.checksum, before.checksum
            )));
        }
        let is_less = saves_enough(before.peak_bytes, after.peak_bytes)
            || saves_enough(before.end_bytes, after.end_bytes);
        if !is_less && !takes_fewer_instructions((exercise, mine), (solution, &variant.name), rows)? {
            findings.push(found(format!(
                "at {rows} it takes no less than the exercise: live at the peak {} and {}, at the end {} and {}, and not fewer \
                 instructions",
                after.peak_bytes, before.peak_bytes, after.end_bytes, before.end_bytes
            )));
        }
    }
    Ok(findings)
}

fn saves_enough(before: u64, after: u64) -> bool {
    after < before && (after as f64) <= before as f64 * (1.0 - LEAST_SAVING)
}

/// True where callgrind is not installed, because nothing is known against the solution.
fn takes_fewer_instructions(exercise: (&Path, &str), solution: (&Path, &str), rows: u64) -> Result<bool> {
    Ok(
        match (
            count_instructions(exercise.0, exercise.1, rows)?,
            count_instructions(solution.0, solution.1, rows)?,
        ) {
            (Some(before), Some(after)) => saves_enough(before, after),
            _ => true,
        },
    )
}

fn read_manifest(program: &Path) -> Result<Manifest> {
    let output = Command::new(program).arg("--heaplab-list").stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot run {}", program.display()))?;
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{} prints no manifest: does it use lesson!?", program.display()))
}

struct RecordedFigures {
    checksum: String,
    peak_bytes: u64,
    end_bytes: u64,
}

/// The inner `Err` is a failure of the program, as text.
fn record_variant(
    program: &Path,
    variant: &str,
    rows: u64,
) -> Result<std::result::Result<RecordedFigures, String>> {
    let out = ScratchFolder::create_beside(program)?;
    let mut command = Command::new(program);
    command.args([variant, "--rows", &rows.to_string()]).stdin(Stdio::null()).stdout(Stdio::null());
    command.env("HEAPLAB_PROBE", Probe::Heap.name()).env("HEAPLAB_OUT", &out.0).stderr(Stdio::null());
    let (_, status) = child_process::run_to_end(&mut command, "an exercise")?;
    if !status.success() {
        return Ok(Err(format!("`{variant}` at {rows} ended with {status}")));
    }
    let text = std::fs::read(out.0.join("record.json")).context("it left no record")?;
    let record: Record = serde_json::from_slice(&text).context("its record cannot be read")?;
    Ok(match record.measurement {
        Measurement::Heap(heap) => Ok(RecordedFigures {
            checksum: record.checksum,
            peak_bytes: heap.totals.peak_bytes,
            end_bytes: heap.totals.end_bytes,
        }),
        _ => Err("it does not run under the heap probe".to_owned()),
    })
}

/// Instructions of the whole process under callgrind; `None` where it is not installed.
fn count_instructions(program: &Path, variant: &str, rows: u64) -> Result<Option<u64>> {
    if callgrind::version().is_none() {
        return Ok(None);
    }
    let out = ScratchFolder::create_beside(program)?;
    let words = callgrind::totals_command(&out.0.join("counted"));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).arg(program).args([variant, "--rows", &rows.to_string()]);
    command.env("HEAPLAB_PROBE", Probe::Counts.name()).stdin(Stdio::null());
    let output = command.output().context("cannot start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let count =
        said.split_once("Collected :").and_then(|(_, count)| count.split_whitespace().next()?.parse().ok());
    count.map(Some).with_context(|| format!("valgrind counted nothing of {}", program.display()))
}

/// A folder that is deleted on drop.
struct ScratchFolder(PathBuf);

impl ScratchFolder {
    fn create_beside(program: &Path) -> Result<ScratchFolder> {
        let folder = program.with_extension(format!("lint-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(ScratchFolder(folder))
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
