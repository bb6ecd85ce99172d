//! Writes a protobuf message (<https://protobuf.dev/programming-guides/encoding/>): a field is its
//! number and the form of its value, then the value.

const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;

/// A message that is being written.
#[derive(Default)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// Adds a number. A field that is 0 is left out, as the format has it.
    pub(super) fn number(&mut self, field: u32, value: u64) -> &mut Message {
        if value > 0 {
            self.varint(u64::from(field) << 3 | VARINT);
            self.varint(value);
        }
        self
    }

    /// Adds a text or other bytes.
    pub(super) fn bytes(&mut self, field: u32, value: &[u8]) -> &mut Message {
        self.varint(u64::from(field) << 3 | LENGTH_DELIMITED);
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
        self
    }

    /// Adds a message.
    pub(super) fn nested(&mut self, field: u32, value: &Message) -> &mut Message {
        self.bytes(field, &value.bytes)
    }

    /// Adds a list of numbers.
    pub(super) fn packed(&mut self, field: u32, values: impl IntoIterator<Item = u64>) -> &mut Message {
        let mut list = Message::default();
        values.into_iter().for_each(|value| list.varint(value));
        self.nested(field, &list)
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Seven bits per byte, the lowest first; the top bit is set on all but the last.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.bytes.push(value.to_le_bytes()[0]);
    }
}
