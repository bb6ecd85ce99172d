//! DHAT's file format, version 2 (described in valgrind's `dhat/dh_main.c`; here written by the
//! `dhat` crate). It is read into the model and written from it, and dhat's own file is copied for
//! a report.

mod file;
mod rebase;
mod write;

use super::{CountingRule, Format, FormatError, ImportedProfile, LocationStyle, ProfileReader};
use crate::{Frame, Measure, Profile, Site, function_name};
use file::{DhatFile, ProgramPoint};

pub use rebase::rebase;
pub use write::{RunHeader, write};

/// Written for recordings only: where dhat itself was the recorder, a report contains [`rebase`]'s
/// copy of its file.
pub const FORMAT: Format = Format {
    name: "dhat",
    ending: ".dhat.json",
    write: |profile, subject| {
        Ok(subject.run.map(|run| write(profile, run)).transpose()?.map(String::into_bytes))
    },
    read: Some(ProfileReader { recognizes: |_, text| file::is_dhat(text), read: import }),
};

/// The version of the format that is read.
pub const VERSION: u64 = 2;

/// Why a DHAT file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DhatError {
    /// Not JSON, or a field is missing or of another type; serde names it and its line.
    #[error("not a DHAT file: {0}")]
    Json(#[from] serde_json::Error),
    /// Another version of the format.
    #[error("the field `dhatFileVersion` is {found}; only version {VERSION} is read")]
    Version {
        /// The value in the file.
        found: u64,
    },
    /// A profile of another mode than heap has no live blocks.
    #[error("a profile of the mode `{mode}` has no peak (`bklt` is false): a heap profile is needed")]
    NotHeap {
        /// The value in the file.
        mode: String,
    },
    /// A heap profile that lacks a figure.
    #[error(
        "`pps[{program_point}]` lacks a field of a heap profile (`mb`, `mbk`, `gb`, `gbk`, `eb` or `ebk`)"
    )]
    Figures {
        /// The index in `pps`.
        program_point: usize,
    },
    /// A profile that dhat made is not written, because it lacks the recorder's figures. [`rebase`]
    /// copies dhat's own file.
    #[error("site {site} has no figures of the recorder: only recordings are written in DHAT's format")]
    NotRecorded {
        /// The index of the site.
        site: usize,
    },
    /// A stack names a frame outside the table.
    #[error("`pps[{program_point}].fs` names frame {frame}, and `ftbl` has {frames}")]
    Frame {
        /// The index in `pps`.
        program_point: usize,
        /// The index of the frame.
        frame: usize,
        /// The number of frames.
        frames: usize,
    },
}

/// Reads a heap profile. Stacks are whole; [`Profile::trim_stacks`] trims them.
pub fn read(json: &str) -> Result<Profile, DhatError> {
    Ok(build_profile(&DhatFile::parse(json)?))
}

fn build_profile(file: &DhatFile) -> Profile {
    let frames: Vec<Frame> = file.ftbl.iter().map(|text| parse_frame(text)).collect();
    let site = |point: &ProgramPoint| Site {
        // DHAT lists the innermost frame first.
        frames: point.fs.iter().rev().map(|&index| frames[index].clone()).collect(),
        total_blocks: point.tbk,
        total_bytes: point.tb,
        peak_blocks: point.gbk.unwrap_or_default(),
        peak_bytes: point.gb.unwrap_or_default(),
        own_peak_blocks: point.mbk.unwrap_or_default(),
        own_peak_bytes: point.mb.unwrap_or_default(),
        end_blocks: point.ebk.unwrap_or_default(),
        end_bytes: point.eb.unwrap_or_default(),
        recorded: None,
    };
    Profile { sites: file.pps.iter().map(site).collect() }
}

