//! The lecture's claims beside what was measured, in words.

mod reasons;

use crate::{Words, format};
use heaplab_analysis::claims::{ClaimFigure, judge_by_other_quantity, judge_claim};
use heaplab_record::{ClaimMeasurement, ClaimSpec, ClaimVerdict, Language, OtherQuantityVerdict, Run};

/// Judges every claim, each with the section that makes it, and explains the verdicts. `unit` is
/// what the report calls a row; a lesson may have a unit of its own.
pub fn judge_claims(
    specs: &[(String, ClaimSpec)],
    runs: &[Run],
    unit: &str,
    words: &Words,
) -> Vec<ClaimVerdict> {
    let verdict = |(section, spec): &(String, ClaimSpec)| {
        let judged = judge_claim(spec, runs);
        let of_lesson = runs.iter().find(|run| run.section == *section);
        let unit = of_lesson.and_then(|run| run.unit.as_deref()).unwrap_or(unit);
        let other = judge_by_other_quantity(&judged, runs);
        ClaimVerdict {
            section: section.clone(),
            text: words.lang().pick(&spec.text).to_owned(),
            says_bytes: spec.says_bytes,
            says_count: spec.says_count,
            per_row: spec.per_row,
            says_rows: spec.says_rows,
            measured: judged.figures.iter().map(ClaimFigure::to_measurement).collect(),
            holds: judged.holds,
            by_other_quantity: other.as_ref().map(|other| OtherQuantityVerdict {
                metric: other.metric.to_owned(),
                bytes: other.figure.rounded_value(),
                rows: other.figure.rows,
                holds: other.holds,
                is_nearer: other.is_nearer,
            }),
            why: reasons::explain_claim(
                &reasons::ClaimContext { spec, runs, unit, words },
                &judged,
                other.as_ref(),
            ),
        }
    };
    specs.iter().map(verdict).collect()
}

/// The claim's number as a table writes it.
pub(crate) fn format_claimed(claim: &ClaimVerdict) -> String {
    match (claim.says_bytes, claim.says_count) {
        (Some(bytes), _) => format::bytes(bytes),
        (None, Some(count)) => format::count(count),
        (None, None) => String::new(),
    }
}

