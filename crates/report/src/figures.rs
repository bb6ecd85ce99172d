//! Figures that are parts of others: bytes a row, allocations a row, times as much.

use crate::format;

/// A part of a whole, or a multiple: `0.0123`, `1.75`, `23.9`, `1,234`.
pub(crate) fn ratio(value: f64) -> String {
    match value {
        v if v >= 999.5 => format::count(v.round() as u64),
        v if v >= 99.95 => format!("{v:.0}"),
        v if v >= 9.995 => format!("{v:.1}"),
        v if v >= 0.1 => format!("{v:.2}"),
        0.0 => "0".to_owned(),
        v => two_significant_digits(v),
    }
}

/// Bytes by rows: `192 B`, `0.86 B`; large ones with a decimal unit. `None` without a row.
pub(crate) fn bytes_per_row(bytes: u64, rows: u64) -> Option<String> {
    let each = (rows > 0).then(|| bytes as f64 / rows as f64)?;
    Some(match each {
        each if each >= 999.5 => format::bytes(each.round() as u64),
        each if each > 0.0 && each < 0.01 => "< 0.01 B".to_owned(),
        each => format!("{} B", ratio(each)),
    })
}

/// Something counted, by rows: `3.00`, `< 0.001`. `None` without a row.
pub(crate) fn count_per_row(count: u64, rows: u64) -> Option<String> {
    let each = (rows > 0).then(|| count as f64 / rows as f64)?;
    Some(if each > 0.0 && each < 0.001 { "< 0.001".to_owned() } else { ratio(each) })
}

/// Two significant digits of what is below a tenth, so that a little is not written as nothing.
fn two_significant_digits(value: f64) -> String {
    let zeros = (-value.abs().log10()).ceil().clamp(1.0, 9.0) as usize;
    let decimals = zeros + 1;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

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
