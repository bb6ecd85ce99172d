//! [`Raw`] to bytes.

use super::{Hash, MAGIC, VERSION};
use crate::raw::{Module, Node, Raw, RawMark, RawPoint, RawSite, RawTotals};
use std::io::{self, BufWriter, Write};

impl Raw {
    /// Writes the file. Writes to `to` are few and large.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut out = Out { to: BufWriter::new(to), hash: Hash::new() };
        out.bytes(MAGIC.as_bytes())?;
        out.bytes(VERSION.as_bytes())?;
        out.bytes(b"\n")?;
        out.list(&self.command, |out, argument| out.text(argument))?;
        out.totals(&self.totals)?;
        out.list(&self.modules, Out::module)?;
        out.list(&self.threads, |out, name| out.text(name))?;
        out.list(&self.nodes, Out::node)?;
        out.list(&self.sites, Out::site)?;
        out.list(&self.curve, Out::point)?;
        out.list(&self.marks, Out::mark)?;
        let hash = out.hash.0;
        out.bytes(&hash.to_le_bytes())?;
        out.to.flush()
    }
}

/// The bytes so far, and their hash.
struct Out<W: Write> {
    to: BufWriter<W>,
    hash: Hash,
}

impl<W: Write> Out<W> {
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.add(bytes);
        self.to.write_all(bytes)
    }

    fn number(&mut self, number: u64) -> io::Result<()> {
        let mut bytes = [0_u8; 10];
        let mut length = 0;
        let mut rest = number;
        loop {
            let low = rest as u8 & 0x7f;
            rest >>= 7;
            bytes[length] = if rest == 0 { low } else { low | 0x80 };
            length += 1;
            if rest == 0 {
                return self.bytes(&bytes[..length]);
            }
        }
    }

    fn numbers(&mut self, numbers: &[u64]) -> io::Result<()> {
        numbers.iter().try_for_each(|&number| self.number(number))
    }

    /// One that may be negative.
    fn signed(&mut self, number: i64) -> io::Result<()> {
        self.number((number << 1 ^ number >> 63).cast_unsigned())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.number(text.len() as u64)?;
        self.bytes(text.as_bytes())
    }

    fn list<T>(&mut self, list: &[T], entry: impl Fn(&mut Self, &T) -> io::Result<()>) -> io::Result<()> {
        self.number(list.len() as u64)?;
        list.iter().try_for_each(|item| entry(self, item))
    }

    fn totals(&mut self, totals: &RawTotals) -> io::Result<()> {
        self.numbers(&[
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

    fn module(&mut self, module: &Module) -> io::Result<()> {
        self.numbers(&[module.base, module.end])?;
        self.text(&module.path)?;
        self.text(&module.build_id)
    }

    fn node(&mut self, node: &Node) -> io::Result<()> {
        self.numbers(&[u64::from(node.parent), node.address])
    }

    fn site(&mut self, site: &RawSite) -> io::Result<()> {
        self.numbers(&[
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
        live.into_iter().try_for_each(|figure| self.signed(figure))?;
        self.signed(site.own_peak_blocks)?;
        self.signed(site.own_peak_bytes)?;
        self.numbers(&[site.deaths, site.lifetime_bytes])?;
        self.signed(site.live_birth_clock_bytes)?;
        self.list(&site.lifetimes, |out, &count| out.number(count))
    }

    fn point(&mut self, point: &RawPoint) -> io::Result<()> {
        self.numbers(&[point.clock_bytes, point.at_ns, point.live_bytes])
    }

    fn mark(&mut self, mark: &RawMark) -> io::Result<()> {
        self.text(&mark.name)?;
        self.numbers(&[mark.clock_bytes, mark.at_ns])
    }
}
