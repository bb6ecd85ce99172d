//! Handlers for the signals that end a program, and for SIGUSR1. A handler may do very little: it
//! notes the signal and wakes the writer thread.

use super::{is_this_process, writer};
use libc::c_int;
use std::mem::MaybeUninit;
use std::ptr;

const HANDLED_SIGNALS: [c_int; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGUSR1];

/// Installs the handler for signals that have the default handler, and for no others.
pub(super) fn install() {
    for signal in HANDLED_SIGNALS {
        if current_handler(signal) != Some(libc::SIG_DFL) {
            continue;
        }
        // A handler that was installed between the query and this call stays.
        if let Some(earlier) =
            replace_action(signal, our_action()).filter(|earlier| earlier.sa_sigaction != libc::SIG_DFL)
        {
            replace_action(signal, earlier);
        }
    }
}

/// Restores the default wherever our handler is still installed. May be called in a forked child.
pub(super) fn restore_defaults() {
    for signal in HANDLED_SIGNALS {
        if is_ours(signal) {
            set_default(signal);
        }
    }
}

/// Whether our handler is still installed. If the program's handler calls ours, the installed one
/// is the program's.
pub(super) fn is_ours(signal: c_int) -> bool {
    current_handler(signal) == Some(on_signal as extern "C" fn(c_int) as *const () as usize)
}

/// Ends the process as the signal would have ended it.
pub(super) fn end_by_signal(signal: c_int) -> ! {
    set_default(signal);
    let mut this_one = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the set is initialised by the first call. `_exit` is for process 1 of a container,
    // which no default action ends.
    unsafe {
        libc::sigemptyset(this_one.as_mut_ptr());
        libc::sigaddset(this_one.as_mut_ptr(), signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, this_one.as_ptr(), ptr::null_mut());
        libc::raise(signal);
        libc::_exit(128 + signal)
    }
}

/// Runs `work` with all signals of this thread blocked. A thread that is started meanwhile inherits
/// this.
pub(super) fn with_signals_blocked<R>(work: impl FnOnce() -> R) -> R {
    let (mut all, mut before) = (MaybeUninit::<libc::sigset_t>::uninit(), MaybeUninit::uninit());
    // SAFETY: the set is initialised by the first call, the one before by the second.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
    }
    let done = work();
    // SAFETY: initialised above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut()) };
    done
}

extern "C" fn on_signal(signal: c_int) {
    // SAFETY: every thread has an errno of its own.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above. The interrupted code must find its errno unchanged.
    let before = unsafe { errno.read() };
    if is_this_process() {
        writer::wake(signal);
    } else {
        // This is a child of which no fork handler was told: it has no writer thread.
        set_default(signal);
        // SAFETY: allowed in a handler; the signal is delivered when the handler has returned.
        unsafe { libc::raise(signal) };
    }
    // SAFETY: as above.
    unsafe { errno.write(before) };
}

fn our_action() -> libc::sigaction {
    let mut action = action_with_handler(on_signal as extern "C" fn(c_int) as *const () as usize);
    // Interrupted system calls are restarted, and a thread whose stack is full uses its alternate
    // stack.
    action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
    action
}

fn set_default(signal: c_int) {
    replace_action(signal, action_with_handler(libc::SIG_DFL));
}

fn action_with_handler(handler: usize) -> libc::sigaction {
    // SAFETY: all zeros are a valid sigaction: the default, no flags, nothing blocked.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = handler;
    action
}

fn replace_action(signal: c_int, new: libc::sigaction) -> Option<libc::sigaction> {
    let mut old = MaybeUninit::uninit();
    // SAFETY: both are valid; the old one is initialised where the call succeeds.
    unsafe { (libc::sigaction(signal, &new, old.as_mut_ptr()) == 0).then(|| old.assume_init()) }
}

fn current_handler(signal: c_int) -> Option<usize> {
    let mut now = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: only asked; initialised where the call succeeds.
    unsafe {
        (libc::sigaction(signal, ptr::null(), now.as_mut_ptr()) == 0).then(|| now.assume_init().sa_sigaction)
    }
}
