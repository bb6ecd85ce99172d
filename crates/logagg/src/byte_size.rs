//! Parses sizes and numbers as people type them: `100MB`, `10GB`, `64KiB`, `1M`.

/// Parses a size. MB and M are a million, MiB is 2^20.
pub fn parse(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let split = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "t" | "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err(format!("{unit:?} is no unit: B, KB, MB, GB, TB, KiB, MiB, GiB, TiB")),
    };
    let wrong = || format!("{text:?} is no size, as 100MB is one");
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(factor).ok_or_else(wrong);
    }
    let value = number.parse::<f64>().map_err(|_| wrong())? * factor as f64;
    if (0.0..1e19).contains(&value) { Ok(value.round() as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sizes() {
        for (text, bytes) in
            [("100MB", 100_000_000), ("1.5k", 1500), ("64KiB", 65_536), ("7", 7), ("10 GB", 10_000_000_000)]
        {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for wrong in ["", "MB", "1XB", "-1", "99999999TB", "1.2.3"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
