//! Writes a recording's profile as a DHAT file of version 2, as the dhat crate would have written
//! it, so that it opens in the DHAT viewer.
//!
//! Figures follow dhat's rule, under which a reallocated block is a new block of its full size:
//! `tbk` is births and reallocations, `tb` birth bytes and the sum of new sizes. Times (`tl`, `tg`,
//! `te`, `tuth`) are in bytes of the allocation clock instead of microseconds, so that they are the
//! same on every run; the format lets the file name the unit. `tl` contains the lifetimes of the
//! freed blocks and, as in dhat, those of the others up to the end. A block that was reallocated
//! has one life here and begins a new one in dhat.

use super::file::{DhatFile, ProgramPoint};
use super::rebase::{merge_points, sort_frame_table, strip_program_folder};
use super::{DhatError, VERSION};
use crate::raw::RawRecording;
use crate::{Frame, Profile, RecorderFigures, Site, UNKNOWN};
use std::collections::{BTreeMap, HashMap};

/// The unit of the times that heaplab writes; dhat's own is microseconds.
pub(super) const TIME_UNIT: &str = "bytes allocated";

/// The viewer calls blocks short-lived if they lived for no longer than this: until the program had
/// allocated another page.
const SHORT_LIVED_BYTES: u64 = 4096;

/// What a DHAT file says about the run as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunHeader {
    /// The command line.
    pub command: String,
    /// The allocation clock at the global peak, in bytes.
    pub peak_clock_bytes: u64,
    /// The allocation clock at the end, in bytes.
    pub end_clock_bytes: u64,
}

impl RunHeader {
    /// The header of a recording; the program is named without its folder.
    pub fn from_recording(raw: &RawRecording) -> RunHeader {
        RunHeader {
            command: strip_program_folder(&raw.command.join(" ")),
            peak_clock_bytes: raw.totals.peak_clock_bytes,
            end_clock_bytes: raw.totals.birth_bytes + raw.totals.grown_bytes,
        }
    }
}

/// Writes the file. The bytes are the same for the same profile, whatever the order of its sites.
pub fn write(profile: &Profile, run: &RunHeader) -> Result<String, DhatError> {
    let mut texts = vec!["[root]".to_owned()];
    let mut of_frames: HashMap<&Frame, usize> = HashMap::new();
    let mut points = Vec::new();
    for (index, site) in profile.sites.iter().enumerate() {
        let recorded = site.recorded.as_ref().ok_or(DhatError::NotRecorded { site: index })?;
        let mut stack: Vec<usize> = Vec::new();
        for frame in site.frames.iter().rev() {
            stack.push(*of_frames.entry(frame).or_insert_with(|| {
                texts.push(format_frame(frame));
                texts.len() - 1
            }));
        }
        points.push(program_point(site, recorded, stack));
    }
    let (table, places) = sort_frame_table(&texts);
    let file = DhatFile {
        dhat_file_version: VERSION,
        mode: "rust-heap".to_owned(),
        verb: "Allocated".to_owned(),
        bklt: true,
        bkacc: false,
        tu: TIME_UNIT.to_owned(),
        mtu: "MB allocated".to_owned(),
        tuth: Some(SHORT_LIVED_BYTES),
        cmd: run.command.clone(),
        pid: 0,
        tg: Some(run.peak_clock_bytes),
        te: run.end_clock_bytes,
        others: BTreeMap::new(),
        pps: merge_points(points, &places),
        ftbl: table,
    };
    file.to_json()
}

fn program_point(site: &Site, recorded: &RecorderFigures, stack: Vec<usize>) -> ProgramPoint {
    ProgramPoint {
        tb: recorded.birth_bytes + recorded.reallocated_bytes,
        tbk: site.total_blocks + recorded.reallocations,
        tl: Some(recorded.lifetime_bytes + recorded.survivor_age_bytes),
        mb: Some(site.own_peak_bytes),
        mbk: Some(site.own_peak_blocks),
        gb: Some(site.peak_bytes),
        gbk: Some(site.peak_blocks),
        eb: Some(site.end_bytes),
        ebk: Some(site.end_blocks),
        others: BTreeMap::new(),
        fs: stack,
    }
}

