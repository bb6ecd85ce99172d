//! Parses numbers and sizes as people write them: `--rows 10M`, `--bytes 10GB`.

/// Parses a number with an optional `k`, `M` or `G`. Separators `,` and `_` are skipped.
pub fn parse_rows(text: &str) -> Result<u64, String> {
    let how = "give a number of at least 1, such as 100000, 100k or 10M";
    let cleaned: String = text.chars().filter(|c| !matches!(c, '_' | ',' | ' ')).collect();
    let (digits, factor) = match cleaned.char_indices().last() {
        Some((at, 'k' | 'K')) => (&cleaned[..at], 1_000),
        Some((at, 'm' | 'M')) => (&cleaned[..at], 1_000_000),
        Some((at, 'g' | 'G')) => (&cleaned[..at], 1_000_000_000),
        _ => (cleaned.as_str(), 1),
    };
    let rows = match digits.split_once('.') {
        None => digits.parse::<u64>().ok().and_then(|number| number.checked_mul(factor)),
        Some((whole, part)) => scale_decimal(whole, part, factor),
    };
    match rows {
        Some(0) => Err(format!("0 measures nothing: {how}")),
        Some(rows) => Ok(rows),
        None => Err(format!("`{text}` is not a number of rows: {how}")),
    }
}

/// As [`parse_rows`], and sizes such as `10GB`, `200 MB` or `64KiB`.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let how = "give a size of at least 1 byte, such as 500000, 200MB or 10GB";
    let text = text.trim();
    let number = text.strip_suffix(['B', 'b']).unwrap_or(text).trim_end();
    let Some(binary) = number.strip_suffix(['i', 'I']) else {
        return parse_rows(number).map_err(|_| format!("`{text}` is no size: {how}"));
    };
    let (digits, shift) = match binary.char_indices().last() {
        Some((at, 'k' | 'K')) => (&binary[..at], 10),
        Some((at, 'm' | 'M')) => (&binary[..at], 20),
        Some((at, 'g' | 'G')) => (&binary[..at], 30),
        _ => ("", 0),
    };
    let bytes = digits.trim().parse::<u64>().ok().and_then(|digits| digits.checked_mul(1 << shift));
    bytes.filter(|&bytes| bytes > 0).ok_or_else(|| format!("`{text}` is no size: {how}"))
}

/// Parses `150k..200k`; the start may be 0 and is less than the end.
pub fn parse_range(text: &str) -> Result<(u64, u64), String> {
    let how = "give two numbers, such as 150k..200k, the smaller first";
    let (from, to) = text.split_once("..").ok_or_else(|| format!("`{text}` is no range: {how}"))?;
    let from = if from.trim() == "0" { 0 } else { parse_rows(from)? };
    let to = parse_rows(to)?;
    if from < to { Ok((from, to)) } else { Err(format!("nothing lies between {from} and {to}: {how}")) }
}

/// `1.5M` as an exact number; `None` where it is not whole.
fn scale_decimal(whole: &str, part: &str, factor: u64) -> Option<u64> {
    let places = u32::try_from(part.len()).ok()?;
    let unit = 10u64.checked_pow(places)?;
    if places == 0 || !factor.is_multiple_of(unit) {
        return None;
    }
    let number = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    number.checked_add(part.parse::<u64>().ok()?.checked_mul(factor / unit)?)
}

/// The largest of 1, 2 and 5 times a power of ten that is at most `rows`.
pub fn round_down(rows: u64) -> u64 {
    let mut power = 1u64;
    while power <= rows / 10 {
        power *= 10;
    }
    [5u64, 2, 1]
        .into_iter()
        .filter_map(|digit| digit.checked_mul(power))
        .find(|&round| round <= rows)
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        for (text, rows) in
            [("1", 1), ("10M", 10_000_000), ("1.5M", 1_500_000), ("10_000", 10_000), ("2g", 2_000_000_000)]
        {
            assert_eq!(parse_rows(text), Ok(rows), "{text}");
        }
        for text in ["0", "", "abc", "-5", "1.5", "M", "99999999999999999999", "0k", "1.0001k"] {
            assert!(parse_rows(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("10GB", 10_000_000_000),
            ("200 mb", 200_000_000),
            ("1.5G", 1_500_000_000),
            ("7", 7),
            ("512B", 512),
            ("64KiB", 65_536),
            ("2 GiB", 2 << 30),
        ] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "B", "0", "0B", "GB", "10TB", "1.5GiB", "iB", "GiB", "-1", "99999999999GiB"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ranges() {
        assert_eq!(parse_range("150k..200k"), Ok((150_000, 200_000)));
        assert_eq!(parse_range("0..7"), Ok((0, 7)));
        for text in ["7..7", "9..7", "7", "..7", "7..", "0..0", "-1..5"] {
            assert!(parse_range(text).is_err(), "{text}");
        }
    }

    #[test]
    fn round_scales() {
        let cases = [
            (1, 1),
            (9, 5),
            (10, 10),
            (49, 20),
            (7_300_000, 5_000_000),
            (999, 500),
            (u64::MAX, 10u64.pow(19)),
        ];
        for (rows, round) in cases {
            assert_eq!(round_down(rows), round);
        }
    }
}
