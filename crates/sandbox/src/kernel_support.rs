//! Reports which sandbox features the kernel supports (landlock, seccomp).

/// The features that [`crate::enter`] can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelSupport {
    /// landlock restricts access to files.
    pub landlock: bool,
    /// seccomp restricts system calls and can kill the process.
    pub seccomp: bool,
}

impl KernelSupport {
    /// Names of the features in effect, as verdict.json lists them.
    pub fn supported(self) -> Vec<&'static str> {
        let mut names = vec!["rlimits", "no_new_privs", "clean_environment", "watched_memory"];
        names.extend(self.landlock.then_some("landlock"));
        names.extend(self.seccomp.then_some("seccomp"));
        names
    }

    /// Names of the features that the kernel lacks.
    pub fn missing(self) -> Vec<&'static str> {
        let mut names = Vec::new();
        names.extend((!self.landlock).then_some("landlock"));
        names.extend((!self.seccomp).then_some("seccomp"));
        names
    }
}

/// Asks the kernel.
#[cfg(target_os = "linux")]
pub fn detect_kernel_support() -> KernelSupport {
    let actions = std::fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail").unwrap_or_default();
    KernelSupport {
        landlock: crate::landlock_rules::is_supported(),
        seccomp: crate::syscall_filters::is_supported()
            && actions.split_whitespace().any(|action| action == "kill_process"),
    }
}

/// Other systems have neither.
#[cfg(not(target_os = "linux"))]
pub fn detect_kernel_support() -> KernelSupport {
    KernelSupport { landlock: false, seccomp: false }
}
