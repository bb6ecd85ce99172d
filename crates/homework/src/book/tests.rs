//! Verdicts made by hand, and what the book says of them.

use super::*;
use crate::similarity::StartingPoint;
use heaplab_record::{FigureMismatch, TaskResult, VERDICT_SCHEMA, VerdictStatus};

const DEADLINE: i64 = 1_796_140_740;

fn moment(unix_seconds: i64) -> Moment {
    Moment { text: format!("@{unix_seconds}"), unix_seconds }
}

fn verdict(id: &str) -> Verdict {
    Verdict {
        schema: VERDICT_SCHEMA.to_owned(),
        id: id.to_owned(),
        status: VerdictStatus::Pass,
        score: 90,
        of: 100,
        bonus_of: 20,
        source_sha256: format!("hash of {id}"),
        graded_at: "@now".to_owned(),
        ..Verdict::default()
    }
}

fn graded(id: &str, source: &str) -> GradedSubmission {
    GradedSubmission {
        bundle: format!("{id}.zip"),
        folder: format!("verdicts/{id}"),
        verdict: Verdict { source_sha256: crate::sha256(source.as_bytes()), ..verdict(id) },
        submitted: None,
        file_time: None,
        own: Fingerprints::from_files([source], &StartingPoint::default()),
    }
}

fn build_gradebook_of(deadline: Option<i64>, class: Vec<GradedSubmission>) -> Gradebook {
    let terms = GradingTerms {
        created_at: "@now".to_owned(),
        harness_commit: "abc".to_owned(),
        deadline: deadline.map(moment),
    };
    build_gradebook(&terms, class)
}

fn kinds(book: &Gradebook, index: usize) -> Vec<FlagKind> {
    book.entries[index].flags.iter().map(|flag| flag.kind).collect()
}

fn at(id: &str, says: TimeSource, own: i64, file: i64) -> GradedSubmission {
    GradedSubmission { submitted: Some((moment(own), says)), file_time: Some(moment(file)), ..graded(id, "") }
}

#[test]
fn late_is_what_the_submissions_own_clock_says() {
    let class = vec![
        at("git", TimeSource::Git, DEADLINE + 93_784, 0),
        at("to-the-second", TimeSource::Claimed, DEADLINE, DEADLINE - 5),
        at("copied", TimeSource::Claimed, DEADLINE - 60, DEADLINE + 60),
        at("checked-out", TimeSource::Git, DEADLINE - 60, DEADLINE + 60),
        graded("timeless", ""),
    ];
    let book = build_gradebook_of(Some(DEADLINE), class.clone());
    assert_eq!(kinds(&book, 0), [FlagKind::Late]);
    let text = &book.entries[0].flags[0].text;
    assert_eq!(text.en, "1 d 2 h late, says the class’s repository");
    assert_eq!(text.zh, "迟交 1 天 2 小时（据班级仓库的提交时间）");
    assert_eq!(book.entries[0].late_seconds, Some(93_784));
    assert_eq!((kinds(&book, 1), book.entries[1].late_seconds), (vec![], Some(0)));
    assert_eq!(kinds(&book, 2), [FlagKind::TimesDisagree]);
    assert!(book.entries[2].flags[0].text.en.contains("1 min after the deadline"));
    assert_eq!(kinds(&book, 3), []);
    assert_eq!((kinds(&book, 4), book.entries[4].late_seconds), (vec![], None));
    // The grading's time has no part in it, and without a deadline nobody is late.
    assert!(
        build_gradebook_of(None, class)
            .entries
            .iter()
            .all(|entry| entry.flags.is_empty() && entry.late_seconds.is_none())
    );
}

