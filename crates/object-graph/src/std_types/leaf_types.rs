//! Types that refer to nothing on the heap.

use crate::Trace;
use crate::walk::tracer::Tracer;
use std::any::Any;
use std::cell::Cell;
use std::marker::PhantomData;
use std::{num, ops, sync::atomic, time};

macro_rules! leaves {
    (keys: $($leaf:ty),+ $(,)?) => {
        $(impl Trace for $leaf {
            fn trace<'a>(&'a self, _: &mut Tracer<'a>) {}

            fn key_name(&self) -> Option<String> {
                Some(format!("{self:?}"))
            }

            fn is_leaf() -> bool {
                true
            }
        })+
    };
    ($($leaf:ty),+ $(,)?) => {
        $(impl Trace for $leaf {
            fn trace<'a>(&'a self, _: &mut Tracer<'a>) {}

            fn is_leaf() -> bool {
                true
            }
        })+
    };
}

leaves!(keys: (), bool, char, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64);
leaves!(keys: std::net::IpAddr, std::net::Ipv4Addr, std::net::Ipv6Addr, std::net::SocketAddr, time::Duration);
leaves!(keys: num::NonZeroU32, num::NonZeroU64, num::NonZeroUsize);
leaves!(time::Instant, time::SystemTime, ops::RangeFull, std::thread::ThreadId);
leaves!(atomic::AtomicBool, atomic::AtomicU8, atomic::AtomicU16, atomic::AtomicU32, atomic::AtomicU64);
leaves!(atomic::AtomicUsize, atomic::AtomicI32, atomic::AtomicI64, atomic::AtomicIsize);

impl Trace for str {
    fn trace<'a>(&'a self, _: &mut Tracer<'a>) {}

    fn key_name(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

impl<T: ?Sized> Trace for PhantomData<T> {
    fn trace<'a>(&'a self, _: &mut Tracer<'a>) {}

    fn is_leaf() -> bool {
        true
    }
}

/// A cell's value may change behind a shared reference, so it cannot be followed. `Copy` values own
/// nothing anyway.
impl<T: Copy> Trace for Cell<T> {
    fn trace<'a>(&'a self, _: &mut Tracer<'a>) {}

    fn is_leaf() -> bool {
        true
    }
}

macro_rules! functions {
    ($($parameter:ident),*) => {
        impl<Output, $($parameter),*> Trace for fn($($parameter),*) -> Output {
            fn trace<'a>(&'a self, _: &mut Tracer<'a>) {}

            fn is_leaf() -> bool {
                true
            }
        }

        functions!(dyn Fn($($parameter),*));
        functions!(dyn FnMut($($parameter),*));
        functions!(dyn FnOnce($($parameter),*));
    };
    (dyn $kind:ident($($parameter:ident),*)) => {
        /// What a closure has captured cannot be seen, so the object is marked as opaque.
        impl<Output, $($parameter),*> Trace for dyn $kind($($parameter),*) -> Output {
            fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
                tracer.mark_hidden();
            }
        }
    };
}

functions!();
functions!(A);
functions!(A, B);

impl Trace for dyn Any {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        tracer.mark_hidden();
    }
}
