//! Which call stands for a line in a program without names, where nothing says which frames are the
//! allocator's and the standard library's.

use crate::{Frame, Profile};
use std::collections::{HashMap, HashSet};

/// A call from a function with at least so many callers names no line: it is in the allocator, in
/// the growth of a vector, or in another function that every part of a program shares.
const SHARED_BY: usize = 3;

/// How many calls an allocator may make before it comes to the function that everybody calls.
const ALLOCATOR_DEPTH: usize = 6;

/// How many callers are named beside the address of a line.
const NAMED_CALLERS: usize = 3;

/// How many different calls lead to each frame that has no name.
pub(super) struct CallerCounts<'profile>(HashMap<&'profile str, usize>);

impl CallerCounts<'_> {
    pub(super) fn from_profile(profile: &Profile) -> CallerCounts<'_> {
        let mut callers: HashMap<&str, HashSet<&str>> = HashMap::new();
        for site in &profile.sites {
            for pair in site.frames.windows(2).filter(|pair| pair[1].unnamed_file().is_some()) {
                callers.entry(&pair[1].function).or_default().insert(&pair[0].function);
            }
        }
        CallerCounts(callers.into_iter().map(|(frame, callers)| (frame, callers.len())).collect())
    }

    /// The line of a stack, the root first, whose innermost frame has no name: up to three callers,
    /// and last the call into the allocator and whatever else everybody calls.
    pub(super) fn find_line(&self, frames: &[Frame]) -> Vec<Frame> {
        let is_unnamed = |frame: &&Frame| frame.unnamed_file().is_some();
        let unnamed: Vec<&Frame> = frames.iter().rev().take_while(is_unnamed).collect();
        let is_shared = |frame: &&Frame| self.is_shared(frame);
        let first_shared = unnamed.iter().take(ALLOCATOR_DEPTH).position(is_shared);
        let line = first_shared
            .map_or(0, |first| first + unnamed[first..].iter().take_while(|frame| is_shared(frame)).count());
        let line = line.min(unnamed.len().saturating_sub(1));
        let file = unnamed.get(line).and_then(|frame| frame.unnamed_file());
        let named = unnamed.iter().skip(line).take_while(|frame| frame.unnamed_file() == file);
        let mut named: Vec<Frame> = named.take(1 + NAMED_CALLERS).map(|frame| (*frame).clone()).collect();
        named.reverse();
        named
    }

    fn is_shared(&self, frame: &Frame) -> bool {
        self.0.get(frame.function.as_str()).is_some_and(|count| *count >= SHARED_BY)
    }
}

/// Drops the callers that two stacks of a line do not share. The line itself comes last.
pub(super) fn keep_common_end(frames: &mut Vec<Frame>, other: &[Frame]) {
    let common = frames.iter().rev().zip(other.iter().rev());
    let common = common.take_while(|(one, other)| one.function == other.function).count().max(1);
    frames.drain(..frames.len().saturating_sub(common));
}

/// Makes one frame of a line: `app+0x23d9a → 0x2273a`, the line itself last. A line with a name is
/// one frame already.
pub(super) fn join_addresses(frames: &[Frame]) -> Option<Frame> {
    let (line, callers) = frames.split_last()?;
    let mut function = String::new();
    for frame in callers.iter().chain([line]) {
        let address = frame.function.rsplit_once('+').map_or(frame.function.as_str(), |(_, address)| address);
        function =
            if function.is_empty() { frame.function.clone() } else { format!("{function} → {address}") };
    }
    Some(Frame { function, location: line.location.clone(), ..Frame::default() })
}
