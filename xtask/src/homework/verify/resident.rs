//! What the kernel counts as resident of a process and of a group of them, read from outside: the program has no say in it.

use std::path::Path;

/// One look at a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Resident {
    /// RssAnon and RssShmem: memory, whatever the allocator says.
    pub(super) memory_bytes: u64,
    /// Pages of files: the program itself.
    pub(super) file_bytes: u64,
    /// The most that was resident at once, of all kinds together; the kernel keeps it, no sample misses it.
    pub(super) highest_bytes: u64,
    pub(super) threads: u64,
}

/// `None` for a process that has ended, or is ending.
pub(super) fn of(process: u32) -> Option<Resident> {
    parse(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

fn parse(status: &str) -> Option<Resident> {
    let figure = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let kib = |key| Some(figure(key)? << 10);
    Some(Resident {
        memory_bytes: kib("RssAnon")? + kib("RssShmem")?,
        file_bytes: kib("RssFile")?,
        highest_bytes: kib("VmHWM")?,
        threads: figure("Threads")?,
    })
}

/// All processes of a process group together; 0 threads when none is left.
pub(super) fn of_group(group: u32) -> Resident {
    let mut sum = Resident::default();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if group_of(&entry.path()) != Some(group) {
            continue;
        }
        if let Some(one) = of(process) {
            sum.memory_bytes += one.memory_bytes;
            sum.threads += one.threads;
        }
    }
    sum
}

/// The fifth field; the second, the name, is in parentheses and may hold anything.
fn group_of(process: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, after) = stat.rsplit_once(')')?;
    after.split_whitespace().nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_in_bytes() {
        let status = "Name:\tx\nVmHWM:\t    40 kB\nVmRSS:\t 36 kB\nRssAnon:\t 8 kB\nRssFile:\t 24 kB\nRssShmem:\t 4 kB\nThreads:\t3\n";
        let expected =
            Resident { memory_bytes: 12 << 10, file_bytes: 24 << 10, highest_bytes: 40 << 10, threads: 3 };
        assert_eq!(parse(status), Some(expected));
        assert_eq!(parse("Name:\tzombie\nThreads:\t1\n"), None);
    }

    #[test]
    fn this_process_is_there_and_in_its_group() {
        let own = of(std::process::id()).unwrap();
        assert!(own.memory_bytes > 0 && own.threads >= 1 && own.highest_bytes >= own.memory_bytes);
        let group = rustix::process::getpgrp().as_raw_nonzero().get().unsigned_abs();
        assert!(of_group(group).threads >= own.threads);
    }
}
