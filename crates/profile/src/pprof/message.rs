//! As much of protobuf's wire format as pprof needs: <https://protobuf.dev/programming-guides/encoding/>.

/// A number that ends with its first byte below 128.
const VARINT: u64 = 0;
/// A length and that many bytes.
const LENGTH_DELIMITED: u64 = 2;

/// The bytes of a message so far. Fields are written in the order of the calls.
#[derive(Default)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// A field that holds a number; 0 is what an absent field means, so it is not written.
    pub(super) fn number(&mut self, field: u64, number: u64) {
        if number != 0 {
            self.varint(field << 3 | VARINT);
            self.varint(number);
        }
    }

    /// A repeated field of numbers, packed.
    pub(super) fn numbers(&mut self, field: u64, numbers: &[u64]) {
        let mut packed = Message::default();
        for &number in numbers {
            packed.varint(number);
        }
        self.delimited(field, &packed.bytes);
    }

    /// A text, also an empty one: a table's places count.
    pub(super) fn text(&mut self, field: u64, text: &str) {
        self.delimited(field, text.as_bytes());
    }

    /// A message within this one.
    pub(super) fn message(&mut self, field: u64, message: &Message) {
        self.delimited(field, &message.bytes);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn delimited(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | LENGTH_DELIMITED);
        self.varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}
