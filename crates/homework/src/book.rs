//! The gradebook of a class: verdicts side by side, who was late by which clock, and flags for a
//! person to look at. No flag changes a status or a point; that is for the teacher.

use crate::is_pass;
use crate::similarity::{self, ComparedSource, Fingerprints, SimilarPair};
use heaplab_record::{
    AlikePair, FlagKind, GRADEBOOK_SCHEMA, Gradebook, GradebookEntry, SubmissionFlag, SubmissionTime, Text,
    TimeSource, Verdict, VerdictStatus,
};
use std::collections::HashMap;

/// At most so many pairs are listed; the gradebook says how many are left out.
const MAX_PAIRS: usize = 1000;

/// A moment, as text and in seconds since 1970 (UTC).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339.
    pub text: String,
    /// Seconds since 1970-01-01 UTC.
    pub unix_seconds: i64,
}

/// A submission with its verdict.
#[derive(Clone, Debug)]
pub struct GradedSubmission {
    /// The bundle's name in the folder that was named.
    pub bundle: String,
    /// The folder of its verdict, relative to the gradebook.
    pub folder: String,
    /// The verdict.
    pub verdict: Verdict,
    /// When it was handed in, and by which clock.
    pub submitted: Option<(Moment, TimeSource)>,
    /// When the newest of its files was written on this machine.
    pub file_time: Option<Moment>,
    /// Fingerprints of its source without the starting point's.
    pub own: Fingerprints,
}

/// What a gradebook is made for.
#[derive(Clone, Debug)]
pub struct GradingTerms {
    /// When it was made: RFC 3339, UTC.
    pub created_at: String,
    /// The harness's commit.
    pub harness_commit: String,
    /// When submissions had to be there.
    pub deadline: Option<Moment>,
}

/// Builds the gradebook, in the order of the submissions.
pub fn build_gradebook(terms: &GradingTerms, class: Vec<GradedSubmission>) -> Gradebook {
    let compared = |one: &GradedSubmission| ComparedSource {
        source_sha256: one.verdict.source_sha256.clone(),
        own: one.own.clone(),
    };
    let alike = similarity::find_similar(&class.iter().map(compared).collect::<Vec<_>>());
    let mut flags = alike_flags(&class, &alike);
    for (index, one) in class.iter().enumerate() {
        let mut own = time_flags(one, terms.deadline.as_ref());
        own.extend(verdict_flags(one));
        own.extend(id_flag(index, &class));
        own.append(&mut flags[index]);
        flags[index] = own;
    }
    let pair = |pair: &SimilarPair| AlikePair {
        one: class[pair.one].bundle.clone(),
        other: class[pair.other].bundle.clone(),
        identical: pair.identical,
        shared: pair.shared,
        jaccard_thousandths: pair.jaccard_thousandths,
        contained_thousandths: pair.contained_thousandths,
    };
    Gradebook {
        schema: GRADEBOOK_SCHEMA.to_owned(),
        created_at: terms.created_at.clone(),
        harness_commit: terms.harness_commit.clone(),
        deadline: terms.deadline.as_ref().map(|deadline| deadline.text.clone()),
        alike_left_out: alike.len().saturating_sub(MAX_PAIRS) as u64,
        alike: alike.iter().take(MAX_PAIRS).map(pair).collect(),
        entries: class.into_iter().zip(flags).map(|(one, flags)| build_entry(one, flags, terms)).collect(),
    }
}

fn build_entry(one: GradedSubmission, flags: Vec<SubmissionFlag>, terms: &GradingTerms) -> GradebookEntry {
    let GradedSubmission { bundle, folder, verdict, submitted, file_time, .. } = one;
    let late = submitted.as_ref().zip(terms.deadline.as_ref());
    let points = final_points(&verdict);
    GradebookEntry {
        bundle,
        folder,
        id: verdict.id,
        name: verdict.name,
        status: verdict.status,
        score: verdict.score,
        of: verdict.of,
        bonus: verdict.bonus,
        bonus_of: verdict.bonus_of,
        points,
        tasks: verdict.recomputed,
        reasons: verdict.reasons,
        flags,
        source_sha256: verdict.source_sha256,
        late_seconds: late.map(|((at, _), deadline)| at.unix_seconds.saturating_sub(deadline.unix_seconds)),
        submitted: submitted.map(|(at, says)| SubmissionTime { at: at.text, says }),
        file_time: file_time.map(|time| time.text),
        graded_at: verdict.graded_at,
    }
}

/// A fail for too few points keeps the points there are, and so do a timeout and an error for the
/// tasks that were measured. A fail in spite of enough points is one for cheating and has none.
fn final_points(verdict: &Verdict) -> u32 {
    let in_spite = verdict.status == VerdictStatus::Fail && is_pass(&verdict.recomputed);
    if in_spite { 0 } else { verdict.score + verdict.bonus }
}

