//! `record.json`: what one child process measured.

use crate::{Attachment, Language, TracemallocSample};
use heaplab_profile::{CountsTotals, DhatTotals, HeapTotals, Probe};
use serde::{Deserialize, Serialize};

/// The schema name of [`Record`].
pub const RECORD_SCHEMA: &str = "heaplab/record/v1";

/// An empty file in `$HEAPLAB_OUT` that a child writes when its region has closed and it goes on
/// working: its RSS from then on is not the variant's.
pub const CLOSED_FILE: &str = "region.closed";

/// One run of one variant under one probe: `$HEAPLAB_OUT/record.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_SCHEMA`].
    pub schema: String,
    /// The variant that ran.
    pub variant: String,
    /// The variant's language.
    pub language: Language,
    /// How much work it did.
    pub scale: u64,
    /// Proof of the work, in lower-case hexadecimal; equal within a work group.
    pub checksum: String,
    /// The version of CPython; absent for Rust, whose compiler the runner knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
    /// What the probe measured, of the measured region only.
    pub measurement: Measurement,
    /// Marks that the lesson set, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
    /// Pictures that the lesson hands over, as data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What was live after parts of the work that the runner chose; heap probe only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<LiveSnapshot>,
    /// Where the lesson's binary was loaded, which makes addresses in dhat's file comparable
    /// between runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_address: Option<u64>,
}

/// What a probe measured. Each probe has only the quantities that it can measure reliably.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "probe", rename_all = "lowercase")]
pub enum Measurement {
    /// Time and resident memory.
    Plain(PlainSample),
    /// Counts and bytes.
    Counts(CountsTotals),
    /// dhat's totals; its sites are in `dhat.json` beside the record.
    Dhat(DhatTotals),
    /// The recorder's totals.
    Heap(HeapSample),
    /// What CPython's tracemalloc counted.
    Tracemalloc(TracemallocSample),
}

impl Measurement {
    /// The probe that measured it.
    pub const fn probe(&self) -> Probe {
        match self {
            Measurement::Plain(_) => Probe::Plain,
            Measurement::Counts(_) => Probe::Counts,
            Measurement::Dhat(_) => Probe::Dhat,
            Measurement::Heap(_) => Probe::Heap,
            Measurement::Tracemalloc(_) => Probe::Tracemalloc,
        }
    }
}

/// One plain repetition, measured by the child itself. RSS is absent where the system does not
/// report it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainSample {
    /// From the region's opening to its close.
    pub wall_ns: u64,
    /// `VmHWM` at the region's close, file pages included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_bytes: Option<u64>,
    /// `VmRSS` when the region opened: the cost of the process itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_rss_bytes: Option<u64>,
    /// `RssFile` plus `RssShmem` when the region opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_rss_file_bytes: Option<u64>,
    /// `RssAnon` at the region's close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_rss_anon_bytes: Option<u64>,
    /// `RssFile` plus `RssShmem` at the region's close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_rss_file_bytes: Option<u64>,
    /// The `RssShmem` part of these: shared memory that, unlike a file's pages, the system cannot
    /// reclaim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_rss_shmem_bytes: Option<u64>,
    /// The part of `peak_rss_bytes` that the variant reports for processes it started: the sum of
    /// their own peaks, without the pages that they share with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children_peak_rss_bytes: Option<u64>,
}

/// One run under the recorder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeapSample {
    /// Wall time under the recorder, compared with the plain probe's.
    pub wall_ns: u64,
    /// What was counted.
    #[serde(flatten)]
    pub totals: HeapTotals,
    /// `VmHWM` of the recorded process with the recorder's own tables and headers: not a figure of
    /// the variant but of the cost of recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process_peak_rss_bytes: Option<u64>,
}

/// What was live after a part of the work, site by site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSnapshot {
    /// How much of the work was done, in the unit of the scale.
    pub done: u64,
    /// Every site and thread that had live blocks.
    pub sites: Vec<LiveSnapshotSite>,
}

/// A node of the same run's recording, and the live blocks and bytes of the stack that ends there.
/// For a single thread both may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSnapshotSite(pub u32, pub i64, pub i64);

/// A mark that a lesson sets while it runs, such as the end of building.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// What begins here.
    pub name: String,
    /// Since the region's opening.
    pub at_ns: u64,
    /// Live bytes at the mark; heap probe only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_bytes: Option<u64>,
}
