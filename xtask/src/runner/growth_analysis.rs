//! How each variant grows: matches the sites of its three runs by their call stacks and has them
//! classified.

use crate::runner::alloc_sites::{NamedProfile, describe_frame, own_frame};
use crate::runner::measure::{ScaledRun, ScaledRuns, is_of_run};
use anyhow::{Context as _, Result};
use heaplab::runner::churn::{find_churn_lines, live_total, site_run};
use heaplab_analysis::growth::{
    Checkpoint, Reachability, SiteHistory, SiteRun, checkpoint_requests, classify, compare_by_weight,
    reachability_by_line,
};
use heaplab_profile::raw::RawSite;
use heaplab_profile::symbols::{NamedStacks, Roots};
use heaplab_profile::{Frame, Profile};
use heaplab_record::{Growth, Run, SiteGrowth};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The number of sites that a report shows.
const MOST_SITES: usize = 12;

/// A variant's growth, and its live heap at every snapshot of the largest run.
pub(crate) struct VariantGrowth {
    pub(crate) section: String,
    pub(crate) variant: String,
    pub(crate) growth: Growth,
    /// The number of completed requests, with the live sites at that moment.
    pub(crate) snapshots: Vec<(u64, Profile)>,
}

type Stack = Vec<Frame>;

/// Judges every variant that ran at three scales. A graph of references among the attachments of
/// its run tells which blocks only keep each other alive.
pub(crate) fn judge_variants(
    scaled: &[ScaledRuns],
    profiles: &[NamedProfile],
    runs: &[Run],
    workspace: &Path,
) -> Result<Vec<VariantGrowth>> {
    let roots = Roots { workspace: workspace.to_owned() };
    let mut all = Vec::new();
    for of in scaled {
        let named = profiles.iter().find(|named| named.section == of.section && named.variant == of.variant);
        let Some(named) = named else { continue };
        let mut seen = Vec::new();
        for run in &of.runs {
            let one = name_run(run, &roots);
            seen.push(one.with_context(|| format!("{}: the recorded stacks have no names", of.variant))?);
        }
        let run = runs.iter().find(|run| is_of_run(run, &of.section, &of.variant));
        let references = reachability_by_line(run.map_or(&[], |run| &run.attachments));
        all.push(judge_variant(of, named, seen, &references));
    }
    Ok(all)
}

/// A run with its stacks resolved to names.
struct NamedRun {
    rows: u64,
    end: Profile,
    looks: Vec<(u64, Profile)>,
}

fn name_run(run: &ScaledRun, roots: &Roots) -> Result<NamedRun> {
    let stacks = NamedStacks::resolve(&run.raw, roots)?;
    let looks = run.looks.iter().map(|look| {
        let live = look.sites.iter().map(|site| RawSite {
            node: site.0,
            live_blocks: site.1,
            live_bytes: site.2,
            ..RawSite::default()
        });
        (look.done, stacks.build_profile(&live.collect::<Vec<_>>()).trim_stacks())
    });
    let looks = looks.collect();
    Ok(NamedRun { rows: run.rows, end: stacks.build_profile(&run.raw.sites).trim_stacks(), looks })
}

/// The largest of the scaled runs drops its data at the end, so what was live at its end is taken
/// from the ordinary run.
fn judge_variant(
    of: &ScaledRuns,
    named: &NamedProfile,
    mut seen: Vec<NamedRun>,
    references: &BTreeMap<String, Reachability>,
) -> VariantGrowth {
    let mut sites: BTreeMap<Stack, SiteHistory> = BTreeMap::new();
    let last = seen.len().saturating_sub(1);
    let torn_down = seen.get_mut(last).map(|run| std::mem::replace(&mut run.end, named.profile.clone()));
    let stacks: BTreeSet<&Stack> =
        seen.iter().flat_map(|run| &run.end.sites).map(|site| &site.frames).collect();
    for run in &seen {
        let ends = sites_by_stack(&run.end);
        // Snapshots at other moments were requested by the user.
        let wanted = checkpoint_requests(run.rows);
        let is_wanted = |look: &&(u64, Profile)| wanted.contains(&look.0);
        let looks = run.looks.iter().filter(is_wanted);
        let looks: Vec<_> = looks.map(|(done, profile)| (*done, sites_by_stack(profile))).collect();
        for &stack in &stacks {
            let mut figures = ends.get(stack).map_or_else(SiteRun::default, |site| site_run(site));
            figures.requests = run.rows;
            figures.checkpoints = looks
                .iter()
                .map(|(done, live)| Checkpoint {
                    requests: *done,
                    live: live_total(live.get(stack).copied()),
                })
                .collect();
            sites.entry(stack.clone()).or_default().runs.push(figures);
        }
    }
    if let Some(torn_down) = &torn_down {
        let after = sites_by_stack(torn_down);
        for (stack, site) in &mut sites {
            if let Some(run) = site.runs.last_mut() {
                run.after_teardown = Some(live_total(after.get(stack).copied()));
            }
        }
    }
    for (stack, site) in &mut sites {
        site.references = own_location(stack).and_then(|place| references.get(place).copied());
    }
    let looks = seen.pop().map(|run| run.looks).unwrap_or_default();
    let scales = of.runs.iter().map(|run| run.rows).collect();
    let churn = find_churn_lines(&sites);
    let mut judged: Vec<SiteGrowth> = sites.iter().map(|(stack, site)| judge_site(stack, site)).collect();
    judged.sort_by(compare_by_weight);
    let omitted_sites = judged.len().saturating_sub(MOST_SITES) as u64;
    judged.truncate(MOST_SITES);
    let growth = Growth { scales, sites: judged, omitted_sites, churn };
    VariantGrowth { section: of.section.clone(), variant: of.variant.clone(), growth, snapshots: looks }
}

fn sites_by_stack(profile: &Profile) -> BTreeMap<&Stack, &heaplab_profile::Site> {
    profile.sites.iter().map(|site| (&site.frames, site)).collect()
}

fn judge_site(stack: &Stack, site: &SiteHistory) -> SiteGrowth {
    let chosen = own_frame(stack);
    let verdict = classify(site);
    SiteGrowth {
        function: chosen.map(|frame| frame.function.clone()).unwrap_or_default(),
        location: own_location(stack).unwrap_or_default().to_owned(),
        stack: stack.iter().map(describe_frame).collect(),
        class: verdict.class,
        sure: verdict.confidence,
        slope: verdict.slope,
        end_bytes: site.runs.iter().map(|run| run.end.bytes).collect(),
        end_blocks: site.runs.iter().map(|run| run.end.blocks).collect(),
        teardown: verdict.teardown,
        reason: verdict.reason,
    }
}

/// The location of the line that a reader can change.
fn own_location(stack: &Stack) -> Option<&str> {
    own_frame(stack)?.location.as_deref()
}

#[cfg(test)]
mod tests;
