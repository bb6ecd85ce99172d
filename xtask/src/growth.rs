//! How each variant grows: the sites of its three runs matched by their stacks, handed to the classifier, and what it says put
//! into the report.

mod convert;

use crate::measure::{Scaled, ScaledRun};
use crate::sites::{Named, own_frame};
use anyhow::{Context as _, Result};
use heaplab_growth::{Confusion, Held, Mark, References, Run, Site, churn, classify, held_out, marks};
use heaplab_profile::raw::RawSite;
use heaplab_profile::symbols::{Roots, Stacks};
use heaplab_profile::{Frame, Profile};
use heaplab_record::{Attachment, ClassifierTable, Graph, Growth, SiteGrowth, Strength};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

/// More sites than this nobody reads.
const MOST_SITES: usize = 12;
/// More lines that churn than this nobody repairs in one go.
const MOST_CHURN: usize = 8;

/// A variant's growth, and its live heap at every look of the largest run.
pub(crate) struct Grown {
    pub(crate) section: String,
    pub(crate) variant: String,
    pub(crate) growth: Growth,
    /// How much of the work was done, and what was live then.
    pub(crate) looks: Vec<(u64, Profile)>,
}

type Stack = Vec<Frame>;

/// Judges every variant that ran at three scales. `attachments` gives what a variant handed over: a graph of references says
/// which blocks keep only themselves alive.
pub(crate) fn judge<'a>(
    scaled: &[Scaled],
    profiles: &[Named],
    attachments: impl Fn(&Scaled) -> &'a [Attachment],
    workspace: &Path,
) -> Result<Vec<Grown>> {
    let roots = Roots { workspace: workspace.to_owned() };
    let mut all = Vec::new();
    for of in scaled {
        let named = profiles.iter().find(|named| named.section == of.section && named.variant == of.variant);
        let Some(named) = named else { continue };
        let mut seen = Vec::new();
        for run in &of.runs {
            let one = seen_in(run, &roots);
            seen.push(one.with_context(|| format!("{}: the recorded stacks have no names", of.variant))?);
        }
        let references = references(attachments(of));
        all.push(grown(of, named, seen, &references));
    }
    Ok(all)
}

/// One run, with names.
struct Seen {
    rows: u64,
    end: Profile,
    looks: Vec<(u64, Profile)>,
}

fn seen_in(run: &ScaledRun, roots: &Roots) -> Result<Seen> {
    let stacks = Stacks::find(&run.raw, roots)?;
    let looks = run.looks.iter().map(|look| {
        let live = look.sites.iter().map(|site| RawSite {
            node: site.0,
            live_blocks: site.1,
            live_bytes: site.2,
            ..RawSite::default()
        });
        (look.done, stacks.profile(&live.collect::<Vec<_>>()).trimmed())
    });
    let looks = looks.collect();
    Ok(Seen { rows: run.rows, end: stacks.profile(&run.raw.sites).trimmed(), looks })
}

/// The largest of the scaled runs has dropped its data: what stood at its end is the ordinary run's to say.
fn grown(
    of: &Scaled,
    named: &Named,
    mut seen: Vec<Seen>,
    references: &BTreeMap<String, References>,
) -> Grown {
    let mut sites: BTreeMap<Stack, Site> = BTreeMap::new();
    let last = seen.len().saturating_sub(1);
    let torn_down = seen.get_mut(last).map(|run| std::mem::replace(&mut run.end, named.profile.clone()));
    let stacks: BTreeSet<&Stack> =
        seen.iter().flat_map(|run| &run.end.sites).map(|site| &site.frames).collect();
    for run in &seen {
        let ends = by_stack(&run.end);
        // The others were asked for by a person.
        let wanted = marks(run.rows);
        let is_wanted = |look: &&(u64, Profile)| wanted.contains(&look.0);
        let looks = run.looks.iter().filter(is_wanted);
        let looks: Vec<_> = looks.map(|(done, profile)| (*done, by_stack(profile))).collect();
        for &stack in &stacks {
            let mut figures = ends.get(stack).map_or_else(Run::default, |site| figures(site));
            figures.requests = run.rows;
            figures.marks = looks
                .iter()
                .map(|(done, live)| Mark { requests: *done, held: held(live.get(stack).copied()) })
                .collect();
            sites.entry(stack.clone()).or_default().runs.push(figures);
        }
    }
    if let Some(torn_down) = &torn_down {
        let after = by_stack(torn_down);
        for (stack, site) in &mut sites {
            if let Some(run) = site.runs.last_mut() {
                run.after_teardown = Some(held(after.get(stack).copied()));
            }
        }
    }
    for (stack, site) in &mut sites {
        site.references = place(stack).and_then(|place| references.get(place).copied());
    }
    let looks = seen.pop().map(|run| run.looks).unwrap_or_default();
    let scales = of.runs.iter().map(|run| run.rows).collect();
    let churn = churning(&sites);
    let mut judged: Vec<SiteGrowth> = sites.iter().map(|(stack, site)| verdict(stack, site)).collect();
    judged.sort_by(convert::by_weight);
    let omitted_sites = judged.len().saturating_sub(MOST_SITES) as u64;
    judged.truncate(MOST_SITES);
    let growth = Growth { scales, sites: judged, omitted_sites, churn };
    Grown { section: of.section.clone(), variant: of.variant.clone(), growth, looks }
}

