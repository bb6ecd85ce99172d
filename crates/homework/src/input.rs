//! The input of the tasks from a seed, and the right answers. `lessons/8.9-homework/src/task/`
//! makes the same input for the student's code. The two are written independently, so that a change
//! of one is noticed.

/// `size_of::<Row>()` where it is measured: a String and a u64.
pub const ROW_BYTES: u64 = 32;

/// The answer of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The rows of the required tasks, in order.
    Rows {
        /// Number of rows.
        count: u64,
        /// FNV-1a, 64 bits, over the bytes of every name and the eight bytes of its score, lowest
        /// first.
        checksum: u64,
    },
    /// The counts of a log.
    Counts(Counts),
}

/// Page views and visitors of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Page views: lines with an address.
    pub pv: u64,
    /// Visitors: distinct addresses.
    pub uv: u64,
}

/// The score of row `index`: 0 to 100.
fn score_of_row(seed: u64, index: u64) -> u64 {
    splitmix64(seed, index) % 101
}

/// The name of row `index`: `user` and a number under 2^24.
fn name_of_row(seed: u64, index: u64) -> String {
    format!("user{}", splitmix64(seed, index) >> 40)
}

/// The right answer for `rows` rows, and the length of all names in bytes.
pub fn expected_rows(seed: u64, rows: u64) -> (Answer, u64) {
    let (mut checksum, mut name_bytes) = (0xcbf2_9ce4_8422_2325, 0);
    let mut eat = |byte: u8| checksum = (checksum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for index in 0..rows {
        let name = name_of_row(seed, index);
        name_bytes += name.len() as u64;
        name.bytes().for_each(&mut eat);
        score_of_row(seed, index).to_le_bytes().into_iter().for_each(&mut eat);
    }
    (Answer::Rows { count: rows, checksum }, name_bytes)
}

/// The right answer for a log of `lines` lines.
pub fn expected_counts(seed: u64, lines: u64) -> Counts {
    // 20 bits of address: one flag for each.
    let mut seen = vec![false; 1 << 20];
    let mut counts = Counts::default();
    for index in 0..lines {
        let Some(address) = address_of_line(seed, index) else { continue };
        counts.pv += 1;
        // 20 bits fit any usize.
        if !std::mem::replace(&mut seen[address as usize], true) {
            counts.uv += 1;
        }
    }
    counts
}

/// The last 20 bits of the address in line `index`, all within 10.0.0.0/12. One line in 64 has
/// none; every second address is one of 4,096 that come often.
fn address_of_line(seed: u64, index: u64) -> Option<u32> {
    let drawn = splitmix64(!seed, index);
    let address = (drawn >> 8) & 0xF_FFFF;
    let is_frequent = drawn & 0x80 != 0;
    // 20 bits fit.
    (drawn & 63 != 0).then_some(if is_frequent { address & 0xFFF } else { address } as u32)
}

/// SplitMix64's output number `index` from a seed: Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators" (2014), with the constants of Vigna's `splitmix64.c`.
fn splitmix64(seed: u64, index: u64) -> u64 {
    let state = seed.wrapping_add((index.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_splitmixs() {
        // The first three outputs of splitmix64.c from the state 1234567.
        let first: Vec<u64> = (0..3).map(|index| splitmix64(1_234_567, index)).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn another_seed_has_another_answer() {
        assert_ne!(expected_rows(1, 100), expected_rows(2, 100));
        assert_ne!(expected_counts(1, 5_000), expected_counts(2, 5_000));
    }

    #[test]
    fn a_log_has_lines_without_an_address_and_addresses_that_come_back() {
        let counts = expected_counts(7, 100_000);
        assert!((97_000..99_500).contains(&counts.pv), "{counts:?}");
        assert!(counts.uv > 4_096 && counts.uv < counts.pv / 3 * 2, "{counts:?}");
    }

    #[test]
    fn fnv_is_the_published_one() {
        let name = name_of_row(9, 0);
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in name.bytes().chain(score_of_row(9, 0).to_le_bytes()) {
            hash ^= u64::from(byte);
            hash = hash.wrapping_mul(1_099_511_628_211);
        }
        assert_eq!(expected_rows(9, 1), (Answer::Rows { count: 1, checksum: hash }, name.len() as u64));
    }
}
