//! Three runs of one task to points. A wrong answer earns nothing, whatever it costs.

use crate::anchors::{credit, score_limits};
use crate::input::{Answer, expected_counts, expected_rows};
use crate::task::Task;
use heaplab_record::{TaskResult, Text};

/// The part of the required points that a pass needs, in percent. Every required answer must be
/// right too.
pub const PASS_PERCENT: u32 = 60;

/// Smaller peaks count as this much, so that a name that is longer by a digit is no growth.
const LEAST_PEAK_BYTES: u64 = 4_096;

/// The size of a task's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskScale {
    /// The seed of the input.
    pub seed: u64,
    /// N: rows of the required tasks, lines of the optional one.
    pub small: u64,
}

/// The figures of one run at one scale. Those of the optional task are sums over the workers, and
/// the peak includes the shared memory once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunFigures {
    /// The answer.
    pub answer: Answer,
    /// Allocations and reallocations.
    pub allocations: u64,
    /// The peak of live bytes.
    pub peak_bytes: u64,
    /// How long it took; shown and never scored.
    pub wall_ns: u64,
}

/// One of three runs of a task, at both scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// At N; the optional task is not run there.
    pub small: Option<RunFigures>,
    /// At 4 × N; the optional task at N.
    pub large: RunFigures,
    /// How long a single process took for the optional task; shown and never scored.
    pub alone_wall_ns: Option<u64>,
}

/// The points of all tasks together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PointTotals {
    /// Points of the required tasks.
    pub score: u32,
    /// The most points of the required tasks.
    pub of: u32,
    /// Points of the optional task.
    pub bonus: u32,
    /// The most points of the optional task.
    pub bonus_of: u32,
}

/// Judges the runs of a task. Where they differ, the median figures are scored and the result is
/// not `stable`.
pub fn judge(task: Task, scale: TaskScale, trials: &[Trial]) -> TaskResult {
    let rows = task.large_scale(scale.small);
    let (right_answers, name_bytes) = right_answers(task, scale);
    let mut result = TaskResult {
        rows: Some(rows),
        wall_ns: trials.iter().map(|trial| trial.large.wall_ns).collect(),
        ..empty_result(task)
    };
    if trials.is_empty() {
        return TaskResult { wrong: Some(not_measured_text()), ..result };
    }
    result.allocations = median(trials.iter().map(|trial| trial.large.allocations));
    result.peak_bytes = median(trials.iter().map(|trial| trial.large.peak_bytes));
    result.growth_thousandths = median(trials.iter().filter_map(peak_growth));
    result.speedup_thousandths = median(trials.iter().filter_map(speedup));
    result.stable =
        trials.windows(2).all(|pair| reproducible_figures(&pair[0]) == reproducible_figures(&pair[1]));
    if !result.stable {
        result.notes.push(unstable_text(trials));
    }
    let answers = trials.iter().flat_map(|trial| {
        let small = trial.small.map(|small| (small.answer, right_answers.0));
        small.into_iter().chain([(trial.large.answer, right_answers.1)])
    });
    result.wrong = answers.filter_map(|(given, right)| explain_difference(given, right)).next();
    result.right = result.wrong.is_none();
    if result.right {
        let limits = score_limits(task, rows, name_bytes);
        let scored = [
            (result.allocations, limits.allocations),
            (result.peak_bytes, Some(limits.peak_bytes)),
            (result.growth_thousandths, limits.growth_thousandths),
        ];
        let credits = scored.into_iter().filter_map(|(measured, anchors)| Some(credit(measured?, anchors?)));
        result.score = task.right_points() + credits.sum::<u32>();
    }
    result
}

/// The result of a task that could not be measured, with the reason.
pub fn failed_task(task: Task, why: Text) -> TaskResult {
    TaskResult { wrong: Some(why), stable: true, ..empty_result(task) }
}

/// Adds up the points of all tasks.
pub fn sum_points(tasks: &[TaskResult]) -> PointTotals {
    let sum = |optional: bool, points: fn(&TaskResult) -> u32| -> u32 {
        tasks.iter().filter(|task| task.optional == optional).map(points).sum()
    };
    PointTotals {
        score: sum(false, |task| task.score),
        of: sum(false, |task| task.of),
        bonus: sum(true, |task| task.score),
        bonus_of: sum(true, |task| task.of),
    }
}

