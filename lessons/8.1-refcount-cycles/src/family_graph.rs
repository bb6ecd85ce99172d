//! Who owns whom in one family, read from the real structure, with the counts that its `Rc`s have.
//! The report draws it and finds the cycles.

use crate::families::{rc_cycle, weak_back_edge};
use heaplab_lesson::{
    Attachment, CountedObject, Family, FamilyChild, LessonData, ReferenceCounts, Strength, Text,
};
use std::rc::{Rc, Weak};

/// The strong and the weak count, which stand before the value in an `Rc`'s block.
const COUNTS_BYTES: usize = 2 * size_of::<usize>();

/// A family of `rc_cycle` after its last variable has gone.
pub(crate) fn read_leaked_family() -> Vec<Attachment> {
    let owner = rc_cycle::make(0);
    let witness = Rc::downgrade(&owner);
    drop(owner);
    // A family that was freed could not be drawn.
    let Some(owner) = witness.upgrade() else { return Vec::new() };
    let children = owner.children.borrow();
    let mut parent = count_object(&owner, owner.name.capacity() + buffer_bytes(&children));
    // This function's own Rc and Weak are no part of the picture.
    parent.strong -= 1;
    parent.weak = parent.weak.map(|weak| weak - 1);
    let child = |child: &Rc<rc_cycle::Child>| FamilyChild {
        object: count_object(child, 0),
        refers_back: Rc::ptr_eq(&child.parent, &owner),
    };
    let family = Family {
        name: "rc-cycle".to_owned(),
        title: Text::new("rc_cycle: a family that nobody refers to", "rc_cycle：已经没人要的一家人"),
        variable: None,
        parent,
        children: children.iter().map(child).collect(),
        back: Strength::Strong,
    };
    vec![Attachment::Data(LessonData::Family(family))]
}

/// A family of `weak_back_edge` while a variable still holds it.
pub(crate) fn read_held_family() -> Vec<Attachment> {
    let owner = weak_back_edge::make(0);
    let children = owner.children.borrow();
    let parent = count_object(&owner, owner.name.capacity() + buffer_bytes(&children));
    let child = |child: &Rc<weak_back_edge::Child>| FamilyChild {
        object: count_object(child, 0),
        refers_back: Weak::ptr_eq(&child.parent, &Rc::downgrade(&owner)),
    };
    let title =
        Text::new("weak_back_edge: a family that a variable holds", "weak_back_edge：还有变量拿着的一家人");
    let family = Family {
        name: "weak-back-edge".to_owned(),
        title,
        variable: Some("family".to_owned()),
        parent,
        children: children.iter().map(child).collect(),
        back: Strength::Weak,
    };
    vec![Attachment::Data(LessonData::Family(family))]
}

/// `buffers` are the bytes that the value owns outside of its own block.
fn count_object<T>(object: &Rc<T>, buffers: usize) -> CountedObject {
    let counts = object.counts();
    let bytes = (COUNTS_BYTES + size_of::<T>() + buffers) as u64;
    CountedObject { bytes, strong: counts.strong, weak: counts.weak }
}

fn buffer_bytes<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}
