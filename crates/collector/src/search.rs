//! The search for cycles that nobody outside refers to.

use crate::object::{AnyObject, Position};
use std::rc::Rc;

/// `examined` holds one reference to each of its objects itself, as `sys.getrefcount` does while it
/// counts.
const OWN_REFERENCES: usize = 1;

/// Splits objects into those that something outside of them refers to, directly or through others,
/// and the rest: garbage. Takes time in proportion to the objects and their references.
pub(crate) fn split_reachable(examined: Vec<AnyObject>) -> (Vec<AnyObject>, Vec<AnyObject>) {
    // 1. Copy the counts.
    for (index, object) in examined.iter().enumerate() {
        object.header.place.set(Position::Examined(index));
        object.header.copied.set(Rc::strong_count(object) - OWN_REFERENCES);
    }
    // 2. Subtract the references from inside.
    for object in &examined {
        object.traverse(&mut |child| {
            if let Position::Examined(_) = child.place.get() {
                child.copied.set(child.copied.get().saturating_sub(1));
            }
        });
    }
    // 3. What stays above zero is referred to from outside. It is reachable, and so is what it
    //    refers to.
    let mut reachable: Vec<bool> = examined.iter().map(|object| object.header.copied.get() > 0).collect();
    let mut open: Vec<usize> = (0..examined.len()).filter(|&index| reachable[index]).collect();
    while let Some(index) = open.pop() {
        examined[index].traverse(&mut |child| {
            if let Position::Examined(index) = child.place.get()
                && !std::mem::replace(&mut reachable[index], true)
            {
                open.push(index);
            }
        });
    }
    // 4. The rest is garbage.
    let mut garbage = Vec::new();
    let mut survivors = Vec::with_capacity(examined.len());
    for (object, reachable) in examined.into_iter().zip(reachable) {
        if reachable { &mut survivors } else { &mut garbage }.push(object);
    }
    (survivors, garbage)
}
