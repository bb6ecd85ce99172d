//! Encodes a key and its count as bytes, for spill chunks and partial results.
//!
//! One tag byte: the kind (0 IPv4, 1 IPv6, 2 text) in the lower two bits, and in the next four the
//! number of bytes of the count, 1 to 8. Then the key (4 or 16 bytes, little endian, or a length of
//! four bytes and the text), then the count, little endian.

use crate::error::{Error, Result};
use crate::key::{Key, LONGEST_KEY};

pub(crate) fn encode(into: &mut Vec<u8>, key: Key, count: u64) {
    let length = (8 - count.leading_zeros() as usize / 8).max(1);
    let tag = (length as u8) << 2;
    match key {
        Key::V4(value) => {
            into.push(tag);
            into.extend_from_slice(&value.to_le_bytes());
        }
        Key::V6(value) => {
            into.push(tag | 1);
            into.extend_from_slice(&value.to_le_bytes());
        }
        Key::Text(bytes) => {
            into.push(tag | 2);
            into.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
            into.extend_from_slice(bytes);
        }
    }
    into.extend_from_slice(&count.to_le_bytes()[..length]);
}

pub(crate) fn decode_all(mut bytes: &[u8], visit: &mut dyn FnMut(Key, u64) -> Result<()>) -> Result<()> {
    while !bytes.is_empty() {
        let Some((key, count, rest)) = decode_one(bytes) else {
            return Err(Error::Check("a chunk of keys and counts does not parse".into()));
        };
        visit(key, count)?;
        bytes = rest;
    }
    Ok(())
}

fn decode_one(bytes: &[u8]) -> Option<(Key<'_>, u64, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (key, rest) = match tag & 3 {
        0 => {
            let (key, rest) = rest.split_first_chunk::<4>()?;
            (Key::V4(u32::from_le_bytes(*key)), rest)
        }
        1 => {
            let (key, rest) = rest.split_first_chunk::<16>()?;
            (Key::V6(u128::from_le_bytes(*key)), rest)
        }
        2 => {
            let (length, rest) = rest.split_first_chunk::<4>()?;
            let length = u32::from_le_bytes(*length) as usize;
            if length > LONGEST_KEY {
                return None;
            }
            let (key, rest) = rest.split_at_checked(length)?;
            (Key::Text(key), rest)
        }
        _ => return None,
    };
    let length = usize::from(tag >> 2);
    if !(1..=8).contains(&length) {
        return None;
    }
    let (count, rest) = rest.split_at_checked(length)?;
    let mut whole = [0; 8];
    whole[..length].copy_from_slice(count);
    let count = u64::from_le_bytes(whole);
    (count > 0).then_some((key, count, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_pushed_comes_back(v4: u32, v6: u128, text in prop::collection::vec(any::<u8>(), 0..300), counts in prop::array::uniform3(1u64..)) {
            let keys = [Key::V4(v4), Key::V6(v6), Key::Text(&text)];
            let mut bytes = Vec::new();
            for (key, count) in keys.into_iter().zip(counts) {
                encode(&mut bytes, key, count);
            }
            let mut back = 0;
            decode_all(&bytes, &mut |key, count| {
                assert_eq!((key, count), (keys[back], counts[back]));
                back += 1;
                Ok(())
            }).unwrap();
            prop_assert_eq!(back, 3);
            for cut in 1..bytes.len() {
                let mut seen = 0;
                let _ = decode_all(&bytes[..cut], &mut |_, _| { seen += 1; Ok(()) });
                prop_assert!(seen < 3);
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode_all(&bytes, &mut |_, _| Ok(()));
        }
    }
}
