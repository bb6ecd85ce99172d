//! Lines whose answer is known, and what must not change them.

use super::*;
use proptest::prelude::*;

#[test]
fn one_wild_point_does_not_move_the_median_of_slopes() {
    let mut points: Vec<(f64, f64)> = (0..20).map(|x| (f64::from(x), 5.0 + 3.0 * f64::from(x))).collect();
    points[19].1 = 10_000.0;
    let slope = theil_sen(&points).unwrap();
    assert_eq!(slope.bytes_each, 3.0);
    assert!(slope.low <= 3.0 && slope.high < 10.0, "{slope:?}");
}

#[test]
fn the_slope_of_sens_own_example() {
    // Sen (1968): the median slope is 4, between 3.71 and 4.38.
    let points =
        [(1.0, 9.0), (2.0, 15.0), (3.0, 19.0), (4.0, 20.0), (10.0, 45.0), (12.0, 55.0), (18.0, 78.0)];
    let slope = theil_sen(&points).unwrap();
    assert_eq!(slope.bytes_each, 4.0);
    assert!((slope.low - 3.71).abs() < 0.006 && (slope.high - 4.38).abs() < 0.006, "{slope:?}");
}

#[test]
fn no_line_goes_through_less_than_two_places() {
    for points in [&[][..], &[(1.0, 2.0)], &[(1.0, 2.0), (1.0, 3.0)]] {
        assert_eq!(theil_sen(points), None);
        assert_eq!(kendall_tau(points), 0.0);
    }
}

proptest! {
    #[test]
    fn order_does_not_matter_and_units_carry_over(
        points in prop::collection::vec((0_u32..1000, 0_u32..1000), 2..30), factor in 1_u32..64
    ) {
        let points: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).collect();
        let turned: Vec<(f64, f64)> = points.iter().rev().copied().collect();
        prop_assert_eq!(theil_sen(&points), theil_sen(&turned));
        prop_assert_eq!(kendall_tau(&points), kendall_tau(&turned));
        let factor = f64::from(factor);
        let larger: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x, y * factor)).collect();
        prop_assert_eq!(kendall_tau(&points), kendall_tau(&larger));
        if let (Some(slope), Some(scaled)) = (theil_sen(&points), theil_sen(&larger)) {
            prop_assert!((slope.bytes_each * factor - scaled.bytes_each).abs() < 1e-9 * factor);
            prop_assert!(slope.low <= slope.bytes_each && slope.bytes_each <= slope.high);
        }
    }
}
