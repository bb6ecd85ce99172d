//! Names for the addresses of a recording: function, file and line, with inlined functions, from
//! the debug information of the program and its libraries on disk.

mod debug_file;
mod debug_name;
mod file_symbols;
mod growing;
mod module;
mod own_lines;
mod unnamed;

use crate::raw::{self, CUT_ADDRESS, Node, RawError, RawPython, RawRecording, RawSite};
use crate::{Frame, FrameKind, Profile, RecorderFigures, Site, UNKNOWN, location};
use module::ModuleSymbols;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;

pub use debug_file::DEBUG_FOLDERS_VARIABLE;
pub use growing::GrowingNames;
pub use own_lines::OwnLines;
pub use unnamed::{UnnamedModule, UnnamedReason};

/// The frame of the site that counts all births without room in the recorder's tables.
pub const OVERFLOW: &str = "[no room in the tables]";

/// The root frame of a stack that was deeper than the recorder keeps.
pub const CUT: &str = "[callers cut]";

/// The folders that locations are relative to.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// The root of the workspace or package that was profiled, absolute and without symbolic links.
    /// Locations below it are relative to it: `lessons/8.5.2-slots-vs-maps/src/main.rs:30`.
    pub workspace: PathBuf,
}

impl Roots {
    /// A place as readers see it.
    fn format_location(&self, path: &str, line: Option<u32>) -> String {
        location::format_location(path, line, &self.workspace.to_string_lossy())
    }
}

/// Why the addresses of a recording cannot be named.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SymbolError {
    /// The file differs from the one that ran, so its addresses would get wrong names.
    #[error(
        "{path} is not the file that was recorded: its build id was {recorded} and is now {found}. Record again"
    )]
    Rebuilt {
        /// The file.
        path: String,
        /// Its build id when it ran.
        recorded: String,
        /// Its build id now; `none` where it has none.
        found: String,
    },
    /// None of the files that the stacks go through can be read. Where some can, frames of the
    /// others are named by their addresses.
    #[error("cannot read the symbols of {path}: {cause}")]
    Unreadable {
        /// The first of them.
        path: String,
        /// What failed.
        cause: String,
    },
    /// A reference in the recording leads nowhere.
    #[error(transparent)]
    Raw(#[from] RawError),
}

/// Builds the profile of a recording, with whole stacks, sorted.
///
/// The entries of several threads with one stack become one site, and so do stacks that are equal
/// after naming, such as two calls on one line: their figures are added up (see
/// [`Profile::merge_equal_stacks`]).
pub fn symbolize(raw: &RawRecording, roots: &Roots) -> Result<Profile, SymbolError> {
    Ok(NamedStacks::resolve(raw, roots)?.build_profile(&raw.sites))
}

/// As [`symbolize`], but what cannot be named is named by its address and listed, so that one
/// missing or replaced file does not cost the whole profile.
///
/// # Errors
/// If a reference in the recording leads nowhere.
pub fn symbolize_what_is_there(
    raw: &RawRecording,
    roots: &Roots,
) -> Result<(Profile, Vec<UnnamedModule>), SymbolError> {
    raw.check_references()?;
    let (names, modules) = resolve_nodes(raw, roots, debug_file::debug_folders());
    let unnamed = modules.list_unnamed();
    Ok((NamedStacks { raw, names }.build_profile(&raw.sites), unnamed))
}

/// Demangles a symbol of either of Rust's manglings.
pub fn demangle(symbol: &str) -> String {
    crate::frame::demangle(symbol)
}

/// The names of a recording's stacks, found once and used for the figures at the end and for those
/// of snapshots on the way.
pub struct NamedStacks<'a> {
    raw: &'a RawRecording,
    names: Vec<Rc<[Frame]>>,
}

