//! SIGINT and SIGTERM: what is unfinished is removed before the process ends. Temporary files of tables have no name, so the system
//! takes them back by itself.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::Mutex;

use heaplab_logagg::error::Error;
use signal_hook::consts::{SIGINT, SIGTERM};

static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// From here on a signal ends the process by way of a thread that waits for it: a read that blocks does not hold it up.
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

/// For a signal handler: removes it unless another thread is about to. Takes no memory for a path of usual length.
pub(crate) fn remove_unfinished_if_free() {
    if let Ok(unfinished) = UNFINISHED.try_lock()
        && let Some(path) = unfinished.as_ref()
    {
        let _ = rustix::fs::unlink(path);
    }
}

/// What a signal removes from now on.
pub(crate) fn set_unfinished(path: Option<&Path>) {
    if let Ok(mut unfinished) = UNFINISHED.lock() {
        *unfinished = path.map(Path::to_owned);
    }
}
