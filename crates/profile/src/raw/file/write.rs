//! [`Raw`] to bytes.

use super::{FnvHash, MAGIC, VERSION};
use crate::raw::{Module, Node, RawMark, RawPoint, RawRecording, RawSite, RawTotals};
use std::io::{self, BufWriter, Write};

impl RawRecording {
    /// Writes the file. Writes to `to` are few and large.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut out = RecordingWriter { to: BufWriter::new(to), hash: FnvHash::new() };
        out.write_bytes(MAGIC.as_bytes())?;
        out.write_bytes(VERSION.as_bytes())?;
        out.write_bytes(b"\n")?;
        out.write_list(&self.command, |out, argument| out.write_text(argument))?;
        out.write_totals(&self.totals)?;
        out.write_list(&self.modules, RecordingWriter::write_module)?;
        out.write_list(&self.threads, |out, name| out.write_text(name))?;
        out.write_list(&self.nodes, RecordingWriter::write_node)?;
        out.write_list(&self.sites, RecordingWriter::write_site)?;
        out.write_list(&self.curve, RecordingWriter::write_point)?;
        out.write_list(&self.marks, RecordingWriter::write_mark)?;
        let hash = out.hash.0;
        out.write_bytes(&hash.to_le_bytes())?;
        out.to.flush()
    }
}

/// The bytes so far, and their hash.
struct RecordingWriter<W: Write> {
    to: BufWriter<W>,
    hash: FnvHash,
}

impl<W: Write> RecordingWriter<W> {
    fn write_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.add(bytes);
        self.to.write_all(bytes)
    }

    fn write_number(&mut self, number: u64) -> io::Result<()> {
        let mut bytes = [0_u8; 10];
        let mut length = 0;
        let mut rest = number;
        loop {
            let low = rest as u8 & 0x7f;
            rest >>= 7;
            bytes[length] = if rest == 0 { low } else { low | 0x80 };
            length += 1;
            if rest == 0 {
                return self.write_bytes(&bytes[..length]);
            }
        }
    }

    fn write_numbers(&mut self, numbers: &[u64]) -> io::Result<()> {
        numbers.iter().try_for_each(|&number| self.write_number(number))
    }

    /// One that may be negative.
    fn write_signed(&mut self, number: i64) -> io::Result<()> {
        self.write_number((number << 1 ^ number >> 63).cast_unsigned())
    }

    fn write_text(&mut self, text: &str) -> io::Result<()> {
        self.write_number(text.len() as u64)?;
        self.write_bytes(text.as_bytes())
    }

    fn write_list<T>(
        &mut self,
        list: &[T],
        entry: impl Fn(&mut Self, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        self.write_number(list.len() as u64)?;
        list.iter().try_for_each(|item| entry(self, item))
    }

    fn write_totals(&mut self, totals: &RawTotals) -> io::Result<()> {
        self.write_numbers(&[
            totals.births,
            totals.birth_bytes,
            totals.reallocations,
            totals.reallocated_bytes,
            totals.grown_bytes,
            totals.shrunk_bytes,
            totals.peak_blocks,
            totals.peak_bytes,
            totals.peak_clock_bytes,
            totals.end_blocks,
            totals.end_bytes,
            totals.wall_ns,
            totals.peak_error_bytes,
            totals.slow_walks,
            totals.cut_stacks,
            totals.overflowed,
        ])
    }

    fn write_module(&mut self, module: &Module) -> io::Result<()> {
        self.write_numbers(&[module.base, module.end])?;
        self.write_text(&module.path)?;
        self.write_text(&module.build_id)
    }

    fn write_node(&mut self, node: &Node) -> io::Result<()> {
        self.write_numbers(&[u64::from(node.parent), node.address])
    }

    fn write_site(&mut self, site: &RawSite) -> io::Result<()> {
        self.write_numbers(&[
            u64::from(site.node),
            u64::from(site.thread),
            site.births,
            site.birth_bytes,
            site.reallocations,
            site.reallocated_bytes,
            site.grown_bytes,
            site.shrunk_bytes,
        ])?;
        let live = [site.live_blocks, site.live_bytes, site.peak_blocks, site.peak_bytes];
        live.into_iter().try_for_each(|figure| self.write_signed(figure))?;
        self.write_signed(site.own_peak_blocks)?;
        self.write_signed(site.own_peak_bytes)?;
        self.write_numbers(&[site.deaths, site.lifetime_bytes])?;
        self.write_signed(site.live_birth_clock_bytes)?;
        self.write_list(&site.lifetimes, |out, &count| out.write_number(count))
    }

    fn write_point(&mut self, point: &RawPoint) -> io::Result<()> {
        self.write_numbers(&[point.clock_bytes, point.at_ns, point.live_bytes])
    }

    fn write_mark(&mut self, mark: &RawMark) -> io::Result<()> {
        self.write_text(&mark.name)?;
        self.write_numbers(&[mark.clock_bytes, mark.at_ns])
    }
}
