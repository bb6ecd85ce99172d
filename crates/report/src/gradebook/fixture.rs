//! A class for tests: a good student, one who cheats, one who is late, and one whose name is an
//! attack.

use heaplab_record::{
    AlikePair, FlagKind, GRADEBOOK_SCHEMA, Gradebook, GradebookEntry, SubmissionFlag, SubmissionTime,
    TaskResult, Text, TimeSource, VerdictReason, VerdictStatus,
};

pub(crate) const EVIL: &str = "<script>alert(1)</script>\"'\u{1b}[2J\u{202e}";

pub(crate) fn book() -> Gradebook {
    let pass = entry("s001.zip", "s001", "李雷", VerdictStatus::Pass, [38, 58, 12]);
    let mut cheat = entry("s002", "s002", "Han Mei", VerdictStatus::Fail, [40, 60, 0]);
    cheat.points = 0;
    cheat.reasons = vec![reason("outside_heap", "18.2 MB lie outside of the heap", "有 18.2 MB 在堆外")];
    let mut late = entry("late.tar.gz", "s003", "Ann", VerdictStatus::Fail, [10, 5, 0]);
    late.reasons =
        vec![reason("too_few_points", "15 of 100 points, 60 are wanted", "100 分中得 15 分，需要 60 分")];
    late.late_seconds = Some(3_720);
    late.flags = vec![
        flag(
            FlagKind::Late,
            "1 h 2 min late, says the student’s result.json",
            "迟交 1 小时 2 分钟（据学生的 result.json）",
        ),
        flag(
            FlagKind::AlikeSource,
            "alike, up to 97.0 % of the smaller source, with s001.zip",
            "与 s001.zip 相似，最多达到较小一份源代码的 97.0 %",
        ),
    ];
    let mut broken = entry("evil", EVIL, EVIL, VerdictStatus::Error, [0, 0, 0]);
    broken.tasks.clear();
    broken.reasons = vec![reason("no_source", EVIL, EVIL)];
    broken.submitted = None;
    Gradebook {
        schema: GRADEBOOK_SCHEMA.to_owned(),
        created_at: "2026-12-02T09:00:00Z".to_owned(),
        harness_commit: "0123456789abcdef".to_owned(),
        deadline: Some("2026-12-01T23:59:00+08:00".to_owned()),
        entries: vec![pass, cheat, late, broken],
        alike: vec![AlikePair {
            one: "s001.zip".to_owned(),
            other: "late.tar.gz".to_owned(),
            identical: false,
            shared: 64,
            jaccard_thousandths: 831,
            contained_thousandths: 970,
        }],
        alike_left_out: 0,
    }
}

fn entry(bundle: &str, id: &str, name: &str, status: VerdictStatus, scores: [u32; 3]) -> GradebookEntry {
    let task = |name: &str, optional: bool, score: u32, of: u32| TaskResult {
        task: name.to_owned(),
        optional,
        right: score > 0,
        allocations: Some(200_003),
        peak_bytes: Some(12_800_000),
        stable: true,
        score,
        of,
        ..TaskResult::default()
    };
    let [list, generator, bonus] = scores;
    GradebookEntry {
        bundle: bundle.to_owned(),
        folder: format!("verdicts/{bundle}-0a1b2c3d"),
        id: id.to_owned(),
        name: name.to_owned(),
        status,
        score: list + generator,
        of: 100,
        bonus,
        bonus_of: 20,
        points: list + generator + bonus,
        tasks: vec![
            task("required.list", false, list, 40),
            task("required.generator", false, generator, 60),
            task("optional.aggregate", true, bonus, 20),
        ],
        reasons: Vec::new(),
        flags: Vec::new(),
        source_sha256: format!("{:064x}", bundle.len()),
        submitted: Some(SubmissionTime { at: "2026-11-30T08:00:00Z".to_owned(), says: TimeSource::Claimed }),
        file_time: None,
        late_seconds: Some(-57_540),
        graded_at: "2026-12-02T08:59:00Z".to_owned(),
    }
}

fn reason(code: &str, en: &str, zh: &str) -> VerdictReason {
    VerdictReason { code: code.to_owned(), task: None, text: text(en, zh) }
}

fn flag(kind: FlagKind, en: &str, zh: &str) -> SubmissionFlag {
    SubmissionFlag { kind, text: text(en, zh) }
}

fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}