impl NamedStacks<'_> {
    /// Finds the names of every node.
    ///
    /// # Errors
    /// As [`symbolize`].
    pub fn resolve<'a>(raw: &'a RawRecording, roots: &Roots) -> Result<NamedStacks<'a>, SymbolError> {
        raw.check_references()?;
        let (names, modules) = resolve_nodes(raw, roots, debug_file::debug_folders());
        modules.check_same_build()?;
        modules.check_any_readable()?;
        Ok(NamedStacks { raw, names })
    }

    /// Builds the profile of these entries, as [`symbolize`] does of the recording's own. Entries
    /// of nodes and threads that the recording does not have are left out.
    pub fn build_profile(&self, entries: &[RawSite]) -> Profile {
        let mut by_node: BTreeMap<u32, Vec<&RawSite>> = BTreeMap::new();
        let is_known = |entry: &&RawSite| {
            (entry.node as usize) < self.names.len() && (entry.thread as usize) < self.raw.threads.len()
        };
        for entry in entries.iter().filter(is_known) {
            by_node.entry(entry.node).or_default().push(entry);
        }
        let site = |(node, entries): (&u32, &Vec<&RawSite>)| Site {
            frames: collect_stack(*node, &self.raw.nodes, &self.names),
            ..sum_entries(entries, self.raw)
        };
        Profile { sites: by_node.iter().map(site).collect() }.merge_equal_stacks()
    }
}

/// Finds the frames of each node, the outermost function first. Each address is looked up once.
fn resolve_nodes(
    raw: &RawRecording,
    roots: &Roots,
    debug_folders: Vec<PathBuf>,
) -> (Vec<Rc<[Frame]>>, ModuleSymbols) {
    let mut names = ModuleSymbols::new(&raw.modules, roots, debug_folders);
    let mut known: HashMap<u64, Rc<[Frame]>> = HashMap::new();
    let mut of_nodes: Vec<Rc<[Frame]>> = vec![Rc::new([])];
    for node in raw.nodes.iter().skip(1) {
        let frames = known.entry(node.address).or_insert_with(|| match raw::python_location(node.address) {
            Some(location) => Rc::new([python_frame(&raw.python, location, roots)]),
            None => resolve_address(node.address, &mut names),
        });
        of_nodes.push(Rc::clone(frames));
    }
    (of_nodes, names)
}

/// The frame of a place in Python code.
fn python_frame(python: &RawPython, location: u32, roots: &Roots) -> Frame {
    let Some(location) = python.locations.get(location as usize) else {
        return frame_without_location(UNKNOWN);
    };
    let line = Some(location.line).filter(|&line| line > 0);
    // A name such as `<string>` is no path.
    let place = match location.file.starts_with('<') {
        true => line.map_or_else(|| location.file.clone(), |line| format!("{}:{line}", location.file)),
        false => roots.format_location(&location.file, line),
    };
    let function = if location.function.is_empty() { UNKNOWN.to_owned() } else { location.function.clone() };
    Frame { function, location: Some(place), kind: FrameKind::Python }
}

fn resolve_address(address: u64, names: &mut ModuleSymbols) -> Rc<[Frame]> {
    if address == CUT_ADDRESS {
        return Rc::new([frame_without_location(CUT)]);
    }
    // The return address is the instruction after the call. The call itself, one byte before, may
    // be on another line or, where the callee never returns, even in another function.
    let frames = names.find_frames(address.saturating_sub(1));
    if frames.is_empty() { Rc::new([frame_without_location(UNKNOWN)]) } else { frames.into() }
}

fn frame_without_location(function: &str) -> Frame {
    Frame { function: function.to_owned(), location: None, ..Frame::default() }
}

