//! Places names beside marks so that none covers another name or a mark.

/// Half of a label's height, with a little space.
const HALF: f64 = 9.0;
/// Distance from a mark's middle to its text.
const BESIDE: f64 = 12.0;
/// A label farther from its mark than this is joined to it by a line.
const NEAR: f64 = 24.0;

/// A rectangle: left, top, right, bottom.
type Area = [f64; 4];

/// The areas that are taken, in a picture of this size.
pub(super) struct LabelPlacer {
    across: (f64, f64),
    down: (f64, f64),
    taken: Vec<Area>,
    /// Vertical lines that a label may cross if it must.
    lines: Vec<f64>,
}

/// Where a text begins, at half its height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PlacedLabel {
    pub(super) at: (f64, f64),
    /// Whether it needs a line to its mark.
    pub(super) leader: bool,
}

impl LabelPlacer {
    pub(super) const fn new(across: (f64, f64), down: (f64, f64)) -> LabelPlacer {
        LabelPlacer { across, down, taken: Vec::new(), lines: Vec::new() }
    }

    /// Keeps labels away from this line and its ends.
    pub(super) fn keep_clear(&mut self, from: (f64, f64), to: (f64, f64)) {
        const AIR: f64 = 7.0;
        let (left, right) = (from.0.min(to.0), from.0.max(to.0));
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        self.taken.push([left - AIR, top - AIR, right + AIR, bottom + AIR]);
    }

    /// Adds a vertical line, which labels cross only if there is no other place near.
    pub(super) fn add_line(&mut self, x: f64) {
        self.lines.push(x);
    }

    /// Takes the best free place for a text of this width at a mark.
    pub(super) fn place(&mut self, (x, y): (f64, f64), width: f64) -> PlacedLabel {
        let mut best: Option<(f64, Area)> = None;
        for step in 0..40 {
            let off = f64::from(step) * 6.0;
            for dy in [off, -off] {
                let beside = [(x + BESIDE, y + dy), (x - BESIDE - width, y + dy), (x - width / 2.0, y + dy)];
                for (preference, (left, middle)) in beside.into_iter().enumerate() {
                    let area = [left, middle - HALF, left + width, middle + HALF];
                    let cost = off + preference as f64 * 4.0 + self.cost(area);
                    if best.is_none_or(|(least, _)| cost < least) {
                        best = Some((cost, area));
                    }
                }
            }
        }
        let (_, area) = best.unwrap_or((0.0, [x, y, x, y]));
        self.taken.push(area);
        let at = (area[0], area[1] + HALF);
        let across = (area[0] - x).max(x - area[2]).max(0.0);
        let away = across.hypot((at.1 - y).abs());
        PlacedLabel { at, leader: away > NEAR }
    }

    /// The cost of a place: high where it covers something or leaves the picture, low for crossing
    /// a line.
    fn cost(&self, area: Area) -> f64 {
        let covers = self.taken.iter().filter(|taken| overlaps(**taken, area)).count() as f64 * 1e4;
        let outside = area[0] < self.across.0
            || area[2] > self.across.1
            || area[1] < self.down.0
            || area[3] > self.down.1;
        let lines = self.lines.iter().filter(|x| area[0] < **x && **x < area[2]).count() as f64;
        covers + if outside { 1e6 } else { 0.0 } + lines * 9.0
    }
}

fn overlaps(one: Area, other: Area) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_marks_at_one_place_do_not_touch() {
        let mut labels = LabelPlacer::new((0.0, 1000.0), (0.0, 600.0));
        let marks =
            [(500.0, 300.0), (501.0, 301.0), (500.0, 300.0), (505.0, 299.0), (990.0, 10.0), (5.0, 595.0)];
        for mark in marks {
            labels.keep_clear(mark, mark);
        }
        let marks_only = labels.taken.clone();
        let placed: Vec<(PlacedLabel, f64)> = marks
            .iter()
            .zip([90.0, 60.0, 120.0, 80.0, 70.0, 50.0])
            .map(|(mark, width)| (labels.place(*mark, width), width))
            .collect();
        let area = |(placed, width): &(PlacedLabel, f64)| {
            [placed.at.0, placed.at.1 - HALF, placed.at.0 + width, placed.at.1 + HALF]
        };
        for (index, one) in placed.iter().enumerate() {
            let one = area(one);
            assert!(one[0] >= 0.0 && one[2] <= 1000.0 && one[1] >= 0.0 && one[3] <= 600.0, "{one:?}");
            assert!(!marks_only.iter().any(|mark| overlaps(*mark, one)), "{one:?}");
            for other in &placed[index + 1..] {
                assert!(!overlaps(one, area(other)), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_lone_mark_has_its_name_at_its_right() {
        let mut labels = LabelPlacer::new((0.0, 1000.0), (0.0, 600.0));
        let mark = (500.0, 300.0);
        labels.keep_clear(mark, mark);
        assert_eq!(labels.place(mark, 90.0), PlacedLabel { at: (512.0, 300.0), leader: false });
    }
}
