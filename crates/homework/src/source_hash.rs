//! One hash for a student's files, which anybody who has the files can compute.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 over all files in the order of their names: name, zero byte, length as eight bytes
/// (lowest first), content. No two sets of files have the same input.
pub fn source_sha256<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut files: Vec<(&str, &[u8])> = files.into_iter().collect();
    files.sort_unstable();
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    hexadecimal(&hasher.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_sha256() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn order_does_not_matter_and_everything_else_does() {
        let of = |files: &[(&'static str, &'static [u8])]| source_sha256(files.iter().copied());
        assert_eq!(of(&[("a.rs", b"1"), ("b.rs", b"2")]), of(&[("b.rs", b"2"), ("a.rs", b"1")]));
        let sets: [&[(&str, &[u8])]; 4] = [
            &[("a.rs", b"1"), ("b.rs", b"2")],
            &[("a.rs", b"1b.rs2")],
            &[("b.rs", b"1"), ("a.rs", b"2")],
            &[],
        ];
        for (index, one) in sets.iter().enumerate() {
            for other in &sets[..index] {
                assert_ne!(of(one), of(other));
            }
        }
    }
}
