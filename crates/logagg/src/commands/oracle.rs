//! `logagg check` compares a partial result with the slowest way to count: parse with std, keep
//! every address, sort, and count equal ones. It shares only the reader of partial results with the
//! engine.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::IpAddr;
use std::path::Path;

use heaplab_logagg::error::{Error, Result};
use heaplab_logagg::key::Key;
use heaplab_logagg::partial::PartialReader;

/// What the log holds, and how many keys of the partial result are wrong.
#[derive(Debug, serde::Serialize)]
pub(crate) struct OracleResult {
    lines: u64,
    pv: u64,
    uv: u64,
    malformed: u64,
    /// Keys that only one side has, or that have another count.
    differing: u64,
    /// The largest counts according to the oracle, in the form of `logagg --json`.
    top: Vec<Row>,
}

#[derive(Debug, serde::Serialize)]
struct Row {
    key: String,
    count: u64,
}

/// An address has at most 45 bytes; this also covers the line end.
const MAX_FIELD_BYTES: u64 = 64;

/// Needs 17 bytes of memory per line.
pub(crate) fn check(log: &Path, partial: &Path) -> Result<OracleResult> {
    let (lines, mut addresses) = read_addresses(log)?;
    addresses.sort_unstable();
    let expected: Vec<(IpAddr, u64)> =
        addresses.chunk_by(|one, other| one == other).map(|run| (run[0], run.len() as u64)).collect();
    let pv = addresses.len() as u64;
    drop(addresses);
    let found = read_partial_counts(partial)?;
    let differing = count_differing(&expected, &found);
    let uv = expected.len() as u64;
    let mut ranked = expected;
    ranked.sort_unstable_by_key(|&(_, count)| std::cmp::Reverse(count));
    // Keys with the same count as the tenth may rank before it.
    let least = ranked.get(9).map_or(0, |&(_, count)| count);
    ranked.truncate(ranked.partition_point(|&(_, count)| count >= least));
    let mut top: Vec<Row> =
        ranked.into_iter().map(|(key, count)| Row { key: key.to_string(), count }).collect();
    top.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
    top.truncate(10);
    Ok(OracleResult { lines, pv, uv, malformed: lines - pv, differing, top })
}

/// Returns the number of lines and the address of every line that has one.
fn read_addresses(log: &Path) -> Result<(u64, Vec<IpAddr>)> {
    let failed = |source| Error::Input { name: log.display().to_string(), offset: 0, source };
    let mut reader = BufReader::with_capacity(1 << 20, File::open(log).map_err(failed)?);
    let (mut lines, mut addresses, mut head) = (0, Vec::new(), Vec::new());
    loop {
        head.clear();
        if (&mut reader).take(MAX_FIELD_BYTES).read_until(b'\n', &mut head).map_err(failed)? == 0 {
            return Ok((lines, addresses));
        }
        lines += 1;
        let line = head.strip_suffix(b"\n");
        if line.is_none() {
            reader.skip_until(b'\n').map_err(failed)?;
        }
        let line = line.map_or(&head[..], |line| line.strip_suffix(b"\r").unwrap_or(line));
        let field = line.split(|&byte| byte == b' ').next().unwrap_or_default();
        addresses.extend(std::str::from_utf8(field).ok().and_then(|field| field.parse::<IpAddr>().ok()));
    }
}

/// The keys and counts of a partial result, sorted by address.
fn read_partial_counts(partial: &Path) -> Result<Vec<(IpAddr, u64)>> {
    let name = partial.display().to_string();
    let file =
        File::open(partial).map_err(|source| Error::Input { name: name.clone(), offset: 0, source })?;
    let mut counts = Vec::new();
    PartialReader::new(&name, file)?.for_each_key(&mut |key, count| {
        let address = match key {
            Key::V4(value) => IpAddr::V4(value.into()),
            Key::V6(value) => IpAddr::V6(value.into()),
            Key::Text(_) => return Err(Error::Usage("only counts of addresses are checked".into())),
        };
        counts.push((address, count));
        Ok(())
    })?;
    counts.sort_unstable();
    Ok(counts)
}

/// Counts the keys that differ. Both slices are sorted by key.
fn count_differing(expected: &[(IpAddr, u64)], found: &[(IpAddr, u64)]) -> u64 {
    let (mut left, mut right, mut differing) = (expected.iter().peekable(), found.iter().peekable(), 0);
    loop {
        let off = match (left.peek(), right.peek()) {
            (None, None) => return differing,
            (Some(one), Some(other)) if one.0 == other.0 => {
                let off = one.1 != other.1;
                left.next();
                right.next();
                off
            }
            (Some(one), Some(other)) if one.0 < other.0 => left.next().is_some(),
            (Some(_), None) => left.next().is_some(),
            (_, Some(_)) => right.next().is_some(),
        };
        differing += u64::from(off);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_difference_counts_once() {
        let of = |pairs: &[(u8, u64)]| -> Vec<(IpAddr, u64)> {
            pairs.iter().map(|&(last, count)| (IpAddr::from([1, 1, 1, last]), count)).collect()
        };
        let expected = of(&[(1, 5), (2, 6), (4, 1)]);
        assert_eq!(count_differing(&expected, &expected), 0);
        assert_eq!(count_differing(&expected, &of(&[(1, 5), (2, 7), (4, 1)])), 1);
        assert_eq!(count_differing(&expected, &of(&[(1, 5), (3, 6), (4, 1)])), 2);
        assert_eq!(count_differing(&expected, &of(&[(2, 6)])), 2);
        assert_eq!(count_differing(&[], &expected), 3);
    }
}
