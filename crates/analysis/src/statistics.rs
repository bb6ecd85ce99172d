//! Medians and spreads of repeated measurements.

use heaplab_record::ExpectedFigure;

/// The median; the mean of the two middle figures where their number is even. `None` for none.
pub fn median(figures: &[f64]) -> Option<f64> {
    compute_spread(figures).map(|(_, median, _)| median)
}

/// The median of whole figures, such as nanoseconds or bytes.
pub fn median_of_counts(figures: &[u64]) -> Option<f64> {
    median(&figures.iter().map(|&figure| figure as f64).collect::<Vec<_>>())
}

/// The least figure, the median and the largest; `None` for none.
pub fn compute_spread(figures: &[f64]) -> Option<(f64, f64, f64)> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (least, most) = (*sorted.first()?, *sorted.last()?);
    let middle = sorted.len() / 2;
    let is_even = sorted.len().is_multiple_of(2);
    let median = if is_even { f64::midpoint(sorted[middle - 1], sorted[middle]) } else { sorted[middle] };
    Some((least, median, most))
}

/// Whether the median is as expected; `None` where nothing was expected or measured.
pub fn meets_limit(figures: &[f64], expected: Option<ExpectedFigure>) -> Option<bool> {
    let median = median(figures)?;
    Some(match expected? {
        ExpectedFigure::AtMost(limit) => median <= limit,
        ExpectedFigure::Below(limit) => median < limit,
        ExpectedFigure::AtLeast(limit) => median >= limit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_judged() {
        assert_eq!(compute_spread(&[1.5, 9.0, 1.4]), Some((1.4, 1.5, 9.0)));
        assert_eq!(compute_spread(&[1.0, 2.0]), Some((1.0, 1.5, 2.0)));
        assert_eq!(compute_spread(&[]), None);
        assert_eq!(meets_limit(&[1.5, 9.0, 1.4], Some(ExpectedFigure::AtMost(1.8))), Some(true));
        assert_eq!(meets_limit(&[1.5, 9.0, 1.4], Some(ExpectedFigure::AtLeast(1.8))), Some(false));
        assert_eq!(meets_limit(&[], Some(ExpectedFigure::AtLeast(1.8))), None);
        assert_eq!(median_of_counts(&[4, 1, 2]), Some(2.0));
        assert_eq!(median_of_counts(&[4, 1]), Some(2.5));
    }
}
