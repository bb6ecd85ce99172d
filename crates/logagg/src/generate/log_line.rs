//! Generates lines in the combined format from fixed vocabularies and a small random number
//! generator.

use std::io::Write;

use super::LogRecipe;
use crate::key::address;

/// No line is longer, in bytes.
pub(super) const MOST_LINE: usize = 1024;
/// 2025-10-01 00:00:00 UTC, where every log begins.
const BEGINS: u64 = 1_759_276_800;
const SECONDS_A_DAY: u64 = 86_400;

const PATHS: [&str; 12] = [
    "/",
    "/index.html",
    "/login",
    "/api/v1/users/",
    "/api/v1/orders/",
    "/static/js/app.",
    "/static/css/site.",
    "/images/",
    "/blog/2025/",
    "/search?q=",
    "/feed.xml?page=",
    "/product/",
];
const STATUSES: [&str; 16] = [
    "200", "200", "200", "200", "200", "200", "200", "200", "200", "304", "304", "301", "302", "404", "403",
    "500",
];
const REFERERS: [&str; 6] = [
    "-",
    "-",
    "https://www.example.com/",
    "https://search.example.org/results?q=memory",
    "https://news.example.net/item/42",
    "https://www.example.com/blog/2025/",
];
const AGENTS: [&str; 7] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://www.example.com/bot.html)",
    "curl/8.16.0",
    "python-requests/2.32.5",
];
const JUNK: [&str; 8] =
    ["999.1.1.1", "1.2.3", "01.2.3.4", "-", "unknown", "1.2.3.4.5", "2001:db8::g", " 1.2.3.4"];

pub(super) struct LineGenerator {
    random: u64,
    seed: u64,
    addresses: u64,
    /// The logarithm of `addresses`.
    scale: f64,
    ipv6: f64,
    malformed: f64,
    lines: u64,
    time: Vec<u8>,
}

