//! Reads windows of what can only be read from front to back: pipes, devices and compressed files.

use std::fs::File;
use std::io::{self, Read};

use super::WindowSource;
use super::compressed::{Compression, Decoder};
use crate::error::{Error, Result};

/// A stream, decoded if it is compressed. Each window is filled up, because a pipe delivers at most
/// 64 KiB at a time.
pub(crate) struct StreamWindows<'a> {
    name: String,
    decoder: Decoder,
    decoded: u64,
    buffer: &'a mut [u8],
    window: usize,
    filled: usize,
}

impl<'a> StreamWindows<'a> {
    /// `max_window_bytes` bounds the window that a zstd frame may ask for.
    pub(crate) fn new(
        name: &str,
        file: File,
        packing: Option<Compression>,
        most_window: u64,
        buffer: &'a mut [u8],
        window: usize,
    ) -> StreamWindows<'a> {
        let decoder = Decoder::new(file, packing, most_window);
        StreamWindows { name: name.to_owned(), decoder, decoded: 0, buffer, window, filled: 0 }
    }

    fn error(&self, error: io::Error) -> Error {
        let offset = self.decoder.offset().unwrap_or(self.decoded);
        let is_system = error.raw_os_error().is_some();
        if self.decoder.offset().is_none() || is_system {
            return Error::Input { name: self.name.clone(), offset, source: error };
        }
        Error::Corrupt { name: self.name.clone(), offset, decoded: self.decoded, what: error.to_string() }
    }
}

impl WindowSource for StreamWindows<'_> {
    fn fill(&mut self, keep: usize) -> Result<&[u8]> {
        self.buffer.copy_within(self.filled - keep..self.filled, 0);
        self.filled = keep;
        let room = self.buffer.len().min(keep + self.window);
        while self.filled < room {
            match self.decoder.read(&mut self.buffer[self.filled..room]) {
                Ok(0) => break,
                Ok(taken) => {
                    self.filled += taken;
                    self.decoded += taken as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.error(error)),
            }
        }
        Ok(&self.buffer[..self.filled])
    }
}
