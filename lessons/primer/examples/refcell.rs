//! RefCell: a value that several owners change, with the borrow rule checked while the program runs.
//! Python's twin: python/refcell.py.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem::size_of;
use std::rc::Rc;

fn allowed_or_refused(is_allowed: bool) -> &'static str {
    if is_allowed { "allowed" } else { "refused" }
}

fn main() {
    let bag = Rc::new(RefCell::new(vec![1]));
    let other = Rc::clone(&bag);
    bag.borrow_mut().push(2);
    println!("items through the other name: {}", other.borrow().len());

    // Any number may read, or one may write.
    let reader = bag.borrow();
    println!("a second reader: {}", allowed_or_refused(bag.try_borrow().is_ok()));
    println!("a writer while somebody reads: {}", allowed_or_refused(bag.try_borrow_mut().is_ok()));
    drop(reader);
    println!("a writer afterwards: {}", allowed_or_refused(bag.try_borrow_mut().is_ok()));

    // The loop reads, so nothing is added inside it.
    for item in bag.borrow().iter() {
        if let Ok(mut bag) = other.try_borrow_mut() {
            bag.push(*item);
        }
    }
    println!("items after adding each item in the loop: {}", bag.borrow().len());

    let ages = RefCell::new(HashMap::from([("Li Lei", 13)]));
    let mut is_allowed = false;
    for _ in ages.borrow().iter() {
        is_allowed = ages.try_borrow_mut().is_ok_and(|mut ages| ages.insert("Han Meimei", 12).is_none());
    }
    println!("a new key while going through a map: {}", allowed_or_refused(is_allowed));

    println!("bytes of the rule, per cell: {}", size_of::<RefCell<u64>>() - size_of::<u64>());
}
