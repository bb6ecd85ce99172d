//! The views of a heap profile: live at the peak, live at the end, allocated in all, and
//! lifetimes.

use super::FlameView;
use super::tree::{StackTree, warm_class};
use crate::{Words, format};
use heaplab_profile::{Measure, Profile, Site};
use std::collections::BTreeMap;

/// Measures, with the keys of their names and descriptions.
const MEASURES: [(Measure, &str, &str); 4] = [
    (Measure::PeakBytes, "flame-peak", "flame-about-peak"),
    (Measure::EndBytes, "flame-end", "flame-about-end"),
    (Measure::TotalBytes, "flame-total", "flame-about-total"),
    (Measure::TotalBlocks, "flame-blocks-name", "flame-about-blocks"),
];

pub(super) fn profile_views(profile: &Profile, most: usize, words: &Words) -> Vec<FlameView> {
    let count = |blocks: u64| words.say("flame-blocks", &[("blocks", &format::count(blocks))]);
    let most = most / (MEASURES.len() + 1);
    let mut views = Vec::new();
    for (measure, name, about) in MEASURES {
        let stacks = profile.sites.iter().map(|site| (frame_path(site), measure.figure(site))).collect();
        let write: &dyn Fn(u64) -> String =
            if measure == Measure::TotalBlocks { &count } else { &format::bytes };
        let tree = StackTree { stacks, write, look: &|path| (warm_class(path), None) };
        views.push(FlameView::from_tree(words.get(name), words.get(about), tree, most, words));
    }
    views.extend(lifetime_view(profile, most, words));
    views
}

/// Frames are as wide as the bytes they allocated and the darker the longer these lived. `None`
/// where the recorder has no lifetimes.
fn lifetime_view(profile: &Profile, most: usize, words: &Words) -> Option<FlameView> {
    let clock: u64 = profile.sites.iter().map(|site| site.total_bytes).sum();
    let mut lived: BTreeMap<Vec<&str>, (u64, u64)> = BTreeMap::new();
    for site in &profile.sites {
        let recorded = site.recorded.as_ref()?;
        let path = frame_path(site);
        for depth in 0..=path.len() {
            let sums = lived.entry(path[..depth].to_vec()).or_default();
            sums.0 += site.total_blocks;
            sums.1 += recorded.lifetime_bytes + recorded.survivor_age_bytes;
        }
    }
    let look = |path: &[&str]| {
        let (blocks, sum) = lived.get(path).copied().unwrap_or_default();
        let mean = sum as f64 / blocks.max(1) as f64;
        let said = words.say("flame-mean-lifetime", &[("bytes", &format::bytes(mean.round() as u64))]);
        (format!("l{}", lifetime_step(mean, clock)), Some(said))
    };
    let stacks = profile.sites.iter().map(|site| (frame_path(site), site.total_bytes)).collect();
    let tree = StackTree { stacks, write: &format::bytes, look: &look };
    Some(FlameView::from_tree(
        words.get("flame-lifetime"),
        words.get("flame-about-lifetime"),
        tree,
        most,
        words,
    ))
}

/// From 0 for blocks that die at once to 5 for those that live through at least a tenth of the
/// run, a factor of ten each: lifetimes in one program differ by many powers of ten.
fn lifetime_step(mean: f64, clock: u64) -> u8 {
    let share = mean / clock.max(1) as f64;
    if share <= 0.0 { 0 } else { (6.0 + share.log10()).floor().clamp(0.0, 5.0) as u8 }
}

fn frame_path(site: &Site) -> Vec<&str> {
    site.frames.iter().map(|frame| frame.function.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use heaplab_profile::{Frame, RecorderFigures};

    fn site(function: &str, figures: [u64; 4], lifetime_bytes: u64) -> Site {
        let [peak_bytes, end_bytes, total_bytes, total_blocks] = figures;
        Site {
            frames: vec![Frame { function: function.to_owned(), location: None, ..Frame::default() }],
            peak_bytes,
            end_bytes,
            total_bytes,
            total_blocks,
            recorded: Some(RecorderFigures { lifetime_bytes, ..RecorderFigures::default() }),
            ..Site::default()
        }
    }

    #[test]
    fn every_view_has_widths_of_its_own() {
        let sites = vec![site("keep", [80, 50, 100, 1], 60), site("drop", [20, 0, 900, 99], 99)];
        let views = profile_views(&Profile { sites }, 100, &Words::new(Lang::En));
        let widths: Vec<Vec<(&str, f64)>> = views
            .iter()
            .map(|view| view.frames[1..].iter().map(|frame| (frame.name.as_str(), frame.width)).collect())
            .collect();
        assert_eq!(widths[0], [("drop", 20.0), ("keep", 80.0)]);
        assert_eq!(widths[1], [("keep", 100.0)]);
        assert_eq!(widths[2], [("drop", 90.0), ("keep", 10.0)]);
        assert_eq!(widths[3], [("drop", 99.0), ("keep", 1.0)]);
        assert_eq!(widths[4], widths[2]);
        // 60 bytes of a clock of 1,000 and 1 byte of it.
        let darkness: Vec<&str> = views[4].frames[1..].iter().map(|frame| frame.class.as_str()).collect();
        assert_eq!(darkness, ["l3", "l4"]);
    }

    #[test]
    fn without_lifetimes_there_is_no_view_of_them() {
        let sites = vec![Site { recorded: None, ..site("keep", [80, 50, 100, 1], 0) }];
        assert_eq!(profile_views(&Profile { sites }, 100, &Words::new(Lang::Zh)).len(), MEASURES.len());
    }
}
