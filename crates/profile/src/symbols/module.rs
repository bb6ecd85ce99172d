//! The files that were mapped when the program ran. Each is opened when its first address is looked
//! up, and its build id is compared with the recorded one.

use super::file_symbols::{FileSymbols, OpenProblem};
use super::unnamed::{UnnamedModule, UnnamedReason};
use super::{Roots, SymbolError};
use crate::raw::Module;
use crate::{Frame, path_text};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

/// What the kernel adds to the path of a file that was removed while it was mapped.
const DELETED: &str = " (deleted)";

/// All modules, by their addresses.
pub(super) struct ModuleSymbols {
    /// Sorted by base.
    modules: Vec<MappedFile>,
    roots: Roots,
    debug_folders: Vec<PathBuf>,
}

/// A module and its symbols. The file stays closed until it is needed.
struct MappedFile {
    module: Module,
    state: FileState,
    /// Why some of its addresses have no name or no line.
    reason: Option<UnnamedReason>,
}

enum FileState {
    Closed,
    Open(Box<FileSymbols>),
    Unreadable,
}

impl ModuleSymbols {
    pub(super) fn new(modules: &[Module], roots: &Roots, debug_folders: Vec<PathBuf>) -> ModuleSymbols {
        let mut symbols = ModuleSymbols { modules: Vec::new(), roots: roots.clone(), debug_folders };
        symbols.add_modules(modules);
        symbols
    }

    /// Adds modules that were loaded since.
    pub(super) fn add_modules(&mut self, modules: &[Module]) {
        let closed =
            |module: &Module| MappedFile { module: module.clone(), state: FileState::Closed, reason: None };
        self.modules.extend(modules.iter().map(closed));
        self.modules.sort_by_key(|file| file.module.base);
    }

    /// The functions at an address, the outermost first; none where no module is mapped.
    pub(super) fn find_frames(&mut self, address: u64) -> Vec<Frame> {
        let behind = self.modules.partition_point(|file| file.module.base <= address);
        let Some(file) = behind.checked_sub(1).and_then(|at| self.modules.get_mut(at)) else {
            return Vec::new();
        };
        if address >= file.module.end {
            return Vec::new();
        }
        if matches!(file.state, FileState::Closed) {
            file.open(&self.debug_folders);
        }
        let name = module_name(&file.module);
        let offset = address - file.module.base;
        match &file.state {
            FileState::Open(symbols) => {
                let found = symbols.find_frames(offset, &name, &self.roots);
                if found.reason.is_some() {
                    // The worst is told: an address without a name over one without a line.
                    file.reason = found.reason.max(file.reason.take());
                }
                found.frames
            }
            FileState::Closed | FileState::Unreadable => vec![Frame::without_symbol(&name, offset)],
        }
    }

    /// The modules with addresses that got no name or no line.
    pub(super) fn list_unnamed(&self) -> Vec<UnnamedModule> {
        let unnamed = |file: &MappedFile| {
            Some(UnnamedModule {
                file: module_name(&file.module),
                path: file.module.path.trim_end_matches(DELETED).to_owned(),
                build_id: file.module.build_id.clone(),
                reason: file.reason.clone()?,
            })
        };
        self.modules.iter().filter_map(unnamed).collect()
    }

    /// Fails where a file is another build than the one that was recorded.
    pub(super) fn check_same_build(&self) -> Result<(), SymbolError> {
        self.list_unnamed().into_iter().try_for_each(|module| match module.reason {
            UnnamedReason::Replaced { found } => Err(SymbolError::Rebuilt {
                path: module.path,
                recorded: module.build_id,
                found: found.unwrap_or_else(|| "none".to_owned()),
            }),
            _ => Ok(()),
        })
    }

    /// Fails where no file could be read: a profile without any name is of no use.
    pub(super) fn check_any_readable(&self) -> Result<(), SymbolError> {
        if self.modules.iter().any(|file| matches!(file.state, FileState::Open(_))) {
            return Ok(());
        }
        self.list_unnamed().into_iter().try_for_each(|module| {
            Err(SymbolError::Unreadable { path: module.path, cause: module.reason.to_string() })
        })
    }
}

impl MappedFile {
    fn open(&mut self, debug_folders: &[PathBuf]) {
        let (path, was_deleted) = match self.module.path.strip_suffix(DELETED) {
            Some(path) => (path, true),
            None => (self.module.path.as_str(), false),
        };
        let path = PathBuf::from(OsString::from_vec(path_text::decode_path(path)));
        let reason = match FileSymbols::open(&path, &self.module.build_id, debug_folders) {
            // Without build ids, the file that took the place of a deleted one cannot be trusted.
            Ok(_) if was_deleted && self.module.build_id.is_empty() => UnnamedReason::Deleted,
            Ok(symbols) => {
                self.state = FileState::Open(Box::new(symbols));
                return;
            }
            Err(OpenProblem::Rebuilt { found }) => UnnamedReason::Replaced { found },
            Err(OpenProblem::Missing) if was_deleted => UnnamedReason::Deleted,
            Err(OpenProblem::Missing) => UnnamedReason::Unreadable { cause: "it is not there".to_owned() },
            Err(OpenProblem::Unreadable(cause)) => UnnamedReason::Unreadable { cause },
        };
        // A debug file is found by its build id alone, so it serves where the program is gone.
        self.state = FileSymbols::open_debug_file(&self.module.build_id, debug_folders)
            .map_or(FileState::Unreadable, |symbols| FileState::Open(Box::new(symbols)));
        if matches!(self.state, FileState::Unreadable) {
            self.reason = Some(reason);
        }
    }
}

/// A module's file name as it is shown.
fn module_name(module: &Module) -> String {
    let path = path_text::decode_path(module.path.trim_end_matches(DELETED));
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}