/// Late by the submission's own time. Where only its files are late, a flag says so without
/// judging: a copied file is younger than its original.
fn time_flags(one: &GradedSubmission, deadline: Option<&Moment>) -> Vec<SubmissionFlag> {
    let (Some(deadline), Some((at, says))) = (deadline, &one.submitted) else { return Vec::new() };
    let late = |at: &Moment| at.unix_seconds.saturating_sub(deadline.unix_seconds);
    if late(at) > 0 {
        let (en, zh) = format_duration(late(at));
        let (by, by_zh) = clock_name(*says);
        let text = Text { en: format!("{en} late, says {by}"), zh: format!("迟交{zh}（据{by_zh}）") };
        return vec![SubmissionFlag { kind: FlagKind::Late, text }];
    }
    let newer = one.file_time.as_ref().map(late).filter(|&late| late > 0 && *says == TimeSource::Claimed);
    let flag = newer.map(|late| {
        let (en, zh) = format_duration(late);
        SubmissionFlag {
            kind: FlagKind::TimesDisagree,
            text: Text {
                en: format!("in time by its own word, but its files were written here {en} after the deadline: handed in late, or copied late"),
                zh: format!("自称按时提交，但文件在截止时间过后{zh}才写到这里：可能是迟交，也可能只是复制得晚"),
            },
        }
    });
    flag.into_iter().collect()
}

fn clock_name(says: TimeSource) -> (&'static str, &'static str) {
    match says {
        TimeSource::Git => ("the class’s repository", "班级仓库的提交时间"),
        TimeSource::Claimed => ("the student’s result.json", "学生的 result.json"),
        TimeSource::File => ("the newest file", "最新文件的时间"),
    }
}

/// The two largest units: `2 d 3 h`.
fn format_duration(seconds: i64) -> (String, String) {
    let seconds = seconds.unsigned_abs();
    let units = [(86_400, "d", "天"), (3_600, "h", "小时"), (60, "min", "分钟"), (1, "s", "秒")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, en, zh) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push((format!("{count} {en}"), format!(" {count} {zh}")));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    let en: Vec<&str> = parts.iter().map(|(en, _)| en.as_str()).collect();
    (en.join(" "), parts.iter().map(|(_, zh)| zh.as_str()).collect())
}

fn verdict_flags(one: &GradedSubmission) -> Vec<SubmissionFlag> {
    let mut flags = Vec::new();
    let differ = one.verdict.mismatches.len();
    if differ > 0 {
        let figures = if differ == 1 { "figure differs" } else { "figures differ" };
        let text = Text {
            en: format!("{differ} handed-in {figures} from what was measured here"),
            zh: format!("提交的数字中有 {differ} 个与这里测得的不同"),
        };
        flags.push(SubmissionFlag { kind: FlagKind::ClaimsDiffer, text });
    }
    if !one.verdict.unfenced.is_empty() {
        let lacks = one.verdict.unfenced.join(", ");
        let text = Text {
            en: format!("measured without {lacks}: this kernel lacks it"),
            zh: format!("测量时缺少 {lacks}：这个内核没有提供"),
        };
        flags.push(SubmissionFlag { kind: FlagKind::Unfenced, text });
    }
    flags
}

/// Marks submissions with an id that another one has too.
fn id_flag(index: usize, class: &[GradedSubmission]) -> Option<SubmissionFlag> {
    let id = &class[index].verdict.id;
    let others = class.iter().enumerate().filter(|(at, one)| *at != index && one.verdict.id == *id);
    let others: Vec<&str> = others.map(|(_, one)| one.bundle.as_str()).collect();
    if id.is_empty() || others.is_empty() {
        return None;
    }
    let (en, zh) = list_names(&others);
    let text = Text { en: format!("the same id as {en}"), zh: format!("与 {zh} 的学号相同") };
    Some(SubmissionFlag { kind: FlagKind::SameId, text })
}

/// Names the most similar submissions, and gives the number of the others.
fn alike_flags(class: &[GradedSubmission], alike: &[SimilarPair]) -> Vec<Vec<SubmissionFlag>> {
    let mut same: HashMap<usize, Vec<&str>> = HashMap::new();
    let mut near: HashMap<usize, Vec<(&str, u32)>> = HashMap::new();
    for pair in alike {
        for (one, other) in [(pair.one, pair.other), (pair.other, pair.one)] {
            let bundle = class[other].bundle.as_str();
            if pair.identical {
                same.entry(one).or_default().push(bundle);
            } else {
                near.entry(one).or_default().push((bundle, pair.contained_thousandths));
            }
        }
    }
    let flags = |index: usize| {
        let same = same.get(&index).map(|others| {
            let (en, zh) = list_names(others);
            let text = Text {
                en: format!("the same source as {en}"), zh: format!("源代码与 {zh} 完全相同")
            };
            SubmissionFlag { kind: FlagKind::SameSource, text }
        });
        let near = near.get(&index).and_then(|others| {
            let share = format_percent(others.first()?.1);
            let (en, zh) = list_names(&others.iter().map(|(bundle, _)| *bundle).collect::<Vec<_>>());
            let text = Text {
                en: format!("alike, up to {share} of the smaller source, with {en}"),
                zh: format!("与 {zh} 相似，最多达到较小一份源代码的 {share}"),
            };
            Some(SubmissionFlag { kind: FlagKind::AlikeSource, text })
        });
        same.into_iter().chain(near).collect()
    };
    (0..class.len()).map(flags).collect()
}

/// Lists three names, then says how many more there are.
fn list_names(bundles: &[&str]) -> (String, String) {
    const SHOWN: usize = 3;
    let (mut en, mut zh) = (String::new(), String::new());
    let shown = &bundles[..bundles.len().min(SHOWN)];
    en += &shown.join(", ");
    zh += &shown.join("、");
    let more = bundles.len() - shown.len();
    if more > 0 {
        en += &format!(" and {more} more");
        zh += &format!(" 等 {} 份", bundles.len());
    }
    (en, zh)
}

fn format_percent(thousandths: u32) -> String {
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

#[cfg(test)]
mod tests;
