//! The symbols of one file: its debug information, or that of its debug file, and its symbol table.

use super::Roots;
use super::debug_file::{self, DebugLink};
use super::debug_name::{DebugFrame, name_frames};
use super::unnamed::UnnamedReason;
use crate::{Frame, UNKNOWN};
use addr2line::Loader;
use object::read::ReadCache;
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbolTable};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The symbols of one file.
pub(super) struct FileSymbols {
    loader: Loader,
    /// The address of the file's first byte in its own address space; 0 except for programs linked
    /// to a fixed address.
    first_byte: u64,
    contents: FileContents,
}

/// What names a file has.
#[derive(Clone, Copy, Debug, Default)]
struct FileContents {
    debug_information: bool,
    symbols: bool,
    /// Whether it has the section that split debug information refers to.
    split: bool,
}

/// The frames of an address.
pub(super) struct FoundFrames {
    /// The outermost function first; never empty.
    pub(super) frames: Vec<Frame>,
    /// Why a name or a line is missing.
    pub(super) reason: Option<UnnamedReason>,
}

pub(super) enum OpenProblem {
    /// The file has another build id than the one that was recorded.
    Rebuilt {
        found: Option<String>,
    },
    Missing,
    Unreadable(String),
}

impl FileSymbols {
    /// Opens the file, and its debug file where it has no debug information of its own.
    pub(super) fn open(
        path: &Path,
        recorded_build_id: &str,
        debug_folders: &[PathBuf],
    ) -> Result<FileSymbols, OpenProblem> {
        let header = FileHeader::read(path)?;
        if !recorded_build_id.is_empty() && header.link.build_id != recorded_build_id {
            let found = Some(header.link.build_id).filter(|id| !id.is_empty());
            return Err(OpenProblem::Rebuilt { found });
        }
        if !header.contents.debug_information
            && let Some(debug) = debug_file::find_debug_file(path, &header.link, debug_folders)
            && let Ok(symbols) = FileSymbols::load(&debug, header.first_byte)
        {
            return Ok(symbols);
        }
        let unreadable = |error: Box<dyn std::error::Error>| OpenProblem::Unreadable(error.to_string());
        let loader = Loader::new(path).map_err(unreadable)?;
        Ok(FileSymbols { loader, first_byte: header.first_byte, contents: header.contents })
    }

    /// Opens the debug file of a program that cannot be opened itself.
    pub(super) fn open_debug_file(build_id: &str, debug_folders: &[PathBuf]) -> Option<FileSymbols> {
        let link = DebugLink { build_id: build_id.to_owned(), link: None };
        let path = debug_file::find_debug_file(Path::new(""), &link, debug_folders)?;
        let first_byte = FileHeader::read(&path).ok()?.first_byte;
        FileSymbols::load(&path, first_byte).ok()
    }

    fn load(debug_file: &Path, first_byte: u64) -> Result<FileSymbols, Box<dyn std::error::Error>> {
        let loader = Loader::new_with_sup(debug_file, debug_file::find_supplement(debug_file))?;
        let contents = FileContents { debug_information: true, symbols: true, split: false };
        Ok(FileSymbols { loader, first_byte, contents })
    }

    /// The functions at an offset into the file as it was mapped.
    pub(super) fn find_frames(&self, offset: u64, file: &str, roots: &Roots) -> FoundFrames {
        let address = offset.wrapping_add(self.first_byte);
        let mut debug = self.find_debug_frames(address, roots);
        let symbol = self.loader.find_symbol(address);
        let place = |frame: DebugFrame| frame.location.unwrap_or_else(|| format!("in {file}"));
        let named = |(frame, function): (DebugFrame, String)| Frame {
            function,
            location: Some(place(frame)),
            ..Frame::default()
        };
        let has_function = debug.iter().any(|frame| frame.name.is_some());
        let has_line = debug.iter().any(|frame| frame.location.is_some());
        if !has_function && self.contents.split {
            // The line is that of the innermost inlined function, whose name is missing. Where that
            // is the standard library's, it would be shown as a line of the program's function.
            let is_standard = |place: &String| place.starts_with("std/");
            debug
                .iter_mut()
                .for_each(|frame| frame.location = frame.location.take().filter(|at| !is_standard(at)));
        }
        let names = name_frames(&debug, symbol);
        let mut frames: Vec<Frame> = debug.into_iter().zip(names).map(named).collect();
        if frames.is_empty()
            && let Some(symbol) = symbol
        {
            frames.push(Frame {
                function: super::demangle(symbol),
                location: Some(format!("in {file}")),
                ..Frame::default()
            });
        }
        if frames.last().is_none_or(|frame| frame.function == UNKNOWN) {
            let location = frames.pop().and_then(|frame| frame.location);
            let frame = Frame::without_symbol(file, address);
            frames.push(Frame {
                location: location.or(frame.location),
                function: frame.function,
                ..Frame::default()
            });
        }
        frames.reverse();
        let contents = self.contents;
        let reason = match (has_function, has_line, symbol) {
            (false, true, _) if contents.split => Some(UnnamedReason::SplitMissing),
            (false, false, None) if !contents.symbols && !contents.debug_information => {
                Some(UnnamedReason::Stripped)
            }
            // The standard library brings debug information into every program that is not
            // stripped, so the section alone says nothing about this address.
            (false, false, _) => Some(UnnamedReason::NoLines),
            _ => None,
        };
        FoundFrames { frames, reason }
    }

    /// Looks the address up in the debug information, the innermost function first. Damaged
    /// information is treated as missing.
    fn find_debug_frames(&self, address: u64, roots: &Roots) -> Vec<DebugFrame> {
        let mut frames = Vec::new();
        let Ok(mut found) = self.loader.find_frames(address) else { return frames };
        while let Ok(Some(frame)) = found.next() {
            let name = frame.function.as_ref().and_then(|name| name.raw_name().ok());
            let place = frame.location.and_then(|place| place.file.map(|file| (file, place.line)));
            frames.push(DebugFrame {
                name: name.map(std::borrow::Cow::into_owned),
                location: place.map(|(file, line)| roots.format_location(file, line)),
            });
        }
        frames
    }
}

/// What the headers of a file say.
struct FileHeader {
    link: DebugLink,
    first_byte: u64,
    contents: FileContents,
}

impl FileHeader {
    fn read(path: &Path) -> Result<FileHeader, OpenProblem> {
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => OpenProblem::Missing,
            kind => OpenProblem::Unreadable(kind.to_string()),
        })?;
        // The cache reads only the pages with headers and notes of a large binary.
        let cache = ReadCache::new(file);
        let object =
            object::File::parse(&cache).map_err(|error| OpenProblem::Unreadable(error.to_string()))?;
        let has_section = |name| object.section_by_name(name).is_some_and(|section| section.size() > 0);
        let has_symbols = object.symbol_table().is_some_and(|table| table.symbols().next().is_some());
        Ok(FileHeader {
            link: DebugLink::from_object(&object),
            first_byte: first_byte_address(&object),
            contents: FileContents {
                // This finds the old compressed form, `.zdebug_info`, as well.
                debug_information: has_section(".debug_info"),
                symbols: has_symbols,
                split: has_section(".debug_addr"),
            },
        })
    }
}

/// The address of the file's first byte if the file were mapped where it was linked for.
fn first_byte_address<'data>(object: &impl Object<'data>) -> u64 {
    let lowest = object.segments().min_by_key(|segment| segment.address());
    lowest.map_or(0, |segment| segment.address().wrapping_sub(segment.file_range().0))
}
