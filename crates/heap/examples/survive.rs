//! Allocates in situations that are rare for an allocator. `tests/survive.rs` runs its parts by
//! name and reads the recordings.

use heaplab_heap::{Heap, mark, take_recording};
use std::cell::RefCell;
use std::ffi::c_void;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("thread-end") => thread_ends(),
        Some("exit") => exit(),
        Some("fork") => forks(),
        Some("hook") => hook(),
        Some("signal") => signal(),
        Some("names") => names(),
        Some("threads") => many_threads(),
        Some("stacks") => many_stacks(),
        _ => std::process::exit(2),
    }
}

/// Before `main`: a block that stays.
#[used]
// SAFETY: the dynamic linker calls what stands in this section with arguments that a C function may
// leave unread.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    std::mem::forget(black_box(vec![1u8; 777]));
    // SAFETY: a plain function.
    unsafe { libc::atexit(allocate_at_exit) };
}

extern "C" fn allocate_at_exit() {
    drop(black_box(vec![1u8; 333]));
}

fn exit() {
    // SAFETY: a plain function.
    unsafe { libc::atexit(allocate_at_exit) };
    std::process::exit(0);
}

/// Allocates when its thread ends.
struct Last(Vec<u8>);

impl Drop for Last {
    fn drop(&mut self) {
        self.0 = black_box(vec![2u8; 2_000]);
        std::mem::forget(black_box(vec![2u8; 20]));
    }
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

static KEY: AtomicU32 = AtomicU32::new(0);

/// A libc destructor, which runs after Rust's. It asks to be called again as often as libc allows.
unsafe extern "C" fn very_last(value: *mut c_void) {
    drop(black_box(vec![3u8; 3_000]));
    std::mem::forget(black_box(vec![3u8; 30]));
    // SAFETY: the key was made in `thread_ends`.
    unsafe { libc::pthread_setspecific(KEY.load(SeqCst), value) };
}

fn thread_ends() {
    let mut key = 0;
    // SAFETY: the destructor takes any value.
    unsafe { libc::pthread_key_create(&mut key, Some(very_last)) };
    KEY.store(key, SeqCst);
    for _ in 0..100 {
        let work = || {
            LAST.set(Some(Last(vec![1u8; 1_000])));
            // SAFETY: any value that is not null.
            unsafe { libc::pthread_setspecific(KEY.load(SeqCst), (&raw const KEY).cast()) };
        };
        let ended = std::thread::spawn(work).join();
        assert!(ended.is_ok());
    }
}

/// One of 2^`left` stacks; it allocates 12 bytes.
#[inline(never)]
fn deep(path: u32, left: u32) -> usize {
    if left == 0 {
        return black_box(vec![path, 0, 0]).len();
    }
    if path & 1 == 0 {
        black_box(deep(path >> 1, left - 1)) + 1
    } else {
        black_box(deep(path >> 1, left - 1)) + 2
    }
}

/// Forks while other threads record new stacks, which takes the recorder's lock. No child may wait
/// for that lock.
fn forks() {
    static DONE: AtomicBool = AtomicBool::new(false);
    static PATHS: AtomicUsize = AtomicUsize::new(0);
    let busy = || {
        while !DONE.load(SeqCst) {
            deep(PATHS.fetch_add(1, SeqCst) as u32, 16);
            mark("at work");
        }
    };
    let threads = [std::thread::spawn(busy), std::thread::spawn(busy)];
    let before = vec![5u8; 500];
    for round in 0..200 {
        // SAFETY: the child allocates, which glibc allows; it waits for no other thread of the
        // parent's.
        let child = unsafe { libc::fork() };
        if child == 0 {
            in_child(round, before);
        }
        let mut status = 0;
        // SAFETY: a child of this process.
        unsafe { libc::waitpid(child, &mut status, 0) };
        if round % 2 == 0 {
            assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "{status:x}");
        } else {
            assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGTERM, "{status:x}");
        }
    }
    DONE.store(true, SeqCst);
    assert!(threads.into_iter().all(|thread| thread.join().is_ok()));
}

