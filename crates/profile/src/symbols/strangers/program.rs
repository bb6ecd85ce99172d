//! A program that a stranger might build: it prints its own stack at a few places, one line each,
//! and then the files that are mapped into it. The tests build it in several ways.

use std::ffi::{c_int, c_void};
use std::future::Future;
use std::hint::black_box;
use std::io::Write as _;
use std::task::{Context, Poll, Waker};

unsafe extern "C" {
    fn _Unwind_Backtrace(each: extern "C" fn(*mut c_void, *mut c_void) -> c_int, to: *mut c_void) -> c_int;
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
}

extern "C" fn keep(context: *mut c_void, to: *mut c_void) -> c_int {
    // SAFETY: `to` is the list that `print_stack` passed.
    let list = unsafe { &mut *to.cast::<Vec<usize>>() };
    // SAFETY: the unwinder's own context.
    list.push(unsafe { _Unwind_GetIP(context) });
    0
}

/// The return addresses, the innermost first, behind `mark`.
#[inline(never)]
fn print_stack(mark: &str) {
    let mut list: Vec<usize> = Vec::new();
    // SAFETY: `keep` has the signature that is asked for, and the list outlives the call.
    unsafe { _Unwind_Backtrace(keep, (&raw mut list).cast()) };
    let list: Vec<String> = list.iter().skip(1).map(|address| format!("{address:x}")).collect();
    println!("stack {mark} {}", list.join(" "));
}

mod deep {
    pub struct Store;

    pub trait Go {
        fn go(&self) -> u32;
    }

    impl Go for Store {
        #[inline(never)]
        fn go(&self) -> u32 {
            super::print_stack("method");
            std::hint::black_box(1)
        }
    }

    #[inline(always)]
    pub fn inlined() -> u32 {
        super::print_stack("inlined");
        std::hint::black_box(2)
    }
}

use deep::Go as _;

#[inline(never)]
fn outlined() -> u32 {
    black_box(deep::inlined())
}

async fn work(steps: u32) -> u32 {
    print_stack("async");
    black_box(steps)
}

#[inline(never)]
fn poll<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

#[inline(never)]
fn sum() -> u32 {
    (0..black_box(1)).map(|number| {
        print_stack("closure");
        black_box(number)
    })
    .sum()
}

fn main() {
    black_box(black_box(&deep::Store).go());
    black_box(outlined());
    black_box(poll(work(3)));
    black_box(sum());
    // The paths in it need not be text.
    let maps = std::fs::read("/proc/self/maps").unwrap_or_default();
    let _ = std::io::stdout().write_all(&maps);
}
