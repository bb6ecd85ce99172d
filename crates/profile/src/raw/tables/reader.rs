//! Reads the tables: of a file, or of this process itself.

mod python;
mod sites;
mod watch;

use super::*;
use crate::path_text::encode_path;
use crate::raw::{
    Module, Node, RawError, RawMark, RawPoint, RawProcess, RawPython, RawRecording, RawSite, RawTotals,
};
use python::read_python;
use sites::{Peak, SegmentLists, SiteSums, read_sites, sum_totals};
use std::mem::offset_of;

pub use watch::{
    Levels, SiteReading, read_curve_and_command, read_levels, read_names_from, read_site_figures,
};

/// Where the tables can be read.
pub trait TableSource {
    /// Copies the 64-bit words at `offset` bytes, a multiple of 8. What the source does not have
    /// reads as zero.
    ///
    /// # Errors
    /// Errors of the file system.
    fn read_words(&self, offset: usize, into: &mut [u64]) -> std::io::Result<()>;
}

#[cfg(unix)]
impl TableSource for std::fs::File {
    fn read_words(&self, offset: usize, into: &mut [u64]) -> std::io::Result<()> {
        use std::os::unix::fs::FileExt as _;
        let mut bytes = vec![0_u8; into.len() * 8];
        let mut read = 0;
        while read < bytes.len() {
            match self.read_at(&mut bytes[read..], (offset + read) as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        for (word, bytes) in into.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_ne_bytes(*bytes);
        }
        Ok(())
    }
}

/// Reads a whole recording. While the process runs, the figures are not all of the same moment.
///
/// The wall time of an open region is that of the last point of its curve.
///
/// # Errors
/// When the source is no such file, when a reference leads nowhere, or when it cannot be read.
pub fn read_tables(source: &impl TableSource) -> Result<RawRecording, RawError> {
    let hot = HotWords(read_list(source, 0, size_of::<HotPages>() / 8)?);
    hot.check_version()?;
    let peak = Peak::read(&hot);
    let threads = read_threads(source, &hot)?;
    let sites = read_sites(source, &hot, peak, threads.len())?;
    let curve = read_curve(&hot);
    let mut sums = SiteSums::default();
    sites.iter().for_each(|site| sums.add(site));
    let mut recording = RawRecording {
        command: read_command(&hot),
        totals: sum_totals(&hot, peak, &sums, &threads, curve.last()),
        modules: read_modules(source, &hot)?,
        curve,
        marks: read_marks(&hot),
        process: read_process(&hot, &sites),
        python: RawPython::default(),
        threads: threads.into_iter().map(|thread| thread.name).collect(),
        sites,
        // The nodes are read after the sites: while the process runs, a site must not refer to a
        // node that was not copied.
        nodes: read_nodes(source)?,
    };
    // A location is complete before a node refers to it.
    recording.python = read_python(source, &HotWords(read_list(source, 0, HOT_FRONT_WORDS)?))?;
    recording.sites.retain(|site| (site.node as usize) < recording.nodes.len());
    recording.check_references()?;
    Ok(recording)
}

/// Reads the sums alone, which takes little memory whatever the number of sites.
///
/// # Errors
/// As [`read_tables`].
pub fn read_totals(source: &impl TableSource) -> Result<RawTotals, RawError> {
    let hot = HotWords(read_list(source, 0, size_of::<HotPages>() / 8)?);
    let (peak, threads) = (Peak::read(&hot), read_threads(source, &hot)?);
    let mut sums = SiteSums::default();
    let segments = SegmentLists::read(source, &hot)?;
    segments.for_each_site(source, peak, threads.len(), false, |site| sums.add(&site))?;
    Ok(sum_totals(&hot, peak, &sums, &threads, read_curve(&hot).last()))
}

/// What it takes to name sites.
#[derive(Clone, Debug, Default)]
pub struct NameTables {
    /// Where code lies.
    pub modules: Vec<Module>,
    /// The call tree.
    pub nodes: Vec<Node>,
    /// The places in Python code.
    pub python: RawPython,
}

/// Reads what it takes to name sites, and no counters.
///
/// # Errors
/// As [`read_tables`].
pub fn read_name_tables(source: &impl TableSource) -> Result<NameTables, RawError> {
    let hot = HotWords(read_list(source, 0, size_of::<HotPages>() / 8)?);
    let (modules, nodes) = (read_modules(source, &hot)?, read_nodes(source)?);
    // A location is complete before a node refers to it.
    let python = read_python(source, &HotWords(read_list(source, 0, HOT_FRONT_WORDS)?))?;
    Ok(NameTables { modules, nodes, python })
}

/// The words in front of the tables that have the lengths of the lists.
const HOT_FRONT_WORDS: usize = (offset_of!(HotPages, process) + size_of::<ProcessRow>()) / 8;

struct HotWords(Vec<u64>);

impl HotWords {
    /// Fails for what is no recording of this version.
    fn check_version(&self) -> Result<(), RawError> {
        let magic = self.word(offset_of!(HotPages, magic));
        if magic != MAGIC {
            let same_kind = magic & 0x00ff_ffff_ffff_ffff == MAGIC & 0x00ff_ffff_ffff_ffff;
            return Err(match same_kind {
                true => RawError::Version { found: format!("tables {}", magic >> 56) },
                false => RawError::NotARecording,
            });
        }
        let bytes = self.word(offset_of!(HotPages, file_bytes));
        if bytes != FILE_BYTES as u64 {
            return Err(RawError::Version { found: format!("tables {} of {bytes} bytes", magic >> 56) });
        }
        Ok(())
    }

