//! Compares recorded stacks with those of the `backtrace` crate, in the way that the argument names,
//! and exits with an error if one differs. `tests/walks.rs` runs it in several builds.
//!
//! Every block is allocated by [`allocate`], which asks the crate for its callers first. In the end
//! each stack must have been recorded as often as the crate saw it.

use heaplab_heap::{Heap, region, take_recording};
use heaplab_profile::raw::{CUT_ADDRESS, RawRecording};
use std::alloc::{GlobalAlloc, Layout};
use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static HEAP: Heap = Heap::recording();

/// More frames than the recorder keeps.
const MOST_FRAMES: usize = 400;
const MOST_STACKS: usize = 40_000;

/// What the crate saw. It is filled from signal handlers too, so it has its room from the start.
struct Seen {
    used: AtomicUsize,
    stacks: std::cell::UnsafeCell<Vec<Vec<u64>>>,
}

// SAFETY: each stack is written by the one thread that took its number, and read after all others
// have ended.
unsafe impl Sync for Seen {}

static SEEN: Seen = Seen { used: AtomicUsize::new(0), stacks: std::cell::UnsafeCell::new(Vec::new()) };

unsafe extern "C" {
    /// The first address of the function that an address belongs to, by the unwind tables.
    fn _Unwind_FindEnclosingFunction(address: *mut c_void) -> *mut c_void;
}

fn is_in_allocate(address: u64) -> bool {
    // SAFETY: the function looks the address up and does not follow it.
    let function = unsafe { _Unwind_FindEnclosingFunction((address as usize - 1) as *mut c_void) };
    function.addr() == (allocate as fn(usize) as *const ()).addr()
}

/// Allocates a block, and remembers its callers as the crate finds them.
#[inline(never)]
fn allocate(size: usize) {
    let number = SEEN.used.fetch_add(1, Relaxed);
    // SAFETY: see `Seen`.
    let Some(stack) = unsafe { &mut *SEEN.stacks.get() }.get_mut(number) else { std::process::abort() };
    let mut has_begun = false;
    // SAFETY: a signal handler must not wait for the crate's lock, and its tables do not change.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            let address = frame.ip() as u64;
            let is_here = frame.symbol_address().addr() == (allocate as fn(usize) as *const ()).addr();
            if has_begun && address != 0 && stack.len() < MOST_FRAMES {
                stack.push(address);
            }
            has_begun |= is_here;
            true
        });
    }
    let Ok(layout) = Layout::from_size_align(size, 8) else { return };
    // SAFETY: the layout is not empty.
    black_box(unsafe { HEAP.alloc(layout) });
}

/// Calls `allocate` by an address that the compiler does not know, so that there is one copy of it.
#[inline(always)]
fn call_allocate(size: usize) {
    black_box(allocate as fn(usize))(size);
}

fn main() {
    // SAFETY: nothing else runs yet.
    let stacks = unsafe { &mut *SEEN.stacks.get() };
    *stacks = (0..MOST_STACKS).map(|_| Vec::with_capacity(MOST_FRAMES)).collect();
    // The first block decides on the probe.
    call_allocate(8);
    SEEN.used.store(0, Relaxed);
    stacks[0].clear();
    let Ok(open) = region() else { fail("the region does not open") };
    let word = std::env::args().nth(1).unwrap_or_default();
    match word.as_str() {
        "shapes" => shapes(),
        "deep" => deep(),
        "sort" => sort(),
        "signals" => signals(),
        "interrupts" => interrupts(),
        "threads" => threads(),
        "coroutine" => coroutine(),
        "generated" => return generated(open),
        _ => fail("say what to walk"),
    }
    drop(open);
    let Some(raw) = take_recording() else { fail("nothing was recorded") };
    compare(&raw);
    if raw.totals.slow_walks != 0 {
        fail("all code has unwind tables");
    }
    let is_cut = word == "deep";
    if (raw.totals.cut_stacks != 0) != is_cut {
        fail(&format!("{} cut stacks", raw.totals.cut_stacks));
    }
}

fn fail(text: &str) -> ! {
    eprintln!("{text}");
    std::process::exit(1)
}

/// The stacks of a recording below `allocate`, with the number of their allocations.
fn recorded(raw: &RawRecording) -> BTreeMap<Vec<u64>, u64> {
    let mut stacks = BTreeMap::new();
    for site in &raw.sites {
        let mut addresses = Vec::new();
        let mut node = site.node;
        while node != 0 {
            addresses.push(raw.nodes[node as usize].address);
            node = raw.nodes[node as usize].parent;
        }
        let Some(own) = addresses.iter().position(|&address| is_in_allocate(address)) else {
            fail(&format!("a stack without its allocating function: {addresses:x?}"))
        };
        *stacks.entry(addresses[own + 1..].to_vec()).or_default() += site.births;
    }
    stacks.retain(|_, births| *births > 0);
    stacks
}

