//! `--input mmap` only: a file that is cut while it is mapped raises SIGBUS. The handler ends the process with a message instead.

use std::sync::OnceLock;

use heaplab_logagg::error::{Error, Result};
use heaplab_logagg::input::mapped_at;

/// Made beforehand: a handler may not allocate.
static MESSAGE: OnceLock<String> = OnceLock::new();

/// Names the inputs in the message; which of them it was, the handler cannot know.
pub(crate) fn install(inputs: &[String]) -> Result<()> {
    let message =
        format!("logagg: {}: truncated while it was mapped (--input mmap), near byte ", inputs.join(" or "));
    if MESSAGE.set(message).is_err() {
        return Ok(());
    }
    // SAFETY: the handler only writes to a descriptor and ends the process, which a signal handler may.
    unsafe { signal_hook::low_level::register(signal_hook::consts::SIGBUS, handler) }
        .map(|_| ())
        .map_err(|source| Error::Output { name: "a handler for SIGBUS".into(), source })
}

fn handler() {
    let stderr = rustix::stdio::stderr();
    let mut digits = [b'\n'; 21];
    let mut at = 20;
    let mut offset = mapped_at();
    loop {
        at -= 1;
        digits[at] = b'0' + (offset % 10) as u8;
        offset /= 10;
        if offset == 0 || at == 0 {
            break;
        }
    }
    let _ = rustix::io::write(stderr, MESSAGE.get().map_or(&[], |message| message.as_bytes()));
    let _ = rustix::io::write(stderr, &digits[at..]);
    signal_hook::low_level::exit(1);
}
