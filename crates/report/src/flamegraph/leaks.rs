//! Flamegraphs of what stays, as SVG files. inferno draws them, and each frame is coloured
//! afterwards; a frame is identified by its depth and its start.

use super::folded::{self, LeakShares, LeakStacks};
use super::svg::{StackOrder, draw_bytes_flamegraph};
use crate::{RenderError, Words};
use std::collections::HashMap;

/// The pictures of one variant.
#[derive(Clone, Debug)]
pub struct VariantLeaks {
    /// The variant's name.
    pub variant: String,
    /// The chart of live bytes by line over the work, where there is one.
    pub chart: Option<String>,
    /// Flamegraphs of the whole run and of windows of it, and a difference.
    pub views: Vec<LeakView>,
}

/// One flamegraph.
#[derive(Clone, Debug)]
pub struct LeakView {
    /// Its name in the list of views.
    pub name: String,
    /// Its file's name.
    pub file: String,
    /// The SVG.
    pub svg: String,
    /// The same flamegraph for the page.
    pub flames: super::FlameView,
}

/// Draws one flamegraph. Without any bytes, the picture says so.
///
/// # Errors
/// If inferno cannot draw.
pub fn leak_flamegraph_svg(
    stays: LeakStacks<'_>,
    title: &str,
    subtitle: &str,
    words: &Words,
) -> Result<String, RenderError> {
    let stacks = sort_stacks(stays.width);
    let lines: Vec<String> =
        stacks.iter().map(|(stack, width)| format!("{} {width}", stack.join(";"))).collect();
    let svg = draw_bytes_flamegraph(&lines.join("\n"), title, Some(subtitle), StackOrder::InOrder, words)?;
    let shares = LeakShares::from_stacks(stays);
    let colours = frame_colours(&stacks, |path| shares.share(path));
    Ok(paint_frames(&svg, &colours))
}

/// Colours by depth, the root having 0, and by the bytes before the frame.
type FrameColours = HashMap<(u64, u64), String>;

/// Sorts stacks so that equal beginnings are neighbours.
fn sort_stacks(folded: &str) -> Vec<(Vec<&str>, u64)> {
    let mut stacks: Vec<(Vec<&str>, u64)> = folded::parse(folded).collect();
    stacks.sort();
    stacks
}

fn frame_colours(stacks: &[(Vec<&str>, u64)], share: impl Fn(&[&str]) -> f64) -> FrameColours {
    let mut colours = FrameColours::new();
    let mut before = 0;
    let mut last: &[&str] = &[];
    colours.insert((0, 0), leak_colour(share(&[])));
    for (stack, width) in stacks {
        let common = stack.iter().zip(last).take_while(|(a, b)| a == b).count();
        for depth in common..stack.len() {
            colours.insert((depth as u64 + 1, before), leak_colour(share(&stack[..=depth])));
        }
        before += width;
        last = stack;
    }
    colours
}

/// Grey for 0, then from a pale to a full red.
fn leak_colour(share: f64) -> String {
    if share <= 0.0 {
        return "rgb(208,208,208)".to_owned();
    }
    let between = |pale: f64, full: f64| (pale + (full - pale) * share.min(1.0)).round() as u8;
    format!("rgb({},{},{})", between(252.0, 214.0), between(222.0, 39.0), between(208.0, 32.0))
}

/// Replaces the colour of every frame that is known.
fn paint_frames(svg: &str, colours: &FrameColours) -> String {
    let frames: Vec<&str> =
        svg.split("<rect ").skip(1).filter_map(|rest| rest.split_once('>').map(|it| it.0)).collect();
    let y_of = |rect: &str| Some((parse_attribute(rect, "y=\"")?, parse_attribute(rect, "fg:x=\"")?));
    let lowest = frames.iter().filter_map(|rect| y_of(rect)).map(|(y, _)| y).max().unwrap_or(0);
    let mut out = String::with_capacity(svg.len());
    let mut parts = svg.split("<rect ");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str("<rect ");
        let rect = part.split_once('>').map_or(part, |(rect, _)| rect);
        let colour = y_of(rect).and_then(|(y, x)| colours.get(&((lowest - y) / FRAME_HEIGHT, x)));
        match (colour, part.split_once("fill=\"")) {
            (Some(colour), Some((head, tail))) if head.len() < rect.len() => {
                let rest = tail.split_once('"').map_or("", |(_, rest)| rest);
                out.push_str(&format!("{head}fill=\"{colour}\"{rest}"));
            }
            _ => out.push_str(part),
        }
    }
    out
}

/// Height of a frame in pixels.
pub(crate) const FRAME_HEIGHT: u64 = 19;

fn parse_attribute(rect: &str, name: &str) -> Option<u64> {
    // `fg:x` is not `x`: what stands before must be a blank, or the beginning.
    let at = rect.match_indices(name).find(|(at, _)| *at == 0 || rect[..*at].ends_with(' '))?.0;
    rect[at + name.len()..].split_once('"')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    const TOTAL: &str = "main;keep;push 100\nmain;keep 50\nmain;drop 850\n";
    const END: &str = "main;keep;push 100\n";

    fn fill_of<'a>(svg: &'a str, title: &str) -> &'a str {
        let (_, frame) = svg.split_once(&format!("<title>{title} (")).expect("the frame is drawn");
        frame.split_once("fill=\"").unwrap().1.split_once('"').unwrap().0
    }

    #[test]
    fn red_is_what_was_never_freed_and_grey_what_was_freed_whole() {
        let stays = LeakStacks { width: TOTAL, total: TOTAL, end: END };
        let svg = leak_flamegraph_svg(stays, "service", "what stays", &Words::new(Lang::En)).unwrap();
        assert_eq!(fill_of(&svg, "push"), leak_colour(1.0));
        assert_eq!(fill_of(&svg, "drop"), leak_colour(0.0));
        assert_eq!(fill_of(&svg, "keep"), leak_colour(100.0 / 150.0));
        assert_eq!(fill_of(&svg, "main"), leak_colour(0.1));
        assert_ne!(leak_colour(0.1), leak_colour(0.9));
        // What is freed after all is grey.
        let stays = LeakStacks { end: "", ..stays };
        let svg = leak_flamegraph_svg(stays, "service", "what stays", &Words::new(Lang::En)).unwrap();
        assert_eq!(fill_of(&svg, "push"), leak_colour(0.0));
    }

    #[test]
    fn a_window_has_its_own_widths_and_the_colours_of_the_whole_run() {
        let stays = LeakStacks { width: "main;keep 7\n", total: TOTAL, end: END };
        let svg = leak_flamegraph_svg(stays, "service", "a window", &Words::new(Lang::Zh)).unwrap();
        assert!(svg.contains("<title>keep (7 字节"), "{svg}");
        assert_eq!(fill_of(&svg, "keep"), leak_colour(100.0 / 150.0));
        let nothing = LeakStacks { width: "", ..stays };
        assert!(leak_flamegraph_svg(nothing, "service", "", &Words::new(Lang::En)).unwrap().contains("<svg"));
    }
}