fn by_stack(profile: &Profile) -> BTreeMap<&Stack, &heaplab_profile::Site> {
    profile.sites.iter().map(|site| (&site.frames, site)).collect()
}

fn held(site: Option<&heaplab_profile::Site>) -> Held {
    site.map(|site| Held { blocks: site.end_blocks, bytes: site.end_bytes }).unwrap_or_default()
}

fn figures(site: &heaplab_profile::Site) -> Run {
    let recorded = site.recorded.clone().unwrap_or_default();
    Run {
        requests: 0,
        end: held(Some(site)),
        own_peak: Held { blocks: site.own_peak_blocks, bytes: site.own_peak_bytes },
        births: site.total_blocks,
        birth_bytes: recorded.birth_bytes,
        deaths: recorded.deaths,
        reallocations: recorded.reallocations,
        grown_bytes: recorded.grown_bytes,
        shrunk_bytes: recorded.shrunk_bytes,
        lifetime_bytes: recorded.lifetime_bytes,
        lifetimes: recorded.lifetimes,
        marks: Vec::new(),
        after_teardown: None,
    }
}

fn verdict(stack: &Stack, site: &Site) -> SiteGrowth {
    let chosen = own_frame(stack);
    let said = classify(site);
    SiteGrowth {
        function: chosen.map(|frame| frame.function.clone()).unwrap_or_default(),
        location: place(stack).unwrap_or_default().to_owned(),
        stack: stack.iter().map(crate::sites::in_words).collect(),
        class: convert::class(said.class),
        sure: said.sure,
        slope: said.bytes_a_request.and_then(convert::slope),
        end_bytes: site.runs.iter().map(|run| run.end.bytes).collect(),
        end_blocks: site.runs.iter().map(|run| run.end.blocks).collect(),
        teardown: convert::teardown(said.teardown),
        reason: convert::reason(said.reason),
    }
}

/// The line that a reader can change.
fn place(stack: &Stack) -> Option<&str> {
    own_frame(stack)?.location.as_deref()
}

/// Churn of the largest run, by line.
fn churning(sites: &BTreeMap<Stack, Site>) -> Vec<heaplab_record::ChurnLine> {
    let runs = || sites.iter().filter_map(|(stack, site)| Some((place(stack)?, site.runs.last()?)));
    let program = churn::Program {
        births: runs().map(|(_, run)| run.births).sum(),
        clock_bytes: runs().map(|(_, run)| run.birth_bytes + run.grown_bytes).sum(),
    };
    churn::churn(runs(), program).into_iter().take(MOST_CHURN).map(convert::churn).collect()
}

/// The lines of a profile whose blocks die young.
pub(crate) fn churn_of(profile: &Profile) -> Vec<heaplab_record::ChurnLine> {
    let run = |site: &heaplab_profile::Site| Site { runs: vec![figures(site)], references: None };
    churning(&profile.sites.iter().map(|site| (site.frames.clone(), run(site))).collect())
}

/// What graphs of references say of the lines that made their objects. Where one line made objects of several kinds, the one
/// that nothing reaches decides: the others of it are not what stays.
fn references(attachments: &[Attachment]) -> BTreeMap<String, References> {
    let mut said: BTreeMap<String, References> = BTreeMap::new();
    for attachment in attachments {
        let Attachment::Graph(graph) = attachment else { continue };
        let behind = behind_orphaned_cycles(graph);
        for node in &graph.nodes {
            let Some(line) = &node.born_at else { continue };
            let word = match (node.leaked, node.in_cycle) {
                (true, _) if behind.contains(&node.id) => References::OrphanedCycle,
                (true, _) => References::Unreachable,
                (false, true) => References::ReachableCycle,
                (false, false) => References::Reachable,
            };
            let known = said.entry(line.clone()).or_insert(word);
            if word == References::OrphanedCycle {
                *known = word;
            }
        }
    }
    said
}

/// Objects on a leaked cycle, and what they alone keep.
fn behind_orphaned_cycles(graph: &Graph) -> HashSet<u32> {
    let mut found: HashSet<u32> =
        graph.nodes.iter().filter(|node| node.leaked && node.in_cycle).map(|node| node.id).collect();
    let mut open: Vec<u32> = found.iter().copied().collect();
    while let Some(from) = open.pop() {
        for edge in graph.edges.iter().filter(|edge| edge.from == from && edge.strength == Strength::Strong) {
            if found.insert(edge.to) {
                open.push(edge.to);
            }
        }
    }
    found
}

/// How often such verdicts are right, over the cases that the classifier was not tuned on.
pub(crate) fn classifier() -> ClassifierTable {
    convert::table(&Confusion::of(&held_out::held_out()))
}

#[cfg(test)]
mod tests;
