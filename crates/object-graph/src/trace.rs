//! [`Trace`]: what a type must say of itself, and [`trace!`](crate::trace!), which says it in one line.

use crate::tracer::Tracer;

/// A type that can be looked through.
///
/// Almost always written by [`trace!`](crate::trace!). By hand it names each field that may refer to something:
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
///         // `socket` refers to nothing that we could look into.
///     }
/// }
/// ```
pub trait Trace {
    /// Shows every value that lies in this one to the tracer. Must not change what is traced: cells stay borrowed until the
    /// snapshot is taken.
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>);

    /// How this value is written as the key of a map, where it can be: `"ann"`, `7`. Maps without an order of their own are
    /// walked in the order of these names, so that ids are the same on every run.
    fn key_name(&self) -> Option<String> {
        None
    }

    /// Whether no value of this type refers to anything: a buffer of such values is not walked.
    fn is_leaf() -> bool
    where
        Self: Sized,
    {
        false
    }
}

/// Makes a type traceable, in one line.
///
/// Every field is named, and has a traceable type; a field that is missing is an error of the compiler's. `..` at the end says
/// that the others refer to nothing, or that what they refer to is not to be seen.
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
/// Type parameters must be traceable. Lifetimes, constants and bounds of a type's own are not supported: write [`Trace`] by
/// hand.
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
