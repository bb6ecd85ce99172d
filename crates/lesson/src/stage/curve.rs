//! Live bytes over the work done as text: a filled curve of braille dots, two across and four down
//! in each character, or of `#` where the terminal has no UTF-8.

use std::iter;

/// Characters down.
pub(super) const ROWS: usize = 8;
/// Characters across.
const COLUMNS: usize = 60;

/// The samples of one curve.
pub struct LiveCurve {
    samples: Vec<u64>,
    /// How many samples the curve will have.
    expected: usize,
    /// The top of an earlier curve's axis, below which this one does not go.
    fixed_top_bytes: Option<u64>,
}

impl LiveCurve {
    /// A curve of `expected` samples. `fixed_top_bytes` is the top of an earlier curve's axis, so
    /// that both are drawn to one scale.
    pub fn new(expected: u64, fixed_top_bytes: Option<u64>) -> LiveCurve {
        let expected = usize::try_from(expected).unwrap_or(1).max(1);
        LiveCurve { samples: Vec::with_capacity(expected), expected, fixed_top_bytes }
    }

    /// Adds a sample.
    pub fn add_sample(&mut self, live_bytes: u64) {
        self.samples.push(live_bytes);
    }

    /// Where the axis ends: a small number times a power of ten, not below any sample.
    pub fn top_bytes(&self) -> u64 {
        let most = self.samples.iter().copied().max().unwrap_or(0);
        let decades = iter::successors(Some(1_000_u64), |top| top.checked_mul(10));
        let round =
            decades.flat_map(|top| [1, 2, 3, 4, 5, 6, 8].map(|part| top * part)).find(|top| *top >= most);
        self.fixed_top_bytes.unwrap_or(0).max(round.unwrap_or(most))
    }

    /// The picture, the top line first, all lines of the same width.
    pub(super) fn render_lines(&self, utf8: bool) -> Vec<String> {
        let (across, down) = if utf8 { (2, 4) } else { (1, 1) };
        let heights: Vec<usize> =
            (0..COLUMNS * across).map(|dot| self.dot_height(dot, COLUMNS * across, ROWS * down)).collect();
        let line = |row: usize| (0..COLUMNS).map(|column| render_cell(&heights, row, column, utf8)).collect();
        (0..ROWS).map(line).collect()
    }

    /// How many dots are filled in a column of dots: none where there is no sample yet, at least
    /// one where bytes are live.
    fn dot_height(&self, dot: usize, dots: usize, most: usize) -> usize {
        let sample = self.samples.get(dot * self.expected / dots).copied().unwrap_or(0);
        let share = sample as f64 / self.top_bytes().max(1) as f64;
        let height = (share * most as f64).round() as usize;
        if sample > 0 { height.clamp(1, most) } else { 0 }
    }
}

/// The bits of a braille character's dots, by column and from the bottom up (Unicode, block
/// U+2800).
const DOTS: [[u32; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

fn render_cell(heights: &[usize], row: usize, column: usize, utf8: bool) -> char {
    let below = ROWS - 1 - row;
    if !utf8 {
        return if heights.get(column).is_some_and(|height| *height > below) { '#' } else { ' ' };
    }
    let mut bits = 0;
    for (side, dots) in DOTS.iter().enumerate() {
        let height = heights.get(column * 2 + side).copied().unwrap_or(0);
        bits |= dots.iter().take(height.saturating_sub(below * 4)).sum::<u32>();
    }
    char::from_u32(0x2800 + bits).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(samples: impl IntoIterator<Item = u64>, expected: u64) -> LiveCurve {
        let mut curve = LiveCurve::new(expected, None);
        samples.into_iter().for_each(|sample| curve.add_sample(sample));
        curve
    }

    #[test]
    fn what_climbs_fills_the_corner_and_what_is_flat_a_line() {
        let climbing = curve((1..=120).map(|step| step * 1_000_000 / 120), 120).render_lines(true);
        assert!(climbing[0].ends_with('⣿') && climbing[0].starts_with('⠀'), "{climbing:#?}");
        assert!(climbing[ROWS - 1].ends_with('⣿'));
        let mut flat = LiveCurve::new(120, Some(1_000_000));
        (0..120).for_each(|_| flat.add_sample(1_500));
        let flat = flat.render_lines(true);
        assert!(flat[ROWS - 1].chars().all(|cell| cell == '⣀'), "{flat:#?}");
        assert!(flat[..ROWS - 1].iter().all(|line| line.chars().all(|cell| cell == '⠀')));
    }

    #[test]
    fn what_has_not_been_sampled_is_empty() {
        let half = curve([1_000; 60], 120).render_lines(false);
        assert_eq!(half[ROWS - 1], format!("{}{}", "#".repeat(COLUMNS / 2), " ".repeat(COLUMNS / 2)));
        assert!(curve([], 10).render_lines(true).iter().all(|line| line.chars().all(|cell| cell == '⠀')));
    }

    #[test]
    fn an_axis_ends_at_a_round_figure() {
        assert_eq!(curve([1_001], 1).top_bytes(), 2_000);
        assert_eq!(curve([21_600_000], 1).top_bytes(), 30_000_000);
        assert_eq!(curve([], 1).top_bytes(), 1_000);
    }
}
