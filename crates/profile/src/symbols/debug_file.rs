//! Finds the file with the debug information of a program or library that was stripped, as gdb does
//! (<https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html>): first by
//! the build id, then by the name in `.gnu_debuglink`.

use object::Object;
use object::read::ReadCache;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Lists further folders that are laid out as `/usr/lib/debug` is, separated by `:`.
pub const DEBUG_FOLDERS_VARIABLE: &str = "HEAPLAB_DEBUG_FOLDERS";

/// Where distributions put debug files.
const SYSTEM_FOLDER: &str = "/usr/lib/debug";

/// What a stripped file says about its debug file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DebugLink {
    /// Lower-case hexadecimal; empty where the file has none.
    pub(super) build_id: String,
    /// The name in `.gnu_debuglink`, without folders, and the CRC-32 of the file that it means.
    pub(super) link: Option<(PathBuf, u32)>,
}

impl DebugLink {
    /// Reads both from a file.
    pub(super) fn from_object<'data>(object: &impl Object<'data>) -> DebugLink {
        let build_id = object.build_id().ok().flatten().unwrap_or_default();
        let link = object.gnu_debuglink().ok().flatten();
        DebugLink {
            build_id: to_hexadecimal(build_id),
            link: link.map(|(name, crc)| (PathBuf::from(OsStr::from_bytes(name)), crc)),
        }
    }
}

/// The folders that are searched: those of the environment first, then the system's and what
/// `debuginfod-find` has fetched.
pub(super) fn debug_folders() -> Vec<PathBuf> {
    let listed = std::env::var_os(DEBUG_FOLDERS_VARIABLE).unwrap_or_default();
    let listed = std::env::split_paths(&listed).filter(|folder| folder.is_absolute());
    listed.chain([PathBuf::from(SYSTEM_FOLDER)]).chain(debuginfod_cache()).collect()
}

/// Where the client of debuginfod keeps what it fetched
/// (<https://manpages.debian.org/debuginfod-find.1>).
fn debuginfod_cache() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let below = |folder: PathBuf| folder.join("debuginfod_client");
    folder("DEBUGINFOD_CACHE_PATH")
        .or_else(|| folder("XDG_CACHE_HOME").map(below))
        .or_else(|| folder("HOME").map(|home| below(home.join(".cache"))))
}

/// The debug file of the file at `path`. A file that lies in the right place and belongs to another
/// build is passed over.
pub(super) fn find_debug_file(path: &Path, wanted: &DebugLink, folders: &[PathBuf]) -> Option<PathBuf> {
    find_by_build_id(&wanted.build_id, folders).or_else(|| find_by_link(path, wanted, folders))
}

/// `FOLDER/.build-id/ab/cdef….debug`, or `FOLDER/abcdef…/debuginfo` as debuginfod lays it out.
fn find_by_build_id(build_id: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let (start, rest) = build_id.split_at_checked(2).filter(|(_, rest)| !rest.is_empty())?;
    let layouts = [format!(".build-id/{start}/{rest}.debug"), format!("{build_id}/debuginfo")];
    let mut candidates =
        folders.iter().flat_map(|folder| layouts.iter().map(move |below| folder.join(below)));
    candidates.find(|path| read_build_id(path).as_deref() == Some(build_id))
}

/// Beside the file, in `.debug/` beside it, and below each folder at the file's own path.
fn find_by_link(path: &Path, wanted: &DebugLink, folders: &[PathBuf]) -> Option<PathBuf> {
    let (name, crc) = wanted.link.as_ref()?;
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let beside = path.parent()?;
    let below = beside.strip_prefix("/").unwrap_or(beside);
    let candidates = [beside.join(name), beside.join(".debug").join(name)]
        .into_iter()
        .chain(folders.iter().map(|folder| folder.join(below).join(name)));
    // A link may name the stripped file itself, which has nothing to offer.
    let mut candidates = candidates.filter(|candidate| *candidate != path);
    candidates.find(|candidate| file_crc(candidate).is_some_and(|found| found == *crc))
}

/// The file with the parts that `dwz` moved out of several debug files into one, which
/// `.gnu_debugaltlink` of the debug file at `path` names.
pub(super) fn find_supplement(path: &Path) -> Option<PathBuf> {
    let cache = ReadCache::new(File::open(path).ok()?);
    let object = object::File::parse(&cache).ok()?;
    let (name, build_id) = object.gnu_debugaltlink().ok()??;
    // Joining an absolute name gives the name.
    let supplement = path.parent()?.join(OsStr::from_bytes(name));
    (read_build_id(&supplement)? == to_hexadecimal(build_id)).then_some(supplement)
}

/// The build id of a file; `None` where it cannot be read.
pub(super) fn read_build_id(path: &Path) -> Option<String> {
    if !path.is_file() {
        return None;
    }
    let cache = ReadCache::new(File::open(path).ok()?);
    let object = object::File::parse(&cache).ok()?;
    Some(to_hexadecimal(object.build_id().ok()??))
}

/// The CRC-32 of a whole file.
fn file_crc(path: &Path) -> Option<u32> {
    if !path.is_file() {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let mut hasher = crc32fast::Hasher::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match file.read(&mut block).ok()? {
            0 => return Some(hasher.finalize()),
            length => hasher.update(&block[..length]),
        }
    }
}

fn to_hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