fn collect_stack(node: u32, nodes: &[Node], names: &[Rc<[Frame]>]) -> Vec<Frame> {
    let mut path = Vec::new();
    let mut at = node as usize;
    while at != 0 {
        path.push(at);
        at = nodes[at].parent as usize;
    }
    if path.is_empty() {
        return vec![frame_without_location(OVERFLOW)];
    }
    let mut frames: Vec<Frame> = Vec::new();
    // The frames of the interpreter's evaluation that were inlined into it, while its Python frames
    // come: these are between the evaluation and what it calls.
    let mut inlined: &[Frame] = &[];
    for (index, &node) in path.iter().enumerate().rev() {
        let own: &[Frame] = &names[node];
        let is_python = |frames: &[Frame]| frames.first().is_some_and(Frame::is_python);
        if !is_python(own) {
            frames.extend(inlined.iter().cloned());
            inlined = &[];
        }
        let is_evaluation = !is_python(own) && index > 0 && is_python(&names[path[index - 1]]);
        let outer = if is_evaluation { own.len().min(1) } else { own.len() };
        frames.extend(own[..outer].iter().cloned());
        if is_evaluation {
            inlined = &own[outer..];
        }
    }
    frames.extend(inlined.iter().cloned());
    frames
}

/// The sums over the threads.
fn sum_entries(entries: &[&RawSite], raw: &RawRecording) -> Site {
    let sum = |figure: fn(&RawSite) -> u64| entries.iter().map(|entry| figure(entry)).sum::<u64>();
    // Frees by other threads make some of these negative; the sum is not.
    let net = |figure: fn(&RawSite) -> i64| {
        u64::try_from(entries.iter().map(|entry| figure(entry)).sum::<i64>()).unwrap_or(0)
    };
    let longest = entries.iter().map(|entry| entry.lifetimes.len()).max().unwrap_or(0);
    let lived = |class: usize| entries.iter().filter_map(|entry| entry.lifetimes.get(class)).sum();
    let recorded = RecorderFigures {
        birth_bytes: sum(|entry| entry.birth_bytes),
        reallocations: sum(|entry| entry.reallocations),
        reallocated_bytes: sum(|entry| entry.reallocated_bytes),
        grown_bytes: sum(|entry| entry.grown_bytes),
        shrunk_bytes: sum(|entry| entry.shrunk_bytes),
        deaths: sum(|entry| entry.deaths),
        lifetime_bytes: sum(|entry| entry.lifetime_bytes),
        lifetimes: (0..longest).map(lived).collect(),
        survivor_age_bytes: survivor_age_bytes(entries, raw),
        threads: entries.iter().map(|entry| raw.threads[entry.thread as usize].clone()).collect(),
    };
    Site {
        frames: Vec::new(),
        total_blocks: sum(|entry| entry.births),
        total_bytes: recorded.birth_bytes + recorded.grown_bytes,
        peak_blocks: net(|entry| entry.peak_blocks),
        peak_bytes: net(|entry| entry.peak_bytes),
        own_peak_blocks: net(|entry| entry.own_peak_blocks.max(0)),
        own_peak_bytes: own_peak_bytes(entries, raw),
        end_blocks: net(|entry| entry.live_blocks),
        end_bytes: net(|entry| entry.live_bytes),
        recorded: Some(recorded),
    }
}

/// The age of a live block is the advance of the clock since its birth. Threads know the clock to
/// within 64 KiB of each other, so a sum may fall below 0 by that much; then it is 0.
fn survivor_age_bytes(entries: &[&RawSite], raw: &RawRecording) -> u64 {
    let live: i64 = entries.iter().map(|entry| entry.live_blocks).sum();
    // A sum of clocks may wrap around 2^64; the difference is right all the same.
    let births = entries.iter().fold(0_i64, |sum, entry| sum.wrapping_add(entry.live_birth_clock_bytes));
    let end = raw.totals.birth_bytes.wrapping_add(raw.totals.grown_bytes);
    u64::try_from(live.wrapping_mul(end.cast_signed()).wrapping_sub(births)).unwrap_or(0)
}

/// The own peak of one thread; for several, an upper bound: their sum, at most the global peak.
fn own_peak_bytes(entries: &[&RawSite], raw: &RawRecording) -> u64 {
    let sum: u64 = entries.iter().map(|entry| u64::try_from(entry.own_peak_bytes).unwrap_or(0)).sum();
    if entries.len() > 1 { sum.min(raw.totals.peak_bytes) } else { sum }
}

#[cfg(test)]
mod strangers;
#[cfg(test)]
mod tests;
