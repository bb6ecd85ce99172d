//! What is collected: [`Gc`], an `Rc` whose object has a header for the collector, and [`Object`], what a type tells.

use super::generations::{Generations, Position};
use std::cell::Cell;
use std::ops::Deref;
use std::rc::Rc;

/// CPython's three slots of a type that can be part of a cycle.
pub(crate) trait Object: 'static {
    /// `tp_traverse`: shows the header of every object that this one owns a [`Gc`] of, once for each `Gc`.
    fn traverse(&self, visit: &mut dyn FnMut(&Header));

    /// `tp_clear`: lets go of what [`Object::traverse`] shows. Every cycle needs one type that does; CPython's tuple has none.
    fn clear(&self) {}

    /// `tp_finalize`, `__del__`: runs once in an object's life, before it is freed. Here it may hand a `Gc` of what it refers to
    /// to somebody who is alive.
    fn finalize(&self) {}
}

/// An owner of an object that the collector knows of. Counted as an `Rc` is: it is one.
pub(crate) struct Gc<T: Object + ?Sized>(Rc<Tracked<T>>);

/// Any object, with one reference of the collector's own.
pub(super) type AnyObject = Rc<Tracked<dyn Object>>;

/// The object behind its header.
pub(super) struct Tracked<T: Object + ?Sized> {
    pub(super) header: Header,
    value: T,
}

/// What the collector writes down about one object. CPython keeps it in 16 bytes before the object.
pub(crate) struct Header {
    books: Rc<Generations>,
    pub(super) place: Cell<Position>,
    /// The copy of the reference count that a search subtracts from.
    pub(super) copied: Cell<usize>,
    finalized: Cell<bool>,
}

impl<T: Object> Gc<T> {
    pub(super) fn new(books: Rc<Generations>, value: T) -> Gc<T> {
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
    pub(crate) fn header(&self) -> &Header {
        &self.0.header
    }

    /// How many own it.
    #[cfg(test)]
    pub(crate) fn strong_count(&self) -> usize {
        Rc::strong_count(&self.0)
    }

    /// Its generation.
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
    pub(super) fn traverse(&self, visit: &mut dyn FnMut(&Header)) {
        self.value.traverse(visit);
    }

    pub(super) fn clear(&self) {
        self.value.clear();
    }

    /// Whether it had to run.
    pub(super) fn finalize_once(&self) -> bool {
        let first = !self.header.finalized.replace(true);
        if first {
            self.value.finalize();
        }
        first
    }
}

/// The last owner has gone: the count alone frees it, as it does everything that is on no cycle. CPython lets a finaliser save
/// even this object; in Rust it is past saving, and only what it refers to can be handed on.
impl<T: Object + ?Sized> Drop for Tracked<T> {
    fn drop(&mut self) {
        self.header.books.unlink(self.header.place.get());
        self.finalize_once();
    }
}
