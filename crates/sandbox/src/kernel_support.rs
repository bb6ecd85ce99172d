//! Which walls the kernel has.

/// What [`crate::enter`] can rely on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelSupport {
    /// Files are kept from it by landlock.
    pub landlock: bool,
    /// System calls are kept from it by seccomp, which can also kill.
    pub seccomp: bool,
}

impl KernelSupport {
    /// The walls that stand, by name.
    pub fn supported(self) -> Vec<&'static str> {
        let mut names = vec!["rlimits", "no_new_privs", "clean_environment", "watched_memory"];
        names.extend(self.landlock.then_some("landlock"));
        names.extend(self.seccomp.then_some("seccomp"));
        names
    }

    /// The walls that this kernel has not, by name.
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

/// Not on this system.
#[cfg(not(target_os = "linux"))]
pub fn detect_kernel_support() -> KernelSupport {
    KernelSupport { landlock: false, seccomp: false }
}
