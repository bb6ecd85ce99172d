//! Which walls the kernel has.

/// What [`crate::enter`] can rely on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Available {
    /// Files are kept from it by landlock.
    pub landlock: bool,
    /// System calls are kept from it by seccomp, which can also kill.
    pub seccomp: bool,
}

impl Available {
    /// The walls that stand, by name.
    pub fn present(self) -> Vec<&'static str> {
        let mut names = vec!["rlimits", "no_new_privs", "clean_environment", "watched_memory"];
        names.extend(self.landlock.then_some("landlock"));
        names.extend(self.seccomp.then_some("seccomp"));
        names
    }

    /// The walls that this kernel has not, by name.
    pub fn lacking(self) -> Vec<&'static str> {
        let mut names = Vec::new();
        names.extend((!self.landlock).then_some("landlock"));
        names.extend((!self.seccomp).then_some("seccomp"));
        names
    }
}

/// Asks the kernel.
#[cfg(target_os = "linux")]
pub fn available() -> Available {
    let actions = std::fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail").unwrap_or_default();
    Available {
        landlock: crate::view::is_there(),
        seccomp: crate::calls::is_supported()
            && actions.split_whitespace().any(|action| action == "kill_process"),
    }
}

/// Not on this system.
#[cfg(not(target_os = "linux"))]
pub fn available() -> Available {
    Available { landlock: false, seccomp: false }
}
