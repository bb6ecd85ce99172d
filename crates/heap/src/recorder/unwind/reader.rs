//! Reads words of a stack. Words of the thread's own stack are read directly. Other stacks (that of
//! a signal handler, a coroutine's) have no bounds that we know, so their words are read by a
//! system call that fails where nothing is mapped.

/// Size of a word, in bytes.
pub(super) const WORD: usize = size_of::<u64>();

/// The lowest address of a thread's stack and one past its highest; zeros if they are not known.
#[derive(Clone, Copy, Debug)]
pub(in crate::recorder) struct StackBounds {
    pub(in crate::recorder) low: usize,
    pub(in crate::recorder) high: usize,
}

impl StackBounds {
    #[inline(always)]
    pub(super) fn contains(&self, stack_pointer: usize) -> bool {
        (self.low..self.high).contains(&stack_pointer)
    }
}

/// Words that are read with one system call.
const WINDOW_WORDS: usize = 32;

pub(super) struct StackReader {
    /// Words from here on, up to `high`, are mapped and do not change during the walk.
    low: usize,
    high: usize,
    /// A copy of the words from `window_start` on.
    window: [u64; WINDOW_WORDS],
    window_start: usize,
    window_words: usize,
    /// Whether a word was read from outside of the bounds.
    pub(super) left_bounds: bool,
}

impl StackReader {
    /// A reader for a walk from this stack pointer. What lies below it belongs to the recorder.
    pub(super) fn new(stack_pointer: usize, bounds: &StackBounds) -> StackReader {
        let low = if bounds.contains(stack_pointer) { stack_pointer } else { bounds.low };
        StackReader {
            low,
            high: bounds.high,
            window: [0; WINDOW_WORDS],
            window_start: 0,
            window_words: 0,
            left_bounds: false,
        }
    }

    /// Whether a word at this address may be read directly.
    #[inline(always)]
    fn is_direct(&self, address: usize) -> bool {
        address >= self.low && address <= self.high.wrapping_sub(WORD) && self.high >= WORD
    }

    /// The word at this address; `None` if the address is not aligned or nothing is mapped there.
    #[inline(always)]
    pub(super) fn read(&mut self, address: usize) -> Option<u64> {
        if !address.is_multiple_of(WORD) {
            return None;
        }
        if self.is_direct(address) {
            // SAFETY: the word is aligned and lies in the part of this thread's own stack that is
            // in use by the callers of this function.
            return Some(unsafe { read_word(address) });
        }
        self.read_checked(address)
    }

    #[cold]
    fn read_checked(&mut self, address: usize) -> Option<u64> {
        self.left_bounds = true;
        let at = |reader: &StackReader| {
            let index = address.checked_sub(reader.window_start)? / WORD;
            (index < reader.window_words).then(|| reader.window[index])
        };
        at(self).or_else(|| {
            self.fill_window(address);
            at(self)
        })
    }

    /// Copies the words from `address` to the end of the window or of the page.
    #[cfg(target_os = "linux")]
    fn fill_window(&mut self, address: usize) {
        const PAGE: usize = 4096;
        let bytes = (WINDOW_WORDS * WORD).min(PAGE - address % PAGE);
        let local = libc::iovec { iov_base: self.window.as_mut_ptr().cast(), iov_len: bytes };
        let remote = libc::iovec { iov_base: std::ptr::without_provenance_mut(address), iov_len: bytes };
        // SAFETY: the system writes at most `bytes` into the window, and reports an address that is
        // not mapped as an error.
        let copied = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
        self.window_start = address;
        self.window_words = usize::try_from(copied).map_or(0, |bytes| bytes / WORD);
        if copied < 0 && is_readable(address) {
            // The call is not allowed in some sandboxes. What can be read in this page can be read
            // directly.
            for (index, word) in self.window[..bytes / WORD].iter_mut().enumerate() {
                // SAFETY: an aligned word of a page that is mapped.
                *word = unsafe { read_word(address + index * WORD) };
            }
            self.window_words = bytes / WORD;
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn fill_window(&mut self, _address: usize) {
        self.window_words = 0;
    }
}

/// Whether the page of this address is mapped and may be read. The system reads the signal set
/// before it finds that there is no such operation on it.
#[cfg(target_os = "linux")]
fn is_readable(address: usize) -> bool {
    const NO_OPERATION: libc::c_int = -1;
    let set = std::ptr::without_provenance::<u64>(address);
    // SAFETY: the system changes nothing for an operation that it does not know.
    unsafe { libc::syscall(libc::SYS_rt_sigprocmask, NO_OPERATION, set, std::ptr::null::<u64>(), WORD) };
    std::io::Error::last_os_error().raw_os_error() == Some(libc::EINVAL)
}

/// # Safety
/// The address is aligned, and a word is mapped there that no other thread writes.
#[inline(always)]
pub(super) unsafe fn read_word(address: usize) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { std::ptr::with_exposed_provenance::<u64>(address).read() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_outside_of_the_bounds_is_read_where_it_is_mapped() {
        let words: Vec<u64> = (0..2_000).collect();
        let first = words.as_ptr().addr();
        let mut reader = StackReader::new(0, &StackBounds { low: 0, high: 0 });
        for index in [0, 1, 31, 32, 600, 5, 1_999] {
            assert_eq!(reader.read(first + 8 * index), Some(index as u64));
        }
        assert!(reader.left_bounds);
        assert_eq!(reader.read(first + 4), None);
        assert_eq!(reader.read(8), None);
        assert_eq!(reader.read(usize::MAX - 7), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_page_is_known_to_be_readable() {
        let word = 5u64;
        assert!(is_readable(std::ptr::from_ref(&word).addr()));
        assert!(!is_readable(8) && !is_readable(usize::MAX - 7));
    }

    #[test]
    fn own_words_are_read_directly() {
        let words = [11u64, 12, 13];
        let low = words.as_ptr().addr();
        let mut reader = StackReader::new(low, &StackBounds { low, high: low + 24 });
        assert_eq!((reader.read(low), reader.read(low + 16)), (Some(11), Some(13)));
        assert!(!reader.left_bounds);
        reader.read(low + 24);
        assert!(reader.left_bounds);
    }
}
