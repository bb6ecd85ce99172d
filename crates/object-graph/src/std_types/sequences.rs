//! Traces arrays and tuples, which lie in their owner, and vectors and strings, which have a
//! buffer.

use crate::Trace;
use crate::label::Label;
use crate::walk::block::Block;
use crate::walk::tracer::{Content, Tracer};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, LinkedList, VecDeque};
use std::path::PathBuf;

/// Traces items by their indices, unless their type cannot refer to anything.
fn trace_items<'a, T: Trace + 'a>(items: impl Iterator<Item = &'a T>, tracer: &mut Tracer<'a>) {
    if !T::is_leaf() {
        items.enumerate().for_each(|(index, item)| tracer.trace_at(Label::Index(index), item));
    }
}

fn content_unless_leaf<T: Trace>(content: &dyn Content) -> Option<&dyn Content> {
    (!T::is_leaf()).then_some(content)
}

impl<T: Trace> Trace for [T] {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        trace_items(self.iter(), tracer);
    }
}

impl<T: Trace, const N: usize> Trace for [T; N] {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        trace_items(self.iter(), tracer);
    }

    fn is_leaf() -> bool {
        T::is_leaf()
    }
}

macro_rules! contents {
    ($($sequence:ident),+) => {
        $(impl<T: Trace> Content for $sequence<T> {
            fn contents<'a>(&'a self, tracer: &mut Tracer<'a>) {
                trace_items(self.iter(), tracer);
            }
        })+
    };
}

contents!(Vec, BinaryHeap, VecDeque, LinkedList);

impl<T: Trace> Trace for Vec<T> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        // SAFETY: a vector's buffer starts at its first item.
        let block = unsafe { Block::for_buffer(self.as_ptr(), self.capacity()) };
        tracer.add_owned::<Vec<T>>(block, content_unless_leaf::<T>(self));
    }
}

impl<T: Trace> Trace for BinaryHeap<T> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        // SAFETY: a heap is stored in a vector.
        let block = unsafe { Block::for_buffer(self.as_slice().as_ptr(), self.capacity()) };
        tracer.add_owned::<BinaryHeap<T>>(block, content_unless_leaf::<T>(self));
    }
}

/// The start of the ring buffer is known only if it is wrapped; otherwise the block has no
/// allocation site.
impl<T: Trace> Trace for VecDeque<T> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        let block = match self.as_slices() {
            // SAFETY: what follows the wrap starts where the buffer does.
            (_, wrapped @ [_, ..]) => unsafe { Block::for_buffer(wrapped.as_ptr(), self.capacity()) },
            _ => Block::from_size(self.capacity().saturating_mul(size_of::<T>())),
        };
        tracer.add_owned::<VecDeque<T>>(block, content_unless_leaf::<T>(self));
    }
}

/// Each item is in a block of its own, with two links.
impl<T: Trace> Trace for LinkedList<T> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        let bytes = self.len().saturating_mul(size_of::<(usize, usize, T)>());
        tracer.add_owned::<LinkedList<T>>(
            Block::for_many(bytes, self.len(), true),
            content_unless_leaf::<T>(self),
        );
    }
}

impl Trace for String {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        // SAFETY: a string's buffer starts at its first byte.
        let block = unsafe { Block::for_buffer(self.as_ptr(), self.capacity()) };
        tracer.add_owned::<String>(block, None);
    }

    fn key_name(&self) -> Option<String> {
        self.as_str().key_name()
    }
}

impl Trace for PathBuf {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        // The start of the system's string is not available on every platform.
        tracer.add_owned::<PathBuf>(Block::from_size(self.capacity()), None);
    }

    fn key_name(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

impl<T: Trace> Trace for Option<T> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        if let Some(value) = self {
            value.trace(tracer);
        }
    }

    fn is_leaf() -> bool {
        T::is_leaf()
    }
}

impl<T: Trace, E: Trace> Trace for Result<T, E> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        match self {
            Ok(value) => value.trace(tracer),
            Err(error) => error.trace(tracer),
        }
    }

    fn is_leaf() -> bool {
        T::is_leaf() && E::is_leaf()
    }
}

impl<T: Trace> Trace for Reverse<T> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        self.0.trace(tracer);
    }

    fn is_leaf() -> bool {
        T::is_leaf()
    }
}

macro_rules! tuples {
    ($($item:ident $name:literal $index:tt),+) => {
        impl<$($item: Trace),+> Trace for ($($item,)+) {
            fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
                $(tracer.field($name, &self.$index);)+
            }

            fn key_name(&self) -> Option<String> {
                let names = [$(self.$index.key_name()?),+];
                Some(format!("({})", names.join(", ")))
            }

            fn is_leaf() -> bool {
                $($item::is_leaf())&&+
            }
        }
    };
}

tuples!(A "0" 0);
tuples!(A "0" 0, B "1" 1);
tuples!(A "0" 0, B "1" 1, C "2" 2);
tuples!(A "0" 0, B "1" 1, C "2" 2, D "3" 3);
tuples!(A "0" 0, B "1" 1, C "2" 2, D "3" 3, E "4" 4);
tuples!(A "0" 0, B "1" 1, C "2" 2, D "3" 3, E "4" 4, F "5" 5);
