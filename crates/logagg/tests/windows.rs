//! Compares the library with the oracle: any bytes, lines across any border of windows and ranges,
//! any number of threads.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod oracle;

use heaplab_logagg::engine::{CountOptions, CountOutcome, run};
use heaplab_logagg::input::ReadBy;
use oracle::Expected;
use proptest::prelude::*;

fn outcome_as_expected(outcome: &CountOutcome) -> Expected {
    Expected {
        pv: outcome.pv,
        uv: outcome.uv,
        malformed: outcome.tally.malformed,
        malformed_lines: outcome.tally.malformed_lines.clone(),
        lines: outcome.tally.lines,
        bytes: outcome.tally.bytes,
        ranked: outcome
            .top
            .iter()
            .map(|row| (String::from_utf8(row.key.clone()).unwrap(), row.count))
            .collect(),
    }
}

fn hold(logs: &[Vec<u8>], options: &CountOptions) {
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for (index, log) in logs.iter().enumerate() {
        let path = folder.path().join(format!("{index}.log"));
        std::fs::write(&path, log).unwrap();
        names.push(path.display().to_string());
    }
    let outcome = run(&names, options, &(), None).unwrap();
    let logs: Vec<&[u8]> = logs.iter().map(Vec::as_slice).collect();
    assert_eq!(outcome_as_expected(&outcome), oracle::count(&logs));
}

fn field() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => (0u8..3, 0u8..2, 0u8..2, 0u8..3).prop_map(|(a, b, c, d)| format!("{a}.{b}.{c}.{d}").into_bytes()),
        4 => any::<u32>().prop_map(|value| std::net::Ipv4Addr::from(value).to_string().into_bytes()),
        4 => (0u128..4).prop_map(|value| std::net::Ipv6Addr::from(value << 60).to_string().into_bytes()),
        2 => any::<[u16; 8]>().prop_map(|parts| parts.map(|part| format!("{part:X}")).join(":").into_bytes()),
        1 => "[0-9]{0,4}(\\.[0-9]{0,4}){0,4}".prop_map(String::into_bytes),
        1 => "::ffff:[0-9]{1,3}\\.1\\.1\\.1|[0-9a-f:]{1,12}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ]
}

fn log() -> impl Strategy<Value = Vec<u8>> {
    let rest = prop_oneof![
        4 => Just(b" - - \"GET /\"".to_vec()),
        1 => Just(Vec::new()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => (50usize..700).prop_map(|length| vec![b'x'; length]),
    ];
    let end = prop_oneof![8 => Just(&b"\n"[..]), 2 => Just(&b"\r\n"[..]), 1 => Just(&b"\n\n"[..]), 1 => Just(&b"\r\r\n"[..])];
    let line = (field(), rest, end).prop_map(|(field, rest, end)| [&field, &rest, end].concat());
    (prop::collection::vec(line, 0..40), prop_oneof![field(), Just(Vec::new()), Just(b"1.2.3.4\r".to_vec())])
        .prop_map(|(lines, last)| [lines.concat(), last].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn as_the_oracle_says(
        logs in prop::collection::vec(log(), 1..4),
        window in 1usize..200,
        range in 1u64..400,
        longest_line in 46usize..300,
        threads in 1usize..4,
        mmap: bool,
    ) {
        let read_by = if mmap { ReadBy::Mmap } else { ReadBy::Pread };
        hold(&logs, &CountOptions { window, range, longest_line, read_by, top: 1000, ..CountOptions::new(threads) });
    }
}

#[test]
fn every_border_of_one_log() {
    let log = b"1.2.3.4 a\n\n::1 b\r\n1.2.3\n9.9.9.9\r\n\r\n255.255.255.255\n1.2.3.4 c\n2001:DB8::1 x\n2001:db8:0:0:0:0:0:1".to_vec();
    for range in 1..=log.len() as u64 + 1 {
        for window in [1, 2, 3, 7, 64] {
            hold(
                std::slice::from_ref(&log),
                &CountOptions { window, range, longest_line: 46, top: 99, ..CountOptions::new(2) },
            );
        }
    }
}
