//! Handles SIGBUS, which a file raises that is truncated while it is mapped or that its disk cannot
//! read. The handler prints a message, removes the unfinished file and ends the process. It belongs
//! to the tool, since the library reads by `pread` by default.

use std::sync::atomic::{AtomicBool, Ordering};

use heaplab_logagg::error::{Error, Result};
use heaplab_logagg::input::report_mapped_window;

static REPORTED: AtomicBool = AtomicBool::new(false);

pub(crate) fn install_handler() -> Result<()> {
    // std's own handler for stack overflows would run first and restore the default for a signal it
    // does not know. A second thread that touches the file at that moment would be killed before
    // the message is printed.
    // SAFETY: nothing is mapped yet that could raise SIGBUS, and the default action has no
    // preconditions.
    unsafe { libc::signal(libc::SIGBUS, libc::SIG_DFL) };
    // SAFETY: the handler waits for no lock and allocates nothing; it writes to a descriptor,
    // removes a file and ends the process, all of which a signal handler may do.
    unsafe { signal_hook::low_level::register(signal_hook::consts::SIGBUS, handle_sigbus) }
        .map(|_| ())
        .map_err(|source| Error::Output { name: "a handler for SIGBUS".into(), source })
}

fn handle_sigbus() {
    // Two threads may fail at once: the first one prints the message, the others wait for the end.
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
    super::remove_unfinished_if_free();
    signal_hook::low_level::exit(1);
}

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