fn compare(raw: &RawRecording) {
    let recorded = recorded(raw);
    // A recorded stack that is too deep has the frames of `allocate` before it, one or more.
    let kept = recorded.keys().find(|stack| stack.last() == Some(&CUT_ADDRESS)).map(|stack| stack.len() - 1);
    let mut expected: BTreeMap<Vec<u64>, u64> = BTreeMap::new();
    // SAFETY: all other threads have ended.
    for stack in unsafe { &*SEEN.stacks.get() }.iter().take(SEEN.used.load(Relaxed)) {
        let mut stack = stack.clone();
        if let Some(kept) = kept.filter(|&kept| stack.len() > kept + 1) {
            stack.truncate(kept);
            stack.push(CUT_ADDRESS);
        }
        *expected.entry(stack).or_default() += 1;
    }
    for (stack, births) in &expected {
        if recorded.get(stack) != Some(births) {
            let similar = recorded.iter().filter(|(other, _)| other.first() == stack.first()).take(3);
            fail(&format!(
                "of {} stacks, this one was recorded {:?} times, and not {births}: {stack:x?}\n{:x?}",
                expected.len(),
                recorded.get(stack),
                similar.collect::<Vec<_>>()
            ));
        }
    }
    if recorded.len() != expected.len() {
        fail(&format!("{} stacks, and not {}", recorded.len(), expected.len()));
    }
    println!("{} allocations, {} stacks", SEEN.used.load(Relaxed), expected.len());
}

/// Numbers that look random and are the same in every run (xorshift).
struct Draw(u64);

impl Draw {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }
}

/// Random shapes, each several times and in random order: frames of different sizes, with and without
/// variables that are live across the call, through function pointers and closures. `shape` has three
/// bits per frame.
#[inline(never)]
fn descend(depth: u32, shape: u64) -> u64 {
    if depth == 0 {
        call_allocate(16 + (shape % 5) as usize);
        return shape;
    }
    let (below, rest) = (depth - 1, shape.rotate_right(3));
    match shape & 7 {
        0 => black_box(descend(below, rest)) + 1,
        1 => with_array::<3>(below, rest),
        2 => with_array::<40>(below, rest),
        3 => with_array::<700>(below, rest),
        4 => black_box(descend as fn(u32, u64) -> u64)(below, rest) ^ 4,
        5 => {
            let call: &dyn Fn(u64) -> u64 = &|shape| descend(below, shape) ^ u64::from(depth);
            black_box(call)(rest)
        }
        6 => with_many_variables(below, rest),
        _ => {
            let words = black_box(vec![shape; 3]);
            descend(below, rest) ^ words[1]
        }
    }
}

#[inline(never)]
fn with_array<const WORDS: usize>(depth: u32, shape: u64) -> u64 {
    let mut words = [shape; WORDS];
    black_box(&mut words);
    descend(depth, shape) ^ words[WORDS / 2]
}

#[inline(never)]
fn with_many_variables(depth: u32, shape: u64) -> u64 {
    let [a, b, c, d, e, f, g] = black_box([shape, 1, 2, 3, 4, 5, 6]);
    let below = descend(depth, shape);
    black_box(a ^ b ^ below) + black_box(c ^ d) + black_box(e ^ f) + g
}

fn shapes() {
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
    let shapes: Vec<(u32, u64)> =
        (0..1_500).map(|_| (draw.next(12) as u32, draw.next(u64::MAX >> 12))).collect();
    for _ in 0..20_000 {
        let (depth, shape) = shapes[draw.next(shapes.len() as u64) as usize];
        black_box(descend(depth, shape));
    }
    // The same paths again, from another depth and in turns, so that stacks of different paths lie at
    // the same addresses.
    for round in 0..10_000 {
        black_box(descend(6, shapes[round % 12].1));
    }
}

fn deep() {
    let mut draw = Draw(12345);
    for _ in 0..400 {
        black_box(descend(draw.next(300) as u32, draw.next(4)));
    }
}

/// A callback of libc's `qsort`, which is built without frame pointers.
fn sort() {
    unsafe extern "C" fn compare(left: *const c_void, right: *const c_void) -> c_int {
        // SAFETY: two elements of the array.
        let (left, right) = unsafe { (*left.cast::<u64>(), *right.cast::<u64>()) };
        descend((left % 3) as u32, left ^ right);
        left.cmp(&right) as c_int
    }
    let mut draw = Draw(99);
    let mut numbers: Vec<u64> = (0..200).map(|_| draw.next(1_000)).collect();
    // SAFETY: the elements are eight bytes each.
    unsafe { libc::qsort(numbers.as_mut_ptr().cast(), numbers.len(), 8, Some(compare)) };
}

fn set_handler(signal: c_int, handler: extern "C" fn(c_int), flags: c_int) {
    // SAFETY: all zeros are a valid sigaction.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = flags;
        libc::sigaction(signal, &action, std::ptr::null_mut());
    }
}

extern "C" fn allocate_in_handler(_: c_int) {
    descend(2, 0o61);
}

