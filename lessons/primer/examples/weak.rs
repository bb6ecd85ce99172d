//! Weak: a reference that is no owner. Python's twin: python/weak.py.

use primer::{live_bytes, yes_or_no};
use std::mem::size_of_val;
use std::rc::{Rc, Weak};

struct Bag;

impl Drop for Bag {
    fn drop(&mut self) {
        print!(" bag");
    }
}

/// A `Weak` has to be asked: `upgrade` makes an owner of it, or says that there is nothing left.
fn is_there(weak: &Weak<Bag>) -> &'static str {
    yes_or_no(weak.upgrade().is_some())
}

fn main() {
    let bag = Rc::new(Bag);
    let weak = Rc::downgrade(&bag);
    println!("owners: {}", Rc::strong_count(&bag));
    println!("weak references: {}", Rc::weak_count(&bag));
    println!("the bag is there: {}", is_there(&weak));

    let another = Rc::downgrade(&bag);
    println!("weak references after asking for another: {}", Rc::weak_count(&bag));
    println!("bytes of a weak reference: {}", size_of_val(&weak));

    let with_owner = live_bytes();
    print!("freed with the last owner:");
    drop(bag);
    println!();
    println!("the bag is there after its last owner: {}", is_there(&weak));

    // The value is dropped, but the counts in front of it are still needed for the answer.
    let without_owner = live_bytes();
    println!("bytes given back with the last owner: {}", with_owner - without_owner);
    drop(weak);
    drop(another);
    println!("bytes given back with the last weak reference: {}", without_owner - live_bytes());
}
