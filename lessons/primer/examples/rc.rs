//! Rc: several owners, and a count of them. Python's twin: python/rc.py.

use primer::live_bytes;
use std::rc::Rc;

struct Bag;

impl Drop for Bag {
    fn drop(&mut self) {
        print!(" bag");
    }
}

/// Borrows the `Rc`. A borrow is no owner.
fn owners_during_a_call(bag: &Rc<Bag>) -> usize {
    Rc::strong_count(bag)
}

fn main() {
    let first = Rc::new(Bag);
    println!("owners after the first name: {}", Rc::strong_count(&first));

    let second = Rc::clone(&first);
    println!("owners after the second name: {}", Rc::strong_count(&first));

    let list = vec![Rc::clone(&first), Rc::clone(&first)];
    println!("owners after a list with it twice: {}", Rc::strong_count(&first));

    println!("owners during a call: {}", owners_during_a_call(&first));

    drop(list);
    println!("owners after the list is gone: {}", Rc::strong_count(&first));

    drop(second);
    println!("owners after the second name is gone: {}", Rc::strong_count(&first));

    print!("freed with the last name:");
    drop(first);
    println!();

    // The counts stand in front of the value, in the same block.
    let before = live_bytes();
    let nothing = Rc::new(());
    println!("bytes of an object without content: {}", live_bytes() - before);
    drop(nothing);
}
