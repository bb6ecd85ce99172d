//! `gradebook.json`: a class of homework, one entry per submission. Every entry is based on a
//! `verdict.json` beside it.

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
    /// Sorted by bundle.
    pub entries: Vec<GradebookEntry>,
    /// Similar sources, the most similar first. Similarity is never a verdict by itself.
    pub alike: Vec<AlikePair>,
    /// How many more similar pairs are not listed.
    #[serde(default)]
    pub alike_left_out: u64,
}

/// One submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradebookEntry {
    /// The bundle's name in the graded folder.
    pub bundle: String,
    /// The folder with its verdict.json and summary.md, relative to gradebook.json. It is made from
    /// the bundle's name, never from the student's id.
    pub folder: String,
    /// Who handed in; empty where it is not known.
    pub id: String,
    /// The name as handed in; it must be escaped where it is shown.
    pub name: String,
    /// The outcome.
    pub status: VerdictStatus,
    /// Points of the required tasks.
    pub score: u32,
    /// The highest possible sum of these points.
    pub of: u32,
    /// Extra points of the optional task.
    pub bonus: u32,
    /// The highest possible sum of these points.
    pub bonus_of: u32,
    /// The final points: both together, or 0 where a broken rule prevents a pass in spite of enough
    /// points.
    pub points: u32,
    /// The tasks as measured.
    pub tasks: Vec<TaskResult>,
    /// The reasons, the most severe first.
    pub reasons: Vec<VerdictReason>,
    /// What a person should look at. Flags change neither status nor points.
    pub flags: Vec<SubmissionFlag>,
    /// Hash of the source that was measured; empty without source.
    pub source_sha256: String,
    /// When it was submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<SubmissionTime>,
    /// When the file or folder was last written here, RFC 3339, UTC. A copy can be later than the
    /// submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_time: Option<String>,
    /// Seconds from the deadline to the submission, negative before it; absent where one of them is
    /// not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_seconds: Option<i64>,
    /// When it was graded, RFC 3339, UTC.
    pub graded_at: String,
}

/// When something was submitted, and how this is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionTime {
    /// RFC 3339, UTC.
    pub at: String,
    /// The source of the time.
    pub says: TimeSource,
}

/// How the time of a submission is known. The first available source counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// The last commit of the class's repository that touched the bundle.
    Git,
    /// `created_at` in the student's result.json, which is only claimed.
    Claimed,
    /// The newest file of the bundle.
    File,
}

/// Something a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionFlag {
    /// The kind.
    pub kind: FlagKind,
    /// A sentence computed from the figures.
    pub text: Text,
}

/// The kinds of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// Submitted after the deadline.
    Late,
    /// Submitted before the deadline, but its files are from after it.
    TimesDisagree,
    /// The same source as another's.
    SameSource,
    /// Nearly the same source as another's.
    AlikeSource,
    /// Another bundle has the same id.
    SameId,
    /// The claimed figures differ from the measured ones.
    ClaimsDiffer,
    /// It was measured without a sandbox feature that this kernel lacks.
    Unfenced,
}

/// Two submissions with similar sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlikePair {
    /// The first bundle.
    pub one: String,
    /// The second bundle.
    pub other: String,
    /// Whether the sources are byte for byte the same.
    pub identical: bool,
    /// Fingerprints that both have.
    pub shared: u32,
    /// The shared fingerprints as thousandths of the union (Jaccard).
    pub jaccard_thousandths: u32,
    /// The shared fingerprints as thousandths of the smaller set; near 1000, one source contains
    /// the other.
    pub contained_thousandths: u32,
}

/// The schema name of [`GradedClass`].
pub const GRADED_CLASS_SCHEMA: &str = "heaplab/graded-class/v1";

/// The result of `cargo xtask bench gradebook`: a class whose outcome was known before it was
/// graded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradedClass {
    /// [`GRADED_CLASS_SCHEMA`].
    pub schema: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// The machine.
    pub environment: crate::Environment,
    /// The seed of the generated class.
    pub seed: u64,
    /// How many submissions there were.
    pub submissions: u32,
    /// How many of them were hostile.
    pub hostile: u32,
    /// The bundles that have no entry in the gradebook.
    pub lost: Vec<String>,
    /// Wall time of the whole command.
    pub wall_ns: u64,
    /// The honest first, by name.
    pub kinds: Vec<GradedKind>,
}

/// One kind of submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradedKind {
    /// `zip_bomb`.
    pub kind: String,
    /// Whether it is hostile.
    pub hostile: bool,
    /// The expected status.
    pub status: VerdictStatus,
    /// The expected reason; none for a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many there were.
    pub count: u32,
    /// How many of them had the expected outcome.
    pub as_expected: u32,
    /// The others, each with its outcome.
    pub otherwise: Vec<String>,
}
