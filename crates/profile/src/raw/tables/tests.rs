//! Tables that no recorder wrote: nothing of them makes the reader panic, and references that lead
//! nowhere are errors.

use super::*;
use crate::raw::{RawError, read_file};
use proptest::prelude::*;
use std::mem::offset_of;

/// Words at the front, zeros behind them.
struct Words(Vec<u64>);

impl TableSource for Words {
    fn read_words(&self, offset: usize, into: &mut [u64]) -> std::io::Result<()> {
        for (index, word) in into.iter_mut().enumerate() {
            *word = self.0.get(offset / 8 + index).copied().unwrap_or(0);
        }
        Ok(())
    }
}

/// Tables of a process with one thread and one site.
fn small_tables() -> Vec<u64> {
    let bulk = size_of::<HotPages>();
    let segments = bulk + offset_of!(BulkTables, segments);
    let mut words = vec![0; (segments + size_of::<Segment>()) / 8];
    let mut set = |offset: usize, value: u64| words[offset / 8] = value;
    let process = |field: usize| offset_of!(HotPages, process) + field;
    set(offset_of!(HotPages, magic), MAGIC);
    set(offset_of!(HotPages, file_bytes), FILE_BYTES as u64);
    set(process(offset_of!(ProcessRow, nodes)), 2);
    set(process(offset_of!(ProcessRow, sites)), 3);
    set(process(offset_of!(ProcessRow, threads)), 1);
    set(process(offset_of!(ProcessRow, segments)), 1);
    // Site 2 stands in the lower half of the second word; its node is 1.
    set(bulk + offset_of!(BulkTables, site_nodes) + 8, u64::from_ne_bytes([1, 0, 0, 0, 0, 0, 0, 0]));
    set(bulk + offset_of!(BulkTables, node_addresses) + 8, 0x1234);
    let owner = SegmentOwner { kind: SegmentKind::Counters, thread: 0, group: 0 };
    set(bulk + offset_of!(BulkTables, segment_owners), owner.to_word());
    let row = segments + 2 * size_of::<SiteRow>();
    set(row + offset_of!(SiteRow, births), 3);
    set(row + offset_of!(SiteRow, birth_bytes), 300);
    set(row + offset_of!(SiteRow, deaths), 1);
    set(row + offset_of!(SiteRow, live_blocks), 1);
    set(row + offset_of!(SiteRow, live_bytes), 100);
    words
}

#[test]
fn one_site_is_read_and_an_event_that_is_half_counted_is_noticed() {
    let raw = read_tables(&Words(small_tables())).unwrap();
    assert_eq!((raw.totals.births, raw.totals.birth_bytes, raw.totals.end_bytes), (3, 300, 100));
    assert_eq!((raw.sites.len(), raw.sites[0].node), (1, 1));
    assert_eq!(raw.nodes[1].address, 0x1234);
    assert_eq!(raw.process.interrupted_events, 1, "3 - 1 is not 1");
}

/// What a view reads again and again is the same as in the whole recording.
#[test]
fn levels_figures_and_names_are_those_of_the_whole_recording() {
    let mut words = small_tables();
    let mut set = |offset: usize, value: u64| words[offset / 8] = value;
    set(offset_of!(HotPages, owner_sums) + offset_of!(OwnerSums, live_bytes), 70);
    set(offset_of!(HotPages, owner_sums) + offset_of!(OwnerSums, clock_bytes), 250);
    set(offset_of!(HotPages, shared_live_bytes), 40);
    set(offset_of!(HotPages, peak_bytes), 120);
    set(offset_of!(HotPages, process) + offset_of!(ProcessRow, is_open), 1);
    let whole = read_tables(&Words(words.clone())).unwrap();
    let reading = read_site_figures(&Words(words.clone())).unwrap();
    assert_eq!((reading.totals, &reading.sites), (whole.totals, &whole.sites));
    let levels = read_levels(&Words(words.clone())).unwrap();
    assert_eq!((levels.live_bytes, levels.allocated_bytes, levels.peak_bytes), (110, 250, 120));
    assert_eq!(levels.closed_after_ns, None);
    for first in 0..3 {
        let names = read_names_from(&Words(words.clone()), first).unwrap();
        assert_eq!(names.nodes, whole.nodes.get(first..).unwrap_or_default());
    }

    // A second thread has kept 15 bytes back, so the live bytes are 15 less than the sums say.
    let thread = size_of::<HotPages>() + offset_of!(BulkTables, threads);
    words[offset_of!(HotPages, is_shared) / 8] = 1;
    words[(thread + offset_of!(ThreadRow, pending_bytes)) / 8] = (-15_i64).cast_unsigned();
    words[(thread + offset_of!(ThreadRow, pending_clock_bytes)) / 8] = 9;
    let levels = read_levels(&Words(words)).unwrap();
    assert_eq!((levels.live_bytes, levels.allocated_bytes), (95, 259));
}

#[test]
fn tables_of_another_size_are_of_another_version() {
    let mut words = small_tables();
    words[offset_of!(HotPages, file_bytes) / 8] += 4096;
    assert!(matches!(read_tables(&Words(words)), Err(RawError::Version { .. })));
}

#[test]
fn a_file_may_be_another_or_not_yet_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heap-1.tables");
    for (bytes, expected) in [
        (vec![0; 100], RawError::NotBegun),
        (b"hltable\x09 and more".to_vec(), RawError::Version { found: "tables 9".into() }),
        (b"something else".to_vec(), RawError::NotARecording),
        (Vec::new(), RawError::NotARecording),
    ] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(read_file(&path), Err(expected));
    }
}

#[test]
fn every_segment_owner_survives_its_word() {
    for kind in [SegmentKind::Counters, SegmentKind::Lifetimes] {
        let owner = SegmentOwner { kind, thread: 65_535, group: 131_071 };
        assert_eq!(SegmentOwner::from_word(owner.to_word()), Some(owner));
    }
    assert_eq!(SegmentOwner::from_word(0), None);
}

/// The slack of all threads together is what the documentation of `slack_bytes` says.
#[test]
fn the_slack_of_all_threads_is_bounded() {
    for threads in [1, 8, 64, 1000] {
        for peak in [0, 10_000, 10 << 20, 1 << 40] {
            let sum: i64 = (0..threads).map(|index| slack_bytes(index, peak)).sum();
            let bound = (peak / 100).max(i64::from(threads) * 1024);
            assert!(sum <= bound, "{threads} threads, peak {peak}: {sum}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn wrong_words_are_errors_at_worst(places in proptest::collection::vec((0..70_usize, any::<u64>()), 1..6)) {
        let mut words = small_tables();
        for (place, value) in places {
            // Lengths of lists stand in the first words; a million entries of zeros are enough.
            words[place] = value % 1_000_000;
        }
        (words[0], words[1]) = (MAGIC, FILE_BYTES as u64);
        let _ = read_tables(&Words(words));
    }

    /// As above, for a view, with shorter lists so that it is quick.
    #[test]
    fn wrong_words_are_errors_at_worst_for_a_view(
        places in proptest::collection::vec((0..70_usize, any::<u64>()), 1..6),
        first in 0..2000_usize,
    ) {
        let mut words = small_tables();
        for (place, value) in places {
            words[place] = value % 2000;
        }
        (words[0], words[1]) = (MAGIC, FILE_BYTES as u64);
        let words = Words(words);
        let _ = read_levels(&words);
        let _ = read_site_figures(&words);
        let _ = read_names_from(&words, first);
    }
}
