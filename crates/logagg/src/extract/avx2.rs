//! The hot path with AVX2: it finds line feeds 64 bytes at a time and parses an IPv4 address by a
//! fixed sequence of instructions. The lengths of the address's parts differ from line to line, so
//! a parser with branches is mispredicted once or twice per line.
//!
//! Sixteen bytes are loaded. The positions of the first four bytes that are not digits give the
//! lengths of the parts; a table turns the lengths into a shuffle that moves each part into its own
//! lane; two multiplications turn the lanes into numbers. (After Wojciech Muła,
//! `http://0x80.pl/notesen/2023-04-09-faster-parse-ipv4.html`.)

use std::arch::x86_64::*;

use super::line_start;
use crate::key::KeySink;
use crate::line_offsets::Tally;

/// All combinations of four lengths of 1 to 3 digits, two bits per length.
const PATTERNS: usize = 256;

struct PatternTable {
    /// For each part, where its hundreds, tens and ones are; 0x80 where there is none.
    shuffle: [[u8; 16]; PATTERNS],
    /// The least value of each part for its length, which rules out leading zeros. `u32::MAX` for
    /// an invalid pattern.
    least: [u32; PATTERNS],
}

static PATTERN: PatternTable = build_patterns();

const fn build_patterns() -> PatternTable {
    let mut table = PatternTable { shuffle: [[0x80; 16]; PATTERNS], least: [u32::MAX; PATTERNS] };
    let mut pattern = 0;
    while pattern < PATTERNS {
        let lengths = [pattern & 3, pattern >> 2 & 3, pattern >> 4 & 3, pattern >> 6];
        let is_one = lengths[0] < 3 && lengths[1] < 3 && lengths[2] < 3 && lengths[3] < 3;
        let (mut part, mut at, mut least) = (0, 0, 0);
        while is_one && part < 4 {
            let digits = lengths[part] + 1;
            let mut digit = 0;
            while digit < digits {
                table.shuffle[pattern][part * 4 + 3 - digits + digit] = (at + digit) as u8;
                digit += 1;
            }
            least |= [0, 10, 100][lengths[part]] << (8 * part);
            at += digits + 1;
            part += 1;
        }
        if is_one {
            table.least[pattern] = least;
        }
        pattern += 1;
    }
    table
}

/// Whether this processor has the instructions.
#[inline(always)]
pub(super) fn is_supported() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1")
}

/// Counts the lines of a block that ends with a line feed.
///
/// # Safety
/// Call it only where [`is_supported`] returns true.
#[target_feature(enable = "avx2,bmi1")]
pub(super) fn count_block<S: KeySink>(block: &[u8], tally: &mut Tally, sink: &mut S) {
    let mut start = 0;
    let feed = _mm256_set1_epi8(b'\n' as i8);
    let mut chunks = block.chunks_exact(64);
    let mut base = 0;
    for chunk in &mut chunks {
        // SAFETY: a chunk has 64 bytes, and unaligned loads are allowed.
        let (low, high) = unsafe {
            let at = chunk.as_ptr().cast::<__m256i>();
            (_mm256_loadu_si256(at), _mm256_loadu_si256(at.add(1)))
        };
        let low = _mm256_movemask_epi8(_mm256_cmpeq_epi8(low, feed)) as u32;
        let high = _mm256_movemask_epi8(_mm256_cmpeq_epi8(high, feed)) as u32;
        let mut feeds = u64::from(high) << 32 | u64::from(low);
        while feeds != 0 {
            let end = base + feeds.trailing_zeros() as usize;
            feeds &= feeds - 1;
            count_line(block, start, end, tally, sink);
            start = end + 1;
        }
        base += 64;
    }
    for (index, &byte) in chunks.remainder().iter().enumerate() {
        if byte == b'\n' {
            count_line(block, start, base + index, tally, sink);
            start = base + index + 1;
        }
    }
}

#[target_feature(enable = "avx2,bmi1")]
#[inline]
fn count_line<S: KeySink>(block: &[u8], start: usize, end: usize, tally: &mut Tally, sink: &mut S) {
    tally.lines += 1;
    // The bytes after an address may belong to the next line, so an address without a space after
    // it takes the slow path.
    if let Some(sixteen) = block.get(start..start + 16)
        && let Some(value) = parse_quick_v4(sixteen)
    {
        return sink.count_v4(value);
    }
    let text = &block[start..end];
    if !line_start::count_line(text.strip_suffix(b"\r").unwrap_or(text), sink) {
        tally.record_malformed();
    }
}

