//! A file that is cut while it is mapped, or that its disk cannot read, raises SIGBUS. The handler ends the process with a message
//! instead, and removes what a signal removes. It belongs to the tool: the library reads by `pread` unless told otherwise.

use std::sync::atomic::{AtomicBool, Ordering};

use heaplab_logagg::error::{Error, Result};
use heaplab_logagg::input::report_mapped_window;

use crate::stop_signals;

static REPORTED: AtomicBool = AtomicBool::new(false);

/// From here on.
pub(crate) fn install_handler() -> Result<()> {
    // std's own handler, which looks for overflown stacks, would be called before ours and put the default back for a signal that it does
    // not know: a second thread that touches the file at that moment would be killed before the message is out.
    // SAFETY: nothing is mapped yet that could raise it, and the default has no preconditions.
    unsafe { libc::signal(libc::SIGBUS, libc::SIG_DFL) };
    // SAFETY: the handler takes no lock that it would wait for and no memory; it writes to a descriptor, removes a file and ends the
    // process, which a signal handler may.
    unsafe { signal_hook::low_level::register(signal_hook::consts::SIGBUS, handle_sigbus) }
        .map(|_| ())
        .map_err(|source| Error::Output { name: "a handler for SIGBUS".into(), source })
}

fn handle_sigbus() {
    // Two threads may come at once: the first speaks, the others wait for its end.
    if REPORTED.swap(true, Ordering::Relaxed) {
        loop {
            std::hint::spin_loop();
        }
    }
    let say = |bytes: &[u8]| {
        let _ = rustix::io::write(rustix::stdio::stderr(), bytes);
    };
    report_mapped_window(&mut |name, at| {
        say(b"logagg: ");
        say(name.as_bytes());
        say(b": near byte ");
        say(format_digits(at, &mut [0; 20]));
        say(b": truncated or not readable while it was mapped. Count it again, or use --input pread\n");
    });
    stop_signals::remove_unfinished_if_free();
    signal_hook::low_level::exit(1);
}

/// A number as text, without an allocation.
fn format_digits(mut number: u64, room: &mut [u8; 20]) -> &[u8] {
    let mut at = room.len();
    loop {
        at -= 1;
        room[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 || at == 0 {
            return &room[at..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for number in [0, 7, 10, 65_536, u64::MAX] {
            assert_eq!(format_digits(number, &mut [0; 20]), number.to_string().as_bytes());
        }
    }
}
