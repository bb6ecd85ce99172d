//! Reads windows by `pread` into the thread's own buffer, so a file of any size costs one window.

use std::io;
use std::os::unix::fs::FileExt;

use super::{OpenFile, WindowSource};
use crate::error::{Error, Result};

/// How much is read at once beyond a range's end, where only one line has to be completed.
const BEYOND: u64 = 16 << 10;

/// Reads a range of a file, and beyond its end as long as it is asked to.
pub(crate) struct PreadWindows<'a> {
    input: &'a OpenFile,
    buffer: &'a mut [u8],
    window: usize,
    filled: usize,
    at: u64,
    end: u64,
}

impl<'a> PreadWindows<'a> {
    /// `buffer` must hold the longest `keep` and a window.
    pub(crate) fn new(
        input: &'a OpenFile,
        buffer: &'a mut [u8],
        window: usize,
        start: u64,
        end: u64,
    ) -> Self {
        PreadWindows { input, buffer, window, filled: 0, at: start, end }
    }
}

impl WindowSource for PreadWindows<'_> {
    fn fill(&mut self, keep: usize) -> Result<&[u8]> {
        self.buffer.copy_within(self.filled - keep..self.filled, 0);
        let wanted = (self.end.saturating_sub(self.at) + BEYOND).min(self.window as u64) as usize;
        let room = self.buffer.len().min(keep + wanted);
        let taken = loop {
            match self.input.file.read_at(&mut self.buffer[keep..room], self.at) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let name = || self.input.name.to_string();
        let taken = taken.map_err(|source| Error::Input { name: name(), offset: self.at, source })?;
        if taken == 0 && self.at < self.input.size {
            return Err(Error::Shrank { name: name(), size: self.input.size, at: self.at });
        }
        self.at += taken as u64;
        self.filled = keep + taken;
        Ok(&self.buffer[..self.filled])
    }
}
