//! The plain counter of the variants, and the checksum that all of them must agree on.

use heaplab_lesson::Checksum;
use std::collections::HashMap;
use std::net::IpAddr;

const TOP: usize = 10;

/// Counts per address. Their sum is PV, their number UV.
#[derive(Default)]
pub struct Counts {
    /// The number of lines of every address.
    pub by_address: HashMap<IpAddr, u64>,
    /// Lines without an address.
    pub malformed: u64,
}

impl Counts {
    /// Counts one line, given with its line feed if it has one.
    pub fn count_line(&mut self, line: &[u8]) {
        match parse_address(line) {
            Some(address) => *self.by_address.entry(address).or_default() += 1,
            None => self.malformed += 1,
        }
    }

    /// Adds other counts.
    pub fn merge(mut self, other: Counts) -> Counts {
        for (address, count) in other.by_address {
            *self.by_address.entry(address).or_default() += count;
        }
        self.malformed += other.malformed;
        self
    }

    /// The checksum of these counts.
    pub fn checksum(&self) -> Checksum {
        checksum_counts(self.by_address.iter().map(|(address, count)| (*address, *count)), self.malformed)
    }
}

/// The checksum of PV, UV, the malformed lines and the top ten, ranked by descending count and then
/// by the address's text. It iterates twice, so that only a few addresses are converted to text.
pub fn checksum_counts(counts: impl Iterator<Item = (IpAddr, u64)> + Clone, malformed: u64) -> Checksum {
    let (mut pv, mut uv, mut most) = (0, 0, [0; TOP]);
    for (_, count) in counts.clone() {
        (pv, uv) = (pv + count, uv + 1);
        let smallest = most.iter_mut().min();
        if let Some(smallest) = smallest.filter(|smallest| **smallest < count) {
            *smallest = count;
        }
    }
    let least = most.into_iter().min().unwrap_or(0);
    let at_least = counts.filter(|(_, count)| *count >= least);
    let mut ranked: Vec<(String, u64)> = at_least.map(|(key, count)| (key.to_string(), count)).collect();
    ranked.sort_by(|(key, count), (other, its)| its.cmp(count).then_with(|| key.cmp(other)));
    ranked.truncate(TOP);
    checksum(pv, uv, malformed, ranked.iter().map(|(key, count)| (key.as_bytes(), *count)))
}

/// The checksum that every exact variant returns. Addresses have the text of RFC 5952, as `std`
/// has.
pub fn checksum<'a>(
    pv: u64,
    uv: u64,
    malformed: u64,
    top: impl Iterator<Item = (&'a [u8], u64)>,
) -> Checksum {
    let sums = Checksum::new().row("pv", pv).row("uv", uv).row("malformed", malformed);
    top.fold(sums, |sum, (key, count)| sum.row(&String::from_utf8_lossy(key), count))
}

/// The address at a line's start, up to a space or the line's end (LF or CRLF).
pub fn parse_address(line: &[u8]) -> Option<IpAddr> {
    let line = match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    };
    let field = line.split(|&byte| byte == b' ').next()?;
    std::str::from_utf8(field).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_ends_at_a_space_or_the_lines_end() {
        let v4: Option<IpAddr> = "1.2.3.4".parse().ok();
        for line in ["1.2.3.4 - -\n", "1.2.3.4\n", "1.2.3.4\r\n", "1.2.3.4"] {
            assert_eq!(parse_address(line.as_bytes()), v4, "{line:?}");
        }
        for line in [
            "\n",
            "\r\n",
            " 1.2.3.4\n",
            "999.1.1.1 -\n",
            "1.2.3 -\n",
            "01.2.3.4 -\n",
            "1.2.3.4\t-\n",
            "1.2.3.4\r",
        ] {
            assert_eq!(parse_address(line.as_bytes()), None, "{line:?}");
        }
        assert_eq!(parse_address(b"2001:DB8::1 -\n"), parse_address(b"2001:db8:0:0:0:0:0:1\n"));
    }

    #[test]
    fn ties_are_broken_by_the_text() {
        let mut counts = Counts::default();
        for last in 0..30 {
            counts.count_line(format!("10.0.0.{last}\n").as_bytes());
        }
        counts.count_line(b"10.0.0.29\n");
        let top =
            ["29", "0", "1", "10", "11", "12", "13", "14", "15", "16"].map(|last| format!("10.0.0.{last}"));
        let rows = top.iter().zip([2, 1, 1, 1, 1, 1, 1, 1, 1, 1]).map(|(key, count)| (key.as_bytes(), count));
        assert_eq!(format!("{:?}", counts.checksum()), format!("{:?}", checksum(31, 30, 0, rows)));
    }
}
