//! Finds the line of the program's own source that an instruction counts for. Code of the standard
//! library that was inlined into a line counts for that line, as in other line profilers.

use super::Roots;
use addr2line::Loader;
use std::collections::HashMap;

/// Looks lines up in the debug information of programs, each of which is opened once.
pub struct OwnLines<'a> {
    roots: &'a Roots,
    loaders: HashMap<String, Option<Loader>>,
    /// The last answer.
    last: Option<(String, u32)>,
}

impl<'a> OwnLines<'a> {
    /// Files below the root of `roots` are the program's own.
    pub fn new(roots: &'a Roots) -> OwnLines<'a> {
        OwnLines { roots, loaders: HashMap::new(), last: None }
    }

    /// The file, relative to the root, and the line of the innermost function at `address`, inlined
    /// ones first, whose file is below the root; `None` where there is none. An instruction that
    /// the optimiser made of several lines has no line: it counts for the line of the address
    /// before, if that is in the same file. So ask in the order of addresses.
    pub fn find_line(&mut self, object: &str, address: u64) -> Option<(String, u32)> {
        // The system's libraries contain none of the program's own code and take long to open.
        if ["/usr/", "/lib", "???"].iter().any(|start| object.starts_with(start)) {
            return None;
        }
        let loader = self.loaders.entry(object.to_owned()).or_insert_with(|| Loader::new(object).ok());
        let mut frames = loader.as_ref()?.find_frames(address).ok()?;
        while let Ok(Some(frame)) = frames.next() {
            let Some(place) = frame.location else { continue };
            let Some(path) = place.file else { continue };
            let file = self.roots.format_location(path, None);
            // A path that was shortened is not below the root.
            if self.roots.workspace.join(&file).is_file() {
                match place.line.filter(|&line| line > 0) {
                    Some(line) => self.last = Some((file, line)),
                    None => self.last = self.last.take().filter(|(last, _)| *last == file),
                }
                return self.last.clone();
            }
        }
        None
    }
}
