//! Ctrl-C and SIGTERM set a mark that the runner looks at between two samples: it ends the child, takes its temporary folder
//! away and leaves by the ordinary way out.

use crate::exit::ExitReason;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// Begins to listen. Without it a signal ends the process at once, as usual.
pub fn install_handlers() -> std::io::Result<()> {
    let mark = SIGNAL.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_usize(signal, Arc::clone(mark), signal.unsigned_abs() as usize)?;
    }
    Ok(())
}

/// `Err` once a signal has come.
pub fn check() -> Result<(), ExitReason> {
    match SIGNAL.get().map_or(0, |mark| mark.load(Ordering::Relaxed)) {
        0 => Ok(()),
        signal => Err(ExitReason::Interrupted(i32::try_from(signal).unwrap_or(SIGINT))),
    }
}

/// The signal that has come since the last question, if any; after this [`check`] knows nothing of it.
pub fn take_signal() -> Option<i32> {
    match SIGNAL.get().map_or(0, |mark| mark.swap(0, Ordering::Relaxed)) {
        0 => None,
        signal => Some(i32::try_from(signal).unwrap_or(SIGINT)),
    }
}
