//! The files that were mapped when the program ran. Each is opened when its first address is looked
//! up, and its build id is compared with the recorded one.

use super::{Roots, SymbolError, location};
use crate::raw::Module;
use crate::{Frame, UNKNOWN, function_name};
use addr2line::Loader;
use object::read::ReadCache;
use object::{Object, ObjectSegment};
use std::fs::File;
use std::path::PathBuf;

/// All modules, by their addresses.
pub(super) struct ModuleSymbols<'a> {
    /// Sorted by base. A file stays closed until it is needed.
    modules: Vec<(&'a Module, FileState)>,
    roots: &'a Roots,
}

enum FileState {
    Closed,
    Open(Box<FileSymbols>),
    /// Why it could not be opened.
    Unreadable(String),
}

/// The symbols of one file.
struct FileSymbols {
    loader: Loader,
    /// The address of the file's first byte in its own address space; 0 except for programs linked
    /// to a fixed address.
    first_byte: u64,
}

impl<'a> ModuleSymbols<'a> {
    pub(super) fn new(modules: &'a [Module], roots: &'a Roots) -> ModuleSymbols<'a> {
        let mut modules: Vec<(&Module, FileState)> =
            modules.iter().map(|module| (module, FileState::Closed)).collect();
        modules.sort_by_key(|(module, _)| module.base);
        ModuleSymbols { modules, roots }
    }

    /// The functions at an address, the outermost first; none where no module is mapped.
    pub(super) fn find_frames(&mut self, address: u64) -> Result<Vec<Frame>, SymbolError> {
        let behind = self.modules.partition_point(|(module, _)| module.base <= address);
        let Some((module, state)) = behind.checked_sub(1).and_then(|at| self.modules.get_mut(at)) else {
            return Ok(Vec::new());
        };
        if address >= module.end {
            return Ok(Vec::new());
        }
        if matches!(state, FileState::Closed) {
            *state = open_module(module)?;
        }
        let file = module.path.rsplit('/').next().unwrap_or_default();
        Ok(match state {
            FileState::Open(symbols) => {
                let own_address = (address - module.base).wrapping_add(symbols.first_byte);
                symbols.find_frames(own_address, file, self.roots)
            }
            FileState::Closed => Vec::new(),
            FileState::Unreadable(cause) => {
                // Formats write the location in parentheses: `(os error 2)` in it would be taken
                // for one.
                let cause = cause.split(" (").next().unwrap_or_default();
                vec![Frame { function: UNKNOWN.to_owned(), location: Some(format!("in {file}: {cause}")) }]
            }
        })
    }

    /// Fails where no file could be read: a profile without any name is of no use.
    pub(super) fn check_any_readable(&self) -> Result<(), SymbolError> {
        if self.modules.iter().any(|(_, state)| matches!(state, FileState::Open(_))) {
            return Ok(());
        }
        for (module, state) in &self.modules {
            if let FileState::Unreadable(cause) = state {
                return Err(SymbolError::Unreadable { path: module.path.clone(), cause: cause.clone() });
            }
        }
        Ok(())
    }
}

fn open_module(module: &Module) -> Result<FileState, SymbolError> {
    match FileSymbols::open(module) {
        Ok(symbols) => Ok(FileState::Open(Box::new(symbols))),
        Err(OpenProblem::Rebuilt(found)) => Err(SymbolError::Rebuilt {
            path: module.path.clone(),
            recorded: module.build_id.clone(),
            found: if found.is_empty() { "none".to_owned() } else { found },
        }),
        Err(OpenProblem::Unreadable(cause)) => Ok(FileState::Unreadable(cause)),
    }
}

enum OpenProblem {
    /// The build id that was found instead.
    Rebuilt(String),
    Unreadable(String),
}

impl FileSymbols {
    fn open(module: &Module) -> Result<FileSymbols, OpenProblem> {
        let unreadable = |error: &dyn std::fmt::Display| OpenProblem::Unreadable(error.to_string());
        let (found, first_byte) = {
            // The cache reads only the pages with headers and notes of a large binary.
            let cache = ReadCache::new(File::open(&module.path).map_err(|error| unreadable(&error))?);
            let object = object::File::parse(&cache).map_err(|error| unreadable(&error))?;
            let id = object.build_id().map_err(|error| unreadable(&error))?.unwrap_or_default();
            let hexadecimal: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
            (hexadecimal, first_byte_address(&object))
        };
        if !module.build_id.is_empty() && found != module.build_id {
            return Err(OpenProblem::Rebuilt(found));
        }
        let loader = match find_debug_file(&found).and_then(|path| Loader::new(path).ok()) {
            Some(loader) => loader,
            None => Loader::new(&module.path).map_err(|error| unreadable(&error))?,
        };
        Ok(FileSymbols { loader, first_byte })
    }

    fn find_frames(&self, address: u64, file: &str, roots: &Roots) -> Vec<Frame> {
        let mut frames = self.find_line_frames(address, roots);
        // The outermost function comes last. Where the debug information lacks it, the symbol table
        // has at least its name.
        if frames.last().is_none_or(|frame| frame.function == UNKNOWN)
            && let Some(symbol) = self.loader.find_symbol(address)
        {
            let location = frames.pop().and_then(|frame| frame.location);
            frames.push(Frame { function: demangle(symbol), location });
        }
        if frames.is_empty() {
            frames.push(Frame { function: UNKNOWN.to_owned(), location: None });
        }
        for frame in &mut frames {
            frame.location.get_or_insert_with(|| format!("in {file}"));
        }
        frames.reverse();
        frames
    }

    /// Looks the address up in the debug information, the innermost function first. Damaged
    /// information is treated as missing.
    fn find_line_frames(&self, address: u64, roots: &Roots) -> Vec<Frame> {
        let mut frames = Vec::new();
        let Ok(mut found) = self.loader.find_frames(address) else { return frames };
        while let Ok(Some(frame)) = found.next() {
            let name = frame.function.as_ref().and_then(|name| name.raw_name().ok());
            let function = name.map_or_else(|| UNKNOWN.to_owned(), |name| demangle(&name));
            let place = frame.location.and_then(|place| place.file.map(|file| (file, place.line)));
            let location = place.map(|(file, line)| location::format_location(file, line, roots));
            frames.push(Frame { function, location });
        }
        frames
    }
}

/// The file with the debug information that distributions strip from libraries
/// (<https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html>). Its
/// addresses are the library's.
fn find_debug_file(build_id: &str) -> Option<PathBuf> {
    let (folder, file) = build_id.split_at_checked(2)?;
    let path = PathBuf::from(format!("/usr/lib/debug/.build-id/{folder}/{file}.debug"));
    path.is_file().then_some(path)
}

/// Demangles a symbol of either of Rust's manglings.
pub fn demangle(symbol: &str) -> String {
    // The dhat crate writes the short form.
    function_name(&format!("{:#}", rustc_demangle::demangle(symbol)))
}

/// The address of the file's first byte if the file were mapped where it was linked for.
fn first_byte_address<'data>(object: &impl Object<'data>) -> u64 {
    let lowest = object.segments().min_by_key(|segment| segment.address());
    lowest.map_or(0, |segment| segment.address().wrapping_sub(segment.file_range().0))
}
