//! Finds an object by what the program has: a pointer to it.

use super::pointers::counted_block;
use crate::snapshot::ObjectSnapshot;
use std::{rc, sync};

impl ObjectSnapshot {
    /// The id of the object that a pointer, a vector or a string owns or points to.
    pub fn find_id(&self, pointer: &impl BlockPointer) -> Option<u32> {
        self.by_address.get(&pointer.address()?).copied()
    }
}

/// Something that owns an object or points to one.
pub trait BlockPointer {
    /// The start of the object's block; `None` if there is no block.
    fn address(&self) -> Option<usize>;
}

impl<T> BlockPointer for Vec<T> {
    fn address(&self) -> Option<usize> {
        (self.capacity() * size_of::<T>() > 0).then(|| self.as_ptr().addr())
    }
}

impl BlockPointer for String {
    fn address(&self) -> Option<usize> {
        (self.capacity() > 0).then(|| self.as_ptr().addr())
    }
}

impl<T: ?Sized> BlockPointer for Box<T> {
    fn address(&self) -> Option<usize> {
        (size_of_val::<T>(self) > 0).then(|| std::ptr::from_ref::<T>(self).cast::<u8>().addr())
    }
}

macro_rules! counted {
    ($($pointer:ty),+) => {
        $(impl<T: ?Sized> BlockPointer for $pointer {
            fn address(&self) -> Option<usize> {
                // SAFETY: this pointer keeps the block alive.
                unsafe { counted_block(<$pointer>::as_ptr(self)) }?.address()
            }
        })+
    };
}

counted!(rc::Rc<T>, sync::Arc<T>, rc::Weak<T>, sync::Weak<T>);
