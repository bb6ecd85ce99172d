//! Compares what the student claims with what was measured. Counts and peaks are the same on every
//! machine, but the secret seed makes names of other lengths; the tolerance is for that.

use crate::reason::{FoundReason, ReasonCode};
use heaplab_record::{FigureMismatch, HomeworkResult, TaskResult};

/// Tolerance of a figure: a twentieth plus 64.
const TOLERANCE: (u64, u64) = (20, 64);
/// Tolerance of a task's points.
const TOLERANCE_POINTS: u32 = 2;

/// Where the two differ, and a reason if the claim is the better one.
pub fn compare_claims(
    claimed: &HomeworkResult,
    measured: &[TaskResult],
    source_sha256: &str,
) -> (Vec<FigureMismatch>, Vec<FoundReason>) {
    let mut mismatches = Vec::new();
    let mut is_better = false;
    if claimed.source_sha256 != source_sha256 {
        let short = |hash: &str| hash.chars().take(64).collect::<String>();
        mismatches.push(new_mismatch(
            "",
            "source_sha256",
            short(&claimed.source_sha256),
            short(source_sha256),
        ));
    }
    for claim in &claimed.tasks {
        let Some(here) = measured.iter().find(|task| task.task == claim.task) else { continue };
        // A task that failed or is unstable has a reason of its own.
        if here.peak_bytes.is_none() || !here.stable {
            continue;
        }
        if claim.right != here.right {
            mismatches.push(new_mismatch(
                &claim.task,
                "right",
                claim.right.to_string(),
                here.right.to_string(),
            ));
            is_better |= claim.right;
        }
        for (what, said, seen) in [
            ("allocations", claim.allocations, here.allocations),
            ("peak_bytes", claim.peak_bytes, here.peak_bytes),
            ("growth_thousandths", claim.growth_thousandths, here.growth_thousandths),
        ] {
            let (Some(said), Some(seen)) = (said, seen) else { continue };
            if said.abs_diff(seen) > said.max(seen) / TOLERANCE.0 + TOLERANCE.1 {
                mismatches.push(new_mismatch(&claim.task, what, said.to_string(), seen.to_string()));
                is_better |= said < seen;
            }
        }
        if claim.score.abs_diff(here.score) > TOLERANCE_POINTS {
            mismatches.push(new_mismatch(
                &claim.task,
                "score",
                claim.score.to_string(),
                here.score.to_string(),
            ));
            is_better |= claim.score > here.score;
        }
    }
    let sum: u32 = claimed.tasks.iter().filter(|task| !task.optional).map(|task| task.score.min(1000)).sum();
    if claimed.score != sum {
        mismatches.push(new_mismatch("", "score", claimed.score.to_string(), sum.to_string()));
        is_better |= claimed.score > sum;
    }
    let found = is_better.then(|| {
        let of =
            |one: &FigureMismatch| format!("{} {} {} / {}", one.task, one.what, one.claimed, one.recomputed);
        let first = mismatches.iter().find(|one| one.what != "source_sha256").map(of).unwrap_or_default();
        FoundReason::new(ReasonCode::ForgedResult).with_detail(&first)
    });
    (mismatches, found.into_iter().collect())
}

fn new_mismatch(task: &str, what: &str, claimed: String, recomputed: String) -> FigureMismatch {
    let cut = |text: &str| text.chars().filter(|c| !c.is_control()).take(80).collect();
    FigureMismatch {
        task: cut(task),
        what: what.to_owned(),
        claimed: cut(&claimed),
        recomputed: cut(&recomputed),
    }
}