/// Formats a frame without an address and without a column:
/// `slots_vs_maps::list_dict (lessons/8.5.2-slots-vs-maps/src/main.rs:30)`.
fn format_frame(frame: &Frame) -> String {
    let function = if frame.function == UNKNOWN { "???" } else { &frame.function };
    format!("{function} ({})", frame.location.as_deref().unwrap_or("???:0:0"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dhat;
    use crate::raw::RawTotals;

    fn frame(function: &str, location: Option<&str>) -> Frame {
        Frame { function: function.to_owned(), location: location.map(str::to_owned), ..Frame::default() }
    }

    fn site(frames: &[Frame]) -> Site {
        Site {
            frames: frames.to_vec(),
            total_blocks: 3,
            total_bytes: 96,
            peak_blocks: 2,
            peak_bytes: 64,
            own_peak_blocks: 2,
            own_peak_bytes: 80,
            end_blocks: 1,
            end_bytes: 16,
            recorded: Some(RecorderFigures {
                birth_bytes: 48,
                reallocations: 4,
                reallocated_bytes: 200,
                grown_bytes: 48,
                lifetime_bytes: 70,
                survivor_age_bytes: 7,
                ..RecorderFigures::default()
            }),
        }
    }

    #[test]
    fn figures_follow_dhats_rule() {
        let main = frame("app::main", Some("src/main.rs:9"));
        let inner = [main.clone(), frame("qsort", Some("in libc.so.6")), frame(UNKNOWN, None)];
        let profile = Profile { sites: vec![site(&inner), site(std::slice::from_ref(&main))] };
        let run = RunHeader { command: "app list".to_owned(), peak_clock_bytes: 90, end_clock_bytes: 192 };
        let json = write(&profile, &run).unwrap();
        let read = dhat::read(&json).unwrap();
        let expected = |frames: &[Frame]| Site {
            frames: frames.to_vec(),
            total_blocks: 7,
            total_bytes: 248,
            recorded: None,
            ..site(frames)
        };
        assert_eq!(read.clone().merge_equal_stacks().sites, [expected(&[main]), expected(&inner)]);
        for line in ["\"tl\": 77,", "\"tg\": 90,", "\"te\": 192,", "\"cmd\": \"app list\","] {
            assert!(json.lines().any(|found| found == line), "{line} in {json}");
        }
        // The order of the sites does not matter.
        let swapped = Profile { sites: profile.sites.iter().rev().cloned().collect() };
        assert_eq!(write(&swapped, &run).unwrap(), json);
        assert!(matches!(write(&read, &run), Err(DhatError::NotRecorded { site: 0 })));
    }

    #[test]
    fn equal_stacks_are_one_program_point() {
        let main = [frame("app::main", None)];
        let json = write(&Profile { sites: vec![site(&main), site(&main)] }, &RunHeader::default()).unwrap();
        let read = dhat::read(&json).unwrap();
        assert_eq!(read.sites.len(), 1);
        assert_eq!(read.sites[0].peak_bytes, 128);
    }

    #[test]
    fn a_run_is_what_the_recording_says() {
        let raw = RawRecording {
            command: ["/home/x/target/app", "list"].map(str::to_owned).to_vec(),
            totals: RawTotals {
                birth_bytes: 30,
                grown_bytes: 12,
                peak_clock_bytes: 30,
                ..RawTotals::default()
            },
            ..RawRecording::default()
        };
        let run = RunHeader { command: "app list".to_owned(), peak_clock_bytes: 30, end_clock_bytes: 42 };
        assert_eq!(RunHeader::from_recording(&raw), run);
    }
}