/// What was measured in a language, as a table writes it.
pub(crate) fn format_measured(claim: &ClaimVerdict, language: Language) -> Option<String> {
    let of: &ClaimMeasurement = claim.measured.iter().find(|measured| measured.language == language)?;
    of.bytes.map(format::signed_bytes).or_else(|| of.count.map(format::signed_count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::ROWS;
    use crate::{Lang, fixture};
    use heaplab_analysis::claims::check_claims;
    use heaplab_record::{Attachment, Cell, ClaimsFile, Figure, HeapRun, Relation};

    fn judge_changed_report(change: impl FnOnce(&mut Vec<Run>)) -> Vec<ClaimVerdict> {
        let mut runs = fixture::runs();
        change(&mut runs);
        judge_claims(&fixture::claim_specs(), &runs, "rows", &Words::new(Lang::En))
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
        let holds: Vec<_> = judge_changed_report(|_| ()).iter().map(|claim| claim.holds).collect();
        // 1.92 GB for 1.1; 8.6 MB for about 30; 8.6 MB for at most 18; 8 bytes for 0; json at half
        // of the rows.
        assert_eq!(holds, [Some(false), Some(false), Some(true), Some(false), None]);
    }

    #[test]
    fn a_claim_is_judged_by_live_heap_as_well() {
        // CPython's list_dict: 1.92 GB resident, where the lecture says 1.1 GB.
        let judged = |live: u64| {
            let claims = judge_changed_report(|runs| {
                let run = python(runs, "list_dict");
                run.heap = Some(HeapRun { rows: ROWS, peak_bytes: live, ..HeapRun::default() });
            });
            claims.into_iter().next().expect("the fixture has claims")
        };
        let near = judged(1_200_000_000);
        let other = near.by_other_quantity.as_ref().expect("it has live bytes");
        assert_eq!(
            (other.metric.as_str(), other.bytes, other.holds),
            ("peak_bytes", 1_200_000_000, Some(true))
        );
        assert_eq!((near.holds, other.is_nearer), (Some(false), true));
        assert!(near.why.contains("nearer to peak live heap"), "{}", near.why);
        let far = judged(3_000_000_000);
        let other = far.by_other_quantity.as_ref().expect("it has live bytes");
        assert_eq!((other.holds, other.is_nearer), (Some(false), false));
        assert!(far.why.contains("the verdict is the same"), "{}", far.why);
        let none = judge_changed_report(|_| ());
        assert_eq!(none[0].by_other_quantity, None, "the fixture's scripts have no heap figures");
    }

    #[test]
    fn heap_figures_of_fewer_rows_do_not_decide_a_claim() {
        let claims = judge_changed_report(|runs| {
            let run = python(runs, "list_dict");
            run.heap = Some(HeapRun { rows: ROWS / 10, peak_bytes: 120_000_000, ..HeapRun::default() });
        });
        let other = claims[0].by_other_quantity.as_ref().expect("it has live bytes");
        assert_eq!((other.rows, other.holds), (ROWS / 10, None));
        assert_eq!(claims[0].holds, Some(false));
    }

    #[test]
    fn about_is_a_quarter_either_way() {
        for (bytes, holds) in
            [(1_375_000_000, true), (1_375_000_001, false), (825_000_000, true), (824_999_999, false)]
        {
            let claims = judge_changed_report(|runs| set_rss(python(runs, "list_dict"), bytes));
            assert_eq!(claims[0].holds, Some(holds), "{bytes}");
        }
    }

    #[test]
    fn a_claim_of_nothing_holds_below_half_a_byte_a_row() {
        let slots_list = 1_460_000_000;
        for (more, holds, rounded) in [(4_999_999, true, 0), (5_000_000, false, 1), (80_000_000, false, 8)] {
            let claims = judge_changed_report(|runs| set_rss(python(runs, "slots_by"), slots_list + more));
            assert_eq!(
                (claims[3].holds, claims[3].measured[0].bytes),
                (Some(holds), Some(rounded)),
                "{more}"
            );
        }
        let less = judge_changed_report(|runs| set_rss(python(runs, "slots_by"), slots_list - 80_000_000));
        assert_eq!((less[3].holds, less[3].measured[0].bytes), (Some(false), Some(-8)));
    }

    #[test]
    fn what_cannot_be_judged_says_why() {
        let claims = judge_changed_report(|runs| runs.retain(|run| run.language == Language::Rust));
        assert_eq!(claims[0].holds, None);
        assert_eq!(claims[0].measured.len(), 1, "Rust's side stays");
        assert!(claims[0].why.contains("CPython list_dict"), "{}", claims[0].why);
        let json = &judge_changed_report(|_| ())[4];
        assert!(json.why.contains("10,000,000") && json.why.contains("5,000,000"), "{}", json.why);
        // Subtracting runs of different sizes would say nothing.
        let claims = judge_changed_report(|runs| python(runs, "slots_list").rows = 7);
        assert_eq!(claims[3].holds, None);
    }

    #[test]
    fn an_unknown_metric_is_not_measured() {
        let mut specs = fixture::claim_specs();
        for measure in &mut specs[0].1.measured {
            measure.metric = "wall_ns".to_owned();
        }
        let claim = &judge_claims(&specs, &fixture::runs(), "rows", &Words::new(Lang::En))[0];
        assert!(claim.holds.is_none() && claim.measured.is_empty());
    }

    /// The fixture's first claim, of a count that the Rust variant `leak` hands over, at any scale.
    fn count_claim(says: u64) -> ClaimSpec {
        let (_, mut spec) = fixture::claim_specs().remove(0);
        (spec.says_bytes, spec.says_count, spec.says_rows) = (None, Some(says), 0);
        spec.judged_by = Language::Rust;
        spec.measured.truncate(1);
        spec.measured[0].language = Language::Rust;
        spec.measured[0].variant = "leak".to_owned();
        spec.measured[0].metric = "figure:strong".to_owned();
        spec
    }

    /// A run that hands over one figure.
    fn handing(value: Cell) -> Run {
        let title = fixture::text("strong count", "强引用计数");
        let figure = Figure { name: "strong".to_owned(), title, value };
        Run { attachments: vec![Attachment::Figure(figure)], ..fixture::bare("8.1", "leak") }
    }

    fn of_count(spec: ClaimSpec, value: Cell, lang: Lang) -> ClaimVerdict {
        judge_claims(&[("8.1".to_owned(), spec)], &[handing(value)], "calls", &Words::new(lang)).remove(0)
    }

    #[test]
    fn a_count_is_held_against_a_figure() {
        for (value, holds) in [(2, true), (3, false)] {
            let claim = of_count(count_claim(2), Cell::Count(value), Lang::En);
            assert_eq!(claim.holds, Some(holds));
            assert_eq!((claim.measured[0].count, claim.measured[0].bytes), (Some(value as i64), None));
            assert!(claim.why.contains(&format!("strong count: {value}")), "{}", claim.why);
        }
        let zh = of_count(count_claim(2), Cell::Count(3), Lang::Zh);
        assert!(zh.why.contains("强引用计数：3") && zh.why.contains("课上说的却是 2"), "{}", zh.why);
        let exactly = |value| {
            let spec = ClaimSpec { relation: Relation::Exactly, ..count_claim(700) };
            of_count(spec, Cell::Count(value), Lang::En).holds
        };
        assert_eq!((exactly(700), exactly(699)), (Some(true), Some(false)));
    }

    #[test]
    fn keys_of_a_count_and_of_bytes() {
        let json = serde_json::to_value(of_count(count_claim(2), Cell::Count(2), Lang::En)).unwrap();
        assert_eq!((&json["says_count"], &json["measured"][0]["count"]), (&2.into(), &2.into()));
        assert!(json.get("says_bytes").is_none() && json["measured"][0].get("bytes").is_none(), "{json}");
        let json = serde_json::to_value(&judge_changed_report(|_| ())[0]).unwrap();
        assert_eq!((&json["says_bytes"], &json["says_rows"]), (&1_100_000_000.into(), &ROWS.into()));
        assert!(json.get("says_count").is_none() && json["measured"][0]["bytes"].is_i64(), "{json}");
    }

    #[test]
    fn a_figure_of_another_kind_is_not_measured() {
        let claim = of_count(count_claim(2), Cell::Bytes(2), Lang::En);
        assert!(claim.holds.is_none() && claim.why.contains("strong count"), "{}", claim.why);
        let bytes = ClaimSpec { says_bytes: Some(2), says_count: None, ..count_claim(0) };
        assert_eq!(of_count(bytes, Cell::Bytes(2), Lang::En).holds, Some(true));
    }

    #[test]
    fn a_share_is_of_the_reports_own_unit() {
        let spec = ClaimSpec { per_row: true, ..count_claim(2) };
        for (lang, each) in [(Lang::En, "2.00 per call"), (Lang::Zh, "每次调用 2.00")] {
            let claim = of_count(spec.clone(), Cell::Count(2 * ROWS), lang);
            assert!(claim.why.contains(each), "{}", claim.why);
        }
    }

    #[test]
    fn a_claim_says_one_number() {
        let checked = |spec: ClaimSpec| {
            check_claims(&ClaimsFile { claim: vec![spec], ..ClaimsFile::default() })
                .map_err(|wrong| wrong.to_string())
        };
        assert_eq!(checked(count_claim(2)), Ok(()));
        assert!(fixture::claim_specs().into_iter().all(|(_, spec)| checked(spec).is_ok()));
        let both = checked(ClaimSpec { says_bytes: Some(1), ..count_claim(2) }).unwrap_err();
        assert!(both.contains("1.1 GB") && both.contains("both says_bytes and says_count"), "{both}");
        let none = checked(ClaimSpec { says_count: None, ..count_claim(2) }).unwrap_err();
        assert!(none.contains("write says_bytes or says_count"), "{none}");
        let mut spec = count_claim(2);
        spec.measured[0].metric = "peak_bytes".to_owned();
        assert!(checked(spec).unwrap_err().contains("peak_bytes is bytes"));
        let mut spec = count_claim(2);
        spec.measured[0].metric = "figure:".to_owned();
        assert!(checked(spec).unwrap_err().contains("figure:NAME"));
    }
}
