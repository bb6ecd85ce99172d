//! [`Trace`], which makes a type traceable, and the macro [`trace!`](crate::trace!), which
//! implements it in one line.

use crate::walk::tracer::Tracer;

/// A type whose references can be followed.
///
/// It is usually implemented by [`trace!`](crate::trace!). An implementation by hand names each
/// field that may refer to something:
///
/// ```
/// use heaplab_object_graph::{Trace, Tracer};
///
/// struct Session {
///     name: String,
///     socket: std::net::TcpListener,
/// }
///
/// impl Trace for Session {
///     fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
///         tracer.field("name", &self.name);
///         // `socket` refers to nothing on the heap.
///     }
/// }
/// ```
pub trait Trace {
    /// Passes every value inside this one to the tracer. It must not change what is traced: cells
    /// stay borrowed until the snapshot is complete.
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>);

    /// The text of this value as the key of a map, if it has one: `"ann"`, `7`. Unordered maps are
    /// traced in the order of these texts, so that ids are the same on every run.
    fn key_name(&self) -> Option<String> {
        None
    }

    /// Whether values of this type refer to nothing, so that a buffer of them need not be
    /// traversed.
    fn is_leaf() -> bool
    where
        Self: Sized,
    {
        false
    }
}

/// Implements [`Trace`] for a type in one line.
///
/// Every field is named and has a traceable type; a missing field is a compile error. `..` at the
/// end leaves out the other fields.
///
/// ```
/// use heaplab_object_graph::trace;
/// use std::rc::{Rc, Weak};
///
/// struct Node { name: String, parent: Weak<Node>, children: Vec<Rc<Node>> }
/// trace!(Node { name, parent, children });
///
/// struct Job { name: String, run: fn() -> u32 }
/// trace!(Job { name, .. });
///
/// struct Meters(f64);
/// trace!(Meters(length));
///
/// struct Pair<A, B> { left: A, right: Option<Box<B>> }
/// trace!(<A, B> Pair<A, B> { left, right });
///
/// enum Shape { Empty, Named(String), Both { left: Rc<Shape>, right: Rc<Shape> } }
/// trace!(enum Shape { Empty, Named(name), Both { left, right } });
/// ```
///
/// ```compile_fail
/// struct Node { name: String, next: Option<Box<Node>> }
/// heaplab_object_graph::trace!(Node { name }); // pattern does not mention field `next`
/// ```
///
/// Type parameters must be traceable. For lifetimes, constants and bounds of its own, implement
/// [`Trace`] by hand.
#[macro_export]
macro_rules! trace {
    ($(<$($parameter:ident),+>)? enum $name:ident $(<$($argument:ident),+>)? {
        $($variant:ident $(($($item:ident),+))? $({$($field:ident),+})?),+ $(,)?
    }) => {
        impl $(<$($parameter: $crate::Trace),+>)? $crate::Trace for $name $(<$($argument),+>)? {
            fn trace<'heaplab>(&'heaplab self, tracer: &mut $crate::Tracer<'heaplab>) {
                match self {
                    $(Self::$variant $(($($item),+))? $({$($field),+})? => {
                        $($(tracer.field(stringify!($item), $item);)+)?
                        $($(tracer.field(stringify!($field), $field);)+)?
                    })+
                }
                let _ = tracer;
            }
        }
    };
    ($(<$($parameter:ident),+>)? $name:ident $(<$($argument:ident),+>)? { $($field:ident),+ $(,)? }) => {
        $crate::trace!(@struct [$($($parameter)+)?] [$name $(<$($argument),+>)?] [$name { $($field),+ }] $($field)+);
    };
    ($(<$($parameter:ident),+>)? $name:ident $(<$($argument:ident),+>)? { $($field:ident,)* .. }) => {
        $crate::trace!(@struct [$($($parameter)+)?] [$name $(<$($argument),+>)?] [$name { $($field,)* .. }] $($field)*);
    };
    ($(<$($parameter:ident),+>)? $name:ident $(<$($argument:ident),+>)? ( $($field:ident),+ $(,)? )) => {
        $crate::trace!(@struct [$($($parameter)+)?] [$name $(<$($argument),+>)?] [$name ( $($field),+ )] $($field)+);
    };
    ($name:ident) => {
        $crate::trace!(@struct [] [$name] [$name]);
    };
    (@struct [$($parameter:ident)*] [$($type:tt)+] [$($pattern:tt)+] $($field:ident)*) => {
        impl<$($parameter: $crate::Trace),*> $crate::Trace for $($type)+ {
            fn trace<'heaplab>(&'heaplab self, tracer: &mut $crate::Tracer<'heaplab>) {
                let $($pattern)+ = self;
                $(tracer.field(stringify!($field), $field);)*
                let _ = tracer;
            }
        }
    };
}
