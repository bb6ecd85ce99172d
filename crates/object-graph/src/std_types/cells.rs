//! Values with interior mutability. A cell or lock in use is reported; the tracer never waits for
//! it.

use crate::Trace;
use crate::node::OpaqueReason;
use crate::walk::tracer::Tracer;
use std::cell::{OnceCell, RefCell};
use std::sync::{Mutex, OnceLock, RwLock, TryLockError};

impl<T: Trace + ?Sized> Trace for RefCell<T> {
    fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
        match self.try_borrow() {
            Ok(guard) => tracer.hold(guard).trace(tracer),
            Err(_) => tracer.mark_opaque(OpaqueReason::Borrowed),
        }
    }
}

/// A poisoned lock can still be traced.
macro_rules! lock {
    ($lock:ident, $try_lock:ident) => {
        impl<T: Trace + ?Sized> Trace for $lock<T> {
            fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
                match self.$try_lock() {
                    Ok(guard) => tracer.hold(guard).trace(tracer),
                    Err(TryLockError::Poisoned(poisoned)) => tracer.hold(poisoned.into_inner()).trace(tracer),
                    Err(TryLockError::WouldBlock) => tracer.mark_opaque(OpaqueReason::Locked),
                }
            }
        }
    };
}

lock!(Mutex, try_lock);
lock!(RwLock, try_read);

macro_rules! once {
    ($once:ident) => {
        impl<T: Trace> Trace for $once<T> {
            fn trace<'a>(&'a self, tracer: &mut Tracer<'a>) {
                if let Some(value) = self.get() {
                    value.trace(tracer);
                }
            }

            fn is_leaf() -> bool {
                T::is_leaf()
            }
        }
    };
}

once!(OnceCell);
once!(OnceLock);