#[test]
fn durations_have_two_units() {
    let cases = [
        (1, "1 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_661, "1 h 1 min"),
        (86_400, "1 d"),
        (90_061, "1 d 1 h"),
        (86_461, "1 d"),
    ];
    for (seconds, en) in cases {
        assert_eq!(format_duration(seconds).0, en);
    }
    assert_eq!(format_duration(3_661).1, " 1 小时 1 分钟");
}

#[test]
fn copies_name_each_other_and_nobodys_points_change() {
    let source = "fn list(rows: Rows) -> Vec<Row> { let mut all = Vec::with_capacity(rows.len()); for row in rows { if row.score > 3 { \
        all.push(Row { id: row.id, score: row.score * 2 }); } else { all.push(row); } } all.shrink_to_fit(); all.reverse(); all }";
    let other = "fn list(rows: Rows) -> Vec<Row> { rows.enumerate().filter(|(at, _)| at % 2 == 0).map(|(_, row)| { let score = \
        match row.score { 0 => 1, 1..=9 => row.score, _ => 10 }; Row { score, ..row } }).collect::<Vec<_>>() }";
    let class = vec![
        graded("s1", source),
        graded("s2", other),
        graded("s3", source),
        graded("s4", &source.replace("row", "one")),
    ];
    let book = build_gradebook_of(None, class);
    assert_eq!(kinds(&book, 0), [FlagKind::SameSource, FlagKind::AlikeSource]);
    assert_eq!(kinds(&book, 1), []);
    assert_eq!(kinds(&book, 3), [FlagKind::AlikeSource]);
    assert_eq!(book.entries[0].flags[0].text.en, "the same source as s3.zip");
    assert!(
        book.entries[3].flags[0].text.en.contains("100.0 % of the smaller source, with s1.zip, s3.zip"),
        "{:?}",
        book.entries[3].flags
    );
    assert_eq!(book.alike.len(), 3);
    assert!(book.alike[0].identical && !book.alike[1].identical);
    assert!(book.entries.iter().all(|entry| entry.status == VerdictStatus::Pass && entry.score == 90));
}

#[test]
fn an_id_twice_and_figures_that_differ_are_flagged() {
    let mismatch = FigureMismatch {
        task: "required.list".to_owned(),
        what: "peak_bytes".to_owned(),
        claimed: "1".to_owned(),
        recomputed: "2".to_owned(),
    };
    let mut class = vec![graded("s1", "a"), graded("s1", "b"), graded("", "c"), graded("", "d")];
    class[1].bundle = "again.zip".to_owned();
    class[1].verdict.mismatches = vec![mismatch];
    class[2].verdict.unfenced = vec!["landlock".to_owned()];
    let book = build_gradebook_of(None, class);
    assert_eq!(kinds(&book, 0), [FlagKind::SameId]);
    assert_eq!(book.entries[0].flags[0].text.en, "the same id as again.zip");
    assert_eq!(kinds(&book, 1), [FlagKind::ClaimsDiffer, FlagKind::SameId]);
    assert_eq!(book.entries[1].flags[0].text.en, "1 handed-in figure differs from what was measured here");
    // Two that have no id are not the same student.
    assert_eq!(kinds(&book, 2), [FlagKind::Unfenced]);
    assert_eq!(kinds(&book, 3), []);
}

#[test]
fn points_count_unless_a_fail_is_in_spite_of_them() {
    let task = |task: &str, optional: bool, right: bool, score: u32, of: u32| TaskResult {
        task: task.to_owned(),
        optional,
        right,
        score,
        of,
        ..TaskResult::default()
    };
    let points = |status: VerdictStatus, list: u32| {
        let mut one = graded("s1", "");
        one.verdict.status = status;
        one.verdict.recomputed = vec![
            task("list", false, list > 0, list, 40),
            task("generator", false, true, 50, 60),
            task("bonus", true, true, 10, 20),
        ];
        (one.verdict.score, one.verdict.bonus) = (list + 50, 10);
        build_gradebook_of(None, vec![one]).entries[0].points
    };
    assert_eq!(points(VerdictStatus::Pass, 40), 100);
    assert_eq!(points(VerdictStatus::Fail, 0), 60, "wrong, so a fail; the other task keeps its points");
    assert_eq!(points(VerdictStatus::Fail, 40), 0, "enough for a pass, and a fail all the same");
    assert_eq!(points(VerdictStatus::Timeout, 40), 100);
    assert_eq!(points(VerdictStatus::Unstable, 30), 90);
}

#[test]
fn many_names_become_a_number() {
    assert_eq!(list_names(&["a", "b"]), ("a, b".to_owned(), "a、b".to_owned()));
    let (en, zh) = list_names(&["a", "b", "c", "d", "e"]);
    assert_eq!((en.as_str(), zh.as_str()), ("a, b, c and 2 more", "a、b、c 等 5 份"));
}
