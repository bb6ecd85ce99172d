//! Partial results: a run's state as a file, which several machines can exchange and which merges
//! to exactly what one run over all inputs gives.
//!
//! A file is the magic `LOGAGGP1` followed by frames: a letter, the payload's length (4 bytes,
//! little endian), a CRC-32 of the letter and the payload, and the payload. `H` comes first: JSON
//! with the version, the description of the key, and whether it is a sketch. Then any number of `K`
//! (keys with counts as `key_codec` encodes them, each key once per file) or one `S` (the registers
//! of a sketch). `T` comes last, with nothing after it: JSON with lines, malformed lines, bytes and
//! the number of keys.

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::counter::key_codec;
use crate::counter::sketch::Sketch;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::line_offsets::Tally;
use crate::resident_memory::{self, ResidentMemory};

const MAGIC: &[u8; 8] = b"LOGAGGP1";
/// Version of the format.
const VERSION: u32 = 1;
/// The longest frame in bytes. A reader must not allocate whatever a damaged length says.
const LONGEST_FRAME: usize = 256 << 10;

/// What a partial result says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialHeader {
    version: u32,
    /// Description of the counted key. Only results with the same description can be merged.
    pub key: String,
    /// Whether UV is estimated.
    pub sketch: bool,
}

impl PartialHeader {
    /// Makes the header for a key description.
    pub fn new(key: String, sketch: bool) -> PartialHeader {
        PartialHeader { version: VERSION, key, sketch }
    }
}

impl std::fmt::Display for PartialHeader {
    fn fmt(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(to, "{}{}", self.key, if self.sketch { " by a sketch" } else { "" })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct PartialTrailer {
    tally: Tally,
    keys: u64,
    /// Only in results of worker processes; not merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    took: Option<WorkerUsage>,
}

/// Resources that a worker process used.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct WorkerUsage {
    pub(crate) resident: Option<ResidentMemory>,
    pub(crate) spilled_bytes: u64,
}

/// Writes a partial result, to a file that is renamed when it is complete, or into a pipe.
pub struct PartialWriter {
    name: String,
    out: PartialOutput,
}

enum PartialOutput {
    File(BufWriter<NamedTempFile>, PathBuf),
    Pipe(Box<dyn Write + Send>),
}

impl Write for PartialOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            PartialOutput::File(file, _) => file.write(bytes),
            PartialOutput::Pipe(pipe) => pipe.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            PartialOutput::File(file, _) => file.flush(),
            PartialOutput::Pipe(pipe) => pipe.flush(),
        }
    }
}

impl PartialWriter {
    /// Writes to a temporary file beside `path`, which is renamed at the end.
    pub fn to_file(path: &Path, head: &PartialHeader) -> Result<PartialWriter> {
        let name = path.display().to_string();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file =
            NamedTempFile::new_in(folder).map_err(|source| Error::Output { name: name.clone(), source })?;
        PartialWriter { name, out: PartialOutput::File(BufWriter::new(file), path.to_owned()) }
            .write_header(head)
    }

    /// Writes into a pipe.
    pub fn to_pipe(name: &str, pipe: Box<dyn Write + Send>, head: &PartialHeader) -> Result<PartialWriter> {
        PartialWriter { name: name.to_owned(), out: PartialOutput::Pipe(pipe) }.write_header(head)
    }

    /// The temporary file, which has to be removed if the process is interrupted.
    pub fn temporary_path(&self) -> Option<&Path> {
        match &self.out {
            PartialOutput::File(file, _) => Some(file.get_ref().path()),
            PartialOutput::Pipe(_) => None,
        }
    }

    fn write_header(mut self, head: &PartialHeader) -> Result<PartialWriter> {
        self.write_bytes(MAGIC)?;
        self.write_json(b'H', head)?;
        Ok(self)
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|source| Error::Output { name: self.name.clone(), source })
    }

    fn write_frame(&mut self, letter: u8, payload: &[u8]) -> Result<()> {
        let mut crc = crc32fast::Hasher::new();
        crc.update(&[letter]);
        crc.update(payload);
        self.write_bytes(&[letter])?;
        self.write_bytes(&(payload.len() as u32).to_le_bytes())?;
        self.write_bytes(&crc.finalize().to_le_bytes())?;
        self.write_bytes(payload)
    }

    fn write_json(&mut self, letter: u8, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_vec(value).map_err(|error| Error::Check(error.to_string()))?;
        self.write_frame(letter, &text)
    }

    pub(crate) fn write_keys(&mut self, chunk: &[u8]) -> Result<()> {
        self.write_frame(b'K', chunk)
    }

    pub(crate) fn write_sketch(&mut self, sketch: &Sketch) -> Result<()> {
        self.write_frame(b'S', sketch.registers())
    }

    /// Writes the totals and completes the file; `spilled_bytes` is reported by worker processes.
    pub(crate) fn finish(mut self, tally: &Tally, keys: u64, spilled_bytes: u64) -> Result<()> {
        let took = match self.out {
            PartialOutput::Pipe(_) => {
                Some(WorkerUsage { resident: resident_memory::read_resident_memory(), spilled_bytes })
            }
            PartialOutput::File(..) => None,
        };
        self.write_json(b'T', &PartialTrailer { tally: tally.clone(), keys, took })?;
        let failed = |source| Error::Output { name: self.name.clone(), source };
        match self.out {
            PartialOutput::Pipe(mut pipe) => pipe.flush().map_err(failed),
            PartialOutput::File(file, path) => {
                let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
                file.persist(path).map(|_| ()).map_err(|error| failed(error.error))
            }
        }
    }
}

