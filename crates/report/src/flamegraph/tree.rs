//! Lays stacks out as rectangles.

use crate::{Words, format, prose};
use std::cmp::Reverse;

/// Most rectangles of a page. Each takes about 150 bytes, and a page of 5 MB can still be sent by
/// mail.
pub(crate) const MOST_FRAMES: usize = 12_000;

/// Narrower rectangles cannot be seen, and are left out when zooming too.
const LEAST_PERCENT: f64 = 0.05;

/// One rectangle. The root is 100 wide.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    /// The function without its generic arguments.
    pub(crate) name: String,
    /// The full name, where it differs.
    pub(crate) full: Option<String>,
    /// 0 for the root.
    pub(crate) depth: usize,
    /// In percent of the root.
    pub(crate) start: f64,
    /// In percent of the root.
    pub(crate) width: f64,
    /// Its colour, as a class of the style sheet.
    pub(crate) class: String,
    /// The amount and its share.
    pub(crate) detail: String,
}

/// A frame's class and a further remark, by its path from the root. The root has the empty path.
pub(crate) type FrameStyle<'a> = dyn Fn(&[&str]) -> (String, Option<String>) + 'a;

/// Stacks, and how they are shown.
pub(crate) struct StackTree<'a> {
    /// Frames, the root first, and the amount.
    pub(crate) stacks: Vec<(Vec<&'a str>, u64)>,
    /// Formats an amount.
    pub(crate) write: &'a dyn Fn(u64) -> String,
    pub(crate) look: &'a FrameStyle<'a>,
}

/// A path's rectangle, in the unit of the amounts. The path is the beginning of a stack. PERF: with
/// paths of their own, the rectangles of 135,000 stacks took more than a gigabyte.
struct FrameSpan {
    /// The number of a stack that begins with the path, and the length of the path.
    stack: usize,
    depth: usize,
    start: u64,
    width: u64,
}

impl StackTree<'_> {
    /// Lays out at most `most` frames, the widest ones. A caller is never narrower than what it
    /// calls, so no frame loses its caller. Callers come before what they call, and functions of
    /// one caller in the order of their names.
    pub(crate) fn lay_out_frames(mut self, most: usize, words: &Words) -> Vec<Frame> {
        self.stacks.retain(|(_, amount)| *amount > 0);
        self.stacks.sort();
        let whole: u64 = self.stacks.iter().map(|(_, amount)| amount).sum();
        if whole == 0 {
            return Vec::new();
        }
        let mut spans = self.build_spans();
        let percent = |amount: u64| amount as f64 / whole as f64 * 100.0;
        spans.retain(|span| percent(span.width) >= LEAST_PERCENT);
        spans.sort_by_key(|span| (Reverse(span.width), span.depth, span.start));
        spans.truncate(most.max(1));
        spans.sort_by_key(|span| (span.start, span.depth));
        let frame = |span: FrameSpan| {
            let path = &self.stacks[span.stack].0[..span.depth];
            let (class, more) = (self.look)(path);
            let share = format::percent(span.width as f64 / whole as f64);
            let mut detail = format!("{} · {share}", (self.write)(span.width));
            if let Some(more) = more {
                detail = format!("{detail} · {more}");
            }
            let full = path.last().map(|name| prose::strip_controls(name));
            let name = full.as_deref().map_or_else(|| words.get("flame-all"), prose::strip_generics);
            Frame {
                full: full.filter(|full| *full != name),
                name,
                depth: span.depth,
                start: percent(span.start),
                width: percent(span.width),
                class,
                detail,
            }
        };
        spans.into_iter().map(frame).collect()
    }

    /// The stacks must be sorted, so that equal beginnings are neighbours.
    fn build_spans(&self) -> Vec<FrameSpan> {
        let mut spans = vec![FrameSpan { stack: 0, depth: 0, start: 0, width: 0 }];
        // Those of the stack before, by their depth.
        let mut open = vec![0_usize];
        let mut start = 0;
        let mut last: &[&str] = &[];
        for (number, (stack, amount)) in self.stacks.iter().enumerate() {
            let common = stack.iter().zip(last).take_while(|(a, b)| a == b).count();
            open.truncate(common + 1);
            for depth in common + 1..=stack.len() {
                open.push(spans.len());
                spans.push(FrameSpan { stack: number, depth, start, width: 0 });
            }
            for &at in &open {
                spans[at].width += amount;
            }
            start += amount;
            last = stack;
        }
        spans
    }
}

/// One of six warm colours by function name, so that a function looks the same in every picture.
pub(crate) fn warm_class(path: &[&str]) -> String {
    format!("c{}", name_color(path.last().copied().unwrap_or_default()))
}

/// The number of a function's colour, of six.
pub(crate) fn name_color(name: &str) -> u32 {
    // FNV-1a over 32 bits.
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % 6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    fn list_boxes(stacks: &[(&[&'static str], u64)], most: usize) -> Vec<(String, usize, f64, f64)> {
        let look = |path: &[&str]| (warm_class(path), None);
        let stacks = stacks.iter().map(|(stack, amount)| (stack.to_vec(), *amount)).collect();
        let frames = StackTree { stacks, write: &format::bytes, look: &look }
            .lay_out_frames(most, &Words::new(Lang::En));
        frames.into_iter().map(|frame| (frame.name, frame.depth, frame.start, frame.width)).collect()
    }

    #[test]
    fn what_is_called_lies_under_its_caller() {
        let stacks: [(&[&str], u64); 4] =
            [(&["a", "c"], 20), (&["b"], 50), (&["a"], 10), (&["a", "b", "c"], 20)];
        let all = Words::new(Lang::En).get("flame-all");
        let expected = [
            (all.as_str(), 0, 0.0, 100.0),
            ("a", 1, 0.0, 50.0),
            ("b", 2, 10.0, 20.0),
            ("c", 3, 10.0, 20.0),
            ("c", 2, 30.0, 20.0),
            ("b", 1, 50.0, 50.0),
        ];
        let expected = expected.map(|(name, depth, start, width)| (name.to_owned(), depth, start, width));
        assert_eq!(list_boxes(&stacks, 100), expected);
        // The narrowest go first, and none is left without its caller.
        assert_eq!(list_boxes(&stacks, 3), [&expected[0..2], &expected[5..]].concat());
        assert_eq!(list_boxes(&[(&["a"], 0)], 9), []);
    }
}
