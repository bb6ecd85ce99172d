//! Ctrl-C, SIGTERM and SIGHUP set a flag that long loops poll. They then end their child, remove
//! their temporary folder and return an error.

use crate::exit::ExitReason;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Installs the handlers. Without them a signal ends the process at once.
pub fn install_handlers() -> std::io::Result<()> {
    let mark = SIGNAL.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_usize(signal, Arc::clone(mark), signal.unsigned_abs() as usize)?;
    }
    Ok(())
}

/// Returns an error once a signal has arrived.
pub fn check() -> Result<(), ExitReason> {
    match SIGNAL.get().map_or(0, |mark| mark.load(Ordering::Relaxed)) {
        0 => Ok(()),
        signal => Err(ExitReason::Interrupted(i32::try_from(signal).unwrap_or(SIGINT))),
    }
}

/// The signal that has arrived since the last call, if any. Clears the flag that [`check`] reads.
pub fn take_signal() -> Option<i32> {
    match SIGNAL.get().map_or(0, |mark| mark.swap(0, Ordering::Relaxed)) {
        0 => None,
        signal => Some(i32::try_from(signal).unwrap_or(SIGINT)),
    }
}
