//! Prints a result as text, JSON or CSV.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::counter::top::RankedKey;
use crate::engine::CountOutcome;
use crate::key::to_printable;

/// The result in the schema `heaplab/logagg/v1`.
#[derive(Debug, Serialize)]
pub struct CountReport {
    schema: &'static str,
    pv: u64,
    uv: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    uv_error: Option<f64>,
    malformed: u64,
    malformed_lines: Vec<u64>,
    bytes: u64,
    top: Vec<ReportRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_rss_bytes: Option<u64>,
    spilled_bytes: u64,
    wall_ns: u64,
}

#[derive(Debug, Serialize)]
struct ReportRow {
    #[serde(serialize_with = "serialize_key")]
    key: Vec<u8>,
    count: u64,
}

fn serialize_key<S: Serializer>(key: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&to_printable(key))
}

impl CountReport {
    /// Combines a result with its cost. `peak_rss_bytes` is `None` where memory cannot be measured.
    pub fn new(outcome: CountOutcome, peak_rss_bytes: Option<u64>, wall_ns: u64) -> CountReport {
        let row = |RankedKey { key, count }| ReportRow { key, count };
        CountReport {
            schema: "heaplab/logagg/v1",
            pv: outcome.pv,
            uv: outcome.uv,
            uv_error: outcome.uv_error,
            malformed: outcome.tally.malformed,
            malformed_lines: outcome.tally.malformed_lines,
            bytes: outcome.tally.bytes,
            top: outcome.top.into_iter().map(row).collect(),
            peak_rss_bytes,
            spilled_bytes: outcome.spilled_bytes,
            wall_ns,
        }
    }

    /// Writes one line of JSON.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }

    /// Writes the ranked keys as CSV (RFC 4180), byte for byte.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"key,count\n")?;
        for row in &self.top {
            if row.key.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
                out.write_all(b"\"")?;
                for &byte in &row.key {
                    out.write_all(if byte == b'"' { b"\"\"" } else { std::slice::from_ref(&byte) })?;
                }
                out.write_all(b"\"")?;
            } else {
                out.write_all(&row.key)?;
            }
            writeln!(out, ",{}", row.count)?;
        }
        Ok(())
    }

    /// Writes text for a terminal.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "PV         {:>16}  lines with a key", group_digits(self.pv))?;
        match self.uv_error {
            None => writeln!(out, "UV         {:>16}  distinct keys", group_digits(self.uv))?,
            Some(error) => {
                writeln!(
                    out,
                    "UV         {:>16}  about, standard error {:.1} %",
                    group_digits(self.uv),
                    error * 100.0
                )?;
            }
        }
        write!(out, "malformed  {:>16}  lines without one", group_digits(self.malformed))?;
        if !self.malformed_lines.is_empty() {
            let numbers: Vec<String> = self.malformed_lines.iter().map(u64::to_string).collect();
            let more = if self.malformed > numbers.len() as u64 { ", …" } else { "" };
            write!(out, ": {}{more}", numbers.join(", "))?;
        }
        writeln!(out)?;
        let seconds = self.wall_ns as f64 / 1e9;
        write!(
            out,
            "bytes      {:>16}  in {seconds:.2} s, {:.2} GB/s",
            group_digits(self.bytes),
            self.bytes as f64 / 1e9 / seconds.max(1e-9)
        )?;
        if let Some(peak) = self.peak_rss_bytes {
            write!(out, ", peak memory {:.1} MB", peak as f64 / 1e6)?;
        }
        if self.spilled_bytes > 0 {
            write!(out, ", {:.1} MB spilled", self.spilled_bytes as f64 / 1e6)?;
        }
        writeln!(out)?;
        if !self.top.is_empty() {
            writeln!(out)?;
        }
        for row in &self.top {
            writeln!(out, "{:>14}  {}", group_digits(row.count), shorten_key(&row.key))?;
        }
        Ok(())
    }
}

/// A key for a terminal: without control characters, and shortened to one line.
fn shorten_key(key: &[u8]) -> String {
    let text = to_printable(key);
    let mut short: String =
        text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).take(160).collect();
    if text.chars().count() > 160 {
        short.push('…');
    }
    short
}

/// Formats a number as `1,234,567`.
pub fn group_digits(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
