//! Bytes to [`Raw`]. The bytes may be anything: no length is believed before the bytes behind it are there.

use super::{FnvHash, MAGIC, VERSION};
use crate::raw::{Module, Node, RawMark, RawPoint, RawRecording, RawSite, RawTotals};
use std::error::Error;
use std::fmt;

/// Why bytes are not taken for a recording. Places are counted in bytes from the file's beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RawError {
    /// Another kind of file.
    NotARecording,
    /// Written by another version of heaplab.
    Version {
        /// What the file says.
        found: String,
    },
    /// The file ends too early.
    Ends {
        /// The list that was being read.
        part: &'static str,
        /// Where the value that is not whole begins.
        at: usize,
    },
    /// A value that its field cannot hold.
    Value {
        /// The list that was being read.
        part: &'static str,
        /// Where the value begins.
        at: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// More bytes than the lengths say.
    Surplus {
        /// Where they begin.
        at: usize,
    },
    /// All values can be read, but they are not those that were written.
    Damaged,
}

impl fmt::Display for RawError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RawError::NotARecording => {
                write!(to, "not a recording of heaplab's: it does not begin with `{MAGIC}{VERSION}`")
            }
            RawError::Version { found } => {
                write!(to, "a recording of version `{found}`; only version {VERSION} is read: record again")
            }
            RawError::Ends { part, at } => {
                write!(to, "the recording ends too early: at byte {at}, among the {part}")
            }
            RawError::Value { part, at, problem } => {
                write!(to, "the recording is damaged at byte {at}, among the {part}: {problem}")
            }
            RawError::Surplus { at } => {
                write!(to, "the recording is damaged: it should end at byte {at}, and more follows")
            }
            RawError::Damaged => write!(to, "the recording is damaged: its hash does not fit its bytes"),
        }
    }
}

impl Error for RawError {}

impl RawRecording {
    /// Reads a file that [`Raw::write`] wrote. Nodes name only callers before them, and sites only nodes and threads that
    /// are there.
    pub fn read(bytes: &[u8]) -> Result<RawRecording, RawError> {
        let mut input = RecordingReader { bytes, at: 0, part: "header" };
        input.read_header()?;
        let raw = RawRecording {
            command: input.read_list("command", 1, RecordingReader::read_text)?,
            totals: input.read_totals()?,
            modules: input.read_list("modules", 4, RecordingReader::read_module)?,
            threads: input.read_list("threads", 1, RecordingReader::read_text)?,
            nodes: input.read_list("nodes", 2, RecordingReader::read_node)?,
            sites: input.read_list("sites", 17, RecordingReader::read_site)?,
            curve: input.read_list("curve", 3, RecordingReader::read_point)?,
            marks: input.read_list("marks", 3, RecordingReader::read_mark)?,
        };
        input.check_hash()?;
        raw.check_references()?;
        Ok(raw)
    }

    /// The hash keeps damage out; this keeps out what a mistaken writer could write.
    pub(crate) fn check_references(&self) -> Result<(), RawError> {
        let wrong = |part, at, problem| Err(RawError::Value { part, at, problem });
        let orphan = self.nodes.iter().enumerate().skip(1).find(|(own, node)| node.parent as usize >= *own);
        if orphan.is_some() || self.nodes.first().is_some_and(|root| root.parent != 0) {
            return wrong("nodes", 0, "a node names a caller that does not stand before it");
        }
        let known = |site: &RawSite| {
            (site.node as usize) < self.nodes.len() && (site.thread as usize) < self.threads.len()
        };
        if !self.sites.iter().all(known) {
            return wrong("sites", 0, "a site names a node or a thread that is not there");
        }
        Ok(())
    }
}

/// The bytes, and how far they are read.
struct RecordingReader<'a> {
    bytes: &'a [u8],
    at: usize,
    part: &'static str,
}

impl<'a> RecordingReader<'a> {
    fn read_header(&mut self) -> Result<(), RawError> {
        let after = self.bytes.strip_prefix(MAGIC.as_bytes()).ok_or(RawError::NotARecording)?;
        // A version is a short word; whatever has no end of line soon is not ours.
        let end = after.iter().take(20).position(|&byte| byte == b'\n').ok_or(RawError::NotARecording)?;
        if after[..end] != *VERSION.as_bytes() {
            return Err(RawError::Version { found: String::from_utf8_lossy(&after[..end]).into_owned() });
        }
        self.at = MAGIC.len() + end + 1;
        Ok(())
    }

    fn check_hash(&self) -> Result<(), RawError> {
        let (whole, stored) = self.bytes.split_at(self.at);
        let stored: [u8; 8] = match stored.len() {
            0..8 => return Err(RawError::Ends { part: "hash", at: self.at }),
            8 => stored.try_into().map_err(|_| RawError::Damaged)?,
            _ => return Err(RawError::Surplus { at: self.at + 8 }),
        };
        let mut hash = FnvHash::new();
        hash.add(whole);
        if hash.0 == u64::from_le_bytes(stored) { Ok(()) } else { Err(RawError::Damaged) }
    }

