//! Runs one variant under the probe in use: the region opens, the variant runs, and the region
//! closes while the data is live.

use crate::phase;
use crate::progress;
use crate::resident::{self, ResidentMemory};
use crate::variant::{Checksum, Scale, VariantResult};
use heaplab_heap::{Region, RegionError, Totals, region};
use heaplab_record::{
    Attachment, CLOSED_FILE, HeapSample, Language, LiveSnapshot, Measurement, Phase, PlainSample,
    RECORD_SCHEMA, Record,
};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// If set, the data is dropped before the region closes, so that what is still live has no owner.
/// The runner asks for this in a separate run.
const TEARDOWN_VARIABLE: &str = "HEAPLAB_TEARDOWN";

/// Runs a variant at a scale.
pub struct VariantRunner {
    scale: Scale,
    /// The file that tells the runner that the region has closed, if it wants to know.
    closed_file: Option<PathBuf>,
}

/// The result of one run.
pub struct MeasuredVariant {
    checksum: Checksum,
    measurement: Measurement,
    phases: Vec<Phase>,
    attachments: Vec<Attachment>,
    looks: Vec<LiveSnapshot>,
}

impl VariantRunner {
    pub(crate) fn new(scale: u64, out: Option<&Path>) -> VariantRunner {
        VariantRunner { scale: Scale::new(scale), closed_file: out.map(|folder| folder.join(CLOSED_FILE)) }
    }

    /// Runs the variant once. Its data is not dropped, because the time to free it is not measured,
    /// unless the runner asks what is left after dropping.
    ///
    /// # Errors
    /// If `HEAPLAB_PROBE` asks for a probe that is not available.
    pub fn measure<T>(&self, variant: fn(Scale) -> VariantResult<T>) -> Result<MeasuredVariant, RegionError> {
        let is_torn_down = std::env::var_os(TEARDOWN_VARIABLE).is_some();
        progress::begin();
        let at_start = resident::read_resident();
        let open = region()?;
        let started = Instant::now();
        phase::begin(started);
        let kept = run_variant(variant, self.scale);
        let wall_ns = phase::nanoseconds_since(started);
        if is_torn_down {
            return Ok(measure_teardown(kept, open, wall_ns));
        }
        let totals = open.close();
        let at_end = resident::read_resident();
        let (phases, looks) = (phase::end(), progress::end());

        let measurement = build_measurement(totals, wall_ns, at_start, at_end, kept.children_peak_bytes);
        let look = match measurement {
            Measurement::Plain(_) => kept.make_attachments,
            Measurement::Heap(_) => kept.make_heap_attachments,
            Measurement::Counts(_) | Measurement::Dhat(_) | Measurement::Tracemalloc(_) => None,
        };
        if let (Some(_), Some(path)) = (&look, &self.closed_file) {
            // If this file cannot be written, neither can the record, and that error is reported.
            let _ = std::fs::write(path, "");
        }
        let attachments = look.map(|look| look(&kept.data, self.scale)).unwrap_or_default();
        let checksum = kept.checksum.clone();
        std::mem::forget(std::hint::black_box(kept));
        Ok(MeasuredVariant { checksum, measurement, phases, attachments, looks })
    }
}

/// Calls the variant. valgrind and heaptrack tell what belongs to the region by this function's name, so
/// it is never inlined, and something is left to do after the call, or the call would be a jump.
#[inline(never)]
fn run_variant<T>(variant: fn(Scale) -> VariantResult<T>, scale: Scale) -> VariantResult<T> {
    std::hint::black_box(variant(scale))
}

impl MeasuredVariant {
    pub(crate) fn into_record(self, variant: &str, scale: u64) -> Record {
        let dhat = matches!(self.measurement, Measurement::Dhat(_));
        Record {
            schema: RECORD_SCHEMA.to_owned(),
            variant: variant.to_owned(),
            language: Language::Rust,
            scale,
            checksum: self.checksum.to_hex(),
            runtime: None,
            measurement: self.measurement,
            phases: self.phases,
            attachments: self.attachments,
            looks: self.looks,
            load_address: dhat.then(resident::load_address).flatten(),
        }
    }
}

/// Drops the variant's data, then closes the region.
fn measure_teardown<T>(kept: VariantResult<T>, open: Region, wall_ns: u64) -> MeasuredVariant {
    let VariantResult { checksum, data, children_peak_bytes, .. } = kept;
    drop(data);
    let totals = open.close();
    let now = resident::read_resident();
    let (phases, looks) = (phase::end(), progress::end());
    let measurement = build_measurement(totals, wall_ns, now, now, children_peak_bytes);
    MeasuredVariant { checksum, measurement, phases, attachments: Vec::new(), looks }
}

fn build_measurement(
    totals: Totals,
    wall_ns: u64,
    at_start: ResidentMemory,
    at_end: ResidentMemory,
    children: Option<u64>,
) -> Measurement {
    match totals {
        Totals::Plain => Measurement::Plain(PlainSample {
            wall_ns,
            peak_rss_bytes: at_end.peak_bytes.map(|own| own + children.unwrap_or(0)),
            start_rss_bytes: at_start.now_bytes,
            start_rss_file_bytes: at_start.file_bytes,
            end_rss_anon_bytes: at_end.anon_bytes,
            end_rss_file_bytes: at_end.file_bytes,
            end_rss_shmem_bytes: at_end.shmem_bytes,
            children_peak_rss_bytes: children,
        }),
        Totals::Counts(counts) => Measurement::Counts(counts),
        Totals::Dhat(dhat) => Measurement::Dhat(dhat),
        Totals::Heap(totals) => {
            Measurement::Heap(HeapSample { wall_ns, totals, process_peak_rss_bytes: at_end.peak_bytes })
        }
    }
}
