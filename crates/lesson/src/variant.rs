//! The types of a variant: it takes a [`Scale`] and returns a [`VariantResult`], with a
//! [`Checksum`] that proves the work.

use heaplab_record::Attachment;

/// How much work a variant is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale(u64);

impl Scale {
    pub(crate) const fn new(units: u64) -> Scale {
        Scale(units)
    }

    /// As a number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// As the length of a collection.
    pub fn len(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// Whether there is nothing to do.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// `0, 1, 2, …`, as many as the scale says; it knows its length, as Python's `range` does.
    pub fn iter(self) -> impl ExactSizeIterator<Item = u64> + DoubleEndedIterator {
        (0..self.len()).map(|index| index as u64)
    }
}

/// zlib's CRC-32 over `"{name}\t{score}\n"` of every row in order, equal to CPython's `zlib.crc32`.
/// It allocates nothing, so it may be computed inside the measured region.
#[derive(Clone, Debug, Default)]
pub struct Checksum(crc32fast::Hasher);

impl Checksum {
    /// The checksum of no rows.
    pub fn new() -> Checksum {
        Checksum::default()
    }

    /// Adds one row.
    #[must_use = "the checksum with the row is the returned one"]
    pub fn row(mut self, name: &str, score: u64) -> Checksum {
        // A tab, up to 20 digits and a newline, written from the end.
        let mut tail = [b'\n'; 22];
        let mut at = tail.len() - 1;
        let mut rest = score;
        loop {
            at -= 1;
            tail[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        at -= 1;
        tail[at] = b'\t';
        self.0.update(name.as_bytes());
        self.0.update(&tail[at..]);
        self
    }

    /// The checksum of every `(name, score)` of a list, in order.
    pub fn from_rows<'a>(rows: impl IntoIterator<Item = (&'a str, u64)>) -> Checksum {
        rows.into_iter().fold(Checksum::new(), |sum, (name, score)| sum.row(name, score))
    }

    /// As it is written in the record.
    pub(crate) fn to_hex(&self) -> String {
        format!("{:08x}", self.0.clone().finalize())
    }
}

/// Makes attachments from the data after the region has closed.
pub(crate) type MakeAttachments<T> = fn(&T, Scale) -> Vec<Attachment>;

/// What a variant returns: the proof of its work, and the data, which stays live until the measured
/// region ends.
pub struct VariantResult<T> {
    pub(crate) checksum: Checksum,
    pub(crate) data: T,
    pub(crate) make_attachments: Option<MakeAttachments<T>>,
    pub(crate) make_heap_attachments: Option<MakeAttachments<T>>,
    pub(crate) children_peak_bytes: Option<u64>,
}

impl<T> VariantResult<T> {
    /// A result with this data, which may be `()`.
    pub fn new(checksum: Checksum, data: T) -> VariantResult<T> {
        VariantResult {
            checksum,
            data,
            make_attachments: None,
            make_heap_attachments: None,
            children_peak_bytes: None,
        }
    }

    /// Makes attachments from the data after the region has closed, under the plain probe only:
    /// timings, tables and pictures that are not part of the variant's own work.
    #[must_use = "the outcome with the closing look is the returned one"]
    pub fn with_attachments(mut self, look: fn(&T, Scale) -> Vec<Attachment>) -> VariantResult<T> {
        self.make_attachments = Some(look);
        self
    }

    /// Adds the peak of processes that the variant has started: the sum of their own peaks in
    /// bytes, without what they share with this process. It is added to the plain probe's peak RSS;
    /// the other probes do not see other processes.
    #[must_use = "the outcome with its processes is the returned one"]
    pub fn with_children(mut self, peak_bytes: u64) -> VariantResult<T> {
        self.children_peak_bytes = Some(peak_bytes);
        self
    }

    /// As [`VariantResult::with_attachments`], but under the heap probe, where the recorder can
    /// tell which line allocated what.
    #[must_use = "the outcome with the closing look is the returned one"]
    pub fn with_heap_attachments(mut self, look: fn(&T, Scale) -> Vec<Attachment>) -> VariantResult<T> {
        self.make_heap_attachments = Some(look);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_zlibs() {
        // python3 -c 'import zlib;
        // print(hex(zlib.crc32(b"user0\t0\nuser1\t18446744073709551615\n")))'
        let sum = Checksum::new().row("user0", 0).row("user1", u64::MAX);
        let whole = crc32fast::hash(b"user0\t0\nuser1\t18446744073709551615\n");
        assert_eq!(sum.to_hex(), format!("{whole:08x}"));
        assert_eq!(sum.to_hex(), "adab54c2");
    }

    #[test]
    fn order_matters() {
        let forth = Checksum::from_rows([("a", 1), ("b", 2)]);
        let back = Checksum::from_rows([("b", 2), ("a", 1)]);
        assert_ne!(forth.to_hex(), back.to_hex());
    }
}
