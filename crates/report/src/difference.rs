//! The difference of two recordings in words. Each sentence names its direction.

use crate::{Words, format, prose};
use heaplab_record::{Change, Diff, ProfileDiff, SiteChange};
use std::collections::HashMap;

/// The file of the flamegraph whose widths are those of `side`: `list_dict.diff-new.svg`.
pub fn file_name(profile: &str, side: &str) -> String {
    format!("{profile}.diff-{side}.svg")
}

/// The sentences of one profile's sites, the worst first; where no site changed, one that says so.
pub fn describe_sites(profile: &ProfileDiff, words: &Words) -> Vec<String> {
    if is_equal(profile) {
        return vec![words.get("diff-equal")];
    }
    if profile.sites.is_empty() {
        return vec![words.get("diff-sites-equal")];
    }
    let mut namesakes: HashMap<(&str, &str), Vec<&[String]>> = HashMap::new();
    for site in &profile.sites {
        namesakes.entry((&site.function, &site.location)).or_default().push(&site.stack);
    }
    let sentence = |site: &SiteChange| {
        let stacks = namesakes.get(&(site.function.as_str(), site.location.as_str()));
        describe_site(site, stacks.map_or(&[][..], Vec::as_slice), words)
    };
    profile.sites.iter().map(sentence).collect()
}

/// Whether no site and no total of a profile changed.
pub fn is_equal(profile: &ProfileDiff) -> bool {
    profile.sites.is_empty() && totals(profile).iter().all(|(_, change, _)| change.old == change.new)
}

fn describe_site(site: &SiteChange, namesakes: &[&[String]], words: &Words) -> String {
    let Change { old, new } = site.at_peak_bytes;
    let function = prose::strip_generics(&site.function);
    let mut named = match site.location.as_str() {
        "" => function,
        // A library without lines: `in libc.so.6`.
        library if library.starts_with("in ") => format!("{function} {library}"),
        location => format!("{location} {function}"),
    };
    if namesakes.len() > 1 {
        let callers = distinguish_callers(&site.stack, namesakes);
        named = words.say("diff-called-by", &[("site", &named), ("callers", &callers)]);
    }
    let key = if new > old { "diff-site-more" } else { "diff-site-less" };
    let (old, new, by) = format_pair(old, new, format::bytes, |bytes| format!("{} B", format::count(bytes)));
    words.say(key, &[("by", &by), ("site", &named), ("new", &new), ("old", &old)])
}

/// The part of a call stack that distinguishes it from others which end in the same line.
fn distinguish_callers(stack: &[String], namesakes: &[&[String]]) -> String {
    const SHOWN: usize = 3;
    let is_common = |&depth: &usize| namesakes.iter().all(|other| other.get(depth) == stack.get(depth));
    let common = (0..stack.len()).take_while(is_common).count();
    let start = common.min(stack.len().saturating_sub(1));
    let mut parts: Vec<String> =
        stack.iter().skip(start).take(SHOWN).map(|name| prose::strip_generics(name)).collect();
    if start > 0 {
        parts.insert(0, "…".to_owned());
    }
    if stack.len() > start + SHOWN {
        parts.push("…".to_owned());
    }
    parts.join(" → ")
}

/// Two figures and their difference: short, or with every digit where the short forms are equal.
fn format_pair(
    old: u64,
    new: u64,
    short: impl Fn(u64) -> String,
    exact: impl Fn(u64) -> String,
) -> (String, String, String) {
    let by = new.abs_diff(old);
    if short(old) == short(new) && old != new {
        (exact(old), exact(new), exact(by))
    } else {
        (short(old), short(new), short(by))
    }
}

/// The sentences above the sites: the totals, and what makes them hard to compare.
pub(crate) fn describe_totals(profile: &ProfileDiff, words: &Words) -> Vec<String> {
    let mut said: Vec<String> = totals(profile)
        .into_iter()
        .map(|(metric, Change { old, new }, is_bytes)| {
            let exact = |value| format!("{} B", format::count(value));
            let (old_text, new_text, by) = match is_bytes {
                true => format_pair(old, new, format::bytes, exact),
                false => format_pair(old, new, format::count, format::count),
            };
            let key = match new.cmp(&old) {
                std::cmp::Ordering::Greater => "diff-total-more",
                std::cmp::Ordering::Less => "diff-total-less",
                std::cmp::Ordering::Equal => "diff-total-same",
            };
            let metric = words.get(metric);
            words.say(key, &[("metric", &metric), ("by", &by), ("new", &new_text), ("old", &old_text)])
        })
        .collect();
    if let Some(rows) = profile.rows {
        let (old, new) = (format::count(rows.old), format::count(rows.new));
        said.push(words.say("diff-rows-differ", &[("old", &old), ("new", &new)]));
    }
    said
}

/// The totals that both sides have: the message's key, the figures, whether they are bytes.
fn totals(profile: &ProfileDiff) -> Vec<(&'static str, Change, bool)> {
    let all = [
        ("diff-metric-peak-bytes", Some(profile.totals.peak_bytes), true),
        ("diff-metric-end-bytes", profile.totals.end_bytes, true),
        ("diff-metric-total-bytes", profile.totals.total_bytes, true),
        ("diff-metric-total-blocks", profile.totals.total_blocks, false),
    ];
    all.into_iter().filter_map(|(key, change, is_bytes)| Some((key, change?, is_bytes))).collect()
}

