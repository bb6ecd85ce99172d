//! A slow oracle: the whole input in memory, std's parsers, a HashMap.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Expected {
    pub(crate) pv: u64,
    pub(crate) uv: u64,
    pub(crate) malformed: u64,
    pub(crate) malformed_lines: Vec<u64>,
    pub(crate) lines: u64,
    pub(crate) bytes: u64,
    /// All keys, by descending count, then ascending key.
    pub(crate) ranked: Vec<(String, u64)>,
}

/// Splits into lines. What follows the last line feed is a line only if it is not empty.
pub(crate) fn lines(log: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = log.split(|&byte| byte == b'\n').collect();
    let last = lines.pop().unwrap_or_default();
    let mut lines: Vec<&[u8]> =
        lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    if !last.is_empty() {
        lines.push(last);
    }
    lines
}

pub(crate) fn count(logs: &[&[u8]]) -> Expected {
    let mut counts: HashMap<IpAddr, u64> = HashMap::new();
    let mut expected = Expected::default();
    for log in logs {
        expected.bytes += log.len() as u64;
        for line in lines(log) {
            expected.lines += 1;
            let field = line.split(|&byte| byte == b' ').next().unwrap_or_default();
            match std::str::from_utf8(field).ok().and_then(|field| field.parse::<IpAddr>().ok()) {
                Some(address) => {
                    expected.pv += 1;
                    *counts.entry(address).or_default() += 1;
                }
                None => {
                    expected.malformed += 1;
                    if expected.malformed_lines.len() < 10 {
                        expected.malformed_lines.push(expected.lines);
                    }
                }
            }
        }
    }
    expected.uv = counts.len() as u64;
    expected.ranked = counts.into_iter().map(|(address, count)| (address.to_string(), count)).collect();
    expected.ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let spellings: BTreeSet<&String> = expected.ranked.iter().map(|(key, _)| key).collect();
    assert_eq!(spellings.len() as u64, expected.uv);
    expected
}
