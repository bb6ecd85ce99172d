//! Regions: a measurement from opening to closing. Without one, the region is the whole process.

use crate::probe::{Decision, PROBE_VARIABLE, get_or_decide};
use crate::recorder;
use heaplab_profile::raw::RawRecording;
use heaplab_profile::{CountsTotals, DhatTotals, HeapTotals, Probe};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// Opens a measurement. Blocks that are live now are ignored when they are freed, and count as new
/// when they are reallocated (dhat's rule). Other threads should be idle while a region opens and
/// closes.
///
/// # Errors
/// If a region is open already, or if `HEAPLAB_PROBE` asks for a probe that this program does not
/// have.
pub fn region() -> Result<Region, RegionError> {
    let probe = match get_or_decide(Probe::Plain) {
        Decision::Use(probe) => probe,
        Decision::NotBuilt(probe) => return Err(RegionError::NotBuilt(probe)),
        Decision::Unknown => {
            let word = std::env::var_os(PROBE_VARIABLE).unwrap_or_default();
            return Err(RegionError::UnknownProbe(word.to_string_lossy().into_owned()));
        }
    };
    if IS_OPEN.swap(true, Ordering::AcqRel) {
        return Err(RegionError::AlreadyOpen);
    }
    let inner = match probe {
        Probe::Plain => OpenProbe::Plain,
        Probe::Heap => {
            recorder::open_region();
            OpenProbe::Heap
        }
        #[cfg(feature = "counts")]
        Probe::Counts => OpenProbe::Counts(stats_alloc::INSTRUMENTED_SYSTEM.stats()),
        #[cfg(feature = "dhat")]
        Probe::Dhat => OpenProbe::Dhat(start_dhat()),
        // The word `tracemalloc` names no probe of a Rust program, so this is never decided.
        #[cfg(all(feature = "counts", feature = "dhat"))]
        Probe::Tracemalloc => return Err(RegionError::NotBuilt(probe)),
        #[cfg(not(all(feature = "counts", feature = "dhat")))]
        probe => return Err(RegionError::NotBuilt(probe)),
    };
    Ok(Region { inner: Some(inner) })
}

/// Live bytes of the region; `None` under probes other than the recorder.
pub fn live_bytes() -> Option<u64> {
    can_record().then(recorder::live_bytes)
}

/// Marks the beginning of the next part of the work on the curve of live bytes. Allocates nothing, and
/// does nothing under other probes. A name is cut to 48 bytes, and marks after the 64th of a region are
/// dropped.
pub fn mark(name: &'static str) {
    if can_record() {
        recorder::add_mark(name);
    }
}

/// The recording of the region that was closed last, or of the open one so far: stacks, sites, the
/// curve. `None` under probes other than the recorder.
pub fn take_recording() -> Option<RawRecording> {
    can_record().then(recorder::take_recording)
}

fn can_record() -> bool {
    crate::probe() == Probe::Heap
}

/// Writes the recording to a file, first under a temporary name, so that a reader never finds half
/// of it. The format is that of [`RawRecording::write`]. Under other probes nothing is written.
///
/// # Errors
/// Errors of the file system.
pub fn write_recording(path: &Path) -> io::Result<()> {
    let Some(raw) = take_recording() else { return Ok(()) };
    recorder::untracked(|| {
        let beside = path.with_extension("part");
        let mut file = io::BufWriter::new(std::fs::File::create(&beside)?);
        raw.write(&mut file)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?;
        std::fs::rename(&beside, path)
    })
}

/// Opens a region of the recorder for a program that calls from C and has no [`Region`] to keep.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(crate) fn open_recorded_region() -> bool {
    let opens = !IS_OPEN.swap(true, Ordering::AcqRel);
    if opens {
        recorder::open_region();
    }
    opens
}

/// Closes the region that [`open_recorded_region`] opened, and returns what it counted.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(crate) fn close_recorded_region() -> Option<HeapTotals> {
    IS_OPEN.swap(false, Ordering::AcqRel).then(recorder::close_region)
}

/// An open measurement.
#[must_use = "a region that is dropped at once has measured nothing"]
pub struct Region {
    /// `None` after closing.
    inner: Option<OpenProbe>,
}

enum OpenProbe {
    Plain,
    Heap,
    #[cfg(feature = "counts")]
    Counts(stats_alloc::Stats),
    #[cfg(feature = "dhat")]
    Dhat(dhat::Profiler),
}

/// What the probe counted in a region. Each variant has only what its probe can measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Totals {
    /// The system's allocator counts nothing.
    Plain,
    /// stats_alloc's figures.
    Counts(CountsTotals),
    /// dhat's figures; its sites are in `dhat.json`.
    Dhat(DhatTotals),
    /// The recorder's figures.
    Heap(HeapTotals),
}

/// Why no region could be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// Regions do not nest.
    #[error("a region is open already: close it before you open another")]
    AlreadyOpen,
    /// `HEAPLAB_PROBE` holds no probe's name.
    #[error("HEAPLAB_PROBE={0} names no probe: use plain, counts, dhat or heap")]
    UnknownProbe(String),
    /// The probe's feature is not turned on.
    #[error("the {0:?} probe is not in this program: turn on the feature of that name of heaplab-heap")]
    NotBuilt(Probe),
}

impl Region {
    /// Closes the measurement and returns the totals. Under dhat this reads symbols and writes
    /// `$HEAPLAB_OUT/dhat.json` (without that variable `dhat.json` in the working directory), which
    /// takes a moment.
    pub fn close(mut self) -> Totals {
        match self.inner.take() {
            None | Some(OpenProbe::Plain) => Totals::Plain,
            Some(OpenProbe::Heap) => Totals::Heap(recorder::close_region()),
            #[cfg(feature = "counts")]
            Some(OpenProbe::Counts(at_start)) => {
                let change = stats_alloc::INSTRUMENTED_SYSTEM.stats() - at_start;
                Totals::Counts(CountsTotals {
                    allocations: change.allocations as u64,
                    deallocations: change.deallocations as u64,
                    reallocations: change.reallocations as u64,
                    bytes_allocated: change.bytes_allocated as u64,
                    bytes_deallocated: change.bytes_deallocated as u64,
                    bytes_reallocated: change.bytes_reallocated as i64,
                })
            }
            #[cfg(feature = "dhat")]
            Some(OpenProbe::Dhat(profiler)) => {
                let stats = dhat::HeapStats::get();
                drop(profiler);
                Totals::Dhat(DhatTotals {
                    total_blocks: stats.total_blocks,
                    total_bytes: stats.total_bytes,
                    peak_blocks: stats.max_blocks as u64,
                    peak_bytes: stats.max_bytes as u64,
                    end_blocks: stats.curr_blocks as u64,
                    end_bytes: stats.curr_bytes as u64,
                })
            }
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if let Some(OpenProbe::Heap) = self.inner {
            // The figures are not needed, but counting must end.
            let _ = recorder::close_region();
        }
        IS_OPEN.store(false, Ordering::Release);
    }
}

#[cfg(feature = "dhat")]
fn start_dhat() -> dhat::Profiler {
    let folder = std::env::var_os("HEAPLAB_OUT").unwrap_or_default();
    // All frames are kept: dhat's default of 10 loses the lesson's own function in debug builds.
    let builder = dhat::Profiler::builder().trim_backtraces(Some(usize::MAX));
    builder.file_name(Path::new(&folder).join("dhat.json")).build()
}
