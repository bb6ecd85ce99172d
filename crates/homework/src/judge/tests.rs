//! Which results earn which points.

use super::*;
use crate::input::ROW_BYTES;
use crate::task::{SCALE_FACTOR, SHARED_BYTES};
use proptest::prelude::*;

const SCALE: TaskScale = TaskScale { seed: 42, small: 1_000 };

fn observed(task: Task, rows: u64, allocations: u64, peak_bytes: u64) -> RunFigures {
    let answer = match task {
        Task::Aggregate => Answer::Counts(expected_counts(SCALE.seed, rows)),
        _ => expected_rows(SCALE.seed, rows).0,
    };
    RunFigures { answer, allocations, peak_bytes, wall_ns: 9 }
}

fn trial(task: Task, small: (u64, u64), large: (u64, u64)) -> Trial {
    let small_rows = SCALE.small;
    let is_optional = task.is_optional();
    Trial {
        small: (!is_optional).then(|| observed(task, small_rows, small.0, small.1)),
        large: observed(task, task.large_scale(small_rows), large.0, large.1),
        alone_wall_ns: is_optional.then_some(27),
    }
}

fn exact_list_bytes(rows: u64) -> u64 {
    rows * ROW_BYTES + expected_rows(SCALE.seed, rows).1
}

fn model(task: Task) -> Trial {
    match task {
        Task::List => trial(task, (1_001, exact_list_bytes(1_000)), (4_001, exact_list_bytes(4_000))),
        Task::Generator => trial(task, (1_000, 12), (4_000, 12)),
        Task::Aggregate => trial(task, (0, 0), (8, SHARED_BYTES + 100)),
    }
}

#[test]
fn the_best_has_full_points_and_a_wrong_answer_none() {
    for task in Task::ALL {
        let best = judge(task, SCALE, &[model(task); 3]);
        assert_eq!((best.score, best.right, best.stable), (task.max_points(), true, true), "{best:?}");
        let mut wrong = [model(task); 3];
        wrong[2].large.answer = Answer::Counts(crate::Counts { pv: 1, uv: 1 });
        let wrong = judge(task, SCALE, &wrong);
        assert_eq!((wrong.score, wrong.right), (0, false), "{wrong:?}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_figures() {
    let mut trials = [model(Task::List); 3];
    trials[0].large.answer = Answer::Rows { count: 3_999, checksum: 1 };
    let said = |trials: &[Trial]| judge(Task::List, SCALE, trials).wrong.unwrap();
    assert!(said(&trials).en.contains("3999 rows, there are 4000") && said(&trials).zh.contains("3999"));
    trials[0].large.answer = Answer::Rows { count: 4_000, checksum: 1 };
    assert!(said(&trials).en.contains("order"));
}

#[test]
fn everything_kept_is_right_and_worth_little() {
    let kept = trial(Task::Generator, (1_010, 43_000), (4_012, 5_000_000));
    let result = judge(Task::Generator, SCALE, &[kept; 3]);
    assert!(result.right && result.score <= 10, "{result:?}");
    assert_eq!(result.growth_thousandths, Some(116_280), "rounded up");
}

#[test]
fn a_name_that_is_longer_by_a_digit_is_no_growth() {
    let result = judge(Task::Generator, SCALE, &[trial(Task::Generator, (1_000, 8), (4_000, 12)); 3]);
    assert_eq!(result.growth_thousandths, Some(1_000));
}

#[test]
fn three_figures_are_unstable_and_scored_by_the_median() {
    let of = |peaks: [u64; 3]| {
        let trials = peaks.map(|peak| trial(Task::Generator, (1_000, 70_000), (4_000, peak)));
        judge(Task::Generator, SCALE, &trials)
    };
    let wild = of([3_000_000, 66_000, 70_000]);
    assert!(!wild.stable && wild.right);
    assert_eq!((wild.peak_bytes, wild.notes.len()), (Some(70_000), 1));
    assert_eq!(wild.score, of([70_000; 3]).score);
    assert!(wild.notes[0].en.contains("3000000, 66000, 70000") && wild.notes[0].zh.contains("66000"));
}

#[test]
fn time_is_shown_and_never_scored() {
    let slow = [1, 1_000_000_000, 7].map(|wall_ns| {
        let mut trial = model(Task::Aggregate);
        trial.large.wall_ns = wall_ns;
        trial
    });
    let result = judge(Task::Aggregate, SCALE, &slow);
    assert_eq!((result.score, result.stable), (Task::Aggregate.max_points(), true));
    assert_eq!(result.wall_ns, [1, 1_000_000_000, 7]);
    assert_eq!(result.speedup_thousandths, Some(27_000 / 7), "the median of the speed-ups");
}

#[test]
fn a_pass_wants_every_required_answer_and_most_of_the_points() {
    let best: Vec<TaskResult> = Task::ALL.map(|task| judge(task, SCALE, &[model(task); 3])).into();
    assert_eq!(sum_points(&best), PointTotals { score: 100, of: 100, bonus: 20, bonus_of: 20 });
    assert!(is_pass(&best));
    let why = Text { en: "why".to_owned(), zh: "为什么".to_owned() };
    let replaced = |index: usize| {
        let mut tasks = best.clone();
        tasks[index] = failed_task(Task::ALL[index], why.clone());
        tasks
    };
    assert!(!is_pass(&replaced(0)) && !is_pass(&replaced(1)), "a required task is missing");
    assert!(is_pass(&replaced(2)), "the optional one may be");
    assert!(!is_pass(&[]));
}

proptest! {
    #[test]
    fn points_stay_within_the_task_and_depend_on_the_figures_alone(
        allocations in 0u64..20_000, peak in 0u64..10_000_000, small_peak in 0u64..10_000_000, which in 0usize..3,
        walls in any::<[u64; 3]>(),
    ) {
        let task = Task::ALL[which];
        let one = trial(task, (allocations / SCALE_FACTOR, small_peak), (allocations, peak));
        let timed = walls.map(|wall_ns| {
            let mut trial = one;
            trial.large.wall_ns = wall_ns;
            trial
        });
        let (plain, timed) = (judge(task, SCALE, &[one; 3]), judge(task, SCALE, &timed));
        prop_assert!(plain.score >= task.right_points() && plain.score <= task.max_points());
        prop_assert_eq!(plain.score, timed.score);
        prop_assert!(plain.stable && timed.stable);
    }

    #[test]
    fn fewer_bytes_are_never_worth_less(peak in 1u64..10_000_000, less in 0u64..10_000_000, which in 0usize..3) {
        let task = Task::ALL[which];
        let of = |peak: u64| judge(task, SCALE, &[trial(task, (900, 5_000), (3_600, peak)); 3]).score;
        prop_assert!(of(peak.saturating_sub(less)) >= of(peak));
    }
}
