//! Slopes through measured points, with intervals.

use crate::statistics::median;
use heaplab_record::FittedSlope;

/// The median of the slopes of all pairs of points: Theil, "A rank-invariant method of linear and
/// polynomial regression analysis" (1950); Sen, "Estimates of the regression coefficient based on
/// Kendall's tau" (JASA 63, 1968).
///
/// A quarter of the points may be arbitrary without moving it far. The interval is Sen's, at 95 %,
/// by the normal approximation; for fewer than six points it is the range of all pairs. `None` if
/// no two points differ in x.
pub(crate) fn theil_sen(points: &[(f64, f64)]) -> Option<FittedSlope> {
    let mut slopes: Vec<f64> = pairs(points)
        .filter(|(left, right)| right.0 != left.0)
        .map(|(l, r)| (r.1 - l.1) / (r.0 - l.0))
        .collect();
    slopes.sort_by(f64::total_cmp);
    let (first, last) = (*slopes.first()?, *slopes.last()?);
    let median = median(&slopes)?;
    if points.len() < 6 {
        return Some(FittedSlope { bytes_each: median, low: first, high: last });
    }
    let count = points.len() as f64;
    let spread = 1.96 * (count * (count - 1.0) * (2.0 * count + 5.0) / 18.0).sqrt();
    let rank = |rank: f64| slopes[(rank.max(0.0) as usize).min(slopes.len() - 1)];
    let pairs = slopes.len() as f64;
    Some(FittedSlope {
        bytes_each: median,
        low: rank((pairs - spread) / 2.0),
        high: rank((pairs + spread) / 2.0),
    })
}

/// Kendall's tau-a: the share of pairs that rise with x minus the share that fall, from -1 to 1
/// (Kendall, "A new measure of rank correlation", 1938). 0 if no two points differ in x.
pub(crate) fn kendall_tau(points: &[(f64, f64)]) -> f64 {
    let ordered = pairs(points).filter(|(left, right)| right.0 != left.0);
    let (sum, count) = ordered.fold((0.0, 0.0), |(sum, count), (left, right)| {
        let rise = (right.1 - left.1) * (right.0 - left.0);
        let sign = if rise == 0.0 { 0.0 } else { rise.signum() };
        (sum + sign, count + 1.0)
    });
    if count == 0.0 { 0.0 } else { sum / count }
}

fn pairs(points: &[(f64, f64)]) -> impl Iterator<Item = ((f64, f64), (f64, f64))> {
    points
        .iter()
        .enumerate()
        .flat_map(|(place, &left)| points[place + 1..].iter().map(move |&right| (left, right)))
}

#[cfg(test)]
mod tests;