/// Reads a heap profile that is dhat's or heaplab's own, which differ in how they name places.
fn import(json: &str) -> Result<ImportedProfile, FormatError> {
    let file = DhatFile::parse(json)?;
    Ok(ImportedProfile {
        profile: build_profile(&file).trim_stacks(),
        locations: if file.tu == write::TIME_UNIT {
            LocationStyle::Workspace
        } else {
            LocationStyle::LastParts
        },
        counting: CountingRule::Dhat,
        measures: &Measure::ALL,
    })
}

/// Reads `0x55d0c8a3b1f4: slots_vs_maps::list_dict (8.5.2-slots-vs-maps/src/main.rs:30:9)`.
fn parse_frame(text: &str) -> Frame {
    let (_, text) = split_address(text);
    let (symbol, place) = match text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((symbol, place)) => (symbol, Some(place)),
        None => (text, None),
    };
    Frame { function: function_name(symbol), location: place.and_then(strip_column), ..Frame::default() }
}

/// Splits the address, where there is one, from what follows it.
fn split_address(text: &str) -> (Option<u64>, &str) {
    let parsed = text.strip_prefix("0x").and_then(|text| text.split_once(": "));
    match parsed.map(|(digits, rest)| (u64::from_str_radix(digits, 16), rest)) {
        Some((Ok(address), rest)) => (Some(address), rest),
        _ => (None, text),
    }
}

/// Strips the column of `path:line:column`; `None` where dhat did not know the file.
fn strip_column(place: &str) -> Option<String> {
    let mut parts = place.rsplitn(3, ':');
    let is_number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u32>().is_ok());
    let has_column = is_number(parts.next()) && is_number(parts.next());
    let known = !place.is_empty() && !place.starts_with("???");
    known.then(|| match place.rsplit_once(':') {
        Some((with_line, _)) if has_column => with_line.to_owned(),
        _ => place.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read() {
        let cases = [
            (
                "0x55d0: a::b (8.5.2-slots-vs-maps/src/main.rs:30:9)",
                "a::b",
                Some("8.5.2-slots-vs-maps/src/main.rs:30"),
            ),
            ("0x1: <T as U (V)>::f (x.rs:1:2)", "<T as U (V)>::f", Some("x.rs:1")),
            ("0x48: malloc (vg_replace_malloc.c:393)", "malloc", Some("vg_replace_malloc.c:393")),
            ("0x0: ??? (???:0:0)", "[unknown]", None),
            ("main (in /usr/bin/x)", "main", Some("in /usr/bin/x")),
        ];
        for (text, function, location) in cases {
            let read = parse_frame(text);
            assert_eq!((read.function.as_str(), read.location.as_deref()), (function, location), "{text}");
        }
    }

    #[test]
    fn errors_name_the_field() {
        let no_table = r#"{"dhatFileVersion":2,"mode":"heap","verb":"Allocated","bklt":true,"bkacc":false,"tu":"s",
            "Mtu":"s","cmd":"x","pid":1,"te":1,"pps":[]}"#;
        let bad_frame = r#"{"dhatFileVersion":2,"mode":"heap","verb":"Allocated","bklt":true,"bkacc":false,"tu":"s",
            "Mtu":"s","cmd":"x","pid":1,"te":1,"ftbl":["[root]"],
            "pps":[{"tb":1,"tbk":1,"mb":1,"mbk":1,"gb":1,"gbk":1,"eb":1,"ebk":1,"fs":[4]}]}"#;
        let cases = [
            ("[", "not a DHAT file"),
            ("{}", "dhatFileVersion"),
            (r#"{"dhatFileVersion":3}"#, "is 3; only version 2"),
            (no_table, "ftbl"),
            (bad_frame, "`pps[0].fs` names frame 4, and `ftbl` has 1"),
            (&bad_frame.replace(r#""gb":1,"#, ""), "`pps[0]` lacks a field"),
            (&bad_frame.replace(r#""bklt":true"#, r#""bklt":false"#), "of the mode `heap` has no peak"),
        ];
        for (json, says) in cases {
            let error = read(json).map(|_| ()).expect_err(json).to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
