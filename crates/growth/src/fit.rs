//! Lines through measured points, and how sure they are.

/// A straight line's slope, with an interval that it lies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// What y rises by for each one of x.
    pub per_one: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

/// The median of the slopes of all pairs of points: Theil, "A rank-invariant method of linear and polynomial regression
/// analysis" (1950); Sen, "Estimates of the regression coefficient based on Kendall's tau" (JASA 63, 1968).
///
/// A third of the points may be anything without moving it far. The interval is Sen's, at 95 %, by the normal approximation;
/// of fewer than six points it is the range of all pairs. Nothing where no two points have different x.
pub fn theil_sen(points: &[(f64, f64)]) -> Option<Slope> {
    let mut slopes: Vec<f64> = pairs(points)
        .filter(|(left, right)| right.0 != left.0)
        .map(|(l, r)| (r.1 - l.1) / (r.0 - l.0))
        .collect();
    slopes.sort_by(f64::total_cmp);
    let (first, last) = (*slopes.first()?, *slopes.last()?);
    let per_one = median(&slopes);
    if points.len() < 6 {
        return Some(Slope { per_one, low: first, high: last });
    }
    let count = points.len() as f64;
    let spread = 1.96 * (count * (count - 1.0) * (2.0 * count + 5.0) / 18.0).sqrt();
    let rank = |rank: f64| slopes[(rank.max(0.0) as usize).min(slopes.len() - 1)];
    let pairs = slopes.len() as f64;
    Some(Slope { per_one, low: rank((pairs - spread) / 2.0), high: rank((pairs + spread) / 2.0) })
}

/// Kendall's tau-a: the share of pairs that rise with x less the share that fall, from -1 to 1 (Kendall, "A new measure of
/// rank correlation", 1938). 0 where there is no pair of different x.
pub fn kendall_tau(points: &[(f64, f64)]) -> f64 {
    let ordered = pairs(points).filter(|(left, right)| right.0 != left.0);
    let (sum, count) = ordered.fold((0.0, 0.0), |(sum, count), (left, right)| {
        let rise = (right.1 - left.1) * (right.0 - left.0);
        let sign = if rise == 0.0 { 0.0 } else { rise.signum() };
        (sum + sign, count + 1.0)
    });
    if count == 0.0 { 0.0 } else { sum / count }
}

/// The least-squares line (Legendre, 1805): its slope and its value at x = 0. Nothing where no two points have different x.
pub fn least_squares(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let count = points.len() as f64;
    let mean_x = points.iter().map(|point| point.0).sum::<f64>() / count;
    let mean_y = points.iter().map(|point| point.1).sum::<f64>() / count;
    let spread: f64 = points.iter().map(|point| (point.0 - mean_x).powi(2)).sum();
    let together: f64 = points.iter().map(|point| (point.0 - mean_x) * (point.1 - mean_y)).sum();
    // No point makes NaN, one x makes 0.
    (spread > 0.0).then(|| (together / spread, mean_y - together / spread * mean_x))
}

/// How a quantity grew from one scale to a larger one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrowthRatio {
    /// How many times more work the larger scale is: 4 for N and 4N.
    pub times: f64,
    /// How many times more the quantity was there: 1 for what does not grow, `times` for what is linear.
    pub factor: f64,
    /// The exponent a in quantity ~ work^a: ln factor / ln times.
    pub exponent: f64,
}

/// How a quantity grew between two scales, each of them (work, quantity). Nothing where the work is the same, or one of the
/// figures is 0: nothing is a multiple of nothing.
pub fn growth_ratio(small: (u64, u64), large: (u64, u64)) -> Option<GrowthRatio> {
    let (small, large) = if small.0 <= large.0 { (small, large) } else { (large, small) };
    if small.0 == large.0 || [small.0, small.1, large.1].contains(&0) {
        return None;
    }
    let times = large.0 as f64 / small.0 as f64;
    let factor = large.1 as f64 / small.1 as f64;
    Some(GrowthRatio { times, factor, exponent: factor.ln() / times.ln() })
}

/// The middle of what is sorted; the mean of the two middle ones of an even number; 0 of none.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.get(middle) {
        None => 0.0,
        Some(&upper) if sorted.len() % 2 == 1 => upper,
        Some(&upper) => (sorted[middle - 1] + upper) / 2.0,
    }
}

fn pairs(points: &[(f64, f64)]) -> impl Iterator<Item = ((f64, f64), (f64, f64))> {
    points
        .iter()
        .enumerate()
        .flat_map(|(place, &left)| points[place + 1..].iter().map(move |&right| (left, right)))
}

#[cfg(test)]
mod tests;