/// The IPv4 address at the start of sixteen bytes, if a space follows it.
#[target_feature(enable = "avx2,bmi1")]
#[inline]
fn parse_quick_v4(sixteen: &[u8]) -> Option<u32> {
    debug_assert_eq!(sixteen.len(), 16);
    // SAFETY: the caller passes sixteen bytes, and unaligned loads are allowed.
    let text = unsafe { _mm_loadu_si128(sixteen.as_ptr().cast()) };
    let digits = _mm_sub_epi8(text, _mm_set1_epi8(b'0' as i8));
    let is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    let others = !(_mm_movemask_epi8(is_digit) as u32) & 0xffff;
    let dots = _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8(b'.' as i8))) as u32;
    let spaces = _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8(b' ' as i8))) as u32;
    let after_first = others & others.wrapping_sub(1);
    let after_second = after_first & after_first.wrapping_sub(1);
    let after_third = after_second & after_second.wrapping_sub(1);
    let end = after_third & after_third.wrapping_neg();
    let before = end.wrapping_sub(1);
    let places = [others, after_first, after_second, after_third].map(u32::trailing_zeros);
    let lengths = [
        places[0].wrapping_sub(1),
        places[1].wrapping_sub(places[0] + 2),
        places[2].wrapping_sub(places[1] + 2),
        places[3].wrapping_sub(places[2] + 2),
    ];
    let is_short = (lengths[0] | lengths[1] | lengths[2] | lengths[3]) < 4;
    // Requires three dots and then a space. Without a fourth non-digit, `end` is 0 and the test for
    // a space fails.
    if spaces & end == 0 || (dots ^ others) & before != 0 || !is_short {
        return None;
    }
    let pattern = (lengths[0] | lengths[1] << 2 | lengths[2] << 4 | lengths[3] << 6) as usize;
    // SAFETY: an entry has sixteen bytes, and unaligned loads are allowed.
    let shuffle = unsafe { _mm_loadu_si128(PATTERN.shuffle[pattern].as_ptr().cast()) };
    let lanes = _mm_shuffle_epi8(digits, shuffle);
    let weights = _mm_set1_epi32(0x0001_0a64);
    let values = _mm_madd_epi16(_mm_maddubs_epi16(lanes, weights), _mm_set1_epi16(1));
    let least = _mm_cvtepu8_epi32(_mm_cvtsi32_si128(PATTERN.least[pattern] as i32));
    let wrong = _mm_or_si128(_mm_cmpgt_epi32(values, _mm_set1_epi32(255)), _mm_cmpgt_epi32(least, values));
    if _mm_testz_si128(wrong, wrong) == 0 {
        return None;
    }
    let bytes = _mm_shuffle_epi8(values, _mm_cvtsi32_si128(0x0004_080c));
    Some(_mm_cvtsi128_si32(bytes) as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::address::parse_v4;

    fn quick(text: &[u8]) -> Option<u32> {
        let mut sixteen = [b'x'; 16];
        sixteen[..text.len().min(16)].copy_from_slice(&text[..text.len().min(16)]);
        // SAFETY: the callers check `is_supported` first.
        unsafe { parse_quick_v4(&sixteen) }
    }

    proptest! {
        #[test]
        fn an_address_and_a_space_and_nothing_else(
            text in "[0-9]{1,4}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}[ .x\n]?|[0-9. \n]{0,16}|(0|[1-9][0-9]?|1[0-9]{2}|2[0-5]{2})(\\.(0|[1-9][0-9]?|1[0-9]{2}|2[0-5]{2})){3} ",
        ) {
            if is_supported() {
                let text = text.as_bytes();
                let expected = match text.iter().position(|&byte| byte == b' ') {
                    Some(space) if space < 16 => parse_v4(&text[..space]),
                    _ => None,
                };
                prop_assert_eq!(quick(text), expected);
            }
        }
    }

    #[test]
    fn every_length_of_every_part() {
        if !is_supported() {
            return;
        }
        let parts = ["0", "9", "10", "99", "100", "255", "00", "01", "010", "099", "256", "999", "1000", ""];
        for a in parts {
            for b in parts {
                for c in parts {
                    for d in parts {
                        let text = format!("{a}.{b}.{c}.{d}");
                        let expected = if text.len() < 16 { parse_v4(text.as_bytes()) } else { None };
                        assert_eq!(quick(format!("{text} ").as_bytes()), expected, "{text}");
                    }
                }
            }
        }
    }
}
