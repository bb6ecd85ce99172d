//! The file of a recording: written when a region closes, and read where there is time to look up
//! symbols.
//!
//! The first line is `heaplab-heap 4`; the number is the version. Version 3, which lacks the last part
//! (Python), is read as well. The fields of [`RawRecording`]
//! follow without gaps, in the order of [`RawRecording::write`]:
//! - a number is LEB128: seven bits per byte, the lowest first, the top bit set on all but the last
//!   byte (<https://dwarfstd.org/doc/DWARF5.pdf>, 7.6); a number that may be negative is
//!   zigzag-encoded first: 0, -1, 1, -2 become 0, 1, 2, 3;
//! - a text is its length in bytes, then UTF-8; a list is its length, then its entries;
//! - node 0, the root, stands in the list of nodes like any other.
//!
//! The last eight bytes are the FNV-1a hash of all bytes before them
//! (<http://www.isthe.com/chongo/tech/comp/fnv/>), little-endian, so that a cut or damaged file is
//! detected.

mod codec;
mod error;
#[cfg(test)]
mod tests;

use super::{
    Module, Node, PythonLocation, RawMark, RawPoint, RawProcess, RawPython, RawRecording, RawSite, RawTotals,
};
use codec::{Field, RecordingReader, RecordingWriter, fields};
use std::io;

pub use error::RawError;

/// What every version begins with; a version and a line feed follow.
const MAGIC: &str = "heaplab-heap ";

/// The version that is written.
const VERSION: &str = "4";
/// The version without the part about Python, which is still read.
const VERSION_WITHOUT_PYTHON: &str = "3";

fields!(RawTotals {
    births,
    birth_bytes,
    reallocations,
    reallocated_bytes,
    grown_bytes,
    shrunk_bytes,
    peak_blocks,
    peak_bytes,
    peak_clock_bytes,
    end_blocks,
    end_bytes,
    wall_ns,
    peak_error_bytes,
    slow_walks,
    cut_stacks,
    overflowed,
});
fields!(Module { base, end, path, build_id });
fields!(Node { parent, address });
fields!(RawSite {
    node,
    thread,
    births,
    birth_bytes,
    reallocations,
    reallocated_bytes,
    grown_bytes,
    shrunk_bytes,
    live_blocks,
    live_bytes,
    peak_blocks,
    peak_bytes,
    own_peak_blocks,
    own_peak_bytes,
    deaths,
    lifetime_bytes,
    live_birth_clock_bytes,
    lifetimes,
});
fields!(RawPoint { clock_bytes, at_ns, live_bytes });
fields!(RawMark { name, clock_bytes, at_ns });
fields!(RawProcess {
    id,
    parent,
    started_unix_ns,
    recorder_address,
    inherited_bytes,
    interrupted_events,
    lost_events,
    is_out_of_room,
    is_whole_process,
    deep_binds,
});

fields!(PythonLocation { function, file, line });
fields!(RawPython { version, state, locations });

impl RawRecording {
    /// Writes the file in few and large writes.
    pub fn write(&self, to: &mut impl io::Write) -> io::Result<()> {
        let mut out = RecordingWriter::new(to);
        for text in [MAGIC, VERSION, "\n"] {
            out.write_bytes(text.as_bytes())?;
        }
        self.command.write(&mut out)?;
        self.totals.write(&mut out)?;
        self.modules.write(&mut out)?;
        self.threads.write(&mut out)?;
        self.nodes.write(&mut out)?;
        self.sites.write(&mut out)?;
        self.curve.write(&mut out)?;
        self.marks.write(&mut out)?;
        self.process.write(&mut out)?;
        self.python.write(&mut out)?;
        out.finish()
    }

    /// Reads a file that [`RawRecording::write`] wrote.
    ///
    /// # Errors
    /// When the bytes are no such file, are cut or damaged, or when a node names a caller that does
    /// not stand before it or a site names a node or a thread that does not exist.
    pub fn read(bytes: &[u8]) -> Result<RawRecording, RawError> {
        let mut input = RecordingReader::new(bytes)?;
        let raw = RawRecording {
            command: input.read_part("command")?,
            totals: input.read_part("totals")?,
            modules: input.read_part("modules")?,
            threads: input.read_part("threads")?,
            nodes: input.read_part("nodes")?,
            sites: input.read_part("sites")?,
            curve: input.read_part("curve")?,
            marks: input.read_part("marks")?,
            process: input.read_part("process")?,
            python: if input.has_python() { input.read_part("python")? } else { RawPython::default() },
        };
        input.check_hash()?;
        raw.check_references()?;
        Ok(raw)
    }

    /// Finds references that lead nowhere. The hash detects damage; this detects the mistakes of a
    /// writer.
    pub(crate) fn check_references(&self) -> Result<(), RawError> {
        let wrong = |part, problem| Err(RawError::Value { part, at: 0, problem });
        let orphan = self.nodes.iter().enumerate().skip(1).find(|(own, node)| node.parent as usize >= *own);
        if orphan.is_some() || self.nodes.first().is_some_and(|root| root.parent != 0) {
            return wrong("nodes", "a node names a caller that does not stand before it");
        }
        let is_known = |site: &RawSite| {
            (site.node as usize) < self.nodes.len() && (site.thread as usize) < self.threads.len()
        };
        if !self.sites.iter().all(is_known) {
            return wrong("sites", "a site names a node or a thread that is not there");
        }
        Ok(())
    }
}