/// Whether these results are a pass: every required answer right, and [`PASS_PERCENT`] of the
/// required points.
pub fn is_pass(tasks: &[TaskResult]) -> bool {
    let totals = sum_points(tasks);
    let all_right = tasks.iter().filter(|task| !task.optional).all(|task| task.right);
    all_right && totals.of > 0 && totals.score * 100 >= totals.of * PASS_PERCENT
}

fn empty_result(task: Task) -> TaskResult {
    TaskResult {
        task: task.name().to_owned(),
        optional: task.is_optional(),
        of: task.max_points(),
        ..TaskResult::default()
    }
}

/// The right answers at both scales, and the length of all names at the larger one.
fn right_answers(task: Task, scale: TaskScale) -> ((Answer, Answer), u64) {
    match task {
        Task::List | Task::Generator => {
            let (small, _) = expected_rows(scale.seed, scale.small);
            let (large, name_bytes) = expected_rows(scale.seed, task.large_scale(scale.small));
            ((small, large), name_bytes)
        }
        Task::Aggregate => {
            let counts = Answer::Counts(expected_counts(scale.seed, scale.small));
            ((counts, counts), 0)
        }
    }
}

/// The figures that must be equal in all runs: all but the time.
fn reproducible_figures(trial: &Trial) -> [Option<(Answer, u64, u64)>; 2] {
    let of = |one: RunFigures| (one.answer, one.allocations, one.peak_bytes);
    [trial.small.map(of), Some(of(trial.large))]
}

fn peak_growth(trial: &Trial) -> Option<u64> {
    let at_least = |one: RunFigures| one.peak_bytes.max(LEAST_PEAK_BYTES);
    let small = at_least(trial.small?);
    // Rounded up: 1.1001 is more than 1.1.
    Some(at_least(trial.large).saturating_mul(1_000).div_ceil(small))
}

fn speedup(trial: &Trial) -> Option<u64> {
    trial.alone_wall_ns?.saturating_mul(1_000).checked_div(trial.large.wall_ns)
}

fn median(figures: impl Iterator<Item = u64>) -> Option<u64> {
    let mut figures: Vec<u64> = figures.collect();
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied()
}

fn explain_difference(given: Answer, right: Answer) -> Option<Text> {
    let (en, zh) = match (given, right) {
        _ if given == right => return None,
        (Answer::Rows { count, .. }, Answer::Rows { count: wanted, .. }) if count != wanted => (
            format!("it gave {count} rows, there are {wanted}"),
            format!("给出了 {count} 行，应有 {wanted} 行"),
        ),
        (Answer::Rows { count, .. }, Answer::Rows { .. }) => (
            format!("of its {count} rows some are not the right ones, or not in their order"),
            format!("给出的 {count} 行里，有的内容不对，或者顺序不对"),
        ),
        (Answer::Counts(given), Answer::Counts(right)) => (
            format!(
                "it counted PV {} and UV {}, right are PV {} and UV {}",
                given.pv, given.uv, right.pv, right.uv
            ),
            format!("统计出 PV {}、UV {}，正确的是 PV {}、UV {}", given.pv, given.uv, right.pv, right.uv),
        ),
        _ => ("it answered another question".to_owned(), "答非所问".to_owned()),
    };
    Some(Text { en, zh })
}

fn not_measured_text() -> Text {
    Text { en: "it was not measured".to_owned(), zh: "没有测到".to_owned() }
}

/// Lists the figures of all runs.
fn unstable_text(trials: &[Trial]) -> Text {
    let list = |figure: fn(&Trial) -> u64| {
        trials.iter().map(|trial| figure(trial).to_string()).collect::<Vec<_>>().join(", ")
    };
    let (peaks, allocations) = (list(|trial| trial.large.peak_bytes), list(|trial| trial.large.allocations));
    let runs = trials.len();
    Text {
        en: format!(
            "{runs} runs did not give the same: peaks {peaks} B; allocations {allocations}. The points are those of the median"
        ),
        zh: format!("{runs} 次运行的结果不一致：峰值 {peaks} B；分配次数 {allocations}。按中位数计分"),
    }
}

#[cfg(test)]
mod tests;
