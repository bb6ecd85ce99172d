//! The raw file: what the recorder writes when a region closes, and what is read back where there is time for symbols.
//!
//! The first line is `heaplab-heap 1`; the number is the version. Then, without gaps, the fields of [`Raw`] in the order in
//! which the structs name them:
//! - a number is LEB128: seven bits a byte, the lowest first, the top bit set on all but the last
//!   (<https://dwarfstd.org/doc/DWARF5.pdf>, 7.6); a number that may be negative is folded first, 0, -1, 1, -2 to 0, 1, 2, 3;
//! - a text is its length in bytes, then UTF-8; a list is its length, then its entries;
//! - node 0, the root, stands in the list of nodes like any other.
//!
//! The last eight bytes are the FNV-1a hash of all bytes before them (<http://www.isthe.com/chongo/tech/comp/fnv/>), little
//! end first: a file that was cut or damaged is told from a whole one.

mod read;
mod write;

pub use read::RawError;

/// What every version begins with; a version and a line feed follow.
const MAGIC: &str = "heaplab-heap ";

/// The version that is written, and the only one that is read.
const VERSION: &str = "2";

/// FNV-1a over 64 bits, byte by byte.
#[derive(Clone, Copy)]
struct FnvHash(u64);

impl FnvHash {
    const fn new() -> FnvHash {
        FnvHash(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests;
