//! Allocates known blocks in known functions and ends while it holds them.

use heaplab_heap::Heap;
use std::hint::black_box;

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() {
    // The program's own path may be no UTF-8.
    let word = std::env::args_os().nth(1).unwrap_or_default();
    if word == "elsewhere" {
        std::env::set_current_dir("/").expect("the root is a folder");
    }
    free_ten();
    hold_all();
    if word == "qsort" {
        sort_through_c();
    }
    // Nothing is dropped.
    std::process::exit(0);
}

/// Everything that is held goes through this function.
#[inline(never)]
fn hold_all() {
    std::mem::forget(black_box(hold_many()));
    std::mem::forget(black_box(hold_one()));
    std::mem::forget(black_box(hold_grown()));
    black_box(());
}

#[inline(never)]
fn hold_many() -> [Box<[u8; 1000]>; 100] {
    std::array::from_fn(|_| Box::new(black_box([1; 1000]))) // many
}

#[inline(never)]
fn hold_one() -> Vec<u8> {
    Vec::with_capacity(black_box(70_000)) // one
}

#[inline(never)]
fn hold_grown() -> Vec<u8> {
    let mut grown = Vec::with_capacity(black_box(1000));
    grown.push(1);
    grown.reserve_exact(black_box(40_000 - 1));
    grown
}

#[inline(never)]
fn free_ten() {
    for _ in 0..10 {
        drop(black_box(Box::new(black_box([1u8; 500]))));
    }
    black_box(());
}

/// glibc's and musl's `qsort` lie between this function and the comparison, which is called once
/// for two numbers.
#[inline(never)]
fn sort_through_c() {
    let mut numbers = [2, 1];
    // SAFETY: two numbers, each of the size that is given, and a function that compares two.
    unsafe { libc::qsort(numbers.as_mut_ptr().cast(), 2, size_of::<i32>(), Some(hold_in_comparison)) };
    black_box(numbers);
}

#[inline(never)]
unsafe extern "C" fn hold_in_comparison(one: *const libc::c_void, other: *const libc::c_void) -> i32 {
    std::mem::forget(black_box(Vec::<u8>::with_capacity(black_box(12_345))));
    // SAFETY: qsort hands over two of the numbers.
    unsafe { *one.cast::<i32>() - *other.cast::<i32>() }
}
