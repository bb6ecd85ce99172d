//! The objects that are collected: [`Gc`], an `Rc` whose object has a header for the collector, and
//! [`Object`], what a type has to tell the collector.

mod generations;

pub use generations::{Collection, Trigger};
pub(crate) use generations::{Generations, Position};

use std::cell::Cell;
use std::ops::Deref;
use std::rc::Rc;

/// CPython's three slots of a type that can be part of a cycle.
pub trait Object: 'static {
    /// `tp_traverse`: calls `visit` with the header of every object that this one owns a [`Gc`] of,
    /// once for each `Gc`.
    fn traverse(&self, visit: &mut dyn FnMut(&Header));

    /// `tp_clear`: lets go of what [`Object::traverse`] shows. Every cycle needs one type that
    /// does; CPython's tuple has none.
    fn clear(&self) {}

    /// `tp_finalize`, `__del__`: runs once in an object's life, before it is freed. Here it may
    /// hand a `Gc` of what it refers to to somebody who is alive.
    fn finalize(&self) {}
}

/// An owner of an object that the collector knows of. It is an `Rc` and counted as one.
pub struct Gc<T: Object + ?Sized>(Rc<Tracked<T>>);

/// An object of any type, with one reference that the collector holds itself.
pub(crate) type AnyObject = Rc<Tracked<dyn Object>>;

/// An object with its header before it.
pub(crate) struct Tracked<T: Object + ?Sized> {
    pub(crate) header: Header,
    value: T,
}

/// The collector's data about one object. CPython keeps it in 16 bytes before the object.
pub struct Header {
    books: Rc<Generations>,
    pub(crate) place: Cell<Position>,
    /// The copy of the reference count that a search subtracts from.
    pub(crate) copied: Cell<usize>,
    finalized: Cell<bool>,
}

impl<T: Object> Gc<T> {
    pub(crate) fn new(books: Rc<Generations>, value: T) -> Gc<T> {
        let header = Header {
            books: Rc::clone(&books),
            place: Cell::default(),
            copied: Cell::new(0),
            finalized: Cell::new(false),
        };
        let object = Rc::new(Tracked { header, value });
        let any: AnyObject = object.clone();
        books.link(0, &any);
        Gc(object)
    }
}

impl<T: Object + ?Sized> Gc<T> {
    /// For [`Object::traverse`].
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    #[cfg(test)]
    pub(crate) fn strong_count(&self) -> usize {
        Rc::strong_count(&self.0)
    }

    #[cfg(test)]
    pub(crate) fn generation(&self) -> Option<usize> {
        self.0.header.place.get().generation()
    }
}

impl<T: Object + ?Sized> Clone for Gc<T> {
    fn clone(&self) -> Gc<T> {
        Gc(Rc::clone(&self.0))
    }
}

impl<T: Object + ?Sized> Deref for Gc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: Object + ?Sized> Tracked<T> {
    pub(crate) fn traverse(&self, visit: &mut dyn FnMut(&Header)) {
        self.value.traverse(visit);
    }

    pub(crate) fn clear(&self) {
        self.value.clear();
    }

    /// Returns whether the finaliser had not run before.
    pub(crate) fn finalize_once(&self) -> bool {
        let first = !self.header.finalized.replace(true);
        if first {
            self.value.finalize();
        }
        first
    }
}

/// The last owner has gone, and the count alone frees the object, as it does everything that is on
/// no cycle. CPython lets a finaliser save even this object; in Rust only what it refers to can be
/// saved.
impl<T: Object + ?Sized> Drop for Tracked<T> {
    fn drop(&mut self) {
        self.header.books.unlink(self.header.place.get());
        self.finalize_once();
    }
}
