//! The lecture's sentences beside what was measured.

mod why;

use crate::Words;
use heaplab_record::{ClaimSpec, ClaimVerdict, Language, MeasureSpec, MeasuredBytes, Relation, Run};

/// Judges every claim; each comes with the section that makes it. A claim is judged on the measure of its `judged_by` and
/// only at its own rows, else `holds` is `None`. `why` is computed from the measured fields.
pub fn judge(specs: &[(String, ClaimSpec)], runs: &[Run], words: &Words) -> Vec<ClaimVerdict> {
    specs
        .iter()
        .map(|(section, spec)| {
            let figures: Vec<Figure> = spec.measured.iter().filter_map(|of| read(of, spec, runs)).collect();
            let decisive = figures.iter().find(|figure| figure.measure.language == spec.judged_by);
            let judged = decisive.filter(|figure| figure.run.rows == spec.says_rows);
            ClaimVerdict {
                section: section.clone(),
                text: words.lang().of(&spec.text).to_owned(),
                says_bytes: spec.says_bytes,
                per_row: spec.per_row,
                says_rows: spec.says_rows,
                measured: figures.iter().map(Figure::measured).collect(),
                holds: judged.map(|figure| figure.stands(spec)),
                why: why::sentences(spec, &figures, decisive, runs, words),
            }
        })
        .collect()
}

/// A figure read from the runs.
struct Figure<'a> {
    measure: &'a MeasureSpec,
    run: &'a Run,
    /// Over all rows; negative only for a difference.
    bytes: i128,
    /// The rows that it is divided by, or 1.
    shares: u64,
}

impl Figure<'_> {
    fn measured(&self) -> MeasuredBytes {
        MeasuredBytes {
            language: self.measure.language,
            variant: self.measure.variant.clone(),
            metric: self.measure.metric.clone(),
            bytes: self.rounded(),
            rows: self.run.rows,
        }
    }

    /// The nearest whole byte; a half goes away from 0.
    fn rounded(&self) -> i64 {
        let shares = i128::from(self.shares);
        let half = self.bytes.signum() * (shares / 2);
        i64::try_from((self.bytes + half) / shares).unwrap_or(i64::MAX)
    }

    /// In whole numbers, before any rounding: `bytes / shares` against `says_bytes`.
    fn stands(&self, spec: &ClaimSpec) -> bool {
        let shares = i128::from(self.shares);
        let says = i128::from(spec.says_bytes) * shares;
        match spec.relation {
            Relation::AtMost => self.bytes <= says,
            Relation::About if says == 0 => 2 * self.bytes.abs() < shares,
            Relation::About => 4 * (self.bytes - says).abs() <= says,
        }
    }
}

/// `None` where a part of it was not measured, or where two variants that are to be subtracted ran at different rows.
fn read<'a>(measure: &'a MeasureSpec, spec: &ClaimSpec, runs: &'a [Run]) -> Option<Figure<'a>> {
    let run = find(runs, measure.language, &measure.variant)?;
    let mut bytes = i128::from(metric(run, &measure.metric)?);
    if let Some(minus) = &measure.minus {
        let minus = find(runs, measure.language, minus).filter(|minus| minus.rows == run.rows)?;
        bytes -= i128::from(metric(minus, &measure.metric)?);
    }
    let shares = if spec.per_row { run.rows } else { 1 };
    (shares > 0).then_some(Figure { measure, run, bytes, shares })
}

fn find<'a>(runs: &'a [Run], language: Language, variant: &str) -> Option<&'a Run> {
    runs.iter().find(|run| run.language == language && run.variant == variant)
}

fn metric(run: &Run, name: &str) -> Option<u64> {
    match name {
        "peak_rss_bytes" => run.plain.as_ref()?.peak_rss_bytes,
        "peak_bytes" => Some(run.heap.as_ref()?.peak_bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn judged(change: impl FnOnce(&mut Vec<Run>)) -> Vec<ClaimVerdict> {
        let mut runs = fixture::runs();
        change(&mut runs);
        judge(&fixture::claim_specs(), &runs, &Words::new(Lang::En))
    }

    fn python<'a>(runs: &'a mut [Run], variant: &str) -> &'a mut Run {
        runs.iter_mut()
            .find(|run| run.variant == variant && run.language == Language::Python)
            .expect("in the fixture")
    }

    fn set_rss(run: &mut Run, bytes: u64) {
        run.plain.as_mut().expect("python has plain").peak_rss_bytes = Some(bytes);
    }

    #[test]
    fn verdicts_of_the_fixture() {
        let holds: Vec<_> = judged(|_| ()).iter().map(|claim| claim.holds).collect();
        // 1.92 GB for 1.1; 8.6 MB for about 30; 8.6 MB for at most 18; 8 bytes for 0; json at half of the rows.
        assert_eq!(holds, [Some(false), Some(false), Some(true), Some(false), None]);
    }

    #[test]
    fn about_is_a_quarter_either_way() {
        for (bytes, holds) in
            [(1_375_000_000, true), (1_375_000_001, false), (825_000_000, true), (824_999_999, false)]
        {
            let claims = judged(|runs| set_rss(python(runs, "list_dict"), bytes));
            assert_eq!(claims[0].holds, Some(holds), "{bytes}");
        }
    }

    #[test]
    fn a_claim_of_nothing_holds_below_half_a_byte_a_row() {
        let slots_list = 1_460_000_000;
        for (more, holds, rounded) in [(4_999_999, true, 0), (5_000_000, false, 1), (80_000_000, false, 8)] {
            let claims = judged(|runs| set_rss(python(runs, "slots_by"), slots_list + more));
            assert_eq!((claims[3].holds, claims[3].measured[0].bytes), (Some(holds), rounded), "{more}");
        }
        let less = judged(|runs| set_rss(python(runs, "slots_by"), slots_list - 80_000_000));
        assert_eq!((less[3].holds, less[3].measured[0].bytes), (Some(false), -8));
    }

    #[test]
    fn what_cannot_be_judged_says_why() {
        let claims = judged(|runs| runs.retain(|run| run.language == Language::Rust));
        assert_eq!(claims[0].holds, None);
        assert_eq!(claims[0].measured.len(), 1, "Rust's side stays");
        assert!(claims[0].why.contains("CPython list_dict"), "{}", claims[0].why);
        let json = &judged(|_| ())[4];
        assert!(json.why.contains("10,000,000") && json.why.contains("5,000,000"), "{}", json.why);
        // Subtracting runs of different sizes would say nothing.
        let claims = judged(|runs| python(runs, "slots_list").rows = 7);
        assert_eq!(claims[3].holds, None);
    }

    #[test]
    fn an_unknown_metric_is_not_measured() {
        let mut specs = fixture::claim_specs();
        for measure in &mut specs[0].1.measured {
            measure.metric = "wall_ns".to_owned();
        }
        let claim = &judge(&specs, &fixture::runs(), &Words::new(Lang::En))[0];
        assert!(claim.holds.is_none() && claim.measured.is_empty());
    }
}
