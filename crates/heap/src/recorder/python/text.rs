//! Python's strings as UTF-8.
//!
//! The characters of a compact string follow its structure, in 1, 2 or 4 bytes each (`kind`). All
//! strings that a compiler or a loader makes are compact.

use super::layout::{Layout, OBJECT_LENGTH, TEXT_STATE};
use super::memory::{byte, half, word};
use std::mem::MaybeUninit;
use std::ptr::with_exposed_provenance;

/// Bytes of a text that are kept. Paths of Linux are shorter.
pub(super) const MAX_TEXT_BYTES: usize = 4096;

const KIND_SHIFT: u32 = 2;
const IS_COMPACT: u32 = 1 << 5;
const IS_ASCII: u32 = 1 << 6;

/// Room for a text that has to be encoded.
pub(super) struct TextBuffer {
    bytes: [MaybeUninit<u8>; MAX_TEXT_BYTES],
    used: usize,
}

impl TextBuffer {
    pub(super) fn new() -> TextBuffer {
        // PERF: these 4 KiB are not zeroed; nearly all texts are ASCII and need none of them.
        TextBuffer { bytes: [const { MaybeUninit::uninit() }; MAX_TEXT_BYTES], used: 0 }
    }

    fn push(&mut self, character: u32) -> bool {
        let mut encoded = [0; 4];
        // A string of Python's may have surrogates, which are no characters.
        let character = char::from_u32(character).unwrap_or(char::REPLACEMENT_CHARACTER);
        let encoded = character.encode_utf8(&mut encoded).as_bytes();
        let Some(room) = self.bytes.get_mut(self.used..self.used + encoded.len()) else { return false };
        room.write_copy_of_slice(encoded);
        self.used += encoded.len();
        true
    }

    fn as_bytes(&self) -> &[u8] {
        // SAFETY: `push` has written the first `used` bytes.
        unsafe { std::slice::from_raw_parts(self.bytes.as_ptr().cast::<u8>(), self.used) }
    }
}

/// The text of a string object; empty for null and for a string that is not compact.
///
/// # Safety
/// The address is 0 or that of a string object that lives as long as the result is used.
pub(super) unsafe fn read_text<'a>(object: usize, layout: &Layout, buffer: &'a mut TextBuffer) -> &'a [u8] {
    if object == 0 {
        return &[];
    }
    // SAFETY: the caller's promise; the length says how many characters there are.
    unsafe {
        let state = half(object + TEXT_STATE);
        let length = word(object + OBJECT_LENGTH);
        if state & IS_COMPACT == 0 {
            return &[];
        }
        if state & IS_ASCII != 0 {
            let start = with_exposed_provenance::<u8>(object + layout.ascii_bytes);
            return std::slice::from_raw_parts(start, length.min(MAX_TEXT_BYTES));
        }
        let start = object + layout.compact_bytes;
        buffer.used = 0;
        for index in 0..length {
            let character = match state >> KIND_SHIFT & 7 {
                1 => u32::from(byte(start + index)),
                2 => u32::from(byte(start + 2 * index)) | u32::from(byte(start + 2 * index + 1)) << 8,
                _ => half(start + 4 * index),
            };
            if !buffer.push(character) {
                break;
            }
        }
    }
    buffer.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::layout::{V312, Version};
    use super::*;

    /// A string object as Python 3.12 has it.
    fn object(kind: u32, is_ascii: bool, characters: &[u32]) -> Vec<u64> {
        let header = if is_ascii { V312::LAYOUT.ascii_bytes } else { V312::LAYOUT.compact_bytes };
        let mut bytes = vec![0_u8; header];
        bytes[OBJECT_LENGTH] = characters.len() as u8;
        let state = kind << KIND_SHIFT | IS_COMPACT | if is_ascii { IS_ASCII } else { 0 };
        bytes[TEXT_STATE..TEXT_STATE + 4].copy_from_slice(&state.to_ne_bytes());
        for character in characters {
            bytes.extend(&character.to_le_bytes()[..kind as usize]);
        }
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes.as_chunks().0.iter().map(|word| u64::from_ne_bytes(*word)).collect()
    }

    fn read(object: &[u64]) -> String {
        let mut buffer = TextBuffer::new();
        // SAFETY: the object lives until the text is copied.
        let text = unsafe { read_text(object.as_ptr().expose_provenance(), &V312::LAYOUT, &mut buffer) };
        String::from_utf8(text.to_vec()).expect("UTF-8")
    }

    #[test]
    fn every_kind_of_string_is_read() {
        let letters = |text: &str| text.chars().map(u32::from).collect::<Vec<u32>>();
        assert_eq!(read(&object(1, true, &letters("main.py"))), "main.py");
        assert_eq!(read(&object(1, false, &letters("Größe"))), "Größe");
        assert_eq!(read(&object(2, false, &letters("名字"))), "名字");
        assert_eq!(read(&object(4, false, &letters("a🐍"))), "a🐍");
        assert_eq!(read(&object(2, false, &[0x61, 0xdc80])), "a\u{fffd}");
        assert_eq!(read(&object(1, true, &[])), "");
    }
}
