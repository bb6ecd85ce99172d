//! memray's export of what was live at the peak, `memray transform csv FILE`
//! (<https://bloomberg.github.io/memray/transform.html>). It is read, not written.
//!
//! A row is a call stack: its bytes stand in `size`, and `stack_trace` has
//! `function;file;line|function;file;line`, the innermost first.

use super::{CountingRule, FormatError, ImportedProfile, LocationStyle, ProfileReader};
use crate::{Frame, FrameKind, Measure, Profile, Site, UNKNOWN, location};

/// Reads a file of `memray transform csv`.
pub const READER: ProfileReader = ProfileReader { recognizes: |_, text| text.starts_with(HEADER), read };

/// The first line.
const HEADER: &str = "allocator,num_allocations,size,tid,thread_name,stack_trace";

/// The columns that are read.
const SIZE: usize = 2;
const STACK: usize = 5;

fn read(text: &str) -> Result<ImportedProfile, FormatError> {
    let mut sites = Vec::new();
    for (index, row) in csv::Reader::from_reader(text.as_bytes()).into_records().enumerate() {
        let row = row?;
        let size = row.get(SIZE).and_then(|size| size.parse().ok());
        let (Some(peak_bytes), Some(stack)) = (size, row.get(STACK)) else {
            // The header is line 1.
            return Err(FormatError::Line { format: "memray's csv", line: index + 2 });
        };
        let frames = stack.split('|').filter(|frame| !frame.is_empty()).rev().map(read_frame).collect();
        sites.push(Site { frames, peak_bytes, ..Site::default() });
    }
    Ok(ImportedProfile {
        profile: Profile { sites }.merge_equal_stacks(),
        locations: LocationStyle::WithoutWorkspace,
        counting: CountingRule::Recorder,
        // The export says nothing about the end and the whole run.
        measures: &[Measure::PeakBytes],
    })
}

/// `make;/home/x/app/load.py;12`. A C++ function may have `;` in no part of its name, but a file may.
fn read_frame(frame: &str) -> Frame {
    let parts = frame.split_once(';').and_then(|(function, place)| {
        let (file, line) = place.rsplit_once(';')?;
        Some((function, file, line.parse::<u32>().ok()))
    });
    let (function, file, line) = parts.unwrap_or((frame, "", None));
    Frame {
        function: if function.is_empty() { UNKNOWN.to_owned() } else { function.to_owned() },
        location: (!file.is_empty()).then(|| location::format_location(file, line, "")),
        kind: if file.ends_with(".py") { FrameKind::Python } else { FrameKind::Native },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as memray 1.20 writes them.
    const EXPORT: &str = "allocator,num_allocations,size,tid,thread_name,stack_trace\r
REALLOC,400,611400,1,0x1,make;m.py;1|go;m.py;3|<module>;/home/x/app/src/m.py;4\r
MALLOC,2,5000057,1,\"0x1 (a, b)\",make;m.py;1|go;m.py;3|<module>;/home/x/app/src/m.py;4\r
MALLOC,1,168,1,0x1,<module>;m.py;5\r
";

    #[test]
    fn stacks_are_read_with_the_root_first_and_added_up() {
        assert!((READER.recognizes)("m.csv", EXPORT));
        let imported = read(EXPORT).unwrap();
        let sites: Vec<(Vec<String>, u64)> = imported
            .profile
            .sites
            .iter()
            .map(|site| {
                let frame = |frame: &Frame| format!("{} {}", frame.function, frame.location.clone().unwrap());
                (site.frames.iter().map(frame).collect(), site.peak_bytes)
            })
            .collect();
        let stack = ["<module> app/src/m.py:4", "go m.py:3", "make m.py:1"].map(str::to_owned).to_vec();
        assert_eq!(sites, [(stack, 5_611_457), (vec!["<module> m.py:5".to_owned()], 168)]);
    }

    #[test]
    fn a_row_without_a_size_is_refused_with_its_place() {
        let broken = EXPORT.replace(",168,", ",many,");
        let error = read(&broken).unwrap_err().to_string();
        assert!(error.contains("line 4"), "{error}");
        assert!(read(&EXPORT.replace(",1,0x1,<module>", ",0x1,<module>")).is_err(), "a column is missing");
    }
}
