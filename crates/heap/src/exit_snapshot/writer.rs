//! The thread that writes recordings when a signal arrives or a snapshot is due. It is never
//! recorded, receives no signals, and sleeps in the kernel until it is woken.

use super::{IS_ENDING, REQUEST, signals, write_final, write_on_demand, write_snapshot};
use crate::recorder;
use libc::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering::*};
use std::time::{Duration, Instant};

const STACK_BYTES: usize = 1 << 20;

/// One bit per signal that has arrived.
static PENDING_SIGNALS: AtomicU32 = AtomicU32::new(0);

/// Starts the thread and returns whether that succeeded. `std::thread` cannot be used: it allocates
/// in the new thread before our code runs there.
pub(super) fn start() -> bool {
    let (mut attributes, mut thread) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    signals::with_signals_blocked(|| {
        // SAFETY: the attributes are initialised by the first call, and `run_writer` is a thread
        // function that ignores its argument.
        unsafe {
            if libc::pthread_attr_init(attributes.as_mut_ptr()) != 0 {
                return false;
            }
            libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), STACK_BYTES);
            libc::pthread_attr_setdetachstate(attributes.as_mut_ptr(), libc::PTHREAD_CREATE_DETACHED);
            let started =
                libc::pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), run_writer, ptr::null_mut())
                    == 0;
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            started
        }
    })
}

/// Notes the signal and wakes the thread. May be called in a signal handler.
pub(super) fn wake(signal: c_int) {
    PENDING_SIGNALS.fetch_or(signal_bit(signal), AcqRel);
    // SAFETY: wakes the thread that sleeps on this word; the word lives as long as the process.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            PENDING_SIGNALS.as_ptr(),
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            1,
        )
    };
}

extern "C" fn run_writer(_: *mut c_void) -> *mut c_void {
    // SAFETY: the name is NUL-terminated. It identifies the thread in a list of the program's
    // threads.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"heaplab".as_ptr()) };
    recorder::untracked(|| {
        let every = REQUEST.get().and_then(|order| order.every);
        let mut due = every.map(|every| Instant::now() + every);
        loop {
            let came = PENDING_SIGNALS.swap(0, AcqRel);
            if came & signal_bit(libc::SIGUSR1) != 0 {
                write_on_demand();
            }
            for signal in [libc::SIGINT, libc::SIGTERM] {
                if came & signal_bit(signal) != 0 {
                    end_process(signal);
                }
            }
            if let (Some(every), Some(at)) = (every, due)
                && at <= Instant::now()
            {
                write_snapshot();
                due = Some(Instant::now() + every);
            }
            sleep_until(due);
        }
    })
}

/// Writes the last recording and ends the process. If the program has installed a handler of its
/// own, which calls ours, then the program decides what happens next, and only a snapshot is
/// written.
fn end_process(signal: c_int) {
    if !signals::is_ours(signal) {
        write_snapshot();
        return;
    }
    IS_ENDING.store(true, Release);
    write_final();
    if signals::is_ours(signal) {
        signals::end_by_signal(signal);
    }
    IS_ENDING.store(false, Release);
}

/// Sleeps until a signal arrives or a snapshot is due.
fn sleep_until(due: Option<Instant>) {
    let left = due.map(|due| due.saturating_duration_since(Instant::now()));
    let left = left.map(|left: Duration| libc::timespec {
        tv_sec: libc::time_t::try_from(left.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: left.subsec_nanos().into(),
    });
    let left = left.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: sleeps while the word is 0; the word and the time outlive the call.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            PENDING_SIGNALS.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            0,
            left,
        )
    };
}

/// The bit of a signal. Signal numbers begin at 1, and the handled ones are below 32.
fn signal_bit(signal: c_int) -> u32 {
    1u32.checked_shl(signal.unsigned_abs()).unwrap_or(0)
}
