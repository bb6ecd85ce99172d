//! How the variants grow, put into their runs: verdicts, and a chart each. A puzzle keeps the verdicts to itself, and takes the
//! names out of everything else.

use crate::commands::mystery::Puzzle;
use crate::publish::leak_pictures;
use crate::runner::alloc_sites::{self, NamedProfile};
use crate::runner::growth_analysis::{self, VariantGrowth};
use crate::runner::measure::{ScaledRuns, SectionResult};
use anyhow::Result;
use heaplab_record::{Attachment, Language};
use std::path::Path;

pub(super) fn attach_growth(
    measured: &mut SectionResult,
    profiles: &mut [NamedProfile],
    unit: &str,
    puzzle: Option<&Puzzle>,
    workspace: &Path,
) -> Result<Vec<VariantGrowth>> {
    let scaled = std::mem::take(&mut measured.scaled);
    let runs = &measured.runs;
    let attachments = |of: &ScaledRuns| {
        let run = runs.iter().find(|run| {
            run.language == Language::Rust && run.section == of.section && run.variant == of.variant
        });
        run.map(|run| run.attachments.as_slice()).unwrap_or_default()
    };
    let mut grown = growth_analysis::judge_variants(&scaled, profiles, attachments, workspace)?;
    if let Some(puzzle) = puzzle {
        profiles.iter_mut().for_each(|named| puzzle.mask_profile(&mut named.profile));
        grown.iter_mut().flat_map(|of| &mut of.snapshots).for_each(|(_, look)| puzzle.mask_profile(look));
        measured.dhat_files.clear();
    }
    for run in measured.runs.iter_mut().filter(|run| run.language == Language::Rust) {
        let is_of = |section: &str, variant: &str| section == run.section && variant == run.variant;
        let named = profiles.iter().find(|of| is_of(&of.section, &of.variant));
        let of_run = grown.iter().find(|of| is_of(&of.section, &of.variant));
        if puzzle.is_some() {
            alloc_sites::put_sites(run, named);
            // Who refers to whom would say it at once.
            run.attachments.clear();
        }
        let Some(of_run) = of_run else { continue };
        run.attachments.push(Attachment::Growth(leak_pictures::growth_chart(of_run, unit)));
        run.growth = puzzle.is_none().then(|| of_run.growth.clone());
    }
    Ok(grown)
}
