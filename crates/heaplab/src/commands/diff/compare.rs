//! Decides which profiles are compared, and what changed. Data in, data out.

use super::sources::{DiffInput, InputTotals};
use crate::exit::ExitReason;
use crate::runner::alloc_sites::own_frame;
use heaplab_profile::diff::{ChangedStack, diff_profiles};
use heaplab_profile::formats::CountingRule;
use heaplab_profile::{Frame, Measure, Profile};
use heaplab_record::{Change, ProfileDiff, SiteChange, TotalChanges};

pub(super) struct ProfilePair {
    pub(super) name: String,
    pub(super) old: DiffInput,
    pub(super) new: DiffInput,
}

/// The pairs, and the profiles of either side that have no counterpart.
pub(super) struct MatchedInputs {
    pub(super) pairs: Vec<ProfilePair>,
    pub(super) only_old: Vec<String>,
    pub(super) only_new: Vec<String>,
}

/// Matches by variant, in the order of the new ones. Two single profiles are compared whatever
/// their names are.
pub(super) fn match_inputs(
    mut old: Vec<DiffInput>,
    new: Vec<DiffInput>,
) -> Result<MatchedInputs, ExitReason> {
    let alone = old.len() == 1 && new.len() == 1;
    let mut matched = MatchedInputs { pairs: Vec::new(), only_old: Vec::new(), only_new: Vec::new() };
    let all = input_names(&old);
    for new in new {
        match old.iter().position(|old| alone || old.name == new.name) {
            Some(index) => {
                let (old, new) = make_comparable(old.remove(index), new);
                matched.pairs.push(ProfilePair { name: new.name.clone(), old, new });
            }
            None => matched.only_new.push(new.name),
        }
    }
    matched.only_old = input_names(&old);
    if matched.pairs.is_empty() {
        return Err(ExitReason::UsageError(format!(
            "OLD and NEW have no variant in common: OLD has {}, NEW has {}; give two reports of one section, or the \
             two profiles themselves",
            all.join(", "),
            matched.only_new.join(", ")
        )));
    }
    Ok(matched)
}

fn input_names(sources: &[DiffInput]) -> Vec<String> {
    sources.iter().map(|source| source.name.clone()).collect()
}

/// Removes the locations where the formats write them differently; otherwise every stack would
/// count as removed and added.
fn make_comparable(mut old: DiffInput, mut new: DiffInput) -> (DiffInput, DiffInput) {
    if old.places != new.places {
        for source in [&mut old, &mut new] {
            for frame in source.profile.sites.iter_mut().flat_map(|site| &mut site.frames) {
                frame.location = None;
            }
            source.profile = std::mem::take(&mut source.profile).merge_equal_stacks();
        }
    }
    (old, new)
}

pub(super) fn compare_pair(pair: &ProfilePair) -> ProfileDiff {
    let ProfilePair { name, old, new } = pair;
    let rows = match (old.rows, new.rows) {
        (Some(old), Some(new)) if old != new => Some(Change { old, new }),
        _ => None,
    };
    let sites =
        diff_profiles(&old.profile, &new.profile, Measure::PeakBytes).iter().map(site_change).collect();
    let totals = compare_totals((&old.totals, old.rule), (&new.totals, new.rule));
    ProfileDiff { name: name.clone(), rows, totals, sites }
}

/// Formats count blocks and bytes over the whole run by one of two rules; only figures of the same
/// rule are compared.
fn compare_totals(
    (old, old_rule): (&InputTotals, CountingRule),
    (new, new_rule): (&InputTotals, CountingRule),
) -> TotalChanges {
    let both = |old: Option<u64>, new: Option<u64>| Some(Change { old: old?, new: new? });
    let by_rule = |old, new| both(old, new).filter(|_| old_rule == new_rule);
    TotalChanges {
        peak_bytes: Change { old: old.peak_bytes, new: new.peak_bytes },
        end_bytes: both(old.end_bytes, new.end_bytes),
        total_bytes: by_rule(old.total_bytes, new.total_bytes),
        total_blocks: by_rule(old.total_blocks, new.total_blocks),
    }
}