    fn end_error(&self) -> RawError {
        RawError::Ends { part: self.part, at: self.at }
    }

    fn value_error(&self, at: usize, problem: &'static str) -> RawError {
        RawError::Value { part: self.part, at, problem }
    }

    fn take_bytes(&mut self, length: usize) -> Result<&'a [u8], RawError> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..length).ok_or_else(|| self.end_error())?;
        self.at += length;
        Ok(taken)
    }

    fn read_number(&mut self) -> Result<u64, RawError> {
        let begin = self.at;
        let mut number = 0_u64;
        for shift in (0..70).step_by(7) {
            let [byte] = *self.take_bytes(1)? else { return Err(self.end_error()) };
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(self.value_error(begin, "a number of more than 64 bits"))
    }

    fn read_signed(&mut self) -> Result<i64, RawError> {
        let folded = self.read_number()?;
        Ok((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
    }

    fn read_u32(&mut self) -> Result<u32, RawError> {
        let begin = self.at;
        u32::try_from(self.read_number()?)
            .map_err(|_| self.value_error(begin, "a number of more than 32 bits"))
    }

    /// How many entries follow, each of at least `least_bytes`. More than the file has room for are not there.
    fn read_length(&mut self, least_bytes: usize) -> Result<usize, RawError> {
        let begin = self.at;
        let length = self.read_number()?;
        let room = (self.bytes.len() - self.at) / least_bytes;
        let fits = usize::try_from(length).ok().filter(|&length| length <= room);
        fits.ok_or(RawError::Ends { part: self.part, at: begin })
    }

    fn read_text(&mut self) -> Result<String, RawError> {
        let begin = self.at;
        let length = self.read_length(1)?;
        let text = std::str::from_utf8(self.take_bytes(length)?);
        text.map(str::to_owned).map_err(|_| self.value_error(begin, "a text that is not UTF-8"))
    }

    fn read_list<T>(
        &mut self,
        part: &'static str,
        least_bytes: usize,
        entry: impl Fn(&mut Self) -> Result<T, RawError>,
    ) -> Result<Vec<T>, RawError> {
        self.part = part;
        let length = self.read_length(least_bytes)?;
        (0..length).map(|_| entry(self)).collect()
    }

    fn read_totals(&mut self) -> Result<RawTotals, RawError> {
        self.part = "totals";
        Ok(RawTotals {
            births: self.read_number()?,
            birth_bytes: self.read_number()?,
            reallocations: self.read_number()?,
            reallocated_bytes: self.read_number()?,
            grown_bytes: self.read_number()?,
            shrunk_bytes: self.read_number()?,
            peak_blocks: self.read_number()?,
            peak_bytes: self.read_number()?,
            peak_clock_bytes: self.read_number()?,
            end_blocks: self.read_number()?,
            end_bytes: self.read_number()?,
            wall_ns: self.read_number()?,
            peak_error_bytes: self.read_number()?,
            slow_walks: self.read_number()?,
            cut_stacks: self.read_number()?,
            overflowed: self.read_number()?,
        })
    }

    fn read_module(&mut self) -> Result<Module, RawError> {
        Ok(Module {
            base: self.read_number()?,
            end: self.read_number()?,
            path: self.read_text()?,
            build_id: self.read_text()?,
        })
    }

    fn read_node(&mut self) -> Result<Node, RawError> {
        Ok(Node { parent: self.read_u32()?, address: self.read_number()? })
    }

    fn read_site(&mut self) -> Result<RawSite, RawError> {
        Ok(RawSite {
            node: self.read_u32()?,
            thread: self.read_u32()?,
            births: self.read_number()?,
            birth_bytes: self.read_number()?,
            reallocations: self.read_number()?,
            reallocated_bytes: self.read_number()?,
            grown_bytes: self.read_number()?,
            shrunk_bytes: self.read_number()?,
            live_blocks: self.read_signed()?,
            live_bytes: self.read_signed()?,
            peak_blocks: self.read_signed()?,
            peak_bytes: self.read_signed()?,
            own_peak_blocks: self.read_signed()?,
            own_peak_bytes: self.read_signed()?,
            deaths: self.read_number()?,
            lifetime_bytes: self.read_number()?,
            live_birth_clock_bytes: self.read_signed()?,
            lifetimes: {
                let length = self.read_length(1)?;
                (0..length).map(|_| self.read_number()).collect::<Result<_, _>>()?
            },
        })
    }

    fn read_point(&mut self) -> Result<RawPoint, RawError> {
        Ok(RawPoint {
            clock_bytes: self.read_number()?,
            at_ns: self.read_number()?,
            live_bytes: self.read_number()?,
        })
    }

    fn read_mark(&mut self) -> Result<RawMark, RawError> {
        Ok(RawMark { name: self.read_text()?, clock_bytes: self.read_number()?, at_ns: self.read_number()? })
    }
}
