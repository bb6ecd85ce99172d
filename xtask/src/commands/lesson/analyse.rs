//! What the measurements mean: recorded stacks get names, growth is judged, and both are put into
//! the runs. A puzzle keeps the verdicts to itself, and its variants' names are taken out of
//! everything.

use super::mystery::Puzzle;
use crate::publish::leak_pictures;
use crate::runner::alloc_sites::{self, NamedProfile};
use crate::runner::discover::SectionNumber;
use crate::runner::growth_analysis::{self, VariantGrowth};
use crate::runner::lesson_profiles;
use crate::runner::measure::{self, DhatFile, SectionResult};
use anyhow::Result;
use heaplab_profile::Profile;
use heaplab_record::{Attachment, Curve, Failure, Run};
use heaplab_report::{Artifact, LiveCurve};
use std::path::Path;

/// The entries of the report, and what its pictures are made of.
pub(super) struct Analysis {
    /// In the order of their lessons.
    pub(super) runs: Vec<Run>,
    pub(super) failed: Vec<Failure>,
    pub(super) evidence: Evidence,
}

/// What only the report's pictures and files show.
pub(super) struct Evidence {
    pub(super) curves: Vec<Curve>,
    pub(super) live: Vec<LiveCurve>,
    pub(super) dhat_files: Vec<DhatFile>,
    pub(super) profiles: Vec<NamedProfile>,
    pub(super) growth: Vec<VariantGrowth>,
    /// The files that other tools left.
    pub(super) tool_files: Vec<Artifact>,
}

/// Names and judges what was measured. `unit` and `rows` are the report's.
pub(super) fn analyse(
    measured: SectionResult,
    (rows, unit): (u64, &str),
    puzzle: Option<&Puzzle>,
    root: &Path,
) -> Result<Analysis> {
    let SectionResult { runs, failed, curves, dhat_files, recordings, scaled, tool_files } = measured;
    let runs = in_lesson_order(runs);
    let live = measure::live_curves(&runs, &recordings);
    let profiles = lesson_profiles::name_profiles(&runs, &recordings, &dhat_files, root)?;
    drop(recordings);
    let growth = growth_analysis::judge_variants(&scaled, &profiles, &runs, root)?;
    let (profiles, growth, dhat_files) = match puzzle {
        Some(puzzle) => (mask_profiles(profiles, puzzle), mask_growth(growth, puzzle), Vec::new()),
        None => (profiles, growth, dhat_files),
    };
    let runs = runs
        .into_iter()
        .map(|run| {
            let is_of = |section: &str, variant: &str| measure::is_of_run(&run, section, variant);
            let profile = profiles.iter().find(|of| is_of(&of.section, &of.variant));
            let growth = growth.iter().find(|of| is_of(&of.section, &of.variant));
            complete_run(run, profile, growth, (rows, unit), puzzle.is_some())
        })
        .collect();
    Ok(Analysis {
        runs,
        failed,
        evidence: Evidence { curves, live, dhat_files, profiles, growth, tool_files },
    })
}

/// Variants run with the baseline first, whichever lesson it is of; a reader goes through the
/// section from its start.
fn in_lesson_order(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_by_key(|run| SectionNumber::parse(&run.section));
    runs
}

fn mask_profiles(profiles: Vec<NamedProfile>, puzzle: &Puzzle) -> Vec<NamedProfile> {
    let mask = |named: NamedProfile| NamedProfile { profile: puzzle.mask_profile(named.profile), ..named };
    profiles.into_iter().map(mask).collect()
}

fn mask_growth(growth: Vec<VariantGrowth>, puzzle: &Puzzle) -> Vec<VariantGrowth> {
    let mask = |(done, live): (u64, Profile)| (done, puzzle.mask_profile(live));
    growth
        .into_iter()
        .map(|of| VariantGrowth { snapshots: of.snapshots.into_iter().map(mask).collect(), ..of })
        .collect()
}

/// The run with its sites and its growth.
fn complete_run(
    run: Run,
    profile: Option<&NamedProfile>,
    growth: Option<&VariantGrowth>,
    (rows, unit): (u64, &str),
    is_puzzle: bool,
) -> Run {
    // A graph of references would show at once which variant leaks.
    let own = if is_puzzle { Vec::new() } else { run.attachments };
    let chart = growth.map(|of| Attachment::Growth(leak_pictures::growth_chart(of, unit)));
    Run {
        heap: run.heap.map(|heap| alloc_sites::with_sites(heap, profile)),
        unit: run.unit.filter(|own| own != unit),
        rows_requested: run.rows_requested.filter(|own| *own != rows),
        attachments: own.into_iter().chain(chart).collect(),
        growth: growth.filter(|_| !is_puzzle).map(|of| of.growth.clone()),
        ..run
    }
}
