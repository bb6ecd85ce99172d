//! Marks that a program sets on its curve of live bytes. Setting one allocates nothing.

use super::{curve, fork, peak, tables::hot};
use heaplab_profile::raw::tables::MARK_NAME_BYTES;
use std::sync::atomic::Ordering::*;

/// Adds a mark, if the recorder has started.
pub(crate) fn add_mark(name: &str) {
    if !fork::is_started() {
        return;
    }
    let marks = &hot().marks;
    let index = marks.used.fetch_add(1, Relaxed);
    let Some(row) = marks.rows.get(usize::try_from(index).unwrap_or(usize::MAX)) else { return };
    for (to, byte) in row.name.iter().zip(cut_name(name).bytes().chain(std::iter::repeat(0))) {
        to.store(byte, Relaxed);
    }
    row.at_ns.store(curve::elapsed_ns(), Relaxed);
    row.clock_bytes_plus_1.store(peak::clock() + 1, Release);
}

/// As much of the name as fits, without half a character.
fn cut_name(name: &str) -> &str {
    &name[..name.floor_char_boundary(MARK_NAME_BYTES)]
}

pub(super) fn clear() {
    let marks = &hot().marks;
    marks.rows.iter().for_each(|row| row.clock_bytes_plus_1.store(0, Relaxed));
    marks.used.store(0, Relaxed);
}
