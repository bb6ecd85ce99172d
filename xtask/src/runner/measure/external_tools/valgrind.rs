//! Reads the file of `valgrind --tool=dhat`, and splits it by call stacks.

use super::{ToolFigures, is_in_region, read_output};
use anyhow::Result;
use heaplab_profile::{Profile, Site, dhat};
use heaplab_record::OutsideFigures;
use std::path::Path;

/// valgrind's default of 12 frames ends before the region's function.
const FRAMES: &str = "--num-callers=200";
const FILE: &str = "valgrind.dhat";

pub(super) fn command_prefix(out: &Path) -> Vec<String> {
    let file = format!("--dhat-out-file={}", out.join(FILE).display());
    vec!["--tool=dhat".to_owned(), FRAMES.to_owned(), file]
}

pub(super) fn read_figures(out: &Path) -> Result<ToolFigures> {
    Ok(split_by_region(&dhat::read(&read_output(&out.join(FILE))?)?))
}

fn split_by_region(profile: &Profile) -> ToolFigures {
    let inside = |site: &Site| is_in_region(site.frames.iter().map(|frame| frame.function.as_str()));
    let whole = sum_sites(profile.sites.iter());
    (whole, sum_sites(profile.sites.iter().filter(|site| !inside(site))))
}

fn sum_sites<'a>(sites: impl Iterator<Item = &'a Site>) -> OutsideFigures {
    sites.fold(OutsideFigures { total_bytes: Some(0), ..OutsideFigures::default() }, |sum, site| {
        OutsideFigures {
            total_blocks: sum.total_blocks + site.total_blocks,
            total_bytes: sum.total_bytes.map(|bytes| bytes + site.total_bytes),
            peak_bytes: sum.peak_bytes + site.peak_bytes,
            end_bytes: sum.end_bytes + site.end_bytes,
        }
    })
}
