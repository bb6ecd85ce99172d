//! Which run a run is compared with, and how it stands: the rule that the terminal, the Markdown,
//! the page and the pictures share.

use heaplab_record::{Language, Run};

/// The run that `run` is compared with: the marked one of its own lesson folder, or of the report
/// where the folder has none, that did the same work, in its own language. Python scripts carry no
/// mark: theirs is the script with the name of the Rust baseline.
pub fn find_baseline<'a>(run: &Run, runs: &'a [Run]) -> Option<&'a Run> {
    let near = |other: &&Run| other.section == run.section;
    let marked = |other: &&Run| {
        other.baseline && other.language == Language::Rust && other.work_group == run.work_group
    };
    let of_rust = runs.iter().filter(near).find(marked).or_else(|| runs.iter().find(marked))?;
    let namesake = |other: &&Run| {
        other.language == run.language
            && other.interpreter == run.interpreter
            && other.variant == of_rust.variant
            && other.section == of_rust.section
    };
    runs.iter().find(namesake)
}

/// How a run stands to its baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BaselineComparison {
    /// It is the baseline.
    IsBaseline,
    /// It has another figure.
    Change {
        /// What was compared.
        quantity: ComparedQuantity,
        /// The run's figure.
        mine: MeasuredPeak,
        /// The baseline's.
        theirs: MeasuredPeak,
        /// The figures to compare, per row where `per_row` is set.
        change: RelativeChange,
        /// Whether the two ran at different scales.
        per_row: bool,
        /// The run's figure as a part of the baseline's.
        part: f64,
        /// Whether the two differ by less than the same run does from one time to the next.
        is_noise: bool,
    },
}

/// The quantity that two runs are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparedQuantity {
    /// Peak live heap.
    LiveHeap,
    /// Peak RSS.
    ResidentMemory,
}

/// A peak and the rows that it was measured at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasuredPeak {
    /// The peak.
    pub bytes: u64,
    /// The rows.
    pub rows: u64,
}

/// A figure and that of its baseline, which is not 0. Only their ratio has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelativeChange {
    /// The run's.
    pub value: u64,
    /// The baseline's.
    pub baseline: u64,
}

/// Two runs of the same program differ in peak RSS by up to this much, or by this part of it.
const RSS_NOISE_BYTES: u64 = 256 << 10;
const RSS_NOISE_PART: f64 = 0.02;

/// Compares peak live heap, or peak RSS where neither has a heap probe or where one of the two maps
/// memory that the recorder does not see. `None` where there is nothing to compare: a peak of one
/// kind is never compared with a peak of the other.
pub fn compare_with_baseline(run: &Run, baseline: Option<&Run>) -> Option<BaselineComparison> {
    let baseline = baseline?;
    let quantity = match (&run.heap, &baseline.heap) {
        _ if run.maps_memory || baseline.maps_memory => ComparedQuantity::ResidentMemory,
        (Some(_), Some(_)) => ComparedQuantity::LiveHeap,
        (None, None) => ComparedQuantity::ResidentMemory,
        _ => return None,
    };
    let (mine, theirs) = (quantity.read(run)?, quantity.read(baseline)?);
    if is_same_variant(run, baseline) {
        return Some(BaselineComparison::IsBaseline);
    }
    let per_row = mine.rows != theirs.rows;
    // Cross-multiplied, so that a few bytes per row keep their digits.
    let factors = if per_row { (theirs.rows, mine.rows) } else { (1, 1) };
    let value = u128::from(mine.bytes) * u128::from(factors.0);
    let of = u128::from(theirs.bytes) * u128::from(factors.1);
    let shrink = (value.max(of) / u128::from(u64::MAX)) + 1;
    let change = RelativeChange { value: (value / shrink) as u64, baseline: (of / shrink) as u64 };
    let part = value as f64 / of as f64;
    let noise = RSS_NOISE_BYTES.max((theirs.bytes as f64 * RSS_NOISE_PART) as u64);
    let is_noise =
        quantity == ComparedQuantity::ResidentMemory && !per_row && mine.bytes.abs_diff(theirs.bytes) < noise;
    let compared = BaselineComparison::Change { quantity, mine, theirs, change, per_row, part, is_noise };
    (change.baseline > 0).then_some(compared)
}

impl ComparedQuantity {
    fn read(self, run: &Run) -> Option<MeasuredPeak> {
        match self {
            ComparedQuantity::LiveHeap => {
                run.heap.as_ref().map(|heap| MeasuredPeak { bytes: heap.peak_bytes, rows: heap.rows })
            }
            ComparedQuantity::ResidentMemory => {
                let bytes = run.plain.as_ref()?.peak_rss_bytes?;
                Some(MeasuredPeak { bytes, rows: run.rows })
            }
        }
    }
}

/// Whether two runs are of one variant.
pub fn is_same_variant(one: &Run, other: &Run) -> bool {
    one.section == other.section
        && one.variant == other.variant
        && one.language == other.language
        && one.interpreter == other.interpreter
}
