//! How often cases at some distance from every threshold were judged right.
//!
//! Counted over the answers other than *unknown* for the tuning cases and the borderline cases with
//! seed 1; the test counts again over cases that neither the thresholds nor these figures were
//! chosen on.

/// (Margins below this, share right) with checkpoints: 23 of 39, and 404 of 414.
const SHARE_RIGHT_WITH_CHECKPOINTS: [(f64, f64); 2] = [(0.6, 0.59), (f64::INFINITY, 0.976)];
/// The same by the ends of three runs alone: 43 of 62, 98 of 122 and 259 of 273.
const SHARE_RIGHT_FROM_ENDS: [(f64, f64); 3] = [(0.6, 0.69), (0.9, 0.8), (f64::INFINITY, 0.949)];

/// The share of the cases with about this margin that were judged right, from 0 to 1.
pub(crate) fn confidence_at_margin(margin: f64, has_checkpoints: bool) -> f64 {
    let bands: &[(f64, f64)] =
        if has_checkpoints { &SHARE_RIGHT_WITH_CHECKPOINTS } else { &SHARE_RIGHT_FROM_ENDS };
    bands.iter().find(|(below, _)| margin < *below).map_or(0.0, |(_, share)| *share)
}

#[cfg(test)]
mod tests {
    use crate::growth::classify;
    use crate::growth::simulation::{borderline_cases, held_out_cases_with_seed};
    use heaplab_record::GrowthClass;
    use std::collections::BTreeMap;

    #[test]
    fn as_many_are_right_as_the_answer_is_sure() {
        for marked in [true, false] {
            let mut said: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
            for mut case in held_out_cases_with_seed(2).into_iter().chain(borderline_cases(2)) {
                if !marked {
                    case.site.runs.iter_mut().for_each(|run| run.checkpoints.clear());
                }
                let verdict = classify(&case.site);
                if verdict.class != GrowthClass::Unknown {
                    let counts = said.entry((verdict.confidence * 1000.0) as u64).or_default();
                    counts.0 += usize::from(verdict.class == case.class);
                    counts.1 += 1;
                }
            }
            assert!(said.len() >= 2, "{said:?}");
            for (per_mille, &(right, all)) in &said {
                let off = right as f64 / all as f64 - *per_mille as f64 / 1000.0;
                // Two standard errors of a share of forty cases are 0.16.
                assert!(
                    off.abs() <= 0.16 && all >= 20,
                    "marked {marked}, sure {per_mille}: {right} of {all}"
                );
            }
        }
    }
}
