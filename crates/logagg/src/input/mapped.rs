//! Windows by `mmap`, to compare with `pread`. Every window is unmapped before the next, so few file pages are resident at once.

use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{Mmap, MmapOptions};

use super::{OpenFile, Source};
use crate::error::{Error, Result};

/// Mappings begin at a multiple of this: the largest page that systems use.
const PAGE: u64 = 64 << 10;

/// Where the newest window begins, for the message of a SIGBUS handler.
static AT: AtomicU64 = AtomicU64::new(0);

/// The file offset of the window that was mapped last by any thread.
pub fn mapped_at() -> u64 {
    AT.load(Ordering::Relaxed)
}

/// Maps a range of a file window by window, and on beyond its end for as long as it is asked.
pub(crate) struct Mapped<'a> {
    input: &'a OpenFile,
    window: u64,
    /// The window, and the offset of what follows it.
    map: Option<Mmap>,
    at: u64,
    end: u64,
}

impl<'a> Mapped<'a> {
    pub(crate) fn new(input: &'a OpenFile, window: usize, start: u64, end: u64) -> Self {
        Mapped { input, window: window as u64, map: None, at: start, end }
    }
}

impl Source for Mapped<'_> {
    fn fill(&mut self, keep: usize) -> Result<&[u8]> {
        self.map = None;
        let failed = |source, offset| Error::Input { name: self.input.name.to_string(), offset, source };
        let size = self.input.file.metadata().map_err(|error| failed(error, self.at))?.len();
        if size < self.input.size {
            return Err(Error::Shrank { name: self.input.name.to_string(), size: self.input.size, at: size });
        }
        let from = self.at - keep as u64;
        let base = from / PAGE * PAGE;
        let wanted = self.end.saturating_sub(self.at).max(PAGE).min(self.window);
        let to = (self.at + wanted).min(size);
        if to == from {
            return Ok(&[]);
        }
        let mut options = MmapOptions::new();
        options.offset(base).len((to - base) as usize).populate();
        // SAFETY: the bytes are only read. Another process may write the file meanwhile, which changes what is counted and
        // nothing else, or cut it, which raises SIGBUS: this source is used only where the caller asked for it.
        let map = unsafe { options.map(self.input.file.as_ref()) }.map_err(|error| failed(error, base))?;
        AT.store(base, Ordering::Relaxed);
        self.at = to;
        Ok(&self.map.insert(map)[(from - base) as usize..])
    }
}
