//! Entries in the order in which they come, held to the caps, then sorted into what counts and what does not.

use super::name::{self, Kind};
use super::{Bundle, BundleError, Caps, Fault};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// So much may be packed as tightly as it likes: a small text of spaces is no bomb.
const RATIO_FROM_BYTES: u64 = 1 << 20;

pub(super) struct Gathered {
    pub(super) caps: Caps,
    /// What came out so far.
    total_bytes: u64,
    /// How many bytes the archive has, where it is one.
    packed_bytes: Option<u64>,
    entries: usize,
    files: BTreeMap<String, Vec<u8>>,
    /// By the folded name: a folder with its name as written, a file with none other beside it.
    folders: BTreeMap<String, String>,
    file_names: BTreeSet<String>,
}

impl Gathered {
    pub(super) fn new(caps: Caps) -> Gathered {
        Gathered {
            caps,
            total_bytes: 0,
            packed_bytes: None,
            entries: 0,
            files: BTreeMap::new(),
            folders: BTreeMap::new(),
            file_names: BTreeSet::new(),
        }
    }

    pub(super) fn packed(&mut self, bytes: u64) {
        self.packed_bytes = Some(bytes);
    }

    pub(super) fn folder(&mut self, raw: &[u8]) -> Result<(), BundleError> {
        self.count(raw)?;
        let name = name::checked(raw)?;
        if self.file_names.contains(&name::folded(&name)) {
            return Err(name::refused(raw, Fault::Twice));
        }
        self.enter(raw, &name)
    }

    /// Reads a file's bytes to their end, or to the first cap.
    pub(super) fn file(&mut self, raw: &[u8], bytes: &mut dyn Read) -> Result<(), BundleError> {
        self.count(raw)?;
        let name = name::checked(raw)?;
        if name.is_empty() {
            return Err(name::refused(raw, Fault::OddName));
        }
        if let Some((parent, _)) = name.rsplit_once('/') {
            self.enter(raw, parent)?;
        }
        let folded = name::folded(&name);
        if self.files.contains_key(&name) || self.folders.contains_key(&folded) {
            return Err(name::refused(raw, Fault::Twice));
        }
        if !self.file_names.insert(folded) {
            return Err(name::refused(raw, Fault::Case));
        }
        let content = self.content(raw, bytes)?;
        self.files.insert(name, content);
        Ok(())
    }

    pub(super) fn finish(self) -> Bundle {
        let root = root(&self.files);
        let mut bundle = Bundle { root: root.clone(), ..Bundle::default() };
        for (name, content) in self.files {
            let inside = root.as_ref().and_then(|root| name.strip_prefix(root)?.strip_prefix('/'));
            let name = inside.unwrap_or(&name).to_owned();
            match name::kind(&name) {
                _ if name::is_litter(&name) => {}
                Kind::Counts => drop(bundle.files.insert(name, content)),
                Kind::Picture => bundle.pictures.push(name),
                Kind::Foreign => bundle.foreign.push(name),
            }
        }
        bundle
    }

    fn count(&mut self, raw: &[u8]) -> Result<(), BundleError> {
        self.entries += 1;
        if self.entries > self.caps.entries { Err(name::refused(raw, Fault::Many)) } else { Ok(()) }
    }

    /// A folder and those above it, each under one spelling.
    fn enter(&mut self, raw: &[u8], folder: &str) -> Result<(), BundleError> {
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        for name in ends.filter_map(|end| folder.get(..end)).filter(|name| !name.is_empty()) {
            let folded = name::folded(name);
            if self.file_names.contains(&folded) {
                return Err(name::refused(raw, Fault::Twice));
            }
            if self.folders.entry(folded).or_insert_with(|| name.to_owned()) != name {
                return Err(name::refused(raw, Fault::Case));
            }
        }
        Ok(())
    }

    /// Counted while it is read; a size that an archive states is not even looked at. What will not be looked at is read
    /// too, so that a bomb is one under any name, and thrown away.
    fn content(&mut self, raw: &[u8], bytes: &mut dyn Read) -> Result<Vec<u8>, BundleError> {
        let may_count = std::str::from_utf8(raw).is_ok_and(|name| {
            let name = name.trim_start_matches("./");
            let below = name.split_once('/').map_or(name, |(_, rest)| rest);
            name::kind(name) == Kind::Counts || name::kind(below) == Kind::Counts
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
                return Err(name::refused(raw, Fault::LargeFile));
            }
            let is_tight =
                |packed: u64| self.total_bytes > packed.saturating_mul(self.caps.ratio).max(RATIO_FROM_BYTES);
            if self.packed_bytes.is_some_and(is_tight) {
                return Err(name::refused(raw, Fault::Bomb));
            }
            if self.total_bytes > self.caps.total_bytes {
                return Err(name::refused(raw, Fault::LargeBundle));
            }
            if may_count {
                content.extend_from_slice(&buffer[..read]);
            }
        }
    }
}

/// The one folder that everything that counts stands in, as archives of a folder have it.
fn root(files: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let names = || files.keys().filter(|name| !name::is_litter(name));
    if names().any(|name| name::kind(name) == Kind::Counts) {
        return None;
    }
    let (first, _) = names().next()?.split_once('/')?;
    let inside = |name: &String| name.strip_prefix(first).is_some_and(|rest| rest.starts_with('/'));
    names().all(inside).then(|| first.to_owned())
}
