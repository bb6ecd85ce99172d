//! How much memory and disk there is. Linux tells it; elsewhere nothing is known and nothing is refused.

use std::path::Path;

/// Installed memory in bytes.
pub(crate) fn installed_bytes() -> Option<u64> {
    meminfo().map(|(total, _)| total)
}

/// What a new process can take without driving the machine into swap: what the kernel says is available, or less where
/// a control group (a container, a CI job) allows less.
pub(crate) fn available_bytes() -> Option<u64> {
    let (_, available) = meminfo()?;
    Some(group_headroom().map_or(available, |headroom| available.min(headroom)))
}

/// Free bytes for this user on the file system of `folder`.
pub(crate) fn free_disk_bytes(folder: &Path) -> Option<u64> {
    let status = rustix::fs::statvfs(folder).ok()?;
    Some(status.f_bavail.saturating_mul(status.f_frsize))
}

#[cfg(target_os = "linux")]
fn meminfo() -> Option<(u64, u64)> {
    use procfs::Current as _;
    let meminfo = procfs::Meminfo::current().ok()?;
    Some((meminfo.mem_total, meminfo.mem_available?))
}

#[cfg(not(target_os = "linux"))]
fn meminfo() -> Option<(u64, u64)> {
    None
}

/// The tightest limit of our control group and those above it, less what they use now; file pages that the kernel could
/// take back count as used, which errs on the safe side.
#[cfg(target_os = "linux")]
fn group_headroom() -> Option<u64> {
    let membership = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let of_version_2 = membership.lines().find_map(|line| line.strip_prefix("0::"))?;
    let root = Path::new("/sys/fs/cgroup");
    let mut group = root.join(of_version_2.trim_start_matches('/'));
    let mut tightest = None;
    loop {
        let number = |name: &str| std::fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
        if let (Some(limit), Some(used)) = (number("memory.max"), number("memory.current")) {
            let headroom = limit.saturating_sub(used);
            tightest = Some(tightest.map_or(headroom, |known: u64| known.min(headroom)));
        }
        if group == root || !group.pop() {
            return tightest;
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn group_headroom() -> Option<u64> {
    None
}
