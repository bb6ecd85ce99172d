//! A constant instead of a static: it compiles, and every use of its name is a new list. No trap,
//! but a `push` into nothing. rustc warns, and here the warning is an error.

#![deny(const_item_mutation)]

const BAG: Vec<u64> = Vec::new();

pub fn add(item: u64) -> usize {
    BAG.push(item);
    BAG.len()
}
