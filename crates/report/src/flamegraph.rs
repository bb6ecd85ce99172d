//! Flamegraphs of the page: rectangles of HTML, so that they are there without a script, follow the page's colours and
//! language, and break no security policy. The root is on top. The files beside the page stay inferno's.

mod leaks;
mod svg;
mod tree;
mod views;

use crate::{Words, format};
use heaplab_profile::Profile;
use heaplab_record::FoldedStacks;
pub use leaks::{LeakStacks, LeakView, VariantLeaks, leak_flamegraph_svg};
use std::collections::BTreeMap;
pub use svg::{cpu_flamegraph_svg, differential_svg, flamegraph_svg};
pub(crate) use tree::{Frame, MOST_FRAMES};
use tree::{StackTree, warm_class};

/// The flamegraphs of one program, a view each.
#[derive(Clone, Debug, Default)]
pub struct FlamegraphSet {
    /// What its elements are called by in a page, where no other has the same.
    pub(crate) id: String,
    /// The variant.
    pub variant: String,
    /// Who measured at which scale.
    pub about: String,
    /// What a reader may choose from.
    pub views: Vec<FlameView>,
}

/// One view.
#[derive(Clone, Debug, Default)]
pub struct FlameView {
    /// What it is chosen by.
    pub(crate) name: String,
    /// What width and colour say.
    pub(crate) about: String,
    /// The caller before what it calls; empty where nothing is to be drawn.
    pub(crate) frames: Vec<Frame>,
    /// How many stand under each other.
    pub(crate) depth: usize,
}

impl FlameView {
    fn from_tree(name: String, about: String, tree: StackTree<'_>, most: usize, words: &Words) -> FlameView {
        let frames = tree.lay_out_frames(most, words);
        let depth = frames.iter().map(|frame| frame.depth + 1).max().unwrap_or(0);
        FlameView { name, about, frames, depth }
    }

    /// The same under another name.
    #[must_use]
    pub fn with_name(self, name: String) -> FlameView {
        FlameView { name, ..self }
    }
}

impl FlamegraphSet {
    /// The same under an id of its own.
    pub(crate) fn with_id(self, group: &str, number: usize) -> FlamegraphSet {
        FlamegraphSet { id: format!("{group}-{number}"), ..self }
    }
}

/// The views of every profile: variant, what is said of it, and the profile.
pub fn profile_flamegraphs(profiles: &[(&str, String, &Profile)], words: &Words) -> Vec<FlamegraphSet> {
    let of = |(variant, about, profile): &(&str, String, &Profile)| FlamegraphSet {
        id: String::new(),
        variant: (*variant).to_owned(),
        about: about.clone(),
        views: views::profile_views(profile, MOST_FRAMES / profiles.len().max(1), words),
    };
    profiles.iter().map(of).collect()
}

/// What stays: each frame as red as the share of its bytes that was never freed, grey where all of it was.
pub fn leak_view(stays: LeakStacks<'_>, words: &Words) -> FlameView {
    let (total, end) = (sum_by_prefix(stays.total), sum_by_prefix(stays.end));
    let share = |path: &[&str]| {
        let of = |sums: &BTreeMap<Vec<&str>, u64>| sums.get(path).copied().unwrap_or(0);
        of(&end) as f64 / of(&total).max(1) as f64
    };
    let look = |path: &[&str]| {
        let share = share(path);
        let class = if share <= 0.0 { "z".to_owned() } else { format!("r{}", (share * 4.0).ceil().min(4.0)) };
        (class, Some(words.say("flame-stays", &[("share", &format::percent(share.min(1.0)))])))
    };
    let tree = StackTree { stacks: parse_folded(stays.width).collect(), write: &format::bytes, look: &look };
    FlameView::from_tree(String::new(), words.get("flame-about-stays"), tree, MOST_FRAMES / 20, words)
}

/// What two moments have: as wide as the second, red where it holds more and blue where it holds less.
///
/// `folded` has two numbers a line, as [`crate::differential_svg`] takes them.
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

/// Stacks that a lesson hands over, of something else than bytes.
pub(crate) fn stacks_flamegraph(of: &FoldedStacks, words: &Words) -> FlamegraphSet {
    let lang = words.lang();
    let counts = lang.pick(&of.counts);
    let write = |amount: u64| format!("{} {counts}", format::count(amount));
    let look = |path: &[&str]| (warm_class(path), None);
    let stacks = of.folded.iter().filter_map(|line| parse_folded_line(line)).collect();
    let tree = StackTree { stacks, write: &write, look: &look };
    let about = lang.pick(&of.title).to_owned();
    let view = FlameView::from_tree(counts.to_owned(), String::new(), tree, MOST_FRAMES / 5, words);
    FlamegraphSet { id: String::new(), variant: of.name.clone(), about, views: vec![view] }
}

fn parse_folded(folded: &str) -> impl Iterator<Item = (Vec<&str>, u64)> {
    folded.lines().filter_map(parse_folded_line)
}

fn parse_folded_line(line: &str) -> Option<(Vec<&str>, u64)> {
    let (stack, amount) = line.rsplit_once(' ')?;
    Some((stack.split(';').collect(), amount.parse().ok()?))
}

/// What all stacks that begin with a path have together; the empty path is the whole.
fn sum_by_prefix(folded: &str) -> BTreeMap<Vec<&str>, u64> {
    let mut sums: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
    for (stack, amount) in parse_folded(folded) {
        for depth in 0..=stack.len() {
            *sums.entry(stack[..depth].to_vec()).or_default() += amount;
        }
    }
    sums
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
        assert!(frame(&view, "main").said.contains("25.0 %"), "{}", frame(&view, "main").said);
        assert_eq!(frame(&view, "drop").width, 75.0);
    }

    #[test]
    fn a_difference_says_which_way() {
        let view = difference_view("main;more 1 30\nmain;less 20 10\n", &Words::new(Lang::En));
        assert_eq!((frame(&view, "more").class.as_str(), frame(&view, "less").class.as_str()), ("r3", "b3"));
        assert!(frame(&view, "less").said.contains('−') || frame(&view, "less").said.contains('-'));
        assert_eq!(frame(&view, "more").width, 75.0);
    }
}
