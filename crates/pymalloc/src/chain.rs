//! Lists whose links lie in the members themselves: an allocator cannot allocate a list of its
//! pools.

use std::ptr::{NonNull, null_mut};

/// The neighbours of a member in its chain.
pub(crate) struct Links<T> {
    next: *mut T,
    previous: *mut T,
}

impl<T> Links<T> {
    pub(crate) const NONE: Links<T> = Links { next: null_mut(), previous: null_mut() };
}

/// A type whose values can be members of a chain.
pub(crate) trait Linked: Sized {
    fn links(&mut self) -> &mut Links<Self>;
}

/// A doubly linked list, by its first member.
pub(crate) struct Chain<T> {
    first: *mut T,
}

// SAFETY: a chain is only reached through the allocator's lock.
unsafe impl<T> Send for Chain<T> {}

impl<T: Linked> Chain<T> {
    pub(crate) const EMPTY: Chain<T> = Chain { first: null_mut() };

    pub(crate) fn first(&self) -> Option<NonNull<T>> {
        NonNull::new(self.first)
    }

    /// Puts a member first.
    ///
    /// # Safety
    /// `member` is alive, nothing borrows it, and it is in no chain.
    pub(crate) unsafe fn push(&mut self, mut member: NonNull<T>) {
        // SAFETY: both are alive and members of no other borrow, as the caller promises for all
        // members.
        unsafe {
            *member.as_mut().links() = Links { next: self.first, previous: null_mut() };
            if let Some(first) = self.first.as_mut() {
                first.links().previous = member.as_ptr();
            }
        }
        self.first = member.as_ptr();
    }

    /// Takes any member out.
    ///
    /// # Safety
    /// `member` is in this chain, and nothing borrows any member.
    pub(crate) unsafe fn remove(&mut self, mut member: NonNull<T>) {
        // SAFETY: members of a chain are alive, and each is borrowed on its own.
        unsafe {
            let Links { next, previous } = std::mem::replace(member.as_mut().links(), Links::NONE);
            match previous.as_mut() {
                Some(previous) => previous.links().next = next,
                None => self.first = next,
            }
            if let Some(next) = next.as_mut() {
                next.links().previous = previous;
            }
        }
    }

    /// Takes the first member out.
    ///
    /// # Safety
    /// As for [`Chain::remove`].
    pub(crate) unsafe fn pop(&mut self) -> Option<NonNull<T>> {
        let first = self.first()?;
        // SAFETY: the first member is a member.
        unsafe { self.remove(first) };
        Some(first)
    }

    /// Every member, from the first on.
    ///
    /// # Safety
    /// No member is taken out or put in while the iterator lives.
    pub(crate) unsafe fn iter(&self) -> impl Iterator<Item = NonNull<T>> {
        std::iter::successors(self.first(), |&member| {
            // SAFETY: members of a chain are alive.
            NonNull::new(unsafe { (*member.as_ptr()).links().next })
        })
    }
}