/// Reads a partial result from front to back.
pub struct PartialReader<R> {
    name: String,
    input: BufReader<R>,
    head: PartialHeader,
    payload: Vec<u8>,
}

impl<R: Read> PartialReader<R> {
    /// Reads the header; `name` is for messages.
    pub fn new(name: &str, input: R) -> Result<PartialReader<R>> {
        let head = PartialHeader::new(String::new(), false);
        let mut reader =
            PartialReader { name: name.to_owned(), input: BufReader::new(input), head, payload: Vec::new() };
        let mut magic = [0; 8];
        reader.read_bytes(&mut magic)?;
        if &magic != MAGIC {
            return Err(reader.error("this is no partial result of logagg"));
        }
        if reader.read_frame()? != b'H' {
            return Err(reader.error("the first frame is no head"));
        }
        reader.head =
            serde_json::from_slice(&reader.payload).map_err(|_| reader.error("the head cannot be read"))?;
        if reader.head.version != VERSION {
            let what = format!("version {}, and only {VERSION} is known here", reader.head.version);
            return Err(reader.error(&what));
        }
        Ok(reader)
    }

    /// The file's header.
    pub fn head(&self) -> &PartialHeader {
        &self.head
    }

    fn error(&self, what: &str) -> Error {
        Error::Partial { name: self.name.clone(), what: what.to_owned() }
    }

    fn read_bytes(&mut self, into: &mut [u8]) -> Result<()> {
        self.input.read_exact(into).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => self.error("the file ends in the middle: it was cut"),
            _ => self.error(&error.to_string()),
        })
    }

    fn read_frame(&mut self) -> Result<u8> {
        let mut head = [0; 9];
        self.read_bytes(&mut head)?;
        let [letter, l0, l1, l2, l3, c0, c1, c2, c3] = head;
        let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
        if length > LONGEST_FRAME {
            return Err(self.error("a frame is longer than any can be: the file is damaged"));
        }
        let mut payload = std::mem::take(&mut self.payload);
        payload.resize(length, 0);
        self.read_bytes(&mut payload)?;
        let mut crc = crc32fast::Hasher::new();
        crc.update(&[letter]);
        crc.update(&payload);
        if crc.finalize() != u32::from_le_bytes([c0, c1, c2, c3]) {
            return Err(self.error("a checksum does not hold: the file is damaged"));
        }
        self.payload = payload;
        Ok(letter)
    }

    /// Visits every key with its count (none for a sketch) and returns the totals. Only when it
    /// returns has the file been verified.
    pub fn for_each_key(self, visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<Tally> {
        self.read_all(&mut Sketch::default(), visit).map(|(tally, _)| tally)
    }

    /// Visits the keys, merges the sketch, verifies the file, and returns the totals.
    pub(crate) fn read_all(
        mut self,
        sketch: &mut Sketch,
        visit: &mut dyn FnMut(Key, u64) -> Result<()>,
    ) -> Result<(Tally, Option<WorkerUsage>)> {
        let (mut keys, mut pv, mut sketches) = (0u64, 0u128, 0);
        loop {
            match self.read_frame()? {
                b'K' if !self.head.sketch => key_codec::decode_all(&self.payload, &mut |key, count| {
                    keys += 1;
                    pv += u128::from(count);
                    visit(key, count)
                })?,
                b'S' if self.head.sketch => {
                    let found = Sketch::from_registers(&self.payload);
                    sketch.merge(&found.ok_or_else(|| self.error("the sketch cannot be read"))?);
                    sketches += 1;
                }
                b'T' => break,
                _ => return Err(self.error("a frame that does not belong here")),
            }
        }
        let trailer: PartialTrailer =
            serde_json::from_slice(&self.payload).map_err(|_| self.error("the trailer cannot be read"))?;
        let mut more = [0];
        if self.input.read(&mut more).map_err(|error| self.error(&error.to_string()))? != 0 {
            return Err(self.error("something follows the end"));
        }
        let Tally { lines, malformed, ref malformed_lines, .. } = trailer.tally;
        let holds = if self.head.sketch { sketches == 1 } else { keys == trailer.keys };
        let adds_up = self.head.sketch || lines.checked_sub(malformed).map(u128::from) == Some(pv);
        let in_order = malformed_lines.is_sorted() && malformed_lines.len() as u64 == malformed.min(10);
        if !holds || !adds_up || !in_order || malformed > lines || malformed_lines.last() > Some(&lines) {
            return Err(self.error("the counts do not add up to the trailer: the file is damaged"));
        }
        Ok((trailer.tally, trailer.took))
    }
}
