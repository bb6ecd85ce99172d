//! Holds the figures of a report against the limits of `--fail-above`.

use crate::exit::ExitReason;
use crate::limit::{Limit, LimitedFigure};
use crate::runner::alloc_sites::{NamedProfile, describe_frame};
use heaplab_profile::Profile;
use heaplab_profile::statistics::{GroupBy, group_sites};
use heaplab_record::{HeapRun, Report};
use heaplab_report::format;

/// Lines that the message names.
const MOST_LINES: usize = 5;

/// Checks every limit. `profiles` are those of the report's runs.
///
/// # Errors
/// [`ExitReason::CheckFailed`] with each figure that is above its limit, and the lines with the most.
pub(super) fn check_limits(
    limits: &[Limit],
    report: &Report,
    profiles: &[NamedProfile],
) -> Result<(), ExitReason> {
    let broken: Vec<String> =
        limits.iter().filter_map(|limit| explain_broken(limit, report, profiles)).collect();
    if broken.is_empty() { Ok(()) } else { Err(ExitReason::CheckFailed(broken.join("\n"))) }
}

/// The message of a limit that is broken.
fn explain_broken(limit: &Limit, report: &Report, profiles: &[NamedProfile]) -> Option<String> {
    let heaps = report.runs.iter().filter_map(|run| Some((run.variant.as_str(), run.heap.as_ref()?)));
    let figure = |heap: &HeapRun| match limit.figure {
        LimitedFigure::Peak => heap.peak_bytes,
        LimitedFigure::End => heap.end_bytes,
        LimitedFigure::Total => heap.total_bytes,
        LimitedFigure::Blocks => heap.total_blocks,
    };
    // Peaks of several processes are of different moments, so their sum would be of none.
    let is_of_one = matches!(limit.figure, LimitedFigure::Peak | LimitedFigure::End);
    let (who, found) = if is_of_one {
        let largest = heaps.max_by_key(|(_, heap)| figure(heap))?;
        (largest.0, figure(largest.1))
    } else {
        (report.title.en.as_str(), heaps.map(|(_, heap)| figure(heap)).sum())
    };
    if found <= limit.most {
        return None;
    }
    let show = |figure: u64| match limit.figure {
        LimitedFigure::Blocks => format!("{} blocks", format::count(figure)),
        _ => format!("{} ({} bytes)", format::bytes(figure), format::count(figure)),
    };
    let what = match limit.figure {
        LimitedFigure::Peak => "live at the peak",
        LimitedFigure::End => "live at the end",
        LimitedFigure::Total | LimitedFigure::Blocks => "allocated over the whole run",
    };
    let named = profiles.iter().filter(|named| !is_of_one || named.variant == who);
    let lines = list_lines(limit.figure, named);
    let (found, text) = (show(found), &limit.text);
    Some(format!("{who}: {found} {what} is above the limit of --fail-above {text}. The most is from:{lines}"))
}

/// The lines with the most, each with its share of the figure.
fn list_lines<'a>(figure: LimitedFigure, named: impl Iterator<Item = &'a NamedProfile>) -> String {
    let sites = named.flat_map(|named| named.profile.sites.iter().cloned()).collect();
    let measure = figure.measure();
    let groups = group_sites(&Profile { sites }, GroupBy::Line, measure);
    let line = |group: heaplab_profile::statistics::SiteGroup| {
        let amount = measure.figure(&group.sums);
        let place = group.sums.frames.first().map(describe_frame).unwrap_or_default();
        let amount = match figure {
            LimitedFigure::Blocks => format::count(amount),
            _ => format::bytes(amount),
        };
        format!("\n  {amount:>10}  {place}")
    };
    groups.into_iter().filter(|group| measure.figure(&group.sums) > 0).take(MOST_LINES).map(line).collect()
}
