//! What heaplab found besides the lecture's claims, in words.

use crate::{Words, format, prose};
use heaplab_analysis::findings::{is_shown, read_finding};
use heaplab_record::{Cell, FindingSpec, FindingVerdict, Run};

/// Reads the figure of every finding, each with the section that states it.
pub fn judge_findings(specs: &[(String, FindingSpec)], runs: &[Run], words: &Words) -> Vec<FindingVerdict> {
    let verdict = |(section, spec): &(String, FindingSpec)| {
        let read = read_finding(spec, runs);
        let shown = read.and_then(|(_, figure)| is_shown(spec, figure));
        let (bytes, count) = match read.map(|(_, figure)| &figure.value) {
            Some(Cell::Bytes(bytes)) => (Some(*bytes), None),
            Some(Cell::Count(count)) => (None, Some(*count)),
            _ => (None, None),
        };
        let who = prose::variant_name(spec.language, &spec.variant, words);
        let what = read.map(|(_, figure)| words.lang().pick(&figure.title)).unwrap_or_default();
        let key = match shown {
            Some(true) => "finding-shown",
            Some(false) => "finding-not-shown",
            None => "finding-not-measured",
        };
        let value = bytes.map(format::bytes).or_else(|| count.map(format::count)).unwrap_or_default();
        FindingVerdict {
            section: section.clone(),
            text: words.lang().pick(&spec.text).to_owned(),
            language: spec.language,
            variant: spec.variant.clone(),
            figure: spec.figure.clone(),
            bytes,
            count,
            shown,
            why: words.say(key, &[("who", &who), ("what", what), ("value", &value)]),
        }
    };
    specs.iter().map(verdict).collect()
}

/// The sign before a finding.
pub(crate) fn finding_sign(finding: &FindingVerdict) -> &'static str {
    match finding.shown {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "–",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    #[test]
    fn the_sentence_has_the_runs_figure() {
        let specs = fixture::finding_specs();
        for (lang, shown, missing) in [
            (Lang::En, "CPython list_dict, pages of the file that are resident: 98.3 MB.", "Not measured"),
            (Lang::Zh, "CPython 的 list_dict，常驻内存的文件页：98.3 MB。", "没有测到"),
        ] {
            let words = Words::new(lang);
            let judged = judge_findings(&specs, &fixture::with_finding_figure(fixture::runs()), &words);
            assert_eq!((judged[0].why.as_str(), judged[0].shown), (shown, Some(true)));
            assert_eq!((judged[0].bytes, judged[0].count), (Some(98_304_000), None));
            assert!(judged[1].why.contains(missing) && judged[1].shown.is_none(), "{}", judged[1].why);
        }
        let mut never = specs;
        never[0].1.more_than = Some(u64::MAX);
        let judged =
            judge_findings(&never, &fixture::with_finding_figure(fixture::runs()), &Words::new(Lang::En));
        assert_eq!(judged[0].shown, Some(false));
        assert!(judged[0].why.ends_with("98.3 MB: this run does not show it."), "{}", judged[0].why);
    }
}