pub(crate) fn name_sides(diff: &Diff, words: &Words) -> String {
    words.say("diff-names", &[("old", &diff.old), ("new", &diff.new)])
}

pub(crate) fn describe_one_sided(diff: &Diff, words: &Words) -> Vec<String> {
    [("diff-only-old", &diff.only_old), ("diff-only-new", &diff.only_new)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(key, names)| words.say(key, &[("names", &prose::join_names(names, words))]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use crate::{markdown, terminal};
    use heaplab_record::TotalChanges;

    fn site(location: &str, old: u64, new: u64) -> SiteChange {
        SiteChange {
            function: "generators::list".into(),
            location: location.into(),
            stack: vec!["app::main".into(), "generators::list".into()],
            at_peak_bytes: Change { old, new },
        }
    }

    fn profile(sites: Vec<SiteChange>, peak: (u64, u64)) -> ProfileDiff {
        let totals = TotalChanges {
            peak_bytes: Change { old: peak.0, new: peak.1 },
            total_blocks: Some(Change { old: 7, new: 7 }),
            ..TotalChanges::default()
        };
        ProfileDiff { name: "list".into(), sites, totals, ..ProfileDiff::default() }
    }

    #[test]
    fn a_sentence_says_who_holds_more_and_turns_with_the_direction() {
        let words = Words::new(Lang::En);
        let one = |old, new| {
            describe_sites(&profile(vec![site("lessons/x/main.rs:41", old, new)], (old, new)), &words)
        };
        assert_eq!(
            one(0, 4_800_000),
            [
                "NEW holds 4.80 MB more at the peak than OLD at lessons/x/main.rs:41 generators::list: 4.80 MB, was 0 B"
            ]
        );
        assert_eq!(
            one(4_800_000, 0),
            [
                "NEW holds 4.80 MB less at the peak than OLD at lessons/x/main.rs:41 generators::list: 0 B, was 4.80 MB"
            ]
        );
        let chinese = Words::new(Lang::Zh);
        let zh = |old, new| describe_sites(&profile(vec![site("", old, new)], (old, new)), &chinese).concat();
        assert!(zh(0, 512).contains("NEW 比 OLD 多占 512 B"), "{}", zh(0, 512));
        assert!(zh(512, 0).contains("NEW 比 OLD 少占 512 B，在 generators::list：0 B，原来 512 B"));
    }

    #[test]
    fn figures_that_read_the_same_get_every_digit() {
        let words = Words::new(Lang::En);
        let said =
            describe_sites(&profile(vec![site("a.rs:1", 4_800_000, 4_800_016)], (1, 2)), &words).concat();
        assert!(said.contains("16 B more") && said.ends_with("4,800,016 B, was 4,800,000 B"), "{said}");
    }

    #[test]
    fn equal_profiles_say_so_and_equal_sites_do_not_hide_the_totals() {
        let words = Words::new(Lang::En);
        assert!(describe_sites(&profile(Vec::new(), (5, 5)), &words).concat().contains("are equal"));
        let mut freed = profile(Vec::new(), (5, 5));
        freed.totals.end_bytes = Some(Change { old: 0, new: 3 });
        assert!(!describe_sites(&freed, &words).concat().contains("are equal"));
        let diff = Diff { profiles: vec![freed], ..Diff::default() };
        assert!(
            terminal::render_difference(&diff, &words, 80)
                .contains("Live at the end: NEW has 3 B more than OLD: 3 B, was 0 B")
        );
    }

    #[test]
    fn stacks_that_end_in_one_line_are_told_apart() {
        let words = Words::new(Lang::En);
        let mut other = site("a.rs:1", 9, 1);
        other.stack[0] = "app::other".into();
        let said = describe_sites(&profile(vec![site("a.rs:1", 1, 9), other], (10, 10)), &words);
        assert!(said[0].contains("by way of app::main → generators::list"), "{said:?}");
        assert!(said[1].contains("by way of app::other"), "{said:?}");
    }

    #[test]
    fn totals_come_first_and_lines_keep_the_width() {
        let many: Vec<SiteChange> =
            (0..30).map(|line| site(&format!("a.rs:{line}"), line, 99 + line)).collect();
        let mut diff = Diff { profiles: vec![profile(many, (1, 2))], ..Diff::default() };
        (diff.old, diff.new) = ("before".into(), "after".into());
        diff.only_new = vec!["packed".into()];
        for lang in [Lang::En, Lang::Zh] {
            let words = Words::new(lang);
            let shown = terminal::render_difference(&diff, &words, 60);
            assert!(shown.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 60), "{shown}");
            assert!(shown.contains("10") && shown.contains("diff.md"), "ten are left out: {shown}");
            let written = markdown::render_difference(&diff, &words);
            let total = written.find(&words.get("diff-metric-peak-bytes"));
            assert!(total < written.find("a.rs:0") && written.contains("\n30. "), "{written}");
            assert!(written.contains("(list.diff-new.svg)") && written.contains("packed"));
        }
    }
}
