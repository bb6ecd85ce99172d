//! A list of words that grows by one page at a time.
//!
//! A `Vec` that is full asks for twice its size and copies: for a moment both live, three times the old size, and that
//! moment is the peak. Pages never move. What grows by doubling here is only the list of their addresses, 8 bytes for
//! every 32 KiB.

/// 4096 words, 32 KiB: small enough that the half-empty last page does not matter, large enough to be asked for rarely.
const PAGE_WORDS: usize = 4096;

/// Words of 64 bits, readable by index, appended at the end.
#[derive(Default)]
pub(super) struct Pages {
    pages: Vec<Box<[u64; PAGE_WORDS]>>,
    len: usize,
}

impl Pages {
    /// Appends one word.
    pub(super) fn push(&mut self, word: u64) {
        let place = self.len % PAGE_WORDS;
        if place == 0 {
            self.pages.push(Box::new([0; PAGE_WORDS]));
        }
        if let Some(page) = self.pages.last_mut() {
            page[place] = word;
        }
        self.len += 1;
    }

    /// The word at `index`, which must be below `len`.
    pub(super) fn get(&self, index: usize) -> u64 {
        // A page has a length that the compiler knows: only the first of these two steps checks a bound.
        self.pages[index / PAGE_WORDS][index % PAGE_WORDS]
    }

    /// The word at `index`, if there is a page for it.
    pub(super) fn peek(&self, index: usize) -> Option<u64> {
        self.pages.get(index / PAGE_WORDS).map(|page| page[index % PAGE_WORDS])
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}
