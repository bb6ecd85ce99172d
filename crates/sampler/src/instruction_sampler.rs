//! Records which instruction runs at each signal of the processor-time clock. pprof counts its
//! samples by function and keeps the line of the first of each; for lines, the addresses themselves
//! are needed.

use std::ffi::{c_int, c_void};
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// More samples than this, four seconds of them, are dropped.
const MAX_SAMPLES: usize = 4_096;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
static PLACES: [AtomicUsize; MAX_SAMPLES] = [const { AtomicUsize::new(0) }; MAX_SAMPLES];
/// Timer and handler belong to the process, so one run at a time uses them.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Does the work while the processor-time clock ticks `frequency` times a second; gives the
/// addresses that ran at its ticks.
///
/// # Errors
/// When the system refuses the timer or the handler.
pub(super) fn sample_addresses(frequency: u32, work: impl FnOnce()) -> io::Result<Vec<usize>> {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    TAKEN.store(0, Ordering::Relaxed);
    let before = install_handler()?;
    let ticking = set_timer(1_000_000 / i64::from(frequency.max(1)));
    if ticking.is_ok() {
        work();
    }
    set_timer(0)?;
    restore_handler(&before)?;
    ticking?;
    let taken = TAKEN.load(Ordering::Relaxed).min(MAX_SAMPLES);
    Ok(PLACES[..taken].iter().map(|place| place.load(Ordering::Relaxed)).collect())
}

/// Writes twice to static memory, which a signal handler may do.
extern "C" fn on_tick(_signal: c_int, _info: *mut libc::siginfo_t, context: *mut c_void) {
    let at = TAKEN.fetch_add(1, Ordering::Relaxed);
    if let Some(place) = PLACES.get(at) {
        place.store(interrupted_address(context), Ordering::Relaxed);
    }
}

#[cfg(target_arch = "x86_64")]
fn interrupted_address(context: *mut c_void) -> usize {
    let context = context.cast::<libc::ucontext_t>();
    // SAFETY: the kernel hands a handler with SA_SIGINFO a whole ucontext_t, which lives until the
    // handler returns.
    unsafe { (*context).uc_mcontext.gregs[libc::REG_RIP as usize] as usize }
}

#[cfg(target_arch = "aarch64")]
fn interrupted_address(context: *mut c_void) -> usize {
    let context = context.cast::<libc::ucontext_t>();
    // SAFETY: as above.
    unsafe { (*context).uc_mcontext.pc as usize }
}

fn install_handler() -> io::Result<libc::sigaction> {
    // SAFETY: a sigaction is plain data, and all zeros is one: the default action without flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_tick;
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
    exchange_handler(&action)
}

fn restore_handler(before: &libc::sigaction) -> io::Result<()> {
    exchange_handler(before).map(drop)
}

fn exchange_handler(action: &libc::sigaction) -> io::Result<libc::sigaction> {
    // SAFETY: as in `handle`.
    let mut before: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: both point to whole sigactions; the handler does only what a handler may.
    let done = unsafe { libc::sigaction(libc::SIGPROF, action, &raw mut before) };
    if done == 0 { Ok(before) } else { Err(io::Error::last_os_error()) }
}

fn set_timer(every_us: i64) -> io::Result<()> {
    let every = libc::timeval { tv_sec: 0, tv_usec: every_us };
    let timer = libc::itimerval { it_interval: every, it_value: every };
    // SAFETY: the new timer is whole, and nobody asks for the old one.
    let done = unsafe { libc::setitimer(libc::ITIMER_PROF, &raw const timer, std::ptr::null_mut()) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
