//! The same with a cell, where a `push` needs no `&mut`. rustc warns of the write, clippy of every
//! use: each borrows a new cell.

#![deny(clippy::borrow_interior_mutable_const)]

use std::cell::RefCell;

const BAG: RefCell<Vec<u64>> = RefCell::new(Vec::new());

pub fn add(item: u64) -> usize {
    BAG.borrow_mut().push(item);
    BAG.borrow().len()
}
