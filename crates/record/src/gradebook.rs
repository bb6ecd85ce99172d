//! `gradebook.json`: a class of homework, one entry a submission. Every entry rests on a `verdict.json` that lies beside it.

use crate::{TaskResult, Text, VerdictReason, VerdictStatus};
use serde::{Deserialize, Serialize};

/// The schema name of [`Gradebook`].
pub const GRADEBOOK_SCHEMA: &str = "heaplab/gradebook/v1";

/// A class, graded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gradebook {
    /// [`GRADEBOOK_SCHEMA`].
    pub schema: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// The commit of the harness that measured; empty outside a repository.
    pub harness_commit: String,
    /// RFC 3339, as the teacher wrote it; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// By bundle.
    pub entries: Vec<GradebookEntry>,
    /// Sources that are alike, the most alike first. Never a verdict by itself.
    pub alike: Vec<AlikePair>,
    /// How many pairs more were alike and are not listed.
    #[serde(default)]
    pub alike_left_out: u64,
}

/// One submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradebookEntry {
    /// The bundle, as it lies in the folder that was named.
    pub bundle: String,
    /// The folder with its verdict.json and summary.md, from where gradebook.json lies; made of the bundle's name, never of the
    /// student's id.
    pub folder: String,
    /// Who handed in, as far as that can be told; empty where it cannot.
    pub id: String,
    /// The name as handed in: whoever shows it escapes it.
    pub name: String,
    /// How it came out.
    pub status: VerdictStatus,
    /// Points of the required tasks.
    pub score: u32,
    /// The most of these.
    pub of: u32,
    /// Points of the optional task, on top.
    pub bonus: u32,
    /// The most of these.
    pub bonus_of: u32,
    /// What counts: both together; 0 where there are points enough for a pass and something else stands against it.
    pub points: u32,
    /// The tasks as measured.
    pub tasks: Vec<TaskResult>,
    /// Why, the gravest first.
    pub reasons: Vec<VerdictReason>,
    /// What a person should look at. No flag changes status or points.
    pub flags: Vec<SubmissionFlag>,
    /// Of what was measured; empty without source.
    pub source_sha256: String,
    /// The submission's own time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<SubmissionTime>,
    /// When the file or the folder was last written here, RFC 3339, UTC: a copy can make it later than it was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_time: Option<String>,
    /// Seconds from the deadline to the submission's own time, negative before it; absent without either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_seconds: Option<i64>,
    /// The grading's time, RFC 3339, UTC.
    pub graded_at: String,
}

/// When something was handed in, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionTime {
    /// RFC 3339, UTC.
    pub at: String,
    /// Where the time is from.
    pub says: TimeSource,
}

/// Who says when something was handed in. The first of these that there is counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// The last commit of the class's own repository that touched the bundle.
    Git,
    /// `created_at` in the student's result.json: a claim.
    Claimed,
    /// The newest file of the bundle.
    File,
}

/// Something a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionFlag {
    /// What it is.
    pub kind: FlagKind,
    /// For people, computed from the figures.
    pub text: Text,
}

/// The kinds of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// Its own time is after the deadline.
    Late,
    /// Its own time is before the deadline, its files are from after it.
    TimesDisagree,
    /// The same source as another's.
    SameSource,
    /// Nearly the same source as another's.
    AlikeSource,
    /// Another bundle has the same id.
    SameId,
    /// The handed-in figures are not the measured ones.
    ClaimsDiffer,
    /// It was measured without a fence that this kernel lacks.
    Unfenced,
}

/// Two submissions whose sources are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlikePair {
    /// The bundle of the one.
    pub one: String,
    /// The bundle of the other.
    pub other: String,
    /// Whether the sources are the same to the byte.
    pub identical: bool,
    /// Fingerprints that both have.
    pub shared: u32,
    /// These as thousandths of what either has (Jaccard).
    pub jaccard_thousandths: u32,
    /// These as thousandths of what the smaller has: near 1000, the one lies within the other.
    pub contained_thousandths: u32,
}

/// The schema name of [`GradedClass`].
pub const GRADED_CLASS_SCHEMA: &str = "heaplab/graded-class/v1";

/// What `cargo xtask bench gradebook` found: a class whose outcome was known before it was graded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradedClass {
    /// [`GRADED_CLASS_SCHEMA`].
    pub schema: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// Where it was graded.
    pub environment: crate::Environment,
    /// What the class was made of.
    pub seed: u64,
    /// How many handed in.
    pub submissions: u32,
    /// How many of them to do harm.
    pub hostile: u32,
    /// The bundles that have no entry in the gradebook.
    pub lost: Vec<String>,
    /// From the command's start to its end.
    pub wall_ns: u64,
    /// The honest first, by name.
    pub kinds: Vec<GradedKind>,
}

/// One kind of submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradedKind {
    /// `zip_bomb`.
    pub kind: String,
    /// Whether it is there to do harm.
    pub hostile: bool,
    /// How it has to come out.
    pub status: VerdictStatus,
    /// The reason that has to be named; none for a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many there were.
    pub count: u32,
    /// How many of them came out so.
    pub as_expected: u32,
    /// The others, each with what it came out as.
    pub otherwise: Vec<String>,
}
