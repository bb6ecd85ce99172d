//! Limits the current process and executes the program in it. The process must have one thread:
//! seccomp and landlock apply to the calling thread.

use crate::{Limits, WorkKind, landlock_rules, syscall_filters};
use rustix::fs::{Mode, OFlags};
use rustix::io::FdFlags;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::convert::Infallible;
use std::ffi::{CString, OsString};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// The kernel lacks a feature, and `lenient` is not set.
    #[error("this kernel has no {0}, and --allow-unfenced was not given")]
    Lacking(&'static str),
    /// The kernel refused to apply a limit.
    #[error("the kernel refused {what}: {why}")]
    Refused {
        /// The limit.
        what: &'static str,
        /// The kernel's error.
        why: String,
    },
    /// The program could not be executed.
    #[error("cannot start {program}: {error}")]
    Start {
        /// The program's path.
        program: String,
        /// The system's error.
        error: std::io::Error,
    },
}

/// Applies all limits, then executes `program` with these arguments and this process's environment.
///
/// # Errors
/// Returns only on failure. The process may be limited already by then and should end.
pub fn enter(limits: &Limits, program: &Path, arguments: &[OsString]) -> Result<Infallible, EnterError> {
    let refused = |what, why: &dyn std::fmt::Display| EnterError::Refused { what, why: why.to_string() };
    let start = |error: std::io::Error| EnterError::Start { program: program.display().to_string(), error };
    rustix::thread::set_no_new_privs(true).map_err(|error| refused("no_new_privs", &error))?;
    if limits.work == WorkKind::Run {
        // Huge pages make up to 2 MiB more per mapping resident than is used. A kernel without them
        // refuses this call, which is fine.
        let _ = rustix::thread::disable_transparent_huge_pages(true);
    }
    system::pass_descriptors(&limits.inherit).map_err(start)?;
    system::isolate_network();
    let words = argument_list(program, arguments).map_err(start)?;
    let descriptor = open_program(program).map_err(start)?;
    apply_rlimits(limits).map_err(|error| refused("rlimits", &error))?;
    if !landlock_rules::restrict_files(limits).map_err(|error| refused("landlock", &error))?
        && !limits.lenient
    {
        return Err(EnterError::Lacking("landlock"));
    }
    for filter in syscall_filters::build_filters(limits.work).map_err(|error| refused("seccomp", &error))? {
        match seccompiler::apply_filter(&filter) {
            Ok(()) => {}
            Err(_) if limits.lenient => break,
            Err(error) => return Err(refused("seccomp", &error)),
        }
    }
    Err(start(match limits.work {
        WorkKind::Run => system::exec_descriptor(&descriptor, &words),
        WorkKind::Compile => system::exec_path(&words),
    }))
}

fn argument_list(program: &Path, arguments: &[OsString]) -> std::io::Result<Vec<CString>> {
    let all = std::iter::once(program.as_os_str()).chain(arguments.iter().map(OsString::as_os_str));
    Ok(all.map(|word| CString::new(word.as_bytes())).collect::<Result<_, _>>()?)
}

/// Opens the program under a fixed descriptor, which is closed when it starts.
fn open_program(program: &Path) -> std::io::Result<OwnedFd> {
    let found = rustix::fs::open(program, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let moved = rustix::io::fcntl_dupfd_cloexec(&found, syscall_filters::PROGRAM_DESCRIPTOR)?;
    if moved.as_raw_fd() != syscall_filters::PROGRAM_DESCRIPTOR {
        return Err(std::io::Error::other("its descriptor's number is taken"));
    }
    rustix::io::fcntl_setfd(&moved, FdFlags::CLOEXEC)?;
    Ok(moved)
}

/// Sets the soft and the hard limit, so that the program cannot raise them again.
fn apply_rlimits(limits: &Limits) -> rustix::io::Result<()> {
    let caps = [
        (Resource::Cpu, limits.cpu_seconds),
        (Resource::Fsize, limits.file_bytes),
        (Resource::Nofile, limits.open_files.min(syscall_filters::PROGRAM_DESCRIPTOR.unsigned_abs().into())),
        (Resource::Core, 0),
        (Resource::Stack, limits.stack_bytes),
        (Resource::Memlock, 0),
        (Resource::Msgqueue, 0),
    ];
    for (resource, most) in caps {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// System calls without a safe wrapper.
mod system {
    use std::ffi::CString;
    use std::os::fd::{AsRawFd as _, OwnedFd};

    /// Moves these descriptors to 3, 4, … and marks all others to be closed.
    pub(super) fn pass_descriptors(descriptors: &[i32]) -> std::io::Result<()> {
        // They are moved out of the way first, so that none is overwritten.
        const ASIDE: i32 = 100;
        let first = 3 + i32::try_from(descriptors.len()).map_err(std::io::Error::other)?;
        let checked =
            |result: i32| if result < 0 { Err(std::io::Error::last_os_error()) } else { Ok(result) };
        // SAFETY: this process only starts the program: nobody else uses the descriptors that are
        // overwritten, and marking one has no effect before the start. Kernels before 5.11 lack
        // `close_range`; Rust marks its own descriptors.
        unsafe {
            let aside =
                descriptors.iter().map(|&given| checked(libc::fcntl(given, libc::F_DUPFD_CLOEXEC, ASIDE)));
            for (aside, number) in aside.collect::<std::io::Result<Vec<i32>>>()?.into_iter().zip(3..) {
                checked(libc::dup2(aside, number))?;
            }
            libc::syscall(libc::SYS_close_range, first, i32::MAX, libc::CLOSE_RANGE_CLOEXEC);
        }
        Ok(())
    }

    /// Moves to an empty network namespace where this user may. seccomp refuses sockets anyway.
    pub(super) fn isolate_network() {
        // SAFETY: the process has one thread, and it leaves only network and System V names behind,
        // no memory.
        unsafe {
            if libc::unshare(libc::CLONE_NEWNET | libc::CLONE_NEWIPC) != 0 {
                libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET | libc::CLONE_NEWIPC);
            }
        }
    }

    pub(super) fn exec_descriptor(program: &OwnedFd, words: &[CString]) -> std::io::Error {
        let arguments = pointers(words);
        // SAFETY: the strings and the empty path end in NUL, the list of arguments in a null
        // pointer, and all live until the call returns. `environ` is the C library's, and with one
        // thread nobody changes it.
        unsafe {
            libc::syscall(
                libc::SYS_execveat,
                program.as_raw_fd(),
                c"".as_ptr(),
                arguments.as_ptr(),
                environ,
                libc::AT_EMPTY_PATH,
            );
        }
        std::io::Error::last_os_error()
    }

    pub(super) fn exec_path(words: &[CString]) -> std::io::Error {
        let arguments = pointers(words);
        let Some(program) = words.first() else { return std::io::ErrorKind::InvalidInput.into() };
        // SAFETY: as above.
        unsafe { libc::execv(program.as_ptr(), arguments.as_ptr()) };
        std::io::Error::last_os_error()
    }

    fn pointers(words: &[CString]) -> Vec<*const libc::c_char> {
        words.iter().map(|word| word.as_ptr()).chain([std::ptr::null()]).collect()
    }

    unsafe extern "C" {
        static environ: *const *const libc::c_char;
    }
}
