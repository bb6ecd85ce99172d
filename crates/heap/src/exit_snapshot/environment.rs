//! Reads `HEAPLAB_OUT` and `HEAPLAB_SNAPSHOT_EVERY`.

use super::{ExitRequest, print_error};
use std::time::Duration;

const OUT_VARIABLE: &str = "HEAPLAB_OUT";
const EVERY_VARIABLE: &str = "HEAPLAB_SNAPSHOT_EVERY";

/// Whether there is anything to do. It does not allocate, because every program with the allocator
/// runs it.
pub(super) fn has_folder() -> bool {
    const { assert!(c"HEAPLAB_OUT".to_bytes().len() == OUT_VARIABLE.len()) };
    // SAFETY: the name is NUL-terminated, and nobody changes the environment before `main`.
    let value = unsafe { libc::getenv(c"HEAPLAB_OUT".as_ptr()) };
    // SAFETY: null, or a NUL-terminated string.
    !value.is_null() && unsafe { value.read() } != 0
}

pub(super) fn read_request() -> Option<ExitRequest> {
    // The path is made absolute, because the program may change its working directory.
    let folder = std::path::absolute(std::env::var_os(OUT_VARIABLE)?).ok()?;
    let every = std::env::var_os(EVERY_VARIABLE).filter(|word| !word.is_empty()).and_then(|word| {
        let duration = word.to_str().and_then(parse_duration);
        if duration.is_none() {
            print_error(format_args!(
                "{EVERY_VARIABLE}={}: not a duration such as 500ms, 2s or 1m; no snapshots",
                word.display()
            ));
        }
        duration
    });
    Some(ExitRequest { folder, process: std::process::id(), every })
}

/// Parses `500ms`, `2s` or `1m`; zero is refused.
fn parse_duration(word: &str) -> Option<Duration> {
    let unit = word.find(|letter: char| !letter.is_ascii_digit())?;
    let number: u64 = word[..unit].parse().ok()?;
    let milliseconds = match &word[unit..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).filter(|&total| total > 0).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("2s"), Some(Duration::from_secs(2)));
        assert_eq!(parse_duration("1m"), Some(Duration::from_secs(60)));
        for wrong in
            ["", "2", "s", "0s", "2 s", "-1s", "1h", "1.5s", "99999999999999999999s", "9999999999999999999m"]
        {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }
}