fn in_child(round: u32, before: Vec<u8>) -> ! {
    // SAFETY: a child that hangs is ended by SIGALRM, which the parent takes for a failure.
    unsafe { libc::alarm(20) };
    drop(before);
    for path in 0..100 {
        deep(path * 7919 + round, 16);
    }
    mark("in the child");
    std::mem::forget(black_box(vec![5u8; 64]));
    assert!(take_recording().is_some() && heaplab_heap::live_bytes() >= Some(64));
    let thread = std::thread::spawn(|| deep(1, 3)).join();
    assert!(thread.is_ok());
    if round % 2 == 1 {
        // SAFETY: the default of SIGTERM.
        unsafe { libc::raise(libc::SIGTERM) };
    }
    std::process::exit(0)
}

fn hook() {
    std::panic::set_hook(Box::new(|_| std::mem::forget(black_box(vec![6u8; 6_000]))));
    for _ in 0..10 {
        let caught = std::panic::catch_unwind(|| panic!("as asked"));
        assert!(caught.is_err());
    }
}

extern "C" fn allocate_in_handler(_: i32) {
    drop(black_box(vec![8u8; 800]));
    std::mem::forget(black_box(vec![8u8; 80]));
}

/// A signal handler on its own stack, far from the thread's.
fn signal() {
    let mut stack = vec![0u8; 1 << 20];
    let own = libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: stack.len() };
    // SAFETY: all zeros are a valid sigaction; the stack lives until the process has ended.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = allocate_in_handler as extern "C" fn(i32) as *const () as usize;
        action.sa_flags = libc::SA_ONSTACK;
        assert_eq!(libc::sigaltstack(&own, std::ptr::null_mut()), 0);
        assert_eq!(libc::sigaction(libc::SIGUSR2, &action, std::ptr::null_mut()), 0);
        for _ in 0..10 {
            libc::raise(libc::SIGUSR2);
        }
    }
    std::mem::forget(stack);
}

/// Two names in turn, and one thread that changes its name: each keeps its rows.
fn names() {
    let run = |name: &str, size: usize| {
        let thread = std::thread::Builder::new().name(name.to_owned());
        let joined =
            thread.spawn(move || std::mem::forget(black_box(vec![0u8; size]))).map(|thread| thread.join());
        assert!(joined.is_ok());
    };
    for _ in 0..10 {
        run("anna", 1_111);
        run("bert", 2_222);
    }
    let renamed = std::thread::Builder::new().name("anna".into()).spawn(|| {
        std::mem::forget(black_box(vec![0u8; 1_111]));
        // SAFETY: a NUL-terminated name.
        unsafe { libc::prctl(libc::PR_SET_NAME, c"cleo".as_ptr()) };
        for _ in 0..3 {
            std::mem::forget(black_box(vec![0u8; 3_333]));
        }
    });
    assert!(renamed.is_ok_and(|thread| thread.join().is_ok()));
}

/// 10,000 threads one after the other, each with its own name; prints the growth of memory after
/// the first 1,000 in KiB.
fn many_threads() {
    let mut after_some = (0, 0);
    for number in 0..10_000 {
        if number == 1_000 {
            after_some = memory();
        }
        let thread = std::thread::Builder::new().name(format!("worker-{number}"));
        let joined = thread.spawn(|| drop(black_box(vec![0u8; 100]))).map(|thread| thread.join());
        assert!(joined.is_ok());
    }
    let (size, resident) = memory();
    println!("{} {}", size - after_some.0, resident - after_some.1);
}

/// VmSize and VmRSS in KiB.
fn memory() -> (i64, i64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    };
    (value("VmSize:").unwrap_or(0), value("VmRSS:").unwrap_or(0))
}

/// Makes a hundred and thirty thousand distinct stacks.
fn many_stacks() {
    for path in 0..1 << 17 {
        deep(path, 17);
    }
}
