//! How figures are written: three significant digits with a decimal unit for people, every digit
//! with separators where exactness is the point.

use heaplab_analysis::baseline::RelativeChange;

/// Bytes with three significant digits in decimal units: `1.92 GB`, `8.60 MB`, `512 B`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    // 999.5 would be written as 1000: it belongs to the next unit.
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{} {}", three_digits(value), UNITS[unit])
}

/// Bytes with the bound of their error, where that is more than a thousandth: `8.60 MB ±0.4 %`.
pub fn bytes_within(value: u64, error: u64) -> String {
    let part = error as f64 / value.max(1) as f64;
    if part > 0.001 { format!("{} ±{:.1} %", bytes(value), part * 100.0) } else { bytes(value) }
}

/// Bytes that may be negative: `-8 B`.
pub fn signed_bytes(value: i64) -> String {
    let magnitude = bytes(value.unsigned_abs());
    if value < 0 { format!("-{magnitude}") } else { magnitude }
}

/// Every digit, in groups of three: `10,000,000`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Every digit of a figure that may be negative: `-1,234`.
pub fn signed_count(value: i64) -> String {
    let magnitude = count(value.unsigned_abs());
    if value < 0 { format!("-{magnitude}") } else { magnitude }
}

/// A scale in at most five characters where it is round: `10M`, `100k`, `1.5M`; three significant
/// digits otherwise.
pub fn scale(rows: u64) -> String {
    let (value, unit) = match rows {
        0..1_000 => return rows.to_string(),
        1_000..1_000_000 => (rows as f64 / 1e3, "k"),
        1_000_000..1_000_000_000 => (rows as f64 / 1e6, "M"),
        _ => (rows as f64 / 1e9, "G"),
    };
    let text = three_digits(value);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{unit}")
}

/// Wall time with three significant digits: `15.2 s`, `870 ms`, `3.10 µs`.
pub fn nanoseconds(ns: f64) -> String {
    let (value, unit) = match ns {
        ns if ns >= 999.5e6 => (ns / 1e9, "s"),
        ns if ns >= 999.5e3 => (ns / 1e6, "ms"),
        ns if ns >= 999.5 => (ns / 1e3, "µs"),
        ns => (ns, "ns"),
    };
    format!("{} {unit}", three_digits(value))
}

/// How a figure stands to its baseline: `-98.2%`, `+41.0%`, `=`.
pub fn change(value: u64, baseline: u64) -> Option<String> {
    let part = (baseline > 0).then(|| value as f64 / baseline as f64 - 1.0)?;
    let percent = part * 100.0;
    Some(match percent {
        _ if value == baseline => "=".to_owned(),
        // -100.0 % would mean that nothing is left.
        p if value > 0 && p < -99.95 => format!("-{}%", trim_nines(-p)),
        p if p >= 999.5 => format!("×{}", three_digits(part + 1.0)),
        p => format!("{p:+.1}%"),
    })
}

/// A part of a whole from 0 to 1: `90.0 %`; never rounded up to 100.
pub fn percent(part: f64) -> String {
    let percent = part * 100.0;
    if (99.95..100.0).contains(&percent) {
        format!("{} %", trim_nines(percent))
    } else {
        format!("{percent:.1} %")
    }
}

/// How a figure stands to its baseline, as [`change`] writes it.
pub(crate) fn relative_change(change_of: RelativeChange) -> String {
    change(change_of.value, change_of.baseline).unwrap_or_default()
}

/// A ratio: `0.0123`, `1.75`, `23.9`, `1,234`.
pub(crate) fn ratio(value: f64) -> String {
    match value {
        v if v >= 999.5 => count(v.round() as u64),
        v if v >= 99.95 => format!("{v:.0}"),
        v if v >= 9.995 => format!("{v:.1}"),
        v if v >= 0.1 => format!("{v:.2}"),
        0.0 => "0".to_owned(),
        v => two_significant_digits(v),
    }
}

/// Bytes per row: `192 B`, `0.86 B`; large ones with a decimal unit. `None` without rows.
pub(crate) fn bytes_per_row(total: u64, rows: u64) -> Option<String> {
    let each = (rows > 0).then(|| total as f64 / rows as f64)?;
    Some(match each {
        each if each >= 999.5 => bytes(each.round() as u64),
        each if each > 0.0 && each < 0.01 => "< 0.01 B".to_owned(),
        each => format!("{} B", ratio(each)),
    })
}

/// A count per row: `3.00`, `< 0.001`. `None` without rows.
pub(crate) fn count_per_row(total: u64, rows: u64) -> Option<String> {
    let each = (rows > 0).then(|| total as f64 / rows as f64)?;
    Some(if each > 0.0 && each < 0.001 { "< 0.001".to_owned() } else { ratio(each) })
}

/// Two significant digits below a tenth, so that a small figure is not written as 0.
fn two_significant_digits(value: f64) -> String {
    let zeros = (-value.abs().log10()).ceil().clamp(1.0, 9.0) as usize;
    let decimals = zeros + 1;
    format!("{value:.decimals$}")
}

/// Just enough decimals that a figure under 100 does not read as 100, at most six.
fn trim_nines(percent: f64) -> String {
    for decimals in 1..6 {
        let text = format!("{percent:.decimals$}");
        if !text.starts_with("100") {
            return text;
        }
    }
    "99.99999".to_owned()
}

fn three_digits(value: f64) -> String {
    match value {
        v if v >= 99.95 => format!("{v:.0}"),
        v if v >= 9.995 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_three_digits() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (1_920_000_000, "1.92 GB"),
            (99_950_000, "100 MB"),
        ];
        for (value, text) in cases {
            assert_eq!(bytes(value), text);
        }
    }

    #[test]
    fn a_saving_is_never_rounded_to_everything() {
        assert_eq!(change(1, 1_000_000_000).as_deref(), Some("-99.99999%"));
        assert_eq!(change(1, 10_000).as_deref(), Some("-99.99%"));
        assert_eq!(change(0, 10).as_deref(), Some("-100.0%"));
        assert_eq!(change(10, 10).as_deref(), Some("="));
        assert_eq!(change(20, 10).as_deref(), Some("+100.0%"));
        assert_eq!(change(1, 0), None);
        assert_eq!(percent(0.9999), "99.99 %");
    }

    #[test]
    fn scales_are_short() {
        assert_eq!(scale(10_000_000), "10M");
        assert_eq!(scale(1_500_000), "1.5M");
        assert_eq!(scale(100_000), "100k");
        assert_eq!(scale(7), "7");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1234567), "1,234,567");
    }

    #[test]
    fn a_little_is_not_nothing() {
        assert_eq!(count_per_row(412, 10_000_000).as_deref(), Some("< 0.001"));
        assert_eq!(count_per_row(0, 10).as_deref(), Some("0"));
        assert_eq!(count_per_row(1, 0), None);
        assert_eq!(bytes_per_row(8_600_000, 10_000_000).as_deref(), Some("0.86 B"));
        assert_eq!(bytes_per_row(1_920_000_000, 10_000_000).as_deref(), Some("192 B"));
        assert_eq!(bytes_per_row(24, 10_000_000).as_deref(), Some("< 0.01 B"));
        assert_eq!(bytes_per_row(5_000, 1).as_deref(), Some("5.00 kB"));
        assert_eq!(ratio(0.05), "0.050");
        assert_eq!(ratio(0.00123), "0.0012");
    }
}
