//! The property that must hold for any bytes. Shared by the fuzz target and the test that replays
//! its corpus.

use std::io::Write;

use heaplab_logagg::engine::merge::merge_partials;
use heaplab_logagg::engine::{CountOptions, run};
use heaplab_logagg::input::ReadBy;

use crate::oracle;

/// The first four bytes choose window, range, threads and the way to read. The rest is used as a
/// log, and then as a partial result.
pub(crate) fn hold(data: &[u8]) {
    let Some((choice, rest)) = data.split_first_chunk::<4>() else { return };
    // Compressed inputs are tested elsewhere.
    if matches!(rest, [0x1f, 0x8b, ..] | [0x28, 0xb5, ..] | [0x50..=0x5f, 0x2a, ..]) {
        return;
    }
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(rest).expect("room for a temporary file");
    let names = [file.path().display().to_string()];
    let read_by = if choice[3] & 1 == 0 { ReadBy::Pread } else { ReadBy::Mmap };
    let options = CountOptions {
        window: usize::from(choice[0]) + 1,
        range: u64::from(choice[1]) + 1,
        longest_line: 46 + usize::from(choice[2]),
        read_by,
        top: 10_000,
        ..CountOptions::new(1 + usize::from(choice[3] >> 1 & 1))
    };
    let outcome = run(&names, &options, &(), None).expect("any bytes are a log");
    let expected = oracle::count(&[rest]);
    let found = (outcome.pv, outcome.uv, outcome.tally.malformed, &outcome.tally.malformed_lines[..]);
    assert_eq!(found, (expected.pv, expected.uv, expected.malformed, &expected.malformed_lines[..]));
    assert_eq!((outcome.tally.lines, outcome.tally.bytes), (expected.lines, expected.bytes));
    let ranked: Vec<(String, u64)> = outcome
        .top
        .into_iter()
        .map(|row| (String::from_utf8_lossy(&row.key).into_owned(), row.count))
        .collect();
    assert_eq!(ranked, expected.ranked);
    // As a partial result these bytes are refused, or they add up.
    if let Ok(merged) = merge_partials(&names, &options) {
        assert!(merged.uv_error.is_some() || merged.pv >= merged.uv);
    }
}
