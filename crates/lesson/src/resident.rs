//! The kernel's figures on resident memory of this process. Only Linux has them; elsewhere nothing
//! is measured.

/// Figures of `/proc/self/status`, in bytes; `None` if the system does not tell.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ResidentMemory {
    /// `VmHWM`: the kernel's own peak, including file pages.
    pub(crate) peak_bytes: Option<u64>,
    /// `VmRSS`.
    pub(crate) now_bytes: Option<u64>,
    /// `RssAnon`.
    pub(crate) anon_bytes: Option<u64>,
    /// `RssFile` plus `RssShmem`.
    pub(crate) file_bytes: Option<u64>,
    /// `RssShmem`.
    pub(crate) shmem_bytes: Option<u64>,
}

#[cfg(target_os = "linux")]
pub(crate) fn read_resident() -> ResidentMemory {
    let Ok(status) = procfs::process::Process::myself().and_then(|me| me.status()) else {
        return ResidentMemory::default();
    };
    let bytes = |kibibytes: Option<u64>| kibibytes.map(|kib| kib * 1024);
    ResidentMemory {
        peak_bytes: bytes(status.vmhwm),
        now_bytes: bytes(status.vmrss),
        anon_bytes: bytes(status.rssanon),
        file_bytes: bytes(status.rssfile.zip(status.rssshmem).map(|(file, shared)| file + shared)),
        shmem_bytes: bytes(status.rssshmem),
    }
}

/// The load address of this program: the address of the file's first byte in memory.
#[cfg(target_os = "linux")]
pub(crate) fn load_address() -> Option<u64> {
    use procfs::process::MMapPath;
    let me = procfs::process::Process::myself().ok()?;
    let program = me.exe().ok()?;
    let maps = me.maps().ok()?;
    let of_program = |path: &MMapPath| matches!(path, MMapPath::Path(path) if *path == program);
    maps.iter().find(|map| map.offset == 0 && of_program(&map.pathname)).map(|map| map.address.0)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn read_resident() -> ResidentMemory {
    ResidentMemory::default()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn load_address() -> Option<u64> {
    None
}