impl LineGenerator {
    pub(super) fn new(recipe: &LogRecipe) -> LineGenerator {
        let seed = mix(recipe.seed);
        LineGenerator {
            random: seed,
            seed,
            addresses: recipe.addresses,
            scale: (recipe.addresses as f64).ln(),
            ipv6: recipe.ipv6,
            malformed: recipe.malformed,
            lines: 0,
            time: Vec::new(),
        }
    }

    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.random)
    }

    /// A random number from 0 to below 1.
    fn next_share(&mut self) -> f64 {
        (self.next_random() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(super) fn is_malformed(&mut self) -> bool {
        self.malformed > 0.0 && self.next_share() < self.malformed
    }

    /// A line of a random address by Zipf's law: the number of addresses to a uniformly distributed
    /// power.
    pub(super) fn push_random_line(&mut self, into: &mut Vec<u8>) {
        let rank = (self.next_share() * self.scale).exp() as u64;
        self.push_address_line(into, rank.clamp(1, self.addresses) - 1);
    }

    pub(super) fn push_address_line(&mut self, into: &mut Vec<u8>, number: u64) {
        let of_v6 = |number: u64| (number as f64 * self.ipv6) as u64;
        let v6 = of_v6(number);
        if of_v6(number + 1) > v6 {
            into.extend_from_slice(address::v6_text(nth_v6(v6, self.seed)).as_bytes());
        } else {
            push_v4(into, nth_v4(number - v6, self.seed));
        }
        self.push_after_address(into);
    }

    pub(super) fn push_malformed_line(&mut self, into: &mut Vec<u8>) {
        let drawn = self.next_random() as usize;
        if drawn.is_multiple_of(16) {
            into.push(b'\n');
            return;
        }
        into.extend_from_slice(JUNK[drawn / 16 % JUNK.len()].as_bytes());
        self.push_after_address(into);
    }

    fn push_after_address(&mut self, into: &mut Vec<u8>) {
        // The time advances by one second every 200 lines.
        if self.lines.is_multiple_of(200) {
            self.time = format_time(BEGINS + self.lines / 200);
        }
        self.lines += 1;
        let drawn = self.next_random();
        let pick = |shift: u32, of: usize| (drawn >> shift) as usize % of;
        into.extend_from_slice(b" - - [");
        into.extend_from_slice(&self.time);
        into.extend_from_slice(if pick(0, 8) == 0 { b" +0000] \"POST " } else { b" +0000] \"GET " });
        let path = pick(4, PATHS.len());
        into.extend_from_slice(PATHS[path].as_bytes());
        if path >= 3 {
            push_number(into, (drawn >> 12) as u32 % 10_000);
        }
        into.extend_from_slice(b" HTTP/1.1\" ");
        into.extend_from_slice(STATUSES[pick(28, STATUSES.len())].as_bytes());
        into.push(b' ');
        push_number(into, (drawn >> 32) as u32 % 100_000);
        into.extend_from_slice(b" \"");
        into.extend_from_slice(REFERERS[pick(50, REFERERS.len())].as_bytes());
        into.extend_from_slice(b"\" \"");
        into.extend_from_slice(AGENTS[pick(56, AGENTS.len())].as_bytes());
        into.extend_from_slice(b"\"\n");
    }
}

fn push_number(into: &mut Vec<u8>, mut number: u32) {
    let mut digits = [0; 10];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    into.extend_from_slice(&digits[at..]);
}

fn push_v4(into: &mut Vec<u8>, value: u32) {
    for (index, part) in value.to_be_bytes().into_iter().enumerate() {
        if index > 0 {
            into.push(b'.');
        }
        push_number(into, u32::from(part));
    }
}

/// The public address with this number. A Feistel network permutes all 32-bit numbers; iterating it
/// until a public address comes out permutes the public addresses.
fn nth_v4(number: u64, seed: u64) -> u32 {
    // Without this step, numbers that are reserved addresses themselves would map to an address
    // twice.
    let mut value = nth_public(number as u32);
    loop {
        let (mut left, mut right) = (value >> 16, value & 0xffff);
        for round in 0..4u64 {
            let mixed = mix(u64::from(right) | round << 32 ^ seed) as u32 & 0xffff;
            (left, right) = (right, left ^ mixed);
        }
        value = left << 16 | right;
        if is_public(value) {
            return value;
        }
    }
}

fn is_public(value: u32) -> bool {
    !matches!(value >> 24, 0 | 10 | 127 | 224..)
}

/// The n-th public address, whose first byte is 1 to 9, 11 to 126 or 128 to 223.
fn nth_public(number: u32) -> u32 {
    let first = (number >> 24) + 1;
    let first = if first >= 10 { first + 1 } else { first };
    let first = if first >= 127 { first + 1 } else { first };
    first << 24 | number & 0x00ff_ffff
}

/// The address with this number. Its lower half is a permutation of the number.
fn nth_v6(number: u64, seed: u64) -> u128 {
    let low = mix(number ^ seed);
    let network = mix(low) & 0x001f_ffff_ffff;
    u128::from(0x2a00_0000_0000_0000 | network << 8) << 64 | u128::from(low)
}

/// The finaliser of splitmix64, which is a permutation.
fn mix(mut word: u64) -> u64 {
    word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

/// Formats a time as `10/Oct/2025:13:55:36`. The date follows Howard Hinnant, "chrono-compatible
/// low-level date algorithms".
fn format_time(seconds: u64) -> Vec<u8> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let days = seconds / SECONDS_A_DAY + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let mut text = Vec::new();
    // Writing to a vector does not fail.
    let _ = write!(text, "{day:02}/{}/{year}:{hour:02}:{minute:02}:{second:02}", MONTHS[month as usize - 1]);
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_has_an_address_of_its_own_and_it_is_public() {
        let v4: HashSet<u32> = (0..300_000).map(|number| nth_v4(number, 7)).collect();
        assert_eq!(v4.len(), 300_000);
        assert!(v4.iter().all(|&value| is_public(value)));
        let v6: HashSet<u128> = (0..100_000).map(|number| nth_v6(number, 7)).collect();
        assert_eq!(v6.len(), 100_000);
        assert!(is_public(nth_public(0)) && is_public(nth_public(super::super::MOST_V4 as u32 - 1)));
    }

    #[test]
    fn dates() {
        assert_eq!(format_time(BEGINS), b"01/Oct/2025:00:00:00");
        assert_eq!(format_time(951_782_399 + SECONDS_A_DAY), b"29/Feb/2000:23:59:59");
    }
}
