//! The sentences under a verdict. Each is chosen and filled by measured figures, none by the name of a claim.

use super::{Figure, find, metric};
use crate::{Words, figures, format, prose};
use heaplab_record::{ClaimSpec, Language, PlainRun, Relation, Run};

/// From here on, what a process holds before its first row is most of its peak.
const MOSTLY_STARTUP: f64 = 0.5;

/// The verdict's reason, then what a row costs, then how the other language stands.
pub(super) fn sentences(
    spec: &ClaimSpec,
    figures: &[Figure],
    decisive: Option<&Figure>,
    runs: &[Run],
    words: &Words,
) -> String {
    let mut said = Vec::new();
    match decisive {
        None => said.push(missing(spec, runs, words)),
        Some(figure) if figure.run.rows != spec.says_rows => said.push(other_rows(spec, figure, words)),
        Some(figure) => said.push(standing(spec, figure, words)),
    }
    if let Some(figure) = decisive {
        said.extend(cost(figure, words));
        said.extend(allocations(figure, words));
    }
    for other in figures.iter().filter(|figure| figure.measure.language != spec.judged_by) {
        said.push(beside(spec, other, decisive, words));
        said.extend(allocations(other, words));
    }
    prose::join(&said, words)
}

/// Which of the runs that the judge needs is not there, or lacks the figure.
fn missing(spec: &ClaimSpec, runs: &[Run], words: &Words) -> String {
    let Some(measure) = spec.measured.iter().find(|measure| measure.language == spec.judged_by) else {
        return words.say("why-no-measure", &[("language", &prose::language(spec.judged_by, words))]);
    };
    let language = measure.language;
    let needed = || std::iter::once(&measure.variant).chain(&measure.minus);
    for name in needed() {
        let who = prose::variant(language, name, words);
        match find(runs, language, name) {
            None => return words.say("why-not-run", &[("who", &who)]),
            Some(run) if metric(run, &measure.metric).is_none() => {
                return words.say(
                    "why-not-measured",
                    &[("who", &who), ("metric", &prose::metric(&measure.metric, words))],
                );
            }
            Some(_) => {}
        }
    }
    let names: Vec<String> = needed().map(|name| prose::variant(language, name, words)).collect();
    words.say("why-rows-differ", &[("names", &prose::list(&names, words))])
}

fn other_rows(spec: &ClaimSpec, figure: &Figure, words: &Words) -> String {
    let figures = [
        ("says", format::count(spec.says_rows)),
        ("rows", format::count(figure.run.rows)),
        ("who", who(figure, words)),
        ("bytes", written(figure, words)),
    ];
    say(words, "why-other-rows", &figures)
}

/// How the deciding figure stands to the claim's number.
fn standing(spec: &ClaimSpec, figure: &Figure, words: &Words) -> String {
    let holds = figure.stands(spec);
    let part = figure.bytes as f64 / figure.shares as f64 / spec.says_bytes as f64;
    let key = match (spec.relation, holds) {
        _ if spec.says_bytes == 0 && holds => "why-nothing",
        _ if spec.says_bytes == 0 => "why-something",
        (Relation::AtMost, true) => "why-below",
        (Relation::About, true) => "why-about",
        (_, false) if part < 0.0 => "why-negative",
        (_, false) if part < 1.0 => "why-less",
        (_, false) => "why-more",
    };
    let figures = [
        ("who", who(figure, words)),
        ("bytes", written(figure, words)),
        ("says", claimed(spec, words)),
        ("ratio", figures::ratio(part.abs())),
    ];
    say(words, key, &figures)
}

/// What was there before the first row, and what a row adds. A difference of two runs has neither.
fn cost(figure: &Figure, words: &Words) -> Option<String> {
    if figure.measure.minus.is_some() || figure.shares > 1 {
        return None;
    }
    let peak = u64::try_from(figure.bytes).ok()?;
    let a_row = figures::bytes_a_row(peak, figure.run.rows)?;
    let resident = figure.measure.metric == "peak_rss_bytes";
    let start = figure.run.plain.as_ref().and_then(|PlainRun { start_rss_bytes, .. }| *start_rss_bytes);
    let Some(start) = start.filter(|start| resident && *start <= peak && peak > 0) else {
        return Some(words.say("why-a-row", &[("bytes", &a_row)]));
    };
    let part = start as f64 / peak as f64;
    let key = match (part >= MOSTLY_STARTUP, figure.measure.language) {
        (false, _) => "why-start",
        (true, Language::Python) => "why-mostly-interpreter",
        (true, Language::Rust) => "why-mostly-process",
    };
    let figures = [
        ("start", format::bytes(start)),
        ("percent", format::percent(part)),
        ("added", format::bytes(peak - start)),
        ("bytes", figures::bytes_a_row(peak - start, figure.run.rows)?),
    ];
    Some(say(words, key, &figures))
}

