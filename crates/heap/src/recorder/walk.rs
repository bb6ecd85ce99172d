//! Stacks: by frame pointers where the chain is whole, by unwind tables where it is not.
//!
//! With frame pointers every function's frame begins with its caller's frame address and the return address behind it, so a
//! stack is a linked list. Every link is checked against the thread's own stack before it is followed. A walk is whole when
//! it ends at the return address that all stacks of the thread end at, which the thread's first event has learned from the
//! unwind tables. Through code without frame pointers (libc's `qsort`) the chain breaks, and the tables give that stack.

use std::mem::MaybeUninit;

/// The most frames of a stack that are kept.
pub(super) const MOST_FRAMES: usize = 128;
/// What stands for the callers of a deeper stack. No return address is this low.
pub(super) const CUT: u64 = 1;

/// The stack of a thread, and the return address that its stacks end at; 0 until that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) high: usize,
    pub(super) root: u64,
}

/// Return addresses, the innermost first.
pub(super) struct Frames {
    addresses: [MaybeUninit<u64>; MOST_FRAMES],
    length: usize,
    pub(super) hash: u64,
    /// Walked by unwind tables.
    pub(super) slow: bool,
    /// Deeper than is kept.
    pub(super) cut: bool,
}

impl Frames {
    #[inline]
    fn new() -> Frames {
        // PERF: a kilobyte that is not zeroed at every allocation.
        Frames {
            addresses: [const { MaybeUninit::uninit() }; MOST_FRAMES],
            length: 0,
            hash: 0,
            slow: false,
            cut: false,
        }
    }

    #[inline]
    fn push(&mut self, address: u64) {
        if let Some(slot) = self.addresses.get_mut(self.length) {
            slot.write(address);
            self.length += 1;
            // FxHash's step: an address a multiplication.
            self.hash = (self.hash.rotate_left(5) ^ address).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    /// Replaces the outermost frame by the mark of a cut stack.
    fn cut(&mut self) {
        self.cut = true;
        self.length = MOST_FRAMES - 1;
        self.push(CUT);
    }

    #[inline]
    pub(super) fn addresses(&self) -> &[u64] {
        // SAFETY: `push` has written every one of the first `length` slots.
        unsafe { std::slice::from_raw_parts(self.addresses.as_ptr().cast::<u64>(), self.length) }
    }

    #[inline]
    fn last(&self) -> u64 {
        self.addresses().last().copied().unwrap_or(0)
    }
}

/// The stack of the function whose frame begins at `frame`.
#[inline]
pub(super) fn stack(frame: usize, bounds: &Bounds) -> Frames {
    let frames = by_frame_pointers(frame, bounds.high);
    if frames.cut || (frames.length > 0 && frames.last() == bounds.root) {
        return frames;
    }
    by_unwind_tables(frames.addresses().first().copied())
}

/// The return address that this thread's stacks end at, if both ways agree on this one; 0 if they do not.
#[cold]
pub(super) fn learn_root(frame: usize, high: usize) -> u64 {
    // The functions of libc that start a thread: nothing of the program's is below them.
    const START: usize = 4;
    let fast = by_frame_pointers(frame, high);
    let slow = by_unwind_tables(fast.addresses().first().copied());
    let (fast, slow) = (fast.addresses(), slow.addresses());
    let agree = !fast.is_empty() && slow.starts_with(fast) && slow.len() - fast.len() <= START;
    if agree { fast.last().copied().unwrap_or(0) } else { 0 }
}

/// The address of the calling function's frame.
#[inline(always)]
pub(super) fn frame_pointer() -> usize {
    let frame: usize;
    // SAFETY: reads one register.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("mov {}, rbp", out(reg) frame, options(nomem, nostack, preserves_flags));
    }
    // SAFETY: reads one register.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("mov {}, x29", out(reg) frame, options(nomem, nostack, preserves_flags));
    }
    // Without a frame no walk is whole, and the unwind tables give every stack.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        frame = 0;
    }
    frame
}

#[inline]
fn by_frame_pointers(mut frame: usize, high: usize) -> Frames {
    let mut frames = Frames::new();
    let mut low = std::ptr::from_ref(&frames).addr();
    // Two words must lie between here and the stack's end.
    while frame > low
        && frame.is_multiple_of(align_of::<usize>())
        && frame < high.saturating_sub(2 * size_of::<usize>())
    {
        if frames.length == MOST_FRAMES {
            frames.cut();
            break;
        }
        let words = std::ptr::with_exposed_provenance::<usize>(frame);
        // SAFETY: both words lie in this thread's own stack, above everything that this function uses: mapped and quiet.
        let (next, address) = unsafe { (words.read(), words.add(1).read()) };
        if address == 0 {
            break;
        }
        frames.push(address as u64);
        low = frame;
        frame = next;
    }
    frames
}

/// From the frame that returns to `first` on: what is above is the recorder itself.
#[cold]
fn by_unwind_tables(first: Option<u64>) -> Frames {
    let mut frames = Frames::new();
    let mut begun = first.is_none();
    // SAFETY: tracing needs no lock on this system: the unwinder reads tables that do not change.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            let address = frame.ip() as u64;
            begun |= Some(address) == first;
            if !begun {
                return true;
            }
            if frames.length == MOST_FRAMES {
                frames.cut();
                return false;
            }
            frames.push(address);
            true
        });
    }
    frames.slow = true;
    frames
}
