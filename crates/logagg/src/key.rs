//! Keys of the tables, their text form, and where they go.

pub mod address;

use std::borrow::Cow;

/// The longest key in bytes. A longer one is malformed.
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
    /// The text that is printed and sorted by: RFC 5952 for addresses, the bytes themselves for
    /// texts.
    pub fn to_text(self) -> Cow<'a, [u8]> {
        match self {
            Key::V4(value) => Cow::Owned(address::v4_text(value).into_bytes()),
            Key::V6(value) => Cow::Owned(address::v6_text(value).into_bytes()),
            Key::Text(bytes) => Cow::Borrowed(bytes),
        }
    }
}

/// Converts bytes to a string; what is not UTF-8 becomes `\xHH`, as nginx writes it.
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

/// Receives keys: exact tables, or a sketch.
pub trait KeySink {
    /// Counts an IPv4 address once.
    fn count_v4(&mut self, key: u32);
    /// Counts a key once.
    fn count_key(&mut self, key: Key);
    /// Counts the buffered keys and reports the first error since the last call.
    fn flush(&mut self) -> crate::error::Result<()>;
    /// Keys in memory, which is a lower bound of UV.
    fn key_count(&self) -> usize;
}
