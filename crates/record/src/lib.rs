//! The types that cross a process border or are written to a file: the contract between a lesson,
//! the runner and everything that reads reports. There are only types and schema names here, no
//! logic.
//!
//! - [`Manifest`]: what `LESSON --heaplab-list` prints.
//! - [`Record`]: one run of one variant under one probe, written to `$HEAPLAB_OUT/record.json`.
//! - [`Report`]: `report.json`, one section measured.
//! - [`Diff`]: `diff.json`, two of them compared.
//! - [`HomeworkResult`], [`Verdict`]: `result.json` and `verdict.json`, homework as submitted and
//!   as measured again.
//! - [`ClaimsFile`]: a lesson's `claims.toml`, the lecture's claims.
//!
//! A quantity that was not measured is an absent key, never 0. The unit stands last in a name:
//! `peak_bytes`, `wall_ns`.

mod attachment;
mod bench;
mod claims;
mod cpu;
mod curve;
mod diff;
mod findings;
mod gradebook;
mod growth;
mod heap_run;
mod homework;
mod manifest;
mod mindmap;
mod prediction;
mod reconciliation;
mod record;
mod report;
mod tracemalloc;

pub use heaplab_profile::{CountsTotals, DhatTotals, HeapTotals, Probe};

pub use attachment::{
    AllocatorRun, ArenaTotals, Attachment, Axis, AxisUnit, BlockSize, BlockSizes, CallSample, Calls, Cell,
    Chart, Churn, CollectionRun, Collections, CountedObject, Family, FamilyChild, Figure, FoldedStacks,
    Footprint, Graph, GraphEdge, GraphNode, LessonData, Marker, MemoryRegions, MemoryRow, MemorySpan,
    MemoryState, PythonAllocators, Series, SourceLine, SourceListing, Step, StepChart, StepSeries, Strength,
    Table, ToolFile, ToolOutput,
};
pub use bench::{BENCH_SCHEMA, Bench, BenchBuild, Comparison, ExpectedFigure, PeerCommand, Quantity};
pub use claims::{ClaimSpec, ClaimsFile, GoalSpec, MeasureSpec, Relation};
pub use cpu::{CPU_SCHEMA, CpuFunction, CpuReport};
pub use curve::{Curve, CurvePoint};
pub use diff::{Change, DIFF_SCHEMA, Diff, ProfileDiff, SiteChange, TotalChanges};
pub use findings::{FindingSpec, FindingVerdict};
pub use gradebook::{
    AlikePair, FlagKind, GRADEBOOK_SCHEMA, GRADED_CLASS_SCHEMA, Gradebook, GradebookEntry, GradedClass,
    GradedKind, SubmissionFlag, SubmissionTime, TimeSource,
};
pub use growth::{
    ChurnFix, ChurnLine, ClassifierRow, ClassifierTable, FittedSlope, Growth, GrowthClass, GrowthReason,
    Mystery, SiteGrowth, TeardownOutcome,
};
pub use heap_run::{
    HeapRun, HeapSite, ProgramKind, PythonFrames, RecordedProcess, RecordedPython, SizeClass, UnnamedModule,
    UnnamedReason,
};
pub use homework::{
    FigureMismatch, HOMEWORK_SCHEMA, HomeworkResult, SubmittedFile, TaskResult, TopSite, VERDICT_SCHEMA,
    Verdict, VerdictReason, VerdictStatus,
};
pub use manifest::{
    Language, LessonOption, MANIFEST_SCHEMA, Manifest, PREPARED_VARIABLE, PreparedInput, Text, Variant,
};
pub use mindmap::{MindFigure, MindMap, MindMapSpec, MindNode, MindNodeSpec, MindStageSpec};
pub use prediction::Prediction;
pub use reconciliation::{
    OutsideFigures, OutsideOutcome, OutsideRun, OutsideTool, Reconciliation, ResidentFigures,
};
pub use record::{
    CLOSED_FILE, HeapSample, LiveSnapshot, LiveSnapshotSite, Measurement, Phase, PlainSample, RECORD_SCHEMA,
    Record,
};
pub use report::{
    ClaimMeasurement, ClaimVerdict, DhatRun, Environment, Failure, Goal, Ladder, OtherQuantityVerdict,
    PlainRun, REPORT_SCHEMA, Report, Run, variant_file_stem,
};
pub use tracemalloc::{
    LiveFigures, MemrayOutcome, TracedLine, TracemallocRun, TracemallocSample, UntracedPart, UntracedReason,
};