fn site_change(changed: &ChangedStack) -> SiteChange {
    let own: Option<&Frame> = own_frame(&changed.frames);
    SiteChange {
        function: own.map(|frame| frame.function.clone()).unwrap_or_default(),
        location: own.and_then(|frame| frame.location.clone()).unwrap_or_default(),
        stack: changed.frames.iter().map(|frame| frame.function.clone()).collect(),
        at_peak_bytes: Change { old: changed.old, new: changed.new },
    }
}

/// The sum of one figure over all sites.
pub(super) fn sum_measure(profile: &Profile, measure: Measure) -> u64 {
    profile.sites.iter().map(|site| measure.figure(site)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_profile::Site;
    use heaplab_profile::formats::{ImportedProfile, LocationStyle};

    fn source(name: &str, places: LocationStyle, location: Option<&str>, peak_bytes: u64) -> DiffInput {
        let frame = |function: &str| Frame {
            function: function.to_owned(),
            location: location.map(str::to_owned),
            ..Frame::default()
        };
        let site =
            Site { frames: vec![frame("app::main"), frame("app::load")], peak_bytes, ..Site::default() };
        let profile = Profile { sites: vec![site] };
        let (locations, counting) = (places, CountingRule::Recorder);
        DiffInput::new(ImportedProfile { profile, locations, counting, measures: &Measure::ALL }, name)
    }

    #[test]
    fn variants_meet_their_namesakes_and_the_others_are_named() {
        let some = |names: &[&str]| -> Vec<DiffInput> {
            names.iter().map(|name| source(name, LocationStyle::Workspace, Some("a.rs:1"), 1)).collect()
        };
        let found =
            match_inputs(some(&["list", "slots", "gone"]), some(&["slots", "came", "list"])).ok().unwrap();
        let pairs: Vec<&str> = found.pairs.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(pairs, ["slots", "list"]);
        assert_eq!((found.only_old, found.only_new), (vec!["gone".to_owned()], vec!["came".to_owned()]));
        assert_eq!(match_inputs(some(&["before"]), some(&["after"])).ok().unwrap().pairs.len(), 1);
        let none = match_inputs(some(&["a", "b"]), some(&["c"])).err().unwrap().to_string();
        assert!(none.contains("OLD has a, b, NEW has c"), "{none}");
    }

    #[test]
    fn the_other_direction_swaps_the_figures() {
        let pair = |old, new| ProfilePair {
            name: "x".into(),
            old: source("x", LocationStyle::Workspace, Some("a.rs:1"), old),
            new: source("x", LocationStyle::Workspace, Some("a.rs:9"), new),
        };
        let there = compare_pair(&pair(5, 800));
        assert_eq!(there.sites[0].at_peak_bytes, Change { old: 5, new: 800 });
        assert_eq!(there.sites[0].location, "a.rs:9", "the line of the new one");
        let back = compare_pair(&pair(800, 5));
        assert_eq!(back.sites[0].at_peak_bytes, Change { old: 800, new: 5 });
        assert_eq!(back.totals.peak_bytes, Change { old: 800, new: 5 });
        assert!(compare_pair(&pair(5, 5)).sites.is_empty());
    }

    #[test]
    fn formats_that_name_places_otherwise_are_compared_by_function() {
        let old = vec![source("x", LocationStyle::Absent, None, 7)];
        let new = vec![source("x", LocationStyle::Workspace, Some("a.rs:1"), 7)];
        assert!(compare_pair(&match_inputs(old, new).ok().unwrap().pairs[0]).sites.is_empty());
    }

    #[test]
    fn sums_of_two_rules_are_not_compared() {
        let mut old = source("x", LocationStyle::Workspace, Some("a.rs:1"), 7);
        old.rule = CountingRule::Dhat;
        let new = source("x", LocationStyle::Workspace, Some("a.rs:1"), 7);
        let totals = compare_pair(&ProfilePair { name: "x".into(), old, new }).totals;
        assert!(totals.end_bytes.is_some() && totals.total_bytes.is_none() && totals.total_blocks.is_none());
    }
}
