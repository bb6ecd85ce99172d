//! Collects entries within the limits and sorts them into graded and other files.

use super::entry_name::{self, EntryKind};
use super::{Bundle, BundleError, Caps, Fault};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// Up to here the compression ratio does not matter: a small text of spaces is no bomb.
const RATIO_FROM_BYTES: u64 = 1 << 20;

pub(super) struct BundleBuilder {
    pub(super) caps: Caps,
    /// Bytes that came out so far.
    total_bytes: u64,
    /// The archive's size, if there is one.
    packed_bytes: Option<u64>,
    entries: usize,
    files: BTreeMap<String, Vec<u8>>,
    /// Folders by their folded names, with the name as written.
    folders: BTreeMap<String, String>,
    file_names: BTreeSet<String>,
}

impl BundleBuilder {
    pub(super) fn new(caps: Caps) -> BundleBuilder {
        BundleBuilder {
            caps,
            total_bytes: 0,
            packed_bytes: None,
            entries: 0,
            files: BTreeMap::new(),
            folders: BTreeMap::new(),
            file_names: BTreeSet::new(),
        }
    }

    pub(super) fn set_packed_bytes(&mut self, bytes: u64) {
        self.packed_bytes = Some(bytes);
    }

    pub(super) fn add_folder(&mut self, raw: &[u8]) -> Result<(), BundleError> {
        self.count_entry(raw)?;
        let name = entry_name::check_name(raw)?;
        if self.file_names.contains(&entry_name::fold_case(&name)) {
            return Err(entry_name::refuse(raw, Fault::Twice));
        }
        self.register_folder(raw, &name)
    }

    /// Reads a file to its end, or to the first limit.
    pub(super) fn add_file(&mut self, raw: &[u8], bytes: &mut dyn Read) -> Result<(), BundleError> {
        self.count_entry(raw)?;
        let name = entry_name::check_name(raw)?;
        if name.is_empty() {
            return Err(entry_name::refuse(raw, Fault::OddName));
        }
        if let Some((parent, _)) = name.rsplit_once('/') {
            self.register_folder(raw, parent)?;
        }
        let folded = entry_name::fold_case(&name);
        if self.files.contains_key(&name) || self.folders.contains_key(&folded) {
            return Err(entry_name::refuse(raw, Fault::Twice));
        }
        if !self.file_names.insert(folded) {
            return Err(entry_name::refuse(raw, Fault::Case));
        }
        let content = self.read_content(raw, bytes)?;
        self.files.insert(name, content);
        Ok(())
    }

    pub(super) fn finish(self) -> Bundle {
        let root = common_root(&self.files);
        let mut bundle = Bundle { root: root.clone(), ..Bundle::default() };
        for (name, content) in self.files {
            let inside = root.as_ref().and_then(|root| name.strip_prefix(root)?.strip_prefix('/'));
            let name = inside.unwrap_or(&name).to_owned();
            match entry_name::classify(&name) {
                _ if entry_name::is_litter(&name) => {}
                EntryKind::Used => drop(bundle.files.insert(name, content)),
                EntryKind::Picture => bundle.pictures.push(name),
                EntryKind::Foreign => bundle.foreign.push(name),
            }
        }
        bundle
    }

    fn count_entry(&mut self, raw: &[u8]) -> Result<(), BundleError> {
        self.entries += 1;
        if self.entries > self.caps.entries { Err(entry_name::refuse(raw, Fault::Many)) } else { Ok(()) }
    }

    /// Registers a folder and its parents, each under a single spelling.
    fn register_folder(&mut self, raw: &[u8], folder: &str) -> Result<(), BundleError> {
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        for name in ends.filter_map(|end| folder.get(..end)).filter(|name| !name.is_empty()) {
            let folded = entry_name::fold_case(name);
            if self.file_names.contains(&folded) {
                return Err(entry_name::refuse(raw, Fault::Twice));
            }
            if self.folders.entry(folded).or_insert_with(|| name.to_owned()) != name {
                return Err(entry_name::refuse(raw, Fault::Case));
            }
        }
        Ok(())
    }

    /// Reads and counts the bytes; a size stated in the archive is ignored. Files that are not
    /// graded are read too and thrown away, so that a bomb is found under any name.
    fn read_content(&mut self, raw: &[u8], bytes: &mut dyn Read) -> Result<Vec<u8>, BundleError> {
        let may_count = std::str::from_utf8(raw).is_ok_and(|name| {
            let name = name.trim_start_matches("./");
            let below = name.split_once('/').map_or(name, |(_, rest)| rest);
            entry_name::classify(name) == EntryKind::Used || entry_name::classify(below) == EntryKind::Used
        });
        let mut content = Vec::new();
        let mut buffer = [0; 16 << 10];
        let mut length: u64 = 0;
        loop {
            let read = match bytes.read(&mut buffer) {
                Ok(0) => return Ok(content),
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(BundleError::NotABundle(error.to_string())),
            };
            length += read as u64;
            self.total_bytes += read as u64;
            if may_count && length > self.caps.file_bytes {
                return Err(entry_name::refuse(raw, Fault::LargeFile));
            }
            let is_tight =
                |packed: u64| self.total_bytes > packed.saturating_mul(self.caps.ratio).max(RATIO_FROM_BYTES);
            if self.packed_bytes.is_some_and(is_tight) {
                return Err(entry_name::refuse(raw, Fault::Bomb));
            }
            if self.total_bytes > self.caps.total_bytes {
                return Err(entry_name::refuse(raw, Fault::LargeBundle));
            }
            if may_count {
                content.extend_from_slice(&buffer[..read]);
            }
        }
    }
}

/// The folder that contains all graded files, as in an archive of a folder.
fn common_root(files: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let names = || files.keys().filter(|name| !entry_name::is_litter(name));
    if names().any(|name| entry_name::classify(name) == EntryKind::Used) {
        return None;
    }
    let (first, _) = names().next()?.split_once('/')?;
    let inside = |name: &String| name.strip_prefix(first).is_some_and(|rest| rest.starts_with('/'));
    names().all(inside).then(|| first.to_owned())
}
