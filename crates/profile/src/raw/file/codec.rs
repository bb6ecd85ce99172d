//! The encoding of numbers, texts, lists and structs in a recording's file. A struct's fields are
//! listed once, by [`fields`], for reading and writing.

use super::{MAGIC, RawError, VERSION, VERSION_WITHOUT_PYTHON};
use std::io::{self, BufWriter, Write};

/// A value that can be written to a recording's file and read back.
pub(super) trait Field: Sized {
    /// The shortest encoding of such a value.
    const LEAST_BYTES: usize;

    fn read(input: &mut RecordingReader<'_>) -> Result<Self, RawError>;

    fn write<W: Write>(&self, out: &mut RecordingWriter<W>) -> io::Result<()>;
}

/// Implements [`Field`] for a struct: its fields in the order of the file.
macro_rules! fields {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl Field for $type {
            const LEAST_BYTES: usize = [$(stringify!($field)),+].len();

            fn read(input: &mut RecordingReader<'_>) -> Result<Self, RawError> {
                Ok($type { $($field: Field::read(input)?),+ })
            }

            fn write<W: io::Write>(&self, out: &mut RecordingWriter<W>) -> io::Result<()> {
                $(self.$field.write(out)?;)+
                Ok(())
            }
        }
    };
}
pub(super) use fields;

/// FNV-1a over 64 bits, byte by byte.
#[derive(Clone, Copy)]
struct FnvHash(u64);

impl FnvHash {
    const EMPTY: FnvHash = FnvHash(0xcbf2_9ce4_8422_2325);

    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// Writes bytes and keeps their hash.
pub(super) struct RecordingWriter<W: Write> {
    to: BufWriter<W>,
    hash: FnvHash,
}

impl<W: Write> RecordingWriter<W> {
    pub(super) fn new(to: W) -> RecordingWriter<W> {
        RecordingWriter { to: BufWriter::new(to), hash: FnvHash::EMPTY }
    }

    pub(super) fn write_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.add(bytes);
        self.to.write_all(bytes)
    }

    /// Writes the hash behind everything else.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.to.write_all(&self.hash.0.to_le_bytes())?;
        self.to.flush()
    }
}

/// Reads bytes that may be anything: a length is only believed when the bytes behind it are there.
pub(super) struct RecordingReader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The part of the recording that is being read, for error messages.
    part: &'static str,
    has_python: bool,
}

impl<'a> RecordingReader<'a> {
    /// Reads the first line.
    pub(super) fn new(bytes: &'a [u8]) -> Result<RecordingReader<'a>, RawError> {
        let after = bytes.strip_prefix(MAGIC.as_bytes()).ok_or(RawError::NotARecording)?;
        // A version is a short word; a file whose first line is longer was not written by heaplab.
        let end = after.iter().take(20).position(|&byte| byte == b'\n').ok_or(RawError::NotARecording)?;
        let version = &after[..end];
        let has_python = version == VERSION.as_bytes();
        if !has_python && version != VERSION_WITHOUT_PYTHON.as_bytes() {
            return Err(RawError::Version { found: String::from_utf8_lossy(version).into_owned() });
        }
        Ok(RecordingReader { bytes, at: MAGIC.len() + end + 1, part: "header", has_python })
    }

    /// Whether the file has the part about Python.
    pub(super) fn has_python(&self) -> bool {
        self.has_python
    }

    /// Reads one field of the recording; `part` is its name in error messages.
    pub(super) fn read_part<T: Field>(&mut self, part: &'static str) -> Result<T, RawError> {
        self.part = part;
        T::read(self)
    }

    /// Holds the last eight bytes against the hash of all bytes before them.
    pub(super) fn check_hash(&self) -> Result<(), RawError> {
        let (whole, stored) = self.bytes.split_at(self.at);
        let stored: [u8; 8] = match stored.len() {
            0..8 => return Err(RawError::Ends { part: "hash", at: self.at }),
            8 => stored.try_into().map_err(|_| RawError::Damaged)?,
            _ => return Err(RawError::Surplus { at: self.at + 8 }),
        };
        let mut hash = FnvHash::EMPTY;
        hash.add(whole);
        if hash.0 == u64::from_le_bytes(stored) { Ok(()) } else { Err(RawError::Damaged) }
    }

    fn end_error(&self, at: usize) -> RawError {
        RawError::Ends { part: self.part, at }
    }

    fn value_error(&self, at: usize, problem: &'static str) -> RawError {
        RawError::Value { part: self.part, at, problem }
    }

    fn take_bytes(&mut self, length: usize) -> Result<&'a [u8], RawError> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..length).ok_or_else(|| self.end_error(self.at))?;
        self.at += length;
        Ok(taken)
    }

