//! seccomp filters for each [`WorkKind`].
//!
//! Where several filters apply, the strictest answer counts. A filter cannot see the flags of
//! `clone3`, which are passed by address; it fails with ENOSYS, and every C library falls back to
//! `clone`, whose flags are a number.

use crate::WorkKind;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

/// The descriptor under which a program of [`WorkKind::Run`] is opened and executed. It lies above
/// the limit of open files, so once it is closed no descriptor can get this number again and
/// `execveat` cannot be used.
pub(crate) const PROGRAM_DESCRIPTOR: i32 = 200;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

pub(crate) fn is_supported() -> bool {
    target_arch().is_ok()
}

/// The filters, in the order in which they are installed.
pub(crate) fn build_filters(work: WorkKind) -> Result<Vec<BpfProgram>, BackendError> {
    let errno = |number: i32| SeccompAction::Errno(number.unsigned_abs());
    let no_clone3 = filter_rejecting(match_any_arguments(&[libc::SYS_clone3]), errno(libc::ENOSYS))?;
    Ok(match work {
        WorkKind::Compile => {
            vec![filter_rejecting(match_any_arguments(&compiler_calls::refused_calls()), errno(libc::EPERM))?]
        }
        WorkKind::Run => {
            let rest =
                compile_filter(program_calls::allowed_calls()?, errno(libc::EPERM), SeccompAction::Allow)?;
            vec![
                no_clone3,
                filter_rejecting(program_calls::killing_calls()?, SeccompAction::KillProcess)?,
                rest,
            ]
        }
    })
}

fn filter_rejecting(rules: Rules, with: SeccompAction) -> Result<BpfProgram, BackendError> {
    compile_filter(rules, SeccompAction::Allow, with)
}

fn compile_filter(
    rules: Rules,
    otherwise: SeccompAction,
    on_match: SeccompAction,
) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(rules, otherwise, on_match, target_arch()?)?.try_into()
}

fn target_arch() -> Result<TargetArch, BackendError> {
    std::env::consts::ARCH.try_into()
}

/// Rules for calls with any arguments.
fn match_any_arguments(calls: &[i64]) -> Rules {
    calls.iter().map(|&call| (call, Vec::new())).collect()
}

/// A rule for calls with this value of an argument.
fn match_argument(argument: u8, is: SeccompCmpOp, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is, value)?])
}

/// Compilers are not hostile, but their input is. Nothing that was handed in is executed during
/// compilation.
mod compiler_calls {
    pub(super) fn refused_calls() -> Vec<i64> {
        vec![
            libc::SYS_socket,
            libc::SYS_connect,
            libc::SYS_bind,
            libc::SYS_listen,
            libc::SYS_accept,
            libc::SYS_accept4,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_pidfd_getfd,
            libc::SYS_io_uring_setup,
            libc::SYS_io_uring_enter,
            libc::SYS_io_uring_register,
            libc::SYS_userfaultfd,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_memfd_create,
            libc::SYS_memfd_secret,
            libc::SYS_mount,
            libc::SYS_umount2,
            libc::SYS_pivot_root,
            libc::SYS_chroot,
            libc::SYS_move_mount,
            libc::SYS_open_tree,
            libc::SYS_fsopen,
            libc::SYS_fsmount,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_keyctl,
            libc::SYS_add_key,
            libc::SYS_request_key,
            libc::SYS_init_module,
            libc::SYS_finit_module,
            libc::SYS_delete_module,
            libc::SYS_kexec_load,
            libc::SYS_reboot,
            libc::SYS_swapon,
            libc::SYS_swapoff,
            libc::SYS_open_by_handle_at,
            libc::SYS_name_to_handle_at,
            libc::SYS_mknodat,
            libc::SYS_settimeofday,
            libc::SYS_clock_settime,
            libc::SYS_sethostname,
            libc::SYS_acct,
            libc::SYS_quotactl,
            libc::SYS_shmget,
            libc::SYS_msgget,
            libc::SYS_semget,
            // A process outside its group would survive the group's end.
            libc::SYS_setsid,
            libc::SYS_setpgid,
        ]
    }
}

/// Calls that a computing program needs. It is a list of what is allowed, so that calls of newer
/// kernels are not.
mod program_calls {
    use super::{BackendError, PROGRAM_DESCRIPTOR, Rules, SeccompCmpOp, match_any_arguments, match_argument};

    /// Allowed whatever their arguments are, on every processor.
    const FREE_CALLS: [libc::c_long; 53] = [
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_readv,
        libc::SYS_writev,
        libc::SYS_pread64,
        libc::SYS_close,
        libc::SYS_lseek,
        libc::SYS_fstat,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_openat,
        libc::SYS_faccessat,
        libc::SYS_readlinkat,
        libc::SYS_getcwd,
        libc::SYS_fcntl,
        libc::SYS_ppoll,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_set_tid_address,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_clock_getres,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_gettimeofday,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_getppid,
        libc::SYS_getuid,
        libc::SYS_geteuid,
        libc::SYS_getgid,
        libc::SYS_getegid,
        libc::SYS_uname,
        libc::SYS_sysinfo,
        // A panic that aborts. landlock prevents signals to other processes.
        libc::SYS_tgkill,
    ];

    /// Older calls that x86-64 still has.
    #[cfg(target_arch = "x86_64")]
    const OLD_CALLS: [libc::c_long; 8] = [
        libc::SYS_arch_prctl,
        libc::SYS_open,
        libc::SYS_stat,
        libc::SYS_lstat,
        libc::SYS_access,
        libc::SYS_readlink,
        libc::SYS_poll,
        libc::SYS_time,
    ];

    pub(super) fn allowed_calls() -> Result<Rules, BackendError> {
        let mut rules = match_any_arguments(&FREE_CALLS);
        #[cfg(target_arch = "x86_64")]
        rules.extend(match_any_arguments(&OLD_CALLS));
        // Limits may be read; threads and mappings may be named.
        rules.insert(libc::SYS_prlimit64, vec![match_argument(2, SeccompCmpOp::Eq, 0)?]);
        let named = [15, 16, 0x5356_4d41].into_iter().map(|what| match_argument(0, SeccompCmpOp::Eq, what));
        rules.insert(libc::SYS_prctl, named.collect::<Result<_, _>>()?);
        rules.insert(
            libc::SYS_execveat,
            vec![match_argument(0, SeccompCmpOp::Eq, PROGRAM_DESCRIPTOR.unsigned_abs().into())?],
        );
        // Another filter kills on these; this one must not refuse them first.
        rules.extend(match_any_arguments(&process_calls()));
        Ok(rules)
    }

    /// Calls that start a process or open a pipe to one.
    pub(super) fn killing_calls() -> Result<Rules, BackendError> {
        let mut rules = match_any_arguments(&process_calls());
        let thread = u64::try_from(libc::CLONE_THREAD).unwrap_or(0);
        rules.insert(libc::SYS_clone, vec![match_argument(0, SeccompCmpOp::MaskedEq(thread), 0)?]);
        rules.insert(
            libc::SYS_execveat,
            vec![match_argument(0, SeccompCmpOp::Ne, PROGRAM_DESCRIPTOR.unsigned_abs().into())?],
        );
        Ok(rules)
    }

    fn process_calls() -> Vec<i64> {
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut, reason = "only x86_64 has the old calls"))]
        let mut calls = vec![libc::SYS_execve, libc::SYS_pipe2];
        #[cfg(target_arch = "x86_64")]
        calls.extend([libc::SYS_fork, libc::SYS_vfork, libc::SYS_pipe]);
        calls
    }
}
