//! The views of a heap profile: live at the peak, live at the end, allocated in all, and
//! lifetimes. A program that runs Python has two more, with its Python frames and with its native
//! frames alone.

use super::FlameView;
use super::lifetimes::LifetimeTree;
use super::tree::{StackTree, name_color, warm_class};
use crate::{Words, format};
use heaplab_profile::{Frame, FrameSelection, Measure, Profile, Site};
use std::collections::HashSet;

/// Measures, with the keys of their names and descriptions.
const MEASURES: [(Measure, &str, &str); 4] = [
    (Measure::PeakBytes, "flame-peak", "flame-about-peak"),
    (Measure::EndBytes, "flame-end", "flame-about-end"),
    (Measure::TotalBytes, "flame-total", "flame-about-total"),
    (Measure::TotalBlocks, "flame-blocks-name", "flame-about-blocks"),
];

/// The frames that the two more views of a program that runs Python show.
const PYTHON_SELECTIONS: [(FrameSelection, &str, &str); 2] = [
    (FrameSelection::Python, "flame-python", "flame-about-python"),
    (FrameSelection::Native, "flame-native", "flame-about-native"),
];

pub(super) fn profile_views(profile: &Profile, most: usize, words: &Words) -> Vec<FlameView> {
    let count = |blocks: u64| words.say("flame-blocks", &[("blocks", &format::count(blocks))]);
    let selections = if profile.has_python() { &PYTHON_SELECTIONS[..] } else { &[] };
    let most = most / (MEASURES.len() + selections.len() + 1);
    let mut views = Vec::new();
    for (measure, name, about) in MEASURES {
        let write: &dyn Fn(u64) -> String =
            if measure == Measure::TotalBlocks { &count } else { &format::bytes };
        views.push(measure_view(profile, measure, [name, about], write, most, words));
    }
    views.extend(lifetime_view(profile, most, words));
    for &(selection, name, about) in selections {
        let selected = profile.clone().select_frames(selection);
        let (measure, write) = (Measure::PeakBytes, &format::bytes);
        views.push(measure_view(&selected, measure, [name, about], write, most, words));
    }
    views
}

/// Python code has colours of its own.
fn measure_view(
    profile: &Profile,
    measure: Measure,
    [name, about]: [&str; 2],
    write: &dyn Fn(u64) -> String,
    most: usize,
    words: &Words,
) -> FlameView {
    let frames = || profile.sites.iter().flat_map(|site| &site.frames);
    let python: HashSet<&str> =
        frames().filter(|frame| frame.is_python()).map(|frame: &Frame| frame.function.as_str()).collect();
    let look = |path: &[&str]| match path.last() {
        Some(name) if python.contains(name) => (format!("p{}", name_color(name)), None),
        _ => (warm_class(path), None),
    };
    let stacks = profile.sites.iter().map(|site| (frame_path(site), measure.figure(site))).collect();
    let about = if python.is_empty() {
        words.get(about)
    } else {
        format!("{} {}", words.get(about), words.get("flame-python-colours"))
    };
    let tree = StackTree { stacks, write, look: &look };
    FlameView::from_tree(words.get(name), about, tree, most, words)
}

/// Frames are as wide as the bytes they allocated and the darker the longer these lived. `None`
/// where the recorder has no lifetimes.
fn lifetime_view(profile: &Profile, most: usize, words: &Words) -> Option<FlameView> {
    let clock: u64 = profile.sites.iter().map(|site| site.total_bytes).sum();
    let lifetimes = LifetimeTree::from_profile(profile)?;
    let look = |path: &[&str]| {
        let mean = lifetimes.mean_bytes(path);
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
    fn python_has_colours_and_views_of_its_own() {
        let python = |function: &str| Frame {
            function: function.to_owned(),
            location: None,
            kind: heaplab_profile::FrameKind::Python,
        };
        let native = |function: &str| Frame { function: function.to_owned(), ..Frame::default() };
        let mut of = site("", [10, 10, 10, 1], 0);
        of.frames = vec![native("eval"), python("load"), native("list_new")];
        let views = profile_views(&Profile { sites: vec![of] }, 100, &Words::new(Lang::En));
        let names = |view: &FlameView| -> Vec<String> {
            view.frames[1..].iter().map(|frame| format!("{} {}", &frame.class[..1], frame.name)).collect()
        };
        assert_eq!(names(&views[0]), ["c eval", "p load", "c list_new"]);
        let alone: Vec<Vec<String>> = views[5..].iter().map(names).collect();
        assert_eq!(alone, [vec!["p load"], vec!["c eval", "c list_new"]]);
    }

    #[test]
    fn without_lifetimes_there_is_no_view_of_them() {
        let sites = vec![Site { recorded: None, ..site("keep", [80, 50, 100, 1], 0) }];
        assert_eq!(profile_views(&Profile { sites }, 100, &Words::new(Lang::Zh)).len(), MEASURES.len());
    }
}
