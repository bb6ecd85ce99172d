//! Box: one value on the heap, and one owner of it. Python's twin: python/box.py.

use primer::{live_bytes, yes_or_no};
use std::mem::size_of_val;

/// A node that held the next node itself would have no size. A box has the size of a pointer.
struct Node {
    next: Option<Box<Node>>,
}

fn chain_length(first: &Node) -> u64 {
    1 + first.next.as_deref().map_or(0, chain_length)
}

fn main() {
    // A number is its own bytes. It is on the heap only if we say so.
    let number: i64 = 7_000;
    println!("bytes of a number: {}", size_of_val(&number));

    let before = live_bytes();
    let numbers: Vec<i64> = vec![number; 1_000];
    println!("bytes per number of a list: {}", (live_bytes() - before) / numbers.len());

    let before = live_bytes();
    let boxes: Vec<Box<i64>> = numbers.iter().map(|number| Box::new(*number)).collect();
    println!("bytes per number of a list of boxes: {}", (live_bytes() - before) / boxes.len());

    let first = Box::new(number);
    println!("bytes of a reference: {}", size_of_val(&first));

    // The second name takes the box over. The value stays where it is.
    let address: *const i64 = &raw const *first;
    let second = first;
    println!(
        "the second name leads to the same value: {}",
        yes_or_no(std::ptr::eq(address, &raw const *second))
    );

    let last = Node { next: None };
    let middle = Node { next: Some(Box::new(last)) };
    let first = Node { next: Some(Box::new(middle)) };
    println!("nodes in the chain: {}", chain_length(&first));
}
