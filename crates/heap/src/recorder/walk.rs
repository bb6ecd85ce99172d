//! Finds the stack of an allocation: by frame pointers where they give the whole stack, and by
//! unwind tables where they do not.
//!
//! With frame pointers, every stack frame begins with the address of the caller's frame, followed
//! by the return address, so the stack is a linked list. Every link is checked against the thread's
//! own stack before it is followed. A walk is whole if it ends at the *root*: the return address at
//! which all stacks of the thread end. The thread's first event learns the root from the unwind
//! tables. In code without frame pointers (libc's `qsort`) the list breaks, and the unwind tables
//! are used.

use std::mem::MaybeUninit;

/// Frames that are kept of a stack.
pub(super) const MAX_FRAMES: usize = 128;
/// On aarch64 a libc may sign return addresses, in bits that no address of a program uses. rustc
/// does not sign them.
const ADDRESS_BITS: u64 = if cfg!(target_arch = "aarch64") { (1 << 48) - 1 } else { u64::MAX };
/// Replaces the callers of a stack that is too deep. No return address is this low.
pub(super) const CUT_ADDRESS: u64 = 1;

/// The bounds of a thread's stack, and its root; 0 if the root is unknown.
#[derive(Clone, Copy, Debug)]
pub(super) struct StackBounds {
    pub(super) low: usize,
    pub(super) high: usize,
    pub(super) root: u64,
}

/// The return addresses of a stack, the innermost first.
pub(super) struct Frames {
    addresses: [MaybeUninit<u64>; MAX_FRAMES],
    length: usize,
    pub(super) hash: u64,
    /// It was walked by unwind tables.
    pub(super) slow: bool,
    /// It was deeper than [`MAX_FRAMES`].
    pub(super) cut: bool,
}

impl Frames {
    #[inline]
    fn new() -> Frames {
        // PERF: this kilobyte is not zeroed at every allocation.
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

    /// Replaces the outermost frame by [`CUT_ADDRESS`].
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

/// One step of FxHash, a multiplication per address.
#[inline(always)]
fn hash_step(hash: u64, address: u64) -> u64 {
    (hash.rotate_left(5) ^ address).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The hash of the stack at `frame`, equal to that of [`walk_stack`]; `None` if frame pointers
/// alone do not give the whole stack. PERF: this is all that an event needs for a known stack.
/// Storing the addresses and passing a kilobyte of them on took half of an event's time.
#[inline(always)]
pub(super) fn hash_whole_stack(mut frame: usize, bounds: &StackBounds) -> Option<u64> {
    let here = 0u8;
    let mut low = std::ptr::from_ref(&here).addr();
    let end = if frame >= bounds.low { bounds.high.saturating_sub(2 * size_of::<usize>()) } else { 0 };
    let (mut hash, mut last) = (0, 0);
    for _ in 0..MAX_FRAMES {
        // Two words must fit between the frame and the end of the stack.
        if frame <= low || !frame.is_multiple_of(align_of::<usize>()) || frame >= end {
            break;
        }
        let words = std::ptr::with_exposed_provenance::<usize>(frame);
        // SAFETY: both words lie in this thread's own stack, above everything that this function
        // uses, so they are mapped and do not change.
        let (next, address) = unsafe { (words.read(), words.add(1).read()) };
        if address == 0 {
            break;
        }
        last = address as u64;
        hash = hash_step(hash, last);
        low = frame;
        frame = next;
    }
    // A stack that is deeper than this does not end at the root.
    (last == bounds.root && last != 0).then_some(hash)
}

#[inline]
pub(super) fn walk_stack(frame: usize, bounds: &StackBounds) -> Frames {
    // On a signal handler's own stack or a coroutine's stack, the memory between there and this
    // thread's stack may not be mapped.
    let high = if frame >= bounds.low { bounds.high } else { 0 };
    let frames = walk_frame_pointers(frame, high);
    if frames.cut || (frames.length > 0 && frames.last() == bounds.root) {
        return frames;
    }
    walk_unwind_tables(frames.addresses().first().map_or(WalkStart::Here, |&first| WalkStart::Address(first)))
}

/// The root of this thread: the return address at which its stacks end, if both kinds of walks
/// agree on it; 0 otherwise. Both walks start here, because in a build without frame pointers the
/// register may still hold the frame of a library that has them. A walk from there ends at the
/// right place but leaves out the program's own functions.
#[cold]
#[inline(never)]
pub(super) fn learn_root(high: usize) -> u64 {
    // The functions of libc that start a thread; the program has no frames below them.
    const START: usize = 4;
    let here = frame_pointer();
    let fast = walk_frame_pointers(here, high);
    let slow = walk_unwind_tables(WalkStart::Function((learn_root as fn(usize) -> u64 as *const ()).addr()));
    let (fast, slow) = (fast.addresses(), slow.addresses());
    let agree = !fast.is_empty() && slow.starts_with(fast) && slow.len() - fast.len() <= START;
    // A cut stack does not end at the root.
    if agree { fast.last().copied().filter(|&end| end != CUT_ADDRESS).unwrap_or(0) } else { 0 }
}

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
    // Frame address 0 means that no frame-pointer walk is whole, so the unwind tables give every
    // stack.
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
        // SAFETY: both words lie in this thread's own stack, above everything that this function
        // uses: mapped and quiet.
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

/// Where the reported stack begins; the frames above are the recorder's own.
#[derive(Clone, Copy)]
enum WalkStart {
    /// At the function that walks.
    Here,
    /// At this return address.
    Address(u64),
    /// After the function that begins at this address.
    Function(usize),
}

#[cold]
fn walk_unwind_tables(from: WalkStart) -> Frames {
    let mut frames = Frames::new();
    let mut begun = matches!(from, WalkStart::Here);
    // SAFETY: tracing needs no lock on this system, because the unwinder reads tables that do not
    // change.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            let address = frame.ip() as u64;
            begun |= matches!(from, WalkStart::Address(first) if first == address);
            if !begun {
                begun = matches!(from, WalkStart::Function(start) if frame.symbol_address().addr() == start);
                return true;
            }
            // This is past the outermost frame: `_start` has no caller.
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
