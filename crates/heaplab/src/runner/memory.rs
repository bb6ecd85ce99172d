//! How much memory and disk space is free. Only Linux says so; elsewhere nothing is known and
//! nothing is refused.

use std::path::Path;

/// With less available memory the next page may come from swap.
const MIN_AVAILABLE_BYTES: u64 = 192 << 20;

/// The memory of this machine.
pub fn installed_bytes() -> Option<u64> {
    read_meminfo().map(|(total, _)| total)
}

/// What a new process can take without swapping: the kernel's figure, or less where a control group
/// (a container, a CI job) has a limit.
pub fn available_bytes() -> Option<u64> {
    let (_, available) = read_meminfo()?;
    Some(group_headroom().map_or(available, |headroom| available.min(headroom)))
}

/// Whether the next page that a process takes may come from swap.
pub fn is_scarce() -> bool {
    available_bytes().is_some_and(|available| available < MIN_AVAILABLE_BYTES)
}

/// Free bytes for this user on the file system of `folder`.
pub fn free_disk_bytes(folder: &Path) -> Option<u64> {
    let status = rustix::fs::statvfs(folder).ok()?;
    Some(status.f_bavail.saturating_mul(status.f_frsize))
}

#[cfg(target_os = "linux")]
fn read_meminfo() -> Option<(u64, u64)> {
    use procfs::Current as _;
    let meminfo = procfs::Meminfo::current().ok()?;
    Some((meminfo.mem_total, meminfo.mem_available?))
}

#[cfg(not(target_os = "linux"))]
fn read_meminfo() -> Option<(u64, u64)> {
    None
}

/// The tightest limit of this process's control group and those above it, minus what they use.
/// Pages of files do not count as used, because the kernel takes them back: a log of 10 GB that was
/// read once would fill any group for good. Version 2 has one tree of groups, version 1 one for
/// memory alone.
#[cfg(target_os = "linux")]
fn group_headroom() -> Option<u64> {
    let membership = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let headrooms = membership.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (number, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
        let group = group.trim_start_matches('/');
        if number == "0" {
            lowest_headroom(Path::new("/sys/fs/cgroup"), group, "memory.max", "memory.current")
        } else if controllers.split(',').any(|controller| controller == "memory") {
            let root = Path::new("/sys/fs/cgroup/memory");
            lowest_headroom(root, group, "memory.limit_in_bytes", "memory.usage_in_bytes")
        } else {
            None
        }
    });
    headrooms.min()
}

/// The lowest of all groups up to the root. A group without a limit is skipped.
#[cfg(target_os = "linux")]
fn lowest_headroom(root: &Path, group: &str, limit: &str, used: &str) -> Option<u64> {
    let mut folder = root.join(group);
    let mut tightest: Option<u64> = None;
    loop {
        let number = |name: &str| std::fs::read_to_string(folder.join(name)).ok()?.trim().parse::<u64>().ok();
        if let (Some(limit), Some(used)) = (number(limit), number(used)) {
            let headroom = limit.saturating_sub(used.saturating_sub(file_page_bytes(&folder)));
            tightest = Some(tightest.map_or(headroom, |known| known.min(headroom)));
        }
        if folder == root || !folder.pop() {
            return tightest;
        }
    }
}

/// The bytes of a group's cached files. Version 1 names those of the groups below differently.
#[cfg(target_os = "linux")]
fn file_page_bytes(group: &Path) -> u64 {
    let text = std::fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
    let fields: Vec<(&str, u64)> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, bytes)| Some((name, bytes.trim().parse().ok()?)))
        .collect();
    let of = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|&(_, bytes)| bytes);
    let either = |name: &str| of(&format!("total_{name}")).or_else(|| of(name)).unwrap_or(0);
    either("active_file") + either("inactive_file")
}

#[cfg(not(target_os = "linux"))]
fn group_headroom() -> Option<u64> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_group_on_the_way_up_counts() {
        let home = tempfile::tempdir().unwrap();
        let inner = home.path().join("outer/inner");
        std::fs::create_dir_all(&inner).unwrap();
        let write = |folder: &Path, limit: &str, used: &str| {
            std::fs::write(folder.join("memory.max"), limit).unwrap();
            std::fs::write(folder.join("memory.current"), used).unwrap();
        };
        write(&inner, "max\n", "5\n");
        write(&home.path().join("outer"), "1000\n", "400\n");
        let headroom = || lowest_headroom(home.path(), "outer/inner", "memory.max", "memory.current");
        assert_eq!(headroom(), Some(600));
        write(&inner, "500\n", "450\n");
        assert_eq!(headroom(), Some(50));
        assert_eq!(lowest_headroom(home.path(), "", "memory.max", "memory.current"), None);
        let stat = |text: &str| std::fs::write(inner.join("memory.stat"), text).unwrap();
        stat("anon 100\nactive_file 120\ninactive_file 30\nshmem 9\n");
        assert_eq!(headroom(), Some(200), "a log that was read is no memory that is gone");
        stat("active_file 1\ninactive_file 1\ntotal_active_file 90\ntotal_inactive_file 10\n");
        assert_eq!(headroom(), Some(150));
    }
}
