//! The header of a block: what a reader must know before it can find anything in it.
//!
//! It is one word with the sizes of everything, then the few numbers that differ from block to
//! block, each as short as its value allows. The sizes come first so that reading a number does not
//! depend on the number before it.

use crate::bits::{BitOffset, BitWriter, Bits, width_of};
use crate::frame::{Frame, unzigzag, zigzag};

/// What all rows of a block share.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Bits per row to pick an entry of the dictionary.
    pub(crate) pick_width: u32,
    /// How many entries the dictionary has, 1 to 128.
    pub(crate) entries: u64,
    /// Bits per byte of text.
    pub(crate) text_width: u32,
    /// Whether scores are counted from the row's number.
    pub(crate) relative: bool,
    /// Where the entries begin, as a drift from an even growth.
    pub(crate) starts: Frame,
    /// The numbers behind the texts, plus one.
    pub(crate) numbers: Frame,
    pub(crate) scores: Frame,
    /// Bytes of text in all entries together.
    pub(crate) text_bytes: u64,
    /// Bytes that every name begins with.
    pub(crate) prefix_bytes: u64,
    /// Bytes that every name ends with.
    pub(crate) suffix_bytes: u64,
    /// Which alphabet the texts are written in.
    pub(crate) alphabet: u64,
}

/// The numbers behind the first word. Each has 4 bits there that say how many bytes it takes.
const NUMBERS: usize = 7;

impl Header {
    /// Writes the header. The widths in the first word are 3 + 7 + 4 + 1 + 3 · 7 + 7 · 4 = 64 bits.
    pub(crate) fn write(&self, out: &mut BitWriter) {
        let numbers = [
            zigzag(self.starts.low),
            zigzag(self.numbers.low),
            zigzag(self.scores.low),
            self.text_bytes,
            self.prefix_bytes,
            self.suffix_bytes,
            self.alphabet,
        ];
        out.push(u64::from(self.pick_width), 3);
        out.push(self.entries - 1, 7);
        out.push(u64::from(self.text_width), 4);
        out.push(u64::from(self.relative), 1);
        for frame in [self.starts, self.numbers, self.scores] {
            out.push(u64::from(frame.width), 7);
        }
        for number in numbers {
            out.push(u64::from(byte_width(number)), 4);
        }
        for number in numbers {
            out.push(number, 8 * byte_width(number));
        }
    }

    /// Reads the header at `place`; with it, where the rest of the block begins.
    pub(crate) fn read(bits: &Bits, mut place: BitOffset) -> (Header, BitOffset) {
        let mut sizes = bits.read(place, 64);
        place += 64;
        let mut size = |width: u32| {
            let value = sizes & ((1 << width) - 1);
            sizes >>= width;
            value
        };
        let pick_width = size(3) as u32;
        let entries = size(7) + 1;
        let text_width = size(4) as u32;
        let relative = size(1) == 1;
        let [starts, numbers, scores] = [size(7) as u32, size(7) as u32, size(7) as u32];
        let mut values = [0; NUMBERS];
        for value in &mut values {
            let bytes = size(4);
            *value = bits.read(place, 8 * bytes as u32);
            place += 8 * bytes;
        }
        let header = Header {
            pick_width,
            entries,
            text_width,
            relative,
            starts: Frame { low: unzigzag(values[0]), width: starts },
            numbers: Frame { low: unzigzag(values[1]), width: numbers },
            scores: Frame { low: unzigzag(values[2]), width: scores },
            text_bytes: values[3],
            prefix_bytes: values[4],
            suffix_bytes: values[5],
            alphabet: values[6],
        };
        (header, place)
    }
}

fn byte_width(value: u64) -> u32 {
    width_of(value).div_ceil(8)
}
