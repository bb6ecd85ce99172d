//! The distribution of points in the class. Its colours are the page's, in light and dark mode;
//! position and words also say who passed.

use crate::svg::escape_xml;
use crate::{Words, format};
use heaplab_record::{Gradebook, VerdictStatus};
use std::fmt::Write as _;

/// Number of bars; each stands for a tenth of the points.
const BINS: usize = 10;
const WIDTH: usize = 720;
const HEIGHT: usize = 240;
/// Space below and above the bars.
const FOOT: usize = 44;
const HEAD: usize = 34;

/// An SVG element for the page.
pub(crate) fn points_svg(book: &Gradebook, words: &Words) -> String {
    let bins = count_bins(book);
    let most = bins.iter().map(|[passed, other]| passed + other).max().unwrap_or(0).max(1);
    let of = book.entries.iter().map(|entry| entry.of).max().unwrap_or(0);
    let said: Vec<String> = bins.iter().map(|[passed, other]| (passed + other).to_string()).collect();
    let alt = words.say("gradebook-distribution-alt", &[("counts", &said.join(" "))]);
    let mut svg = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\"><title>{}</title>",
        escape_xml(&alt)
    );
    let step = WIDTH / BINS;
    let floor = HEIGHT - FOOT;
    for (index, &[passed, other]) in bins.iter().enumerate() {
        let left = index * step + 6;
        let mut top = floor;
        for (count, class) in [(passed, "passed"), (other, "other")] {
            let height = count * (floor - HEAD) / most;
            // One of a thousand is to be seen too.
            let height = if count > 0 { height.max(2) } else { 0 };
            top -= height;
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{height}\"/>",
                step - 12
            );
        }
        let middle = index * step + step / 2;
        if passed + other > 0 {
            let _ = write!(
                svg,
                "<text x=\"{middle}\" y=\"{}\">{}</text>",
                top.saturating_sub(7),
                format::count((passed + other) as u64)
            );
        }
        let (from, to) = (of as usize * index / BINS, of as usize * (index + 1) / BINS);
        let _ = write!(svg, "<text class=\"soft\" x=\"{middle}\" y=\"{}\">{from}–{to}</text>", floor + 17);
    }
    let _ = write!(svg, "<line x1=\"0\" x2=\"{WIDTH}\" y1=\"{floor}\" y2=\"{floor}\"/>");
    let axis = words.say("gradebook-distribution-axis", &[("of", &of.to_string())]);
    let _ = write!(
        svg,
        "<text class=\"soft end\" x=\"{}\" y=\"{}\">{}</text>",
        WIDTH - 6,
        HEIGHT - 6,
        escape_xml(&axis)
    );
    for (index, class) in ["passed", "other"].into_iter().enumerate() {
        let (x, name) = (6 + index * 120, words.get(&format!("gradebook-distribution-{class}")));
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"14\" height=\"14\"/>",
            HEIGHT - 18
        );
        let _ = write!(
            svg,
            "<text class=\"start\" x=\"{}\" y=\"{}\">{}</text>",
            x + 20,
            HEIGHT - 6,
            escape_xml(&name)
        );
    }
    svg + "</svg>"
}

/// Numbers of those who passed and of the others, by tenths of the points.
fn count_bins(book: &Gradebook) -> [[usize; 2]; BINS] {
    let mut bins = [[0; 2]; BINS];
    for entry in &book.entries {
        let share = (entry.score as usize * BINS).checked_div(entry.of as usize).unwrap_or(0);
        let passed = entry.status == VerdictStatus::Pass;
        bins[share.min(BINS - 1)][usize::from(!passed)] += 1;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use crate::gradebook::fixture;

    #[test]
    fn everybody_is_in_one_bar() {
        let book = fixture::book();
        let bins = count_bins(&book);
        assert_eq!(bins.iter().flatten().sum::<usize>(), book.entries.len());
        assert_eq!(bins[9], [1, 1], "96 points, and the 100 of the one who did not pass");
        assert_eq!((bins[0], bins[1]), ([0, 1], [0, 1]));
        let svg = points_svg(&book, &Words::new(Lang::En));
        assert!(svg.contains(">1</text>") && svg.contains("90–100"), "{svg}");
        let mut empty = book;
        empty.entries.clear();
        assert!(points_svg(&empty, &Words::new(Lang::Zh)).starts_with("<svg"));
    }

    #[test]
    fn one_of_a_thousand_is_seen() {
        let mut book = fixture::book();
        let pass = book.entries[0].clone();
        book.entries.truncate(2);
        book.entries.extend(std::iter::repeat_n(pass, 998));
        let svg = points_svg(&book, &Words::new(Lang::En));
        assert!(svg.contains("height=\"2\"/>"), "{svg}");
    }
}
