//! Rows that have nothing in common, the same on every run: names of 8 to 24 letters and digits,
//! scores of 64 random bits.

use heaplab_lesson::Scale;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// As many random users as the scale says.
pub(crate) fn random_users(rows: Scale) -> impl ExactSizeIterator<Item = (String, u64)> {
    let mut next = random_numbers(0);
    rows.iter().map(move |_| {
        let length = 8 + (next() % 17) as usize;
        let mut name = String::with_capacity(length);
        while name.len() < length {
            let bits = next();
            let letters = (0..10).map(|i| char::from(LETTERS[(bits >> (6 * i)) as usize % LETTERS.len()]));
            name.extend(letters.take(length - name.len()));
        }
        (name, next())
    })
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, fast, and without a pattern that could be
/// packed.
pub(crate) fn random_numbers(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
