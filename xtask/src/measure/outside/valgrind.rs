//! `valgrind --tool=dhat`: the file that it leaves, split by call stacks.

use super::{Counted, Sight, is_inside, written};
use anyhow::Result;
use heaplab_profile::{Profile, Site, dhat};
use heaplab_record::OutsideFigures;
use std::path::Path;

/// Its default of 12 frames ends before the bench.
const FRAMES: &str = "--num-callers=200";
const FILE: &str = "valgrind.dhat";

/// What stands before the program.
pub(super) fn before(out: &Path) -> Vec<String> {
    let file = format!("--dhat-out-file={}", out.join(FILE).display());
    vec!["--tool=dhat".to_owned(), FRAMES.to_owned(), file]
}

pub(super) fn figures(sight: &Sight) -> Result<Counted> {
    let profile = dhat::read(&written(&sight.out.join(FILE))?)?;
    Ok(split(&profile, &sight.krate))
}

fn split(profile: &Profile, krate: &str) -> Counted {
    let inside = |site: &Site| is_inside(site.frames.iter().map(|frame| frame.function.as_str()), krate);
    let whole = sum(profile.sites.iter());
    (whole, sum(profile.sites.iter().filter(|site| !inside(site))))
}

fn sum<'a>(sites: impl Iterator<Item = &'a Site>) -> OutsideFigures {
    sites.fold(OutsideFigures { total_bytes: Some(0), ..OutsideFigures::default() }, |sum, site| {
        OutsideFigures {
            total_blocks: sum.total_blocks + site.total_blocks,
            total_bytes: sum.total_bytes.map(|bytes| bytes + site.total_bytes),
            peak_bytes: sum.peak_bytes + site.peak_bytes,
            end_bytes: sum.end_bytes + site.end_bytes,
        }
    })
}
