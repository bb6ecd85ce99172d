//! Handles SIGINT and SIGTERM: removes the unfinished output before the process ends. (Spill files
//! have no name and need no removal.)

pub(crate) mod sigbus;

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::Mutex;

use heaplab_logagg::error::Error;
use signal_hook::consts::{SIGINT, SIGTERM};

static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Installs the handlers. A thread waits for the signal, so a blocking read elsewhere does not
/// delay it.
pub(crate) fn install_handlers() {
    let Ok((mut wakes, end)) = UnixStream::pair() else { return };
    for signal in [SIGINT, SIGTERM] {
        let registered = end.try_clone().and_then(|end| signal_hook::low_level::pipe::register(signal, end));
        if registered.is_err() {
            return;
        }
    }
    std::thread::spawn(move || {
        if wakes.read_exact(&mut [0]).is_ok() {
            if let Ok(unfinished) = UNFINISHED.lock()
                && let Some(path) = unfinished.as_ref()
            {
                let _ = std::fs::remove_file(path);
            }
            eprintln!("logagg: {}", Error::Stopped);
            exit(i32::from(Error::Stopped.exit_code()));
        }
    });
}

/// For a signal handler: removes the file unless another thread is doing so. Allocates nothing for
/// a path of usual length.
pub(crate) fn remove_unfinished_if_free() {
    if let Ok(unfinished) = UNFINISHED.try_lock()
        && let Some(path) = unfinished.as_ref()
    {
        let _ = rustix::fs::unlink(path);
    }
}

/// Sets the file that a signal has to remove.
pub(crate) fn set_unfinished(path: Option<&Path>) {
    if let Ok(mut unfinished) = UNFINISHED.lock() {
        *unfinished = path.map(Path::to_owned);
    }
}
