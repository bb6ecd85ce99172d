//! A key of the tables, and how it is written.

use std::borrow::Cow;

use crate::address;

/// A key longer than this is malformed, in bytes.
pub const LONGEST_KEY: usize = 64 << 10;

/// A key by value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// An IPv4 address.
    V4(u32),
    /// An IPv6 address.
    V6(u128),
    /// Any other value, byte for byte.
    Text(&'a [u8]),
}

impl<'a> Key<'a> {
    /// The key as it is written and ordered: RFC 5952 for addresses, the bytes themselves for texts.
    pub fn to_text(self) -> Cow<'a, [u8]> {
        match self {
            Key::V4(value) => Cow::Owned(address::v4_text(value).into_bytes()),
            Key::V6(value) => Cow::Owned(address::v6_text(value).into_bytes()),
            Key::Text(bytes) => Cow::Borrowed(bytes),
        }
    }
}

/// Bytes of a key as a string: what is not UTF-8 becomes `\xHH`, as nginx writes it.
pub fn to_printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

/// Where keys go: exact tables, or a sketch.
pub trait KeySink {
    /// Counts an IPv4 address once.
    fn count_v4(&mut self, key: u32);
    /// Counts a key once.
    fn count_key(&mut self, key: Key);
    /// Counts what waits, and says what has gone wrong since the last time.
    fn flush(&mut self) -> crate::error::Result<()>;
    /// Keys in memory: a lower bound of UV, for whoever watches.
    fn key_count(&self) -> usize;
}
