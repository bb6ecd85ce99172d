//! Finds the key of a line: the address at its start, a variable of an nginx `log_format`, or a
//! member of a JSON object.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod json_member;
mod line_start;
mod log_format;

use crate::error::Result;
use crate::key::{Key, KeySink, LONGEST_KEY};
use crate::line_offsets::Tally;

pub use log_format::LogFormat;

/// What kind of value the key must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ValueKind {
    /// An IPv4 or IPv6 address; other lines are malformed. Of a list, as in `X-Forwarded-For`, the
    /// first.
    Address,
    /// Any non-empty text.
    Text,
}

/// Where the key is in a line.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub enum KeyExtractor {
    /// An address from the line's start to a space or its end.
    First,
    /// A variable of a format.
    Format(LogFormat, ValueKind),
    /// A member of the line's JSON object; `a.b` names member `b` of member `a`.
    Json(Vec<String>, ValueKind),
    /// No key: only line feeds are visited, as a baseline for the benchmark.
    Scan,
}

/// nginx's default format, as its documentation gives it.
pub const COMBINED: &str = r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#;

impl KeyExtractor {
    /// Builds the extractor for `--format` (`combined`, `json` or a `log_format` string), `--key`
    /// (default: the first field) and `--as`.
    pub fn new(format: &str, key: Option<&str>, kind: Option<ValueKind>) -> Result<KeyExtractor> {
        if format == "json" {
            let key = key.unwrap_or("remote_addr").trim_start_matches('$');
            let kind = kind.unwrap_or_else(|| ValueKind::for_variable(key));
            return Ok(KeyExtractor::Json(key.split('.').map(str::to_owned).collect(), kind));
        }
        let format = if format == "combined" { COMBINED } else { format };
        let (format, key) = LogFormat::parse(format, key)?;
        let kind = kind.unwrap_or_else(|| ValueKind::for_variable(&key));
        if kind == ValueKind::Address && format.is_first_field() {
            return Ok(KeyExtractor::First);
        }
        Ok(KeyExtractor::Format(format, kind))
    }

    /// Describes what is counted. Only results with the same description can be merged.
    pub fn describe_key(&self, key: Option<&str>) -> String {
        let key = key.unwrap_or("remote_addr").trim_start_matches('$').trim_matches(['{', '}']);
        match self {
            KeyExtractor::First
            | KeyExtractor::Format(_, ValueKind::Address)
            | KeyExtractor::Json(_, ValueKind::Address) => {
                format!("addresses of {key}")
            }
            _ => format!("values of {key}"),
        }
    }

    /// Counts whole lines: `block` ends with a line feed. Only `longest` bytes of a line are looked
    /// at.
    pub(crate) fn count_block<S: KeySink>(
        &self,
        block: &[u8],
        longest: usize,
        tally: &mut Tally,
        sink: &mut S,
    ) {
        tally.bytes += block.len() as u64;
        if matches!(self, KeyExtractor::First) {
            return count_addresses(block, tally, sink);
        }
        if matches!(self, KeyExtractor::Scan) {
            tally.lines +=
                memchr::memchr_iter(b'\n', block).map(std::hint::black_box).fold(0, |lines, _| lines + 1);
            return;
        }
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', block) {
            let line = &block[start..end];
            start = end + 1;
            let whole = line.len() <= longest;
            let line = if whole { line.strip_suffix(b"\r").unwrap_or(line) } else { &line[..longest] };
            tally.lines += 1;
            if !self.count_line(line, whole, sink) {
                tally.record_malformed();
            }
        }
    }

    /// Counts a line without its line end, or the beginning of a line that is too long.
    pub(crate) fn count_rest<S: KeySink>(&self, line: &[u8], whole: bool, tally: &mut Tally, sink: &mut S) {
        tally.lines += 1;
        if !self.count_line(line, whole, sink) {
            tally.record_malformed();
        }
    }

    /// Counts the line's key; false if it has none. `whole` is false if `line` is only the line's
    /// beginning.
    fn count_line<S: KeySink>(&self, line: &[u8], whole: bool, sink: &mut S) -> bool {
        match self {
            KeyExtractor::First => line_start::count_line(line, sink),
            KeyExtractor::Scan => true,
            KeyExtractor::Format(format, kind) => {
                format.find_value(line, whole).is_some_and(|value| kind.count_value(value, sink))
            }
            KeyExtractor::Json(path, kind) => {
                whole
                    && json_member::find_member(line, path)
                        .is_some_and(|value| kind.count_value(value.as_bytes(), sink))
            }
        }
    }
}

/// Counts lines by the address at their start, with AVX2 where the processor has it.
fn count_addresses<S: KeySink>(block: &[u8], tally: &mut Tally, sink: &mut S) {
    #[cfg(target_arch = "x86_64")]
    if avx2::is_supported() {
        // SAFETY: `is_supported` has found the instructions on this processor.
        return unsafe { avx2::count_block(block, tally, sink) };
    }
    line_start::count_block(block, tally, sink);
}

impl ValueKind {
    /// Recognises variables that hold addresses by their names; all others are texts.
    fn for_variable(variable: &str) -> ValueKind {
        let last = variable.rsplit('.').next().unwrap_or(variable);
        let known =
            ["http_x_forwarded_for", "http_x_real_ip", "http_cf_connecting_ip", "http_true_client_ip"];
        let is_address = last.ends_with("_addr")
            || ["ip", "client_ip", "remote_ip", "addr", "x_forwarded_for"].contains(&last)
            || known.contains(&last);
        if is_address { ValueKind::Address } else { ValueKind::Text }
    }

    fn count_value<S: KeySink>(self, value: &[u8], sink: &mut S) -> bool {
        match self {
            ValueKind::Address => {
                let first = value.split(|&byte| byte == b',').next().unwrap_or(value);
                line_start::count_address(first.trim_ascii(), sink)
            }
            ValueKind::Text => {
                let counts = !value.is_empty() && value.len() <= LONGEST_KEY;
                if counts {
                    sink.count_key(Key::Text(value));
                }
                counts
            }
        }
    }
}
