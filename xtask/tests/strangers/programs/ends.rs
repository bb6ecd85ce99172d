//! Holds known blocks and ends, or changes what it may do and holds more, as its argument says.

use heaplab_heap::Heap;
use std::hint::black_box;

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() {
    let mut words = std::env::args().skip(1);
    let word = words.next().unwrap_or_default();
    let folder = words.next().unwrap_or_default();
    leave_no_core();
    hold_early();
    match word.as_str() {
        "abort" => std::process::abort(),
        "failed-allocation" => drop(black_box(Vec::<u8>::with_capacity(black_box(isize::MAX as usize - 64)))),
        "stack-overflow" => overflow(0),
        "thread-overflow" => drop(std::thread::spawn(|| overflow(0)).join()),
        "panic" => panic!("as asked"),
        "file-limit" => lower_limit(libc::RLIMIT_FSIZE, 4096),
        "open-files-limit" => lower_limit(libc::RLIMIT_NOFILE, 0),
        "setuid" | "setuid-abort" => become_nobody(),
        "chroot" | "chroot-abort" => change_root(&folder),
        _ => end_by_system_call(&word),
    }
    if word.ends_with("-abort") {
        std::process::abort();
    }
    hold_late();
    // Returning runs whatever is to run at the end.
}

#[inline(never)]
fn hold_early() {
    for _ in 0..10 {
        std::mem::forget(black_box(Box::new(black_box([1u8; 4_000]))));
    }
    black_box(());
}

#[inline(never)]
fn hold_late() {
    for _ in 0..3 {
        std::mem::forget(black_box(Vec::<u8>::with_capacity(black_box(30_000))));
    }
    black_box(());
}

#[inline(never)]
fn overflow(depth: u64) {
    let page = black_box([depth; 500]);
    if black_box(depth) < u64::MAX {
        overflow(depth + 1);
    }
    black_box(page);
}

fn end_by_system_call(word: &str) {
    // SAFETY: these calls end the process, by a signal or at once; none takes memory of ours. The
    // null pointer is written to on purpose, and what is written is never read.
    unsafe {
        match word {
            "segv" => black_box(std::ptr::null_mut::<u8>()).write_volatile(1),
            "hup" => drop(libc::raise(libc::SIGHUP)),
            "quit" => drop(libc::raise(libc::SIGQUIT)),
            "term" => drop(libc::raise(libc::SIGTERM)),
            "usr1" => drop(libc::raise(libc::SIGUSR1)),
            "kill" => drop(libc::raise(libc::SIGKILL)),
            "alrm" => {
                libc::alarm(1);
                loop {
                    libc::pause();
                }
            }
            "pipe" => {
                // Rust's runtime ignores this signal; C programs and `sigpipe` crates do not.
                libc::signal(libc::SIGPIPE, libc::SIG_DFL);
                let mut ends = [0; 2];
                libc::pipe(ends.as_mut_ptr());
                libc::close(ends[0]);
                libc::write(ends[1], c"x".as_ptr().cast(), 1);
            }
            "quick_exit" => quick_exit(5),
            "_exit" => libc::_exit(6),
            "exit_group" => drop(libc::syscall(libc::SYS_exit_group, 7)),
            "close-all" => drop(libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0)),
            _ => libc::_exit(99),
        }
    }
}

unsafe extern "C" {
    fn quick_exit(status: libc::c_int) -> !;
}

fn leave_no_core() {
    lower_limit(libc::RLIMIT_CORE, 0);
}

fn lower_limit(resource: libc::__rlimit_resource_t, most: u64) {
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: the limit is a value on this stack.
    assert_eq!(unsafe { libc::setrlimit(resource, &raw const limit) }, 0);
}

fn become_nobody() {
    // SAFETY: two numbers.
    assert_eq!(unsafe { libc::setgid(65_534) + libc::setuid(65_534) }, 0);
}

fn change_root(folder: &str) {
    let folder = std::ffi::CString::new(folder).expect("a path has no zero");
    // SAFETY: strings that live until the calls return.
    assert_eq!(unsafe { libc::chroot(folder.as_ptr()) + libc::chdir(c"/".as_ptr()) }, 0);
}