    /// Reads how many entries follow, each of at least `least_bytes`.
    fn read_length(&mut self, least_bytes: usize) -> Result<usize, RawError> {
        let begin = self.at;
        let length = u64::read(self)?;
        let room = (self.bytes.len() - self.at) / least_bytes;
        let fits = usize::try_from(length).ok().filter(|&length| length <= room);
        fits.ok_or_else(|| self.end_error(begin))
    }
}

impl Field for u64 {
    const LEAST_BYTES: usize = 1;

    fn read(input: &mut RecordingReader<'_>) -> Result<u64, RawError> {
        let begin = input.at;
        let mut number = 0_u64;
        for shift in (0..70).step_by(7) {
            let [byte] = *input.take_bytes(1)? else { return Err(input.end_error(input.at)) };
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(input.value_error(begin, "a number of more than 64 bits"))
    }

    fn write<W: Write>(&self, out: &mut RecordingWriter<W>) -> io::Result<()> {
        let mut bytes = [0_u8; 10];
        let mut length = 0;
        let mut rest = *self;
        loop {
            let low = rest as u8 & 0x7f;
            rest >>= 7;
            bytes[length] = if rest == 0 { low } else { low | 0x80 };
            length += 1;
            if rest == 0 {
                return out.write_bytes(&bytes[..length]);
            }
        }
    }
}

impl Field for i64 {
    const LEAST_BYTES: usize = 1;

    fn read(input: &mut RecordingReader<'_>) -> Result<i64, RawError> {
        let folded = u64::read(input)?;
        Ok((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
    }

    fn write<W: Write>(&self, out: &mut RecordingWriter<W>) -> io::Result<()> {
        (self << 1 ^ self >> 63).cast_unsigned().write(out)
    }
}

impl Field for u32 {
    const LEAST_BYTES: usize = 1;

    fn read(input: &mut RecordingReader<'_>) -> Result<u32, RawError> {
        let begin = input.at;
        u32::try_from(u64::read(input)?)
            .map_err(|_| input.value_error(begin, "a number of more than 32 bits"))
    }

    fn write<W: Write>(&self, out: &mut RecordingWriter<W>) -> io::Result<()> {
        u64::from(*self).write(out)
    }
}

impl Field for String {
    const LEAST_BYTES: usize = 1;

    fn read(input: &mut RecordingReader<'_>) -> Result<String, RawError> {
        let begin = input.at;
        let length = input.read_length(1)?;
        let text = std::str::from_utf8(input.take_bytes(length)?);
        text.map(str::to_owned).map_err(|_| input.value_error(begin, "a text that is not UTF-8"))
    }

    fn write<W: Write>(&self, out: &mut RecordingWriter<W>) -> io::Result<()> {
        (self.len() as u64).write(out)?;
        out.write_bytes(self.as_bytes())
    }
}

impl<T: Field> Field for Vec<T> {
    const LEAST_BYTES: usize = 1;

    fn read(input: &mut RecordingReader<'_>) -> Result<Vec<T>, RawError> {
        let length = input.read_length(T::LEAST_BYTES)?;
        (0..length).map(|_| T::read(input)).collect()
    }

    fn write<W: Write>(&self, out: &mut RecordingWriter<W>) -> io::Result<()> {
        (self.len() as u64).write(out)?;
        self.iter().try_for_each(|item| item.write(out))
    }
}
