//! Which lines of a profile allocate blocks that live only for a moment.

use crate::runner::alloc_sites::own_frame;
use heaplab_analysis::growth::{LiveTotal, ProgramTotals, SiteHistory, SiteRun, find_churn};
use heaplab_profile::{Frame, Profile};
use heaplab_record::ChurnLine;
use std::collections::BTreeMap;

/// The number of short-lived allocation lines that a report shows.
const MOST_CHURN: usize = 8;

type Stack = Vec<Frame>;

/// The line, or the function where no line is known. A frame without a name says nothing, and what
/// helps native code (an arena, a capacity) is not to be had in Python.
fn churn_place(frame: &Frame) -> Option<String> {
    if frame.is_python() {
        return None;
    }
    let location = frame.location.as_deref()?;
    match frame.place()? {
        (_, Some(_)) => Some(location.to_owned()),
        _ => frame.unnamed_file().is_none().then(|| format!("{} {location}", frame.function)),
    }
}

/// The churn of the last run of each site, by line.
pub fn find_churn_lines(sites: &BTreeMap<Stack, SiteHistory>) -> Vec<ChurnLine> {
    let places: Vec<(String, &SiteRun)> = sites
        .iter()
        .filter_map(|(stack, site)| Some((churn_place(own_frame(stack)?)?, site.runs.last()?)))
        .collect();
    let runs = || places.iter().map(|(place, run)| (place.as_str(), *run));
    let program = ProgramTotals {
        births: runs().map(|(_, run)| run.births).sum(),
        clock_bytes: runs().map(|(_, run)| run.birth_bytes + run.grown_bytes).sum(),
    };
    find_churn(runs(), program).into_iter().take(MOST_CHURN).collect()
}

/// The lines of a profile whose blocks are short-lived.
pub fn churn_in_profile(profile: &Profile) -> Vec<ChurnLine> {
    let run = |site: &heaplab_profile::Site| SiteHistory { runs: vec![site_run(site)], references: None };
    find_churn_lines(&profile.sites.iter().map(|site| (site.frames.clone(), run(site))).collect())
}

/// What a site holds at the end of a run; nothing where the run does not have the site.
pub fn live_total(site: Option<&heaplab_profile::Site>) -> LiveTotal {
    site.map(|site| LiveTotal { blocks: site.end_blocks, bytes: site.end_bytes }).unwrap_or_default()
}

/// The figures of a site in one run, without checkpoints.
pub fn site_run(site: &heaplab_profile::Site) -> SiteRun {
    let recorded = site.recorded.clone().unwrap_or_default();
    SiteRun {
        requests: 0,
        end: live_total(Some(site)),
        own_peak: LiveTotal { blocks: site.own_peak_blocks, bytes: site.own_peak_bytes },
        births: site.total_blocks,
        birth_bytes: recorded.birth_bytes,
        deaths: recorded.deaths,
        reallocations: recorded.reallocations,
        grown_bytes: recorded.grown_bytes,
        shrunk_bytes: recorded.shrunk_bytes,
        lifetime_bytes: recorded.lifetime_bytes,
        lifetimes: recorded.lifetimes,
        checkpoints: Vec::new(),
        after_teardown: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn churn_is_told_by_line_or_function_and_not_by_address() {
        let place = |function: &str, location: &str| {
            churn_place(&Frame {
                function: function.to_owned(),
                location: Some(location.to_owned()),
                ..Frame::default()
            })
        };
        assert_eq!(place("app::f", "src/main.rs:9").as_deref(), Some("src/main.rs:9"));
        assert_eq!(place("app::f", "in app").as_deref(), Some("app::f in app"));
        assert_eq!(place("app+0x1c0a4", "in app"), None);
    }
}