/// Handlers on the thread's stack and on a stack of their own, and one in another.
fn signals() {
    let mut stack = vec![0u8; 1 << 18];
    let own = libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: stack.len() };
    extern "C" fn raise_another(_: c_int) {
        // SAFETY: the other handler only allocates.
        unsafe { libc::raise(libc::SIGUSR1) };
    }
    set_handler(libc::SIGUSR1, allocate_in_handler, 0);
    set_handler(libc::SIGUSR2, allocate_in_handler, libc::SA_ONSTACK);
    set_handler(libc::SIGHUP, raise_another, libc::SA_ONSTACK);
    for _ in 0..20 {
        for signal in [libc::SIGUSR1, libc::SIGUSR2, libc::SIGHUP] {
            // SAFETY: the stack outlives the handlers' last run.
            unsafe {
                libc::sigaltstack(&own, std::ptr::null_mut());
                libc::raise(signal);
            }
            descend(3, 0o251);
        }
    }
}

/// A timer interrupts at any instruction, also where a frame is half made.
fn interrupts() {
    #[inline(never)]
    fn busy(number: u64) -> u64 {
        if number < 2 { black_box(number) } else { busy(number - 1).wrapping_add(busy(number - 2)) }
    }
    extern "C" fn on_timer(_: c_int) {
        call_allocate(24);
    }
    set_handler(libc::SIGALRM, on_timer, libc::SA_RESTART);
    let every = libc::timeval { tv_sec: 0, tv_usec: 500 };
    let timer = libc::itimerval { it_interval: every, it_value: every };
    // SAFETY: plain values. The work does not allocate, so the handler may.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, std::ptr::null_mut()) };
    while SEEN.used.load(Relaxed) < 400 {
        black_box(busy(18));
    }
    // SAFETY: as above; zeros stop the timer.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &std::mem::zeroed(), std::ptr::null_mut()) };
}

/// Threads one after the other, which get each other's tables and stacks.
fn threads() {
    for round in 0..50u64 {
        let thread = std::thread::spawn(move || {
            for shape in 0..20 {
                black_box(descend(3 + (round % 3) as u32, 0o1234 * shape));
            }
        });
        if thread.join().is_err() {
            fail("a thread has failed");
        }
    }
}

/// Work on a stack that the recorder does not know, and back.
fn coroutine() {
    static mut MAIN: std::mem::MaybeUninit<libc::ucontext_t> = std::mem::MaybeUninit::zeroed();
    static mut OTHER: std::mem::MaybeUninit<libc::ucontext_t> = std::mem::MaybeUninit::zeroed();
    extern "C" fn work() {
        for shape in 0..30 {
            black_box(descend(4, 0o777 * (shape % 3)));
            // SAFETY: both contexts are valid, and `main` waits in the other.
            unsafe { libc::swapcontext((&raw mut OTHER).cast(), (&raw const MAIN).cast()) };
        }
    }
    let mut stack = vec![0u8; 1 << 18];
    // SAFETY: the contexts are used by this thread only, and the stack outlives them.
    unsafe {
        let other = (&raw mut OTHER).cast::<libc::ucontext_t>();
        libc::getcontext(other);
        (*other).uc_stack.ss_sp = stack.as_mut_ptr().cast();
        (*other).uc_stack.ss_size = stack.len();
        (*other).uc_link = (&raw mut MAIN).cast();
        libc::makecontext(other, work, 0);
        for _ in 0..30 {
            libc::swapcontext((&raw mut MAIN).cast(), other);
            black_box(descend(4, 0o777));
        }
    }
}

/// Code that was made at run time, without unwind tables but with frame pointers. The crate stops
/// there, so the outer part is compared with that of a direct call.
fn generated(open: heaplab_heap::Region) {
    if !cfg!(target_arch = "x86_64") {
        drop(open);
        return;
    }
    // push rbp; mov rbp, rsp; call rdi; pop rbp; ret
    const CODE: [u8; 8] = [0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3];
    extern "C" fn inside() {
        call_allocate(100);
    }
    // SAFETY: a new page that may be executed, with a function that calls its argument.
    let call: extern "C" fn(extern "C" fn()) = unsafe {
        let rights = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let page = libc::mmap(std::ptr::null_mut(), 4096, rights, flags, -1, 0);
        page.cast::<[u8; 8]>().write(CODE);
        std::mem::transmute(page)
    };
    // The compiler must not make a copy of the calls for each turn.
    for turn in 0..black_box(12) {
        if turn % 2 == 0 { call(inside) } else { black_box(inside as extern "C" fn())() }
    }
    drop(open);
    let Some(raw) = take_recording() else { fail("nothing was recorded") };
    let stacks = recorded(&raw);
    let lengths: Vec<(usize, u64)> = stacks.iter().map(|(stack, births)| (stack.len(), *births)).collect();
    let tails: Vec<&[u64]> = stacks.keys().map(|stack| &stack[stack.len() - 4..]).collect();
    let is_one_longer = lengths.len() == 2 && lengths[0].0.abs_diff(lengths[1].0) == 1;
    if !is_one_longer || tails[0] != tails[1] || lengths.iter().any(|(_, births)| *births != 6) {
        fail(&format!("{stacks:x?}"));
    }
    if (raw.totals.slow_walks, raw.totals.cut_stacks) != (6, 0) {
        fail(&format!("{} guessed, {} cut", raw.totals.slow_walks, raw.totals.cut_stacks));
    }
    println!("12 allocations, 2 stacks");
}
