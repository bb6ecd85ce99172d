//! A list of words that grows by one page at a time.
//!
//! A full `Vec` allocates twice its size and copies: for a moment both blocks are live, three times
//! the old size, and that moment is the peak. Pages never move. Only the list of their addresses
//! grows by doubling, 8 bytes per 32 KiB.

/// 4096 words, 32 KiB: small enough that a half-empty last page does not matter, large enough to be
/// allocated rarely.
const PAGE_WORDS: usize = 4096;

/// Words of 64 bits, readable by index, appended at the end.
#[derive(Default)]
pub(crate) struct Pages {
    pages: Vec<Box<[u64; PAGE_WORDS]>>,
    len: usize,
}

impl Pages {
    /// Appends one word.
    pub(crate) fn push(&mut self, word: u64) {
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
    pub(crate) fn get(&self, index: usize) -> u64 {
        // The compiler knows a page's length, so only the first of these two steps checks a bound.
        self.pages[index / PAGE_WORDS][index % PAGE_WORDS]
    }

    /// The word at `index`, if there is a page for it.
    pub(crate) fn peek(&self, index: usize) -> Option<u64> {
        self.pages.get(index / PAGE_WORDS).map(|page| page[index % PAGE_WORDS])
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }
}
