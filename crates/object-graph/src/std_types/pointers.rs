//! Traces pointers: `Box` owns, `Rc` and `Arc` count, their `Weak` counts without keeping alive, a
//! borrow owns nothing.

use crate::Trace;
use crate::node::Strength;
use crate::walk::block::Block;
use crate::walk::tracer::{Content, CountedBlock, Tracer};
use std::alloc::Layout;
use std::any::type_name;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::{rc, sync};

impl<T: Trace + ?Sized> Trace for Box<T> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        // SAFETY: the value is alone in a `Box`.
        let block = unsafe { Block::for_box::<T>(self) };
        tracer.add_owned::<Box<T>>(block, Some(self));
    }

    fn key_name(&self) -> Option<String> {
        (**self).key_name()
    }
}

impl<T: Trace + ?Sized> Content for Box<T> {
    fn contents<'a>(&'a self, tracer: &mut Tracer<'a>) {
        (**self).trace(tracer);
    }
}

impl<T: Trace> Trace for Pin<Box<T>> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        // SAFETY: as for a `Box`.
        let block = unsafe { Block::for_box::<T>(self) };
        tracer.add_owned::<Pin<Box<T>>>(block, Some(self));
    }
}

impl<T: Trace> Content for Pin<Box<T>> {
    fn contents<'a>(&'a self, tracer: &mut Tracer<'a>) {
        (**self).trace(tracer);
    }
}

/// A borrow owns nothing. What it refers to is traced from its owner.
impl<T: ?Sized> Trace for &T {
    fn trace<'a>(&'a self, _: &mut Tracer<'a>) {}

    fn is_leaf() -> bool {
        true
    }
}

/// `Weak::new()` has this address instead of a block.
const NOWHERE: usize = usize::MAX;

/// The block of a counted value; `None` if there is none.
///
/// # Safety
/// `value` is what an `Rc`, an `Arc` or a `Weak` points at, and the block is not freed. The value
/// may have been dropped.
pub(crate) unsafe fn counted_block<T: ?Sized>(value: *const T) -> Option<Block> {
    let start = NonNull::new(value.cast_mut())?.cast::<u8>();
    if start.addr().get() == NOWHERE {
        return None;
    }
    // SAFETY: the block exists, and `ManuallyDrop` may hold a dropped value; only its size is read.
    let layout = Layout::for_value(unsafe { &*(value as *const ManuallyDrop<T>) });
    // SAFETY: the caller guarantees it.
    unsafe { Block::for_counted(start, layout) }
}

macro_rules! counted {
    ($module:ident :: $strong:ident) => {
        impl<T: Trace + ?Sized> Trace for $module::$strong<T> {
            fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
                // SAFETY: this pointer keeps the block alive.
                let Some(block) = (unsafe { counted_block($module::$strong::as_ptr(self)) }) else { return };
                let counted = CountedBlock {
                    block,
                    type_name: type_name::<$module::$strong<T>>(),
                    strong: $module::$strong::strong_count(self),
                    weak: Some($module::$strong::weak_count(self)),
                };
                tracer.add_counted(counted, Strength::Strong, |_| Some(self));
            }

            fn key_name(&self) -> Option<String> {
                (**self).key_name()
            }
        }

        impl<T: Trace + ?Sized> Content for $module::$strong<T> {
            fn contents<'a>(&'a self, tracer: &mut Tracer<'a>) {
                (**self).trace(tracer);
            }
        }

        impl<T: Trace + ?Sized> Trace for $module::Weak<T> {
            fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
                // SAFETY: this pointer keeps the block, if not the value.
                let Some(block) = (unsafe { counted_block(self.as_ptr()) }) else { return };
                // Read before the upgrade, which would add one.
                let strong = self.strong_count();
                // SAFETY: as above.
                let weak = if strong > 0 { Some(self.weak_count()) } else { unsafe { block.weak_count() } };
                let type_name = type_name::<$module::$strong<T>>();
                tracer.add_counted(
                    CountedBlock { block, type_name, strong, weak },
                    Strength::Weak,
                    |tracer| {
                        let kept: &'a $module::$strong<T> = tracer.hold(Box::new(self.upgrade()?));
                        Some(kept)
                    },
                );
            }
        }
    };
}

counted!(rc::Rc);
counted!(sync::Arc);
