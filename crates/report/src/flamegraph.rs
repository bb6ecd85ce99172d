//! Flamegraphs: one model of folded stacks, drawn by inferno as SVG files beside the page, and as
//! rectangles of HTML in the page.
//!
//! The page's flamegraphs are HTML so that they are there without a script, follow the page's
//! colours and language, and break no security policy. Their root is on top.

mod folded;
mod leaks;
mod lifetimes;
mod svg;
mod tree;
mod views;

use crate::{Words, format};
use folded::LeakShares;
pub use folded::LeakStacks;
use heaplab_profile::Profile;
use heaplab_record::FoldedStacks;
pub use leaks::{LeakView, VariantLeaks, leak_flamegraph_svg};
use std::collections::BTreeMap;
pub use svg::{cpu_flamegraph_svg, differential_svg, flamegraph_svg, with_watermark};
pub(crate) use tree::{Frame, MOST_FRAMES};
use tree::{StackTree, warm_class};

/// The flamegraphs of one program, one per view.
#[derive(Clone, Debug, Default)]
pub struct FlamegraphSet {
    /// Prefix of its elements' ids, unique in the page.
    pub(crate) id: String,
    /// The variant's name.
    pub variant: String,
    /// Says which probe measured, and at which scale.
    pub about: String,
    /// The views that a reader can choose from.
    pub views: Vec<FlameView>,
}

/// One flamegraph.
#[derive(Clone, Debug, Default)]
pub struct FlameView {
    /// Its name in the list of views.
    pub(crate) name: String,
    /// Says what width and colour stand for.
    pub(crate) about: String,
    /// A caller stands before what it calls. Empty where there is nothing to draw.
    pub(crate) frames: Vec<Frame>,
    /// The number of rows.
    pub(crate) depth: usize,
}

impl FlameView {
    fn from_tree(name: String, about: String, tree: StackTree<'_>, most: usize, words: &Words) -> FlameView {
        let frames = tree.lay_out_frames(most, words);
        let depth = frames.iter().map(|frame| frame.depth + 1).max().unwrap_or(0);
        FlameView { name, about, frames, depth }
    }

    /// The same view under another name.
    #[must_use]
    pub fn with_name(self, name: String) -> FlameView {
        FlameView { name, ..self }
    }
}

impl FlamegraphSet {
    /// The same set with an id that is unique in the page.
    pub(crate) fn with_id(self, group: &str, number: usize) -> FlamegraphSet {
        FlamegraphSet { id: format!("{group}-{number}"), ..self }
    }
}

/// The views of each profile. A profile comes with its variant and a sentence about it.
pub fn profile_flamegraphs(profiles: &[(&str, String, &Profile)], words: &Words) -> Vec<FlamegraphSet> {
    let of = |(variant, about, profile): &(&str, String, &Profile)| FlamegraphSet {
        id: String::new(),
        variant: (*variant).to_owned(),
        about: about.clone(),
        views: views::profile_views(profile, MOST_FRAMES / profiles.len().max(1), words),
    };
    profiles.iter().map(of).collect()
}

/// Shows what stays: a frame is the redder the larger the share of its bytes that was never freed,
/// and grey where all of them were freed.
pub fn leak_view(stays: LeakStacks<'_>, words: &Words) -> FlameView {
    let shares = LeakShares::from_stacks(stays);
    let look = |path: &[&str]| {
        let share = shares.share(path);
        let class = if share <= 0.0 { "z".to_owned() } else { format!("r{}", (share * 4.0).ceil().min(4.0)) };
        (class, Some(words.say("flame-stays", &[("share", &format::percent(share.min(1.0)))])))
    };
    let tree = StackTree { stacks: folded::parse(stays.width).collect(), write: &format::bytes, look: &look };
    FlameView::from_tree(String::new(), words.get("flame-about-stays"), tree, MOST_FRAMES / 20, words)
}

/// Compares two moments: frames are as wide as the second one, red where it holds more and blue
/// where it holds less.
///
/// `folded` has two numbers per line, as [`crate::differential_svg`] takes them.
pub fn difference_view(folded: &str, words: &Words) -> FlameView {
    let lines: Vec<(Vec<&str>, u64, u64)> = folded
        .lines()
        .filter_map(|line| {
            let (rest, new) = line.rsplit_once(' ')?;
            let (stack, old) = rest.rsplit_once(' ')?;
            Some((stack.split(';').collect(), old.parse().ok()?, new.parse().ok()?))
        })
        .collect();
    let mut changes: BTreeMap<Vec<&str>, i64> = BTreeMap::new();
    for (stack, old, new) in &lines {
        for depth in 0..=stack.len() {
            *changes.entry(stack[..depth].to_vec()).or_default() += new.cast_signed() - old.cast_signed();
        }
    }
    let look = |path: &[&str]| {
        let change = changes.get(path).copied().unwrap_or(0);
        let class = match change {
            0 => "z",
            1.. => "r3",
            _ => "b3",
        };
        (class.to_owned(), Some(format::signed_bytes(change)))
    };
    let stacks = lines.iter().map(|(stack, _, new)| (stack.clone(), *new)).collect();
    let tree = StackTree { stacks, write: &format::bytes, look: &look };
    FlameView::from_tree(String::new(), words.get("flame-about-difference"), tree, MOST_FRAMES / 20, words)
}

/// Stacks that a lesson hands over and that count something else than bytes.
pub(crate) fn stacks_flamegraph(of: &FoldedStacks, words: &Words) -> FlamegraphSet {
    let lang = words.lang();
    let counts = lang.pick(&of.counts);
    let write = |amount: u64| format!("{} {counts}", format::count(amount));
    let look = |path: &[&str]| (warm_class(path), None);
    let stacks = of.folded.iter().filter_map(|line| folded::parse_line(line)).collect();
    let tree = StackTree { stacks, write: &write, look: &look };
    let about = lang.pick(&of.title).to_owned();
    let view = FlameView::from_tree(counts.to_owned(), String::new(), tree, MOST_FRAMES / 5, words);
    FlamegraphSet { id: String::new(), variant: of.name.clone(), about, views: vec![view] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    fn frame<'a>(view: &'a FlameView, name: &str) -> &'a Frame {
        view.frames.iter().find(|frame| frame.name == name).expect("it is drawn")
    }

    #[test]
    fn red_is_what_was_never_freed() {
        let (total, words) = ("main;keep 100\nmain;drop 300\n", Words::new(Lang::En));
        let view = leak_view(LeakStacks { width: total, total, end: "main;keep 100\n" }, &words);
        assert_eq!(frame(&view, "keep").class, "r4");
        assert_eq!(frame(&view, "drop").class, "z");
        assert_eq!(frame(&view, "main").class, "r1");
        assert!(frame(&view, "main").detail.contains("25.0 %"), "{}", frame(&view, "main").detail);
        assert_eq!(frame(&view, "drop").width, 75.0);
    }

    #[test]
    fn a_difference_says_which_way() {
        let view = difference_view("main;more 1 30\nmain;less 20 10\n", &Words::new(Lang::En));
        assert_eq!((frame(&view, "more").class.as_str(), frame(&view, "less").class.as_str()), ("r3", "b3"));
        assert!(frame(&view, "less").detail.contains('−') || frame(&view, "less").detail.contains('-'));
        assert_eq!(frame(&view, "more").width, 75.0);
    }
}
