//! Stacks: by frame pointers where the chain is whole, by unwind tables where it is not.
//!
//! With frame pointers every function's frame begins with its caller's frame address and the return address behind it, so a
//! stack is a linked list. Every link is checked against the thread's own stack before it is followed. A walk is whole when
//! it ends at the return address that all stacks of the thread end at, which the thread's first event has learned from the
//! unwind tables. Through code without frame pointers (libc's `qsort`) the chain breaks, and the tables give that stack.

use std::mem::MaybeUninit;

/// The most frames of a stack that are kept.
pub(super) const MAX_FRAMES: usize = 128;
/// rustc signs no return address, but a libc for aarch64 may, in the bits that no address of a program uses.
const ADDRESS_BITS: u64 = if cfg!(target_arch = "aarch64") { (1 << 48) - 1 } else { u64::MAX };
/// What stands for the callers of a deeper stack. No return address is this low.
pub(super) const CUT_ADDRESS: u64 = 1;

/// The stack of a thread, and the return address that its stacks end at; 0 until that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct StackBounds {
    pub(super) low: usize,
    pub(super) high: usize,
    pub(super) root: u64,
}

/// Return addresses, the innermost first.
pub(super) struct Frames {
    addresses: [MaybeUninit<u64>; MAX_FRAMES],
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
            addresses: [const { MaybeUninit::uninit() }; MAX_FRAMES],
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
            self.hash = hash_step(self.hash, address);
        }
    }

    /// Replaces the outermost frame by the mark of a cut stack.
    fn mark_cut(&mut self) {
        self.cut = true;
        self.length = MAX_FRAMES - 1;
        self.push(CUT_ADDRESS);
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

/// FxHash's step: an address a multiplication.
#[inline(always)]
fn hash_step(hash: u64, address: u64) -> u64 {
    (hash.rotate_left(5) ^ address).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The hash of the stack at `frame`, the one that [`stack()`] gives; `None` where frame pointers alone do not give a whole
/// stack that is kept whole. PERF: all that an event needs at a stack that is known. Keeping the addresses, and handing a
/// kilobyte of them on, took half of the time of an event.
#[inline(always)]
pub(super) fn hash_whole_stack(mut frame: usize, bounds: &StackBounds) -> Option<u64> {
    let here = 0u8;
    let mut low = std::ptr::from_ref(&here).addr();
    let end = if frame >= bounds.low { bounds.high.saturating_sub(2 * size_of::<usize>()) } else { 0 };
    let (mut hash, mut last) = (0, 0);
    for _ in 0..MAX_FRAMES {
        // Two words must lie between here and the stack's end.
        if frame <= low || !frame.is_multiple_of(align_of::<usize>()) || frame >= end {
            break;
        }
        let words = std::ptr::with_exposed_provenance::<usize>(frame);
        // SAFETY: both words lie in this thread's own stack, above everything that this function uses: mapped and quiet.
        let (next, address) = unsafe { (words.read(), words.add(1).read()) };
        if address == 0 {
            break;
        }
        last = address as u64;
        hash = hash_step(hash, last);
        low = frame;
        frame = next;
    }
    // A stack that was cut off here does not end at the root.
    (last == bounds.root && last != 0).then_some(hash)
}

/// The stack of the function whose frame begins at `frame`.
#[inline]
pub(super) fn walk_stack(frame: usize, bounds: &StackBounds) -> Frames {
    // On a signal handler's own stack, or a coroutine's: what lies between there and this thread's may not be mapped.
    let high = if frame >= bounds.low { bounds.high } else { 0 };
    let frames = walk_frame_pointers(frame, high);
    if frames.cut || (frames.length > 0 && frames.last() == bounds.root) {
        return frames;
    }
    walk_unwind_tables(frames.addresses().first().map_or(WalkStart::Here, |&first| WalkStart::Address(first)))
}

/// The return address that this thread's stacks end at, if both ways agree on this one from here on; 0 if they do not. From
/// here, because in a build without frame pointers the register may still hold a frame far up, of a library that has them:
/// a chain from there ends as it should and has left out the program.
#[cold]
#[inline(never)]
pub(super) fn learn_root(high: usize) -> u64 {
    // The functions of libc that start a thread: nothing of the program's is below them.
    const START: usize = 4;
    let here = frame_pointer();
    let fast = walk_frame_pointers(here, high);
    let slow = walk_unwind_tables(WalkStart::Function((learn_root as fn(usize) -> u64 as *const ()).addr()));
    let (fast, slow) = (fast.addresses(), slow.addresses());
    let agree = !fast.is_empty() && slow.starts_with(fast) && slow.len() - fast.len() <= START;
    // A cut stack has an end of its own.
    if agree { fast.last().copied().filter(|&end| end != CUT_ADDRESS).unwrap_or(0) } else { 0 }
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
fn walk_frame_pointers(mut frame: usize, high: usize) -> Frames {
    let mut frames = Frames::new();
    let mut low = std::ptr::from_ref(&frames).addr();
    // Two words must lie between here and the stack's end.
    while frame > low
        && frame.is_multiple_of(align_of::<usize>())
        && frame < high.saturating_sub(2 * size_of::<usize>())
    {
        if frames.length == MAX_FRAMES {
            frames.mark_cut();
            break;
        }
        let words = std::ptr::with_exposed_provenance::<usize>(frame);
        // SAFETY: both words lie in this thread's own stack, above everything that this function uses: mapped and quiet.
        let (next, address) = unsafe { (words.read(), words.add(1).read()) };
        let address = address as u64 & ADDRESS_BITS;
        if address == 0 {
            break;
        }
        frames.push(address);
        low = frame;
        frame = next;
    }
    frames
}

/// Where a stack begins: what is above is the recorder itself.
#[derive(Clone, Copy)]
enum WalkStart {
    /// At the function that walks.
    Here,
    /// At this return address.
    Address(u64),
    /// Behind the function that begins at this address.
    Function(usize),
}

#[cold]
fn walk_unwind_tables(from: WalkStart) -> Frames {
    let mut frames = Frames::new();
    let mut begun = matches!(from, WalkStart::Here);
    // SAFETY: tracing needs no lock on this system: the unwinder reads tables that do not change.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            let address = frame.ip() as u64;
            begun |= matches!(from, WalkStart::Address(first) if first == address);
            if !begun {
                begun = matches!(from, WalkStart::Function(start) if frame.symbol_address().addr() == start);
                return true;
            }
            // Behind the outermost frame: nobody has called `_start`.
            if address == 0 {
                return false;
            }
            if frames.length == MAX_FRAMES {
                frames.mark_cut();
                return false;
            }
            frames.push(address);
            true
        });
    }
    frames.slow = true;
    frames
}
