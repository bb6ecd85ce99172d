//! Reads windows by `mmap`, without a copy. Each window is unmapped before the next one is mapped,
//! so that few file pages are resident at once.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use memmap2::{Mmap, MmapOptions};

use super::{OpenFile, WindowSource};
use crate::error::{Error, Result};

/// Mappings begin at a multiple of this, the largest page size in use.
const PAGE: u64 = 64 << 10;

thread_local! {
    /// What this thread has mapped. SIGBUS is raised in the thread that touches the page, so a
    /// handler finds its own thread's mapping here.
    static NAME: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
    static AT: Cell<u64> = const { Cell::new(0) };
}

/// For a SIGBUS handler: passes the name of the input that this thread has mapped and the offset of
/// the window to `show`. It takes no lock and allocates nothing.
pub fn report_mapped_window(show: &mut dyn FnMut(&str, u64)) {
    let at = AT.try_with(Cell::get).unwrap_or(0);
    let _ = NAME.try_with(|name| {
        if let Ok(name) = name.try_borrow() {
            show(name.as_deref().unwrap_or("an input"), at);
        }
    });
}

/// Maps a range of a file window by window, and beyond its end as long as it is asked to.
pub(crate) struct MappedWindows<'a> {
    input: &'a OpenFile,
    window: u64,
    map: Option<Mmap>,
    at: u64,
    end: u64,
}

impl<'a> MappedWindows<'a> {
    pub(crate) fn new(input: &'a OpenFile, window: usize, start: u64, end: u64) -> Self {
        NAME.with(|name| *name.borrow_mut() = Some(Arc::clone(&input.name)));
        MappedWindows { input, window: window as u64, map: None, at: start, end }
    }

    /// Whether the file can be mapped, which not every file system supports.
    pub(crate) fn is_mappable(input: &OpenFile) -> bool {
        let mut options = MmapOptions::new();
        // SAFETY: nothing is read from the mapping.
        unsafe { options.len(1).map(input.file.as_ref()) }.is_ok()
    }

    /// Ends the reading and reports a file that was truncated meanwhile. Where it was cut within a
    /// page, the rest of the page reads as zeros without a SIGBUS.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.map = None;
        self.current_size().map(|_| ())
    }

    fn error(&self, source: std::io::Error, offset: u64) -> Error {
        Error::Input { name: self.input.name.to_string(), offset, source }
    }

    fn current_size(&self) -> Result<u64> {
        let size = self.input.file.metadata().map_err(|error| self.error(error, self.at))?.len();
        if size < self.input.size {
            return Err(Error::Shrank { name: self.input.name.to_string(), size: self.input.size, at: size });
        }
        Ok(size)
    }
}

impl WindowSource for MappedWindows<'_> {
    fn fill(&mut self, keep: usize) -> Result<&[u8]> {
        self.map = None;
        let size = self.current_size()?;
        let from = self.at - keep as u64;
        let base = from / PAGE * PAGE;
        let wanted = self.end.saturating_sub(self.at).max(PAGE).min(self.window);
        let to = (self.at + wanted).min(size);
        if to == from {
            return Ok(&[]);
        }
        let mut options = MmapOptions::new();
        options.offset(base).len((to - base) as usize).populate();
        AT.set(base);
        // SAFETY: the bytes are only read. Another process may write to the file meanwhile, which
        // changes what is counted and nothing else, or truncate it, which raises SIGBUS: this
        // source is used only where the caller asked for it.
        let map =
            unsafe { options.map(self.input.file.as_ref()) }.map_err(|error| self.error(error, base))?;
        self.at = to;
        Ok(&self.map.insert(map)[(from - base) as usize..])
    }
}