/// How often a row asked the allocator; only a run under the counts probe knows.
fn allocations(figure: &Figure, words: &Words) -> Option<String> {
    let each = figures::each_row(figure.run.counts.as_ref()?.allocations, figure.run.rows)?;
    Some(words.say("why-allocations", &[("variant", &figure.run.variant), ("each", &each)]))
}

/// The language that does not decide.
fn beside(spec: &ClaimSpec, other: &Figure, decisive: Option<&Figure>, words: &Words) -> String {
    let mut figures = vec![("who", who(other, words)), ("bytes", written(other, words))];
    let key = match decisive {
        Some(decisive) if decisive.bytes > 0 && other.bytes > 0 && decisive.run.rows == other.run.rows => {
            let part = other.bytes as f64 / decisive.bytes as f64;
            figures.push(("ratio", figures::ratio(part)));
            figures.push(("language", prose::language(spec.judged_by, words)));
            if other.measure.metric == decisive.measure.metric { "why-beside" } else { "why-beside-heap" }
        }
        _ => "why-beside-alone",
    };
    say(words, key, &figures)
}

/// Whose figure it is; for a difference, of which two.
fn who(figure: &Figure, words: &Words) -> String {
    let one = prose::variant(figure.measure.language, &figure.measure.variant, words);
    match &figure.measure.minus {
        Some(minus) => words.say("who-minus", &[("who", &one), ("minus", minus)]),
        None => one,
    }
}

/// The figure; said to be of each row where it is a share.
fn written(figure: &Figure, words: &Words) -> String {
    if figure.shares == 1 {
        return format::signed_bytes(figure.rounded());
    }
    let share = figure.bytes as f64 / figure.shares as f64;
    let sign = if share < 0.0 { "-" } else { "" };
    words.say("bytes-each-row", &[("bytes", &format!("{sign}{} B", figures::ratio(share.abs())))])
}

/// The claim's number, of each row where the figure is.
fn claimed(spec: &ClaimSpec, words: &Words) -> String {
    let bytes = format::bytes(spec.says_bytes);
    if spec.per_row { words.say("bytes-each-row", &[("bytes", &bytes)]) } else { bytes }
}

fn say(words: &Words, key: &str, figures: &[(&str, String)]) -> String {
    let borrowed: Vec<(&str, &str)> = figures.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.say(key, &borrowed)
}

#[cfg(test)]
mod tests {
    use crate::{Lang, Words, claims, fixture};
    use heaplab_record::{ClaimVerdict, Run};

    fn judged(lang: Lang, change: impl FnOnce(&mut Vec<Run>)) -> Vec<ClaimVerdict> {
        let mut runs = fixture::runs();
        change(&mut runs);
        claims::judge(&fixture::claim_specs(), &runs, &Words::new(lang))
    }

    #[test]
    fn a_changed_measurement_changes_the_sentence() {
        for lang in [Lang::En, Lang::Zh] {
            let before = judged(lang, |_| ());
            let rss = judged(lang, |runs| {
                for plain in runs.iter_mut().filter_map(|run| run.plain.as_mut()) {
                    plain.peak_rss_bytes = plain.peak_rss_bytes.map(|bytes| bytes * 2);
                }
            });
            let start = judged(lang, |runs| {
                for plain in runs.iter_mut().filter_map(|run| run.plain.as_mut()) {
                    plain.start_rss_bytes = Some(1_234_567);
                }
            });
            let counts = judged(lang, |runs| {
                for counts in runs.iter_mut().filter_map(|run| run.counts.as_mut()) {
                    counts.allocations += 70_000_000;
                }
            });
            for index in 0..4 {
                assert_ne!(before[index].why, rss[index].why, "rss, claim {index}");
                assert_ne!(before[index].why, counts[index].why, "counts, claim {index}");
            }
            assert_ne!(before[1].why, start[1].why);
            assert!(start[0].why.contains("1.23 MB"), "{}", start[0].why);
        }
    }

    #[test]
    fn the_generator_is_mostly_the_interpreter() {
        let why = &judged(Lang::En, |_| ())[1].why;
        assert!(why.contains("8.20 MB") && why.contains("95.3 %") && why.contains("interpreter"), "{why}");
    }

    #[test]
    fn a_share_is_said_to_be_one() {
        for (lang, each) in [(Lang::En, "8.00 B a row"), (Lang::Zh, "每行 8.00 B")] {
            let why = &judged(lang, |_| ())[3].why;
            assert!(why.contains(each), "{why}");
        }
    }

    #[test]
    fn figures_of_the_big_list() {
        let why = &judged(Lang::En, |_| ())[0].why;
        for figure in ["1.92 GB", "1.10 GB", "1.75", "191 B", "3.00"] {
            assert!(why.contains(figure), "{figure} in {why}");
        }
    }
}