    fn word(&self, offset: usize) -> u64 {
        self.0[offset / 8]
    }

    fn process(&self, offset: usize) -> u64 {
        self.word(offset_of!(HotPages, process) + offset)
    }

    fn bytes(&self, offset: usize, length: usize) -> Vec<u8> {
        let words = &self.0[offset / 8..(offset + length).div_ceil(8)];
        words.iter().flat_map(|word| word.to_ne_bytes()).take(length).collect()
    }
}

struct Thread {
    name: String,
    slow_walks: u64,
    cut_stacks: u64,
}

fn read_list(source: &impl TableSource, offset: usize, words: usize) -> Result<Vec<u64>, RawError> {
    let mut list = vec![0; words];
    source
        .read_words(offset, &mut list)
        .map_err(|error| RawError::Unreadable { problem: error.to_string() })?;
    Ok(list)
}

/// Reads entries of the second part; `offset` is the list's place in [`BulkTables`].
fn read_bulk(source: &impl TableSource, offset: usize, bytes: usize) -> Result<Vec<u64>, RawError> {
    read_list(source, size_of::<HotPages>() + offset, bytes.div_ceil(8))
}

/// The length of a list, bounded by what the layout allows.
fn bounded_length(count: u64, most: usize) -> usize {
    usize::try_from(count).unwrap_or(most).min(most)
}

fn read_u32_list(source: &impl TableSource, offset: usize, count: usize) -> Result<Vec<u32>, RawError> {
    let words = read_bulk(source, offset, count * 4)?;
    let halves = words.iter().flat_map(|word| {
        let bytes = word.to_ne_bytes();
        let half = |at: usize| u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        [half(0), half(4)]
    });
    Ok(halves.take(count).collect())
}

fn read_threads(source: &impl TableSource, hot: &HotWords) -> Result<Vec<Thread>, RawError> {
    let count = bounded_length(hot.process(offset_of!(ProcessRow, threads)), MAX_THREADS);
    let words = read_bulk(source, offset_of!(BulkTables, threads), count * size_of::<ThreadRow>())?;
    let rows = words.chunks_exact(size_of::<ThreadRow>() / 8);
    let thread = |row: &[u64]| Thread {
        name: text_until_nul(row[..2].iter().flat_map(|word| word.to_ne_bytes()).collect()),
        slow_walks: row[offset_of!(ThreadRow, slow_walks) / 8],
        cut_stacks: row[offset_of!(ThreadRow, cut_stacks) / 8],
    };
    Ok(rows.map(thread).collect())
}

fn text_until_nul(mut bytes: Vec<u8>) -> String {
    bytes.truncate(bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len()));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn read_modules(source: &impl TableSource, hot: &HotWords) -> Result<Vec<Module>, RawError> {
    let count = bounded_length(hot.process(offset_of!(ProcessRow, modules)), MAX_MODULES);
    let words = read_bulk(source, offset_of!(BulkTables, modules), count * size_of::<ModuleRow>())?;
    let rows = words.chunks_exact(size_of::<ModuleRow>() / 8);
    Ok(rows.map(read_module).filter(|module| module.end > module.base).collect())
}

fn read_module(row: &[u64]) -> Module {
    let bytes: Vec<u8> = row.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let half =
        |at: usize| u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize;
    let part = |at: usize, length: usize, most: usize| &bytes[at..at + length.min(most)];
    let path = part(offset_of!(ModuleRow, path), half(offset_of!(ModuleRow, path_bytes)), PATH_BYTES);
    let build_id =
        part(offset_of!(ModuleRow, build_id), half(offset_of!(ModuleRow, build_id_bytes)), BUILD_ID_BYTES);
    Module {
        base: row[offset_of!(ModuleRow, base) / 8],
        end: row[offset_of!(ModuleRow, end) / 8],
        path: encode_path(path),
        build_id: build_id.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn read_nodes(source: &impl TableSource) -> Result<Vec<Node>, RawError> {
    let offset = offset_of!(HotPages, process) + offset_of!(ProcessRow, nodes);
    let count = bounded_length(read_list(source, offset, 1)?[0], MAX_NODES).max(1);
    let parents = read_u32_list(source, offset_of!(BulkTables, node_parents), count)?;
    let addresses = read_bulk(source, offset_of!(BulkTables, node_addresses), count * 8)?;
    Ok(parents.into_iter().zip(addresses).map(|(parent, address)| Node { parent, address }).collect())
}

fn read_curve(hot: &HotWords) -> Vec<RawPoint> {
    let curve = offset_of!(HotPages, curve);
    let used = bounded_length(hot.word(curve + offset_of!(Curve, used)), MAX_POINTS);
    let first = curve + offset_of!(Curve, points);
    let point = |index: usize| {
        let at = first + index * size_of::<PointRow>();
        RawPoint {
            clock_bytes: hot.word(at + offset_of!(PointRow, clock_bytes)),
            at_ns: hot.word(at + offset_of!(PointRow, at_ns)),
            live_bytes: hot.word(at + offset_of!(PointRow, live_bytes)),
        }
    };
    (0..used).map(point).collect()
}

fn read_marks(hot: &HotWords) -> Vec<RawMark> {
    let marks = offset_of!(HotPages, marks);
    let used = bounded_length(hot.word(marks + offset_of!(Marks, used)), MAX_MARKS);
    let first = marks + offset_of!(Marks, rows);
    let mark = |index: usize| {
        let at = first + index * size_of::<MarkRow>();
        let clock_plus_1 = hot.word(at + offset_of!(MarkRow, clock_bytes_plus_1));
        (clock_plus_1 > 0).then(|| RawMark {
            name: text_until_nul(hot.bytes(at + offset_of!(MarkRow, name), MARK_NAME_BYTES)),
            clock_bytes: clock_plus_1 - 1,
            at_ns: hot.word(at + offset_of!(MarkRow, at_ns)),
        })
    };
    (0..used).filter_map(mark).collect()
}

fn read_command(hot: &HotWords) -> Vec<String> {
    let used = bounded_length(hot.process(offset_of!(ProcessRow, command_bytes)), COMMAND_BYTES);
    let bytes = hot.bytes(offset_of!(HotPages, command), used);
    let words = bytes.strip_suffix(&[0]).unwrap_or(&bytes).split(|&byte| byte == 0);
    if used == 0 {
        Vec::new()
    } else {
        words.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }
}

fn read_process(hot: &HotWords, sites: &[RawSite]) -> RawProcess {
    let is_half_counted =
        |site: &&RawSite| site.births.wrapping_sub(site.deaths).cast_signed() != site.live_blocks;
    RawProcess {
        id: hot.process(offset_of!(ProcessRow, id)),
        parent: hot.process(offset_of!(ProcessRow, parent)),
        started_unix_ns: hot.process(offset_of!(ProcessRow, started_unix_ns)),
        recorder_address: hot.process(offset_of!(ProcessRow, recorder_address)),
        inherited_bytes: hot.process(offset_of!(ProcessRow, inherited_bytes)),
        interrupted_events: sites.iter().filter(is_half_counted).count() as u64,
        lost_events: hot.process(offset_of!(ProcessRow, lost_events)),
        is_out_of_room: hot.process(offset_of!(ProcessRow, is_out_of_room)),
        is_whole_process: u64::from(hot.process(offset_of!(ProcessRow, region)) == 1),
        deep_binds: hot.process(offset_of!(ProcessRow, deep_binds)),
    }
}
