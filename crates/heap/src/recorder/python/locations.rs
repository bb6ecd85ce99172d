//! The places in Python code that the recording has: each function, file and line once, with a number.

use crate::recorder::index::NumberIndex;
use crate::recorder::stacks::Locked;
use crate::recorder::tables::{self, hot};
use crate::recorder::zeroed::{self, Zeroed};
use heaplab_profile::raw::tables::{MAX_PYTHON_LOCATIONS, MAX_PYTHON_TEXTS, PYTHON_TEXT_BYTES, PythonTables};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering::*};

/// Finds locations and texts in the tables. 24 MiB of address space, of which only the used part is
/// touched.
struct LocationIndex {
    lock: AtomicBool,
    texts: NumberIndex<{ 4 * MAX_PYTHON_TEXTS }>,
    locations: NumberIndex<{ 4 * MAX_PYTHON_LOCATIONS }>,
}

// SAFETY: atomics of zero are valid; there is no destructor.
unsafe impl Zeroed for LocationIndex {}

static INDEX: AtomicPtr<LocationIndex> = AtomicPtr::new(std::ptr::null_mut());

/// The location without a name, for which the tables had no room.
const NO_ROOM: u32 = 0;

/// Begins with empty lists, at the start of a process.
pub(super) fn reset() {
    // A forked child forgets the index of its parent, whose locations it does not have.
    INDEX.store(std::ptr::null_mut(), Relaxed);
    hot().process.python_locations.store(1, Relaxed);
    hot().process.python_texts.store(1, Relaxed);
    hot().process.python_text_bytes.store(0, Relaxed);
}

/// The number of a location; it is added if it is new.
pub(super) fn find_or_add(function: &[u8], file: &[u8], line: u32) -> u32 {
    let Some((lists, index)) = tables::bulk().zip(get_or_make_index()) else { return NO_ROOM };
    let _locked = Locked::new(&index.lock);
    Locations { lists: &lists.python, index }.find_or_add(function, file, line).unwrap_or(NO_ROOM)
}

fn get_or_make_index() -> Option<&'static LocationIndex> {
    // SAFETY: null or from `zeroed::leak`, which lives as long as the process.
    let existing = || unsafe { INDEX.load(Acquire).as_ref() };
    if let Some(index) = existing() {
        return Some(index);
    }
    let made: &'static LocationIndex = zeroed::leak()?;
    let pointer = std::ptr::from_ref(made).cast_mut();
    match INDEX.compare_exchange(std::ptr::null_mut(), pointer, AcqRel, Acquire) {
        Ok(_) => Some(made),
        Err(_) => existing(),
    }
}

/// The lists with their index; used under the lock.
struct Locations {
    lists: &'static PythonTables,
    index: &'static LocationIndex,
}

impl Locations {
    fn find_or_add(&self, function: &[u8], file: &[u8], line: u32) -> Option<u32> {
        let wanted = [self.find_or_add_text(function)?, self.find_or_add_text(file)?, line];
        let row = |number: u32| {
            let row = &self.lists.locations[number as usize];
            [row.function.load(Relaxed), row.file.load(Relaxed), row.line.load(Relaxed)]
        };
        let known = self.index.locations.find(hash_numbers(wanted), |number| row(number) == wanted);
        if known.is_some() {
            return known;
        }
        let number = u32::try_from(hot().process.python_locations.load(Relaxed)).ok()?;
        if !tables::has_python_location(self.lists, number as usize) {
            return None;
        }
        let place = &self.lists.locations[number as usize];
        place.function.store(wanted[0], Relaxed);
        place.file.store(wanted[1], Relaxed);
        place.line.store(wanted[2], Relaxed);
        self.index.locations.insert(number, |number| hash_numbers(row(number)));
        hot().process.python_locations.store(u64::from(number) + 1, Release);
        Some(number)
    }

    fn find_or_add_text(&self, text: &[u8]) -> Option<u32> {
        let hash = hash_bytes(text.iter().copied());
        let known = self.index.texts.find(hash, |number| self.bytes_of(number).eq(text.iter().copied()));
        if known.is_some() {
            return known;
        }
        let number = u32::try_from(hot().process.python_texts.load(Relaxed)).ok()?;
        let offset = hot().process.python_text_bytes.load(Relaxed) as usize;
        let end = offset + text.len();
        if end > PYTHON_TEXT_BYTES || !tables::has_python_text(self.lists, number as usize, end) {
            return None;
        }
        for (place, letter) in self.lists.text[offset..end].iter().zip(text) {
            place.store(*letter, Relaxed);
        }
        let row = &self.lists.texts[number as usize];
        row.offset.store(offset as u32, Relaxed);
        row.bytes.store(text.len() as u32, Relaxed);
        self.index.texts.insert(number, |number| hash_bytes(self.bytes_of(number)));
        hot().process.python_text_bytes.store(end as u64, Release);
        hot().process.python_texts.store(u64::from(number) + 1, Release);
        Some(number)
    }

    fn bytes_of(&self, number: u32) -> impl Iterator<Item = u8> {
        let row = &self.lists.texts[number as usize];
        let (offset, bytes) = (row.offset.load(Relaxed) as usize, row.bytes.load(Relaxed) as usize);
        self.lists.text[offset..offset + bytes].iter().map(|byte| byte.load(Relaxed))
    }
}

fn hash_bytes(bytes: impl Iterator<Item = u8>) -> u64 {
    finish_hash(bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    }))
}

fn hash_numbers(numbers: [u32; 3]) -> u64 {
    finish_hash(numbers.iter().fold(0x9e37_79b9_7f4a_7c15, |hash: u64, &number| {
        (hash ^ u64::from(number)).wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(29)
    }))
}

fn finish_hash(hash: u64) -> u64 {
    (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93)
}
