//! The table of profile formats. A report contains a file of every format; `cargo xtask diff` reads
//! those that have a reader, and the files of other profilers.
//!
//! To add a format, write its file in this folder and its line in [`FORMATS`].

pub mod dhat;
pub mod firefox;
pub mod folded;
pub mod heaptrack;
pub mod memray;
pub mod pprof;
pub mod speedscope;

use crate::{Measure, Profile};
use dhat::{DhatError, RunHeader};

/// Every format, in the order in which messages list them.
pub const FORMATS: [Format; 5] =
    [dhat::FORMAT, speedscope::FORMAT, folded::FORMAT, firefox::FORMAT, pprof::FORMAT];

/// Readers of files that other profilers write.
const IMPORTS: [ProfileReader; 2] = [heaptrack::READER, memray::READER];

/// Every reader, of heaplab's formats and of other profilers'.
pub fn readers() -> impl Iterator<Item = ProfileReader> {
    FORMATS.into_iter().filter_map(|format| format.read).chain(IMPORTS)
}

/// A file format of a heap profile.
pub struct Format {
    /// What people call it, as `heaplab export --format` has it.
    pub name: &'static str,
    /// How the names of its files end: `.speedscope.json`.
    pub ending: &'static str,
    /// Writes a profile. `None` where the format needs what is not known of this run.
    pub write: ProfileWriter,
    /// Reads a profile back, if heaplab reads the format.
    pub read: Option<ProfileReader>,
}

/// Writes a profile's file. `None` where the format needs what is not known of this run.
pub type ProfileWriter = fn(&Profile, &Subject<'_>) -> Result<Option<Vec<u8>>, FormatError>;

/// What was profiled.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The variant or the program.
    pub name: &'a str,
    /// What heaplab's recorder says of the run as a whole; absent where the reader gets dhat's own
    /// file.
    pub run: Option<&'a RunHeader>,
}

/// Reads files of one format.
pub struct ProfileReader {
    /// Whether a file, by its name and its text, is of this format.
    pub recognizes: fn(&str, &str) -> bool,
    /// Reads the text.
    pub read: fn(&str) -> Result<ImportedProfile, FormatError>,
}

/// A profile from a file, and what the file can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedProfile {
    /// The profile, trimmed to what a reader wants.
    pub profile: Profile,
    /// How its frames name their places.
    pub locations: LocationStyle,
    /// How blocks and bytes over the whole run are counted.
    pub counting: CountingRule,
    /// The figures that the format has; the others are 0 in the profile and mean nothing.
    pub measures: &'static [Measure],
}

/// How a format names the places of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocationStyle {
    /// From the workspace: `lessons/…/main.rs:30`.
    Workspace,
    /// The last parts of a path, as dhat writes it.
    LastParts,
    /// As [`Workspace`](LocationStyle::Workspace), but with the last parts of the program's own
    /// paths, because the file does not say where the workspace was.
    WithoutWorkspace,
    /// Not at all.
    Absent,
}

/// How blocks and bytes over the whole run are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountingRule {
    /// A block that grows stays one block.
    Recorder,
    /// Every reallocation is a block of its whole new size.
    Dhat,
}

/// Why a profile cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The DHAT format.
    #[error(transparent)]
    Dhat(#[from] DhatError),
    /// The profile cannot be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The file lacks what heaplab's files have.
    #[error("this is no file of heaplab's")]
    NotOurs(#[source] serde_json::Error),
    /// Another program's weights may mean something else.
    #[error("this is a file of `{exporter}`, only heaplab's own are read")]
    OtherProgram {
        /// The program that the file names.
        exporter: String,
    },
    /// The profile cannot be packed.
    #[error("the profile cannot be packed")]
    Pack(#[source] std::io::Error),
    /// A stack refers to a frame outside the table.
    #[error("a sample names a frame that is not there")]
    Frame,
    /// A line of another profiler's file cannot be read.
    #[error("line {line} of {format} is not as it should be; is the file whole?")]
    Line {
        /// Whose file.
        format: &'static str,
        /// Counted from 1.
        line: usize,
    },
    /// The rows of a file are not as CSV has them.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// A version of heaptrack's files that is not read.
    #[error(
        "heaptrack's files of version {version} are not read, only 2 and 3; \
         `heaptrack_print --flamegraph-cost-type peak -F OUT.folded FILE` exports folded stacks"
    )]
    HeaptrackVersion {
        /// The version in the file's first line.
        version: u64,
    },
    /// A line of folded stacks that has no figure.
    #[error("line {line} is no folded stack: `root;caller;site BYTES` is expected")]
    FoldedLine {
        /// Counted from 1.
        line: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Frame, RecorderFigures, Site};

    fn profile() -> Profile {
        let frame = |function: &str, location: &str| Frame {
            function: function.to_owned(),
            location: Some(location.to_owned()),
            ..Frame::default()
        };
        let site = |last: Frame, figures: [u64; 3]| Site {
            frames: vec![frame("app::main", "src/main.rs:3"), last],
            peak_bytes: figures[0],
            end_bytes: figures[1],
            total_bytes: figures[2],
            recorded: Some(RecorderFigures { birth_bytes: figures[2], ..RecorderFigures::default() }),
            ..Site::default()
        };
        let sites = vec![
            site(frame("app::load", "src/main.rs:9"), [5, 0, 70]),
            site(frame("qsort", "libc.so.6"), [0, 4, 4]),
        ];
        Profile { sites }
    }

    #[test]
    fn every_format_that_is_read_gives_back_what_it_wrote() {
        let subject = Subject { name: "app: live", run: Some(&RunHeader::default()) };
        let mut read = 0;
        for format in FORMATS {
            let bytes = (format.write)(&profile(), &subject).unwrap().unwrap();
            let text = String::from_utf8_lossy(&bytes);
            let name = format!("app{}", format.ending);
            let recognized = readers().filter(|reader| (reader.recognizes)(&name, &text)).count();
            assert_eq!(recognized, usize::from(format.read.is_some()), "{name}");
            let Some(reader) = format.read else { continue };
            read += 1;
            let imported = (reader.read)(&text).unwrap();
            for measure in [Measure::PeakBytes, Measure::EndBytes, Measure::TotalBytes] {
                let sum =
                    |profile: &Profile| profile.sites.iter().map(|site| measure.figure(site)).sum::<u64>();
                let expected = if imported.measures.contains(&measure) { sum(&profile()) } else { 0 };
                assert_eq!(sum(&imported.profile), expected, "{name}: {measure:?}");
            }
            assert_eq!(imported.profile.sites[0].frames[1].function, "app::load", "{name}");
        }
        assert_eq!(read, 3);
    }

    #[test]
    fn dhats_file_is_left_out_where_there_is_dhats_own() {
        let subject = Subject { name: "app", run: None };
        assert_eq!((dhat::FORMAT.write)(&profile(), &subject).unwrap(), None);
    }
}
