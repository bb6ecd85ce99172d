//! Paths as text. A path of Linux is bytes and need not be UTF-8; a recording keeps text. The text
//! of a path that is UTF-8 is the path itself, except in the rare case below.

use std::fmt::Write as _;

/// Writes a path as text that [`decode_path`] turns back into the same bytes.
///
/// A byte that is not part of UTF-8 becomes `\x` and its two hexadecimal digits. A backslash that
/// would be taken for the beginning of one becomes `\x5c`.
pub fn encode_path(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find('\\') {
            let (before, after) = rest.split_at(at);
            text.push_str(before);
            text.push_str(if read_escape(after).is_some() { "\\x5c" } else { "\\" });
            rest = &after[1..];
        }
        text.push_str(rest);
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// Reads the bytes of a path from what [`encode_path`] wrote.
pub fn decode_path(text: &str) -> Vec<u8> {
    let mut path = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at(at);
        path.extend_from_slice(before.as_bytes());
        let (byte, length) = read_escape(after).map_or((b'\\', 1), |byte| (byte, 4));
        path.push(byte);
        rest = &after[length..];
    }
    path.extend_from_slice(rest.as_bytes());
    path
}

/// The byte of an escape at the beginning of `text`.
fn read_escape(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("\\x")?.get(..2)?;
    // `from_str_radix` takes a sign as well.
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_is_no_text_is_escaped() {
        let cases: [(&[u8], &str); 6] = [
            (b"/usr/bin/\xe7\x8c\xab", "/usr/bin/\u{732b}"),
            (b"/a\xff/b", "/a\\xff/b"),
            (b"/a\\b", "/a\\b"),
            (b"/a\\xff", "/a\\x5cxff"),
            (b"/a\\x+1", "/a\\x+1"),
            (b"/a\\\xff", "/a\\\\xff"),
        ];
        for (path, text) in cases {
            assert_eq!(encode_path(path), text);
            assert_eq!(decode_path(text), path);
        }
    }

    proptest! {
        #[test]
        fn every_path_comes_back(
            path in prop::collection::vec(prop::sample::select(b"\\xf0/\xff\xc3\xa9".to_vec()), 0..12)
        ) {
            prop_assert_eq!(decode_path(&encode_path(&path)), path);
        }
    }
}
