//! Decodes gzip (any number of members) and zstd (any number of frames, with their checksums) while
//! reading.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    /// Recognises the format by the first bytes.
    pub(crate) fn from_magic(first: &[u8]) -> Option<Compression> {
        match first {
            [0x1f, 0x8b, ..] => Some(Compression::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Compression::Zstd),
            // A skippable frame may come first: pzstd writes one.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// The format that a file name's ending promises.
    pub(crate) fn from_name(name: &str) -> Option<Compression> {
        match name.rsplit_once('.')?.1 {
            "gz" => Some(Compression::Gzip),
            "zst" | "zstd" => Some(Compression::Zstd),
            _ => None,
        }
    }
}

type Input = BufReader<CountingReader>;

pub(crate) enum Decoder {
    Plain(Input),
    Gzip(Box<MultiGzDecoder<Input>>),
    Zstd(Box<ZstdFrames>),
}

impl Decoder {
    /// Detects the format by the first bytes if none is given.
    pub(crate) fn new(file: File, packing: Option<Compression>, most_window: u64) -> Decoder {
        let mut input = BufReader::with_capacity(64 << 10, CountingReader { file, taken: 0, early: None });
        // A pipe may deliver one byte at first. A read error here occurs again at the first read.
        let packing = packing.or_else(|| Compression::from_magic(&input.get_mut().peek()));
        match packing {
            None => Decoder::Plain(input),
            Some(Compression::Gzip) => Decoder::Gzip(Box::new(MultiGzDecoder::new(input))),
            Some(Compression::Zstd) => Decoder::Zstd(Box::new(ZstdFrames::new(input, most_window))),
        }
    }

    /// Compressed bytes read so far; `None` if the input is not compressed.
    pub(crate) fn offset(&self) -> Option<u64> {
        let input = match self {
            Decoder::Plain(_) => return None,
            Decoder::Gzip(decoder) => decoder.get_ref(),
            Decoder::Zstd(frames) => &frames.input,
        };
        Some(input.get_ref().taken.saturating_sub(input.buffer().len() as u64))
    }
}

impl Read for Decoder {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Decoder::Plain(input) => input.read(into),
            Decoder::Gzip(decoder) => decoder.read(into),
            Decoder::Zstd(frames) => frames.read(into),
        }
    }
}

/// A file that counts the bytes read from it and whose first bytes can be peeked at.
pub(crate) struct CountingReader {
    file: File,
    taken: u64,
    early: Option<io::Cursor<Vec<u8>>>,
}

impl CountingReader {
    fn peek(&mut self) -> Vec<u8> {
        let mut first = Vec::new();
        let _ = Read::by_ref(&mut self.file).take(4).read_to_end(&mut first);
        self.early = Some(io::Cursor::new(first.clone()));
        first
    }
}

impl Read for CountingReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(early) = &mut self.early {
            let taken = early.read(into)?;
            self.taken += taken as u64;
            if taken > 0 {
                return Ok(taken);
            }
            self.early = None;
        }
        let taken = self.file.read(into)?;
        self.taken += taken as u64;
        Ok(taken)
    }
}

pub(crate) struct ZstdFrames {
    input: Input,
    decoder: FrameDecoder,
    in_frame: bool,
}

impl ZstdFrames {
    fn new(input: Input, most_window: u64) -> ZstdFrames {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(most_window);
        ZstdFrames { input, decoder, in_frame: false }
    }

    /// Begins the next frame; false at the input's end.
    fn next_frame(&mut self) -> io::Result<bool> {
        while !self.input.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.input) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let skipped = io::copy(&mut (&mut self.input).take(u64::from(length)), &mut io::sink())?;
                    if skipped < u64::from(length) {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(FrameDecoderError::WindowSizeTooBig { requested, .. }) => {
                    return Err(io::Error::other(format!(
                        "the zstd frame wants to remember {requested} bytes, more than fits: give more --memory or \
                         fewer --threads"
                    )));
                }
                Err(error) => return Err(io::Error::other(format!("zstd: {error}"))),
            }
        }
        Ok(false)
    }

    fn verify_checksum(&self) -> io::Result<()> {
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(stored), Some(found)) if stored != found => {
                Err(io::Error::other("zstd: the frame's checksum is not that of its content"))
            }
            _ => Ok(()),
        }
    }
}

impl Read for ZstdFrames {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.in_frame {
                if !self.next_frame()? {
                    return Ok(0);
                }
                self.in_frame = true;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|error| io::Error::other(format!("zstd: {error}")))?;
            }
            let taken = self.decoder.read(into)?;
            if taken > 0 || into.is_empty() {
                return Ok(taken);
            }
            self.verify_checksum()?;
            self.in_frame = false;
        }
    }
}
