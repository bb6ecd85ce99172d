//! Resident memory of a process or a process group, read from the kernel. The program cannot
//! influence it.

/// The figures of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ResidentMemory {
    /// RssAnon plus RssShmem.
    pub(super) memory_bytes: u64,
    /// RssFile: pages of files, such as the program itself.
    pub(super) file_bytes: u64,
    /// VmHWM: the highest resident memory of all kinds together, which the kernel keeps.
    pub(super) highest_bytes: u64,
    pub(super) threads: u64,
}

/// `None` for a process that has ended or is ending.
pub(super) fn read_process(process: u32) -> Option<ResidentMemory> {
    parse(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

fn parse(status: &str) -> Option<ResidentMemory> {
    let figure = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let kib = |key| Some(figure(key)? << 10);
    Some(ResidentMemory {
        memory_bytes: kib("RssAnon")? + kib("RssShmem")?,
        file_bytes: kib("RssFile")?,
        highest_bytes: kib("VmHWM")?,
        threads: figure("Threads")?,
    })
}

/// The sum over a process group.
pub(super) fn read_group(group: u32) -> ResidentMemory {
    group_members(group).filter_map(read_process).fold(ResidentMemory::default(), |sum, one| ResidentMemory {
        memory_bytes: sum.memory_bytes + one.memory_bytes,
        threads: sum.threads + one.threads,
        ..sum
    })
}

/// Whether a process group has no process left but zombies. A process that was killed with much
/// memory takes a while to end.
pub(super) fn is_group_gone(group: u32) -> bool {
    group_members(group).next().is_none()
}

fn group_members(group: u32) -> impl Iterator<Item = u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(move |entry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        (group_of(&stat)? == group).then_some(process)
    })
}

/// The process group in a line of /proc/PID/stat; absent for a zombie. The second field, the name,
/// is in parentheses and may contain anything.
fn group_of(stat: &str) -> Option<u32> {
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_whitespace();
    let state = fields.next()?;
    fields.nth(1)?.parse().ok().filter(|_| !matches!(state, "Z" | "X"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_in_bytes() {
        let status = "Name:\tx\nVmHWM:\t    40 kB\nVmRSS:\t 36 kB\nRssAnon:\t 8 kB\nRssFile:\t 24 kB\nRssShmem:\t 4 kB\nThreads:\t3\n";
        let expected = ResidentMemory {
            memory_bytes: 12 << 10,
            file_bytes: 24 << 10,
            highest_bytes: 40 << 10,
            threads: 3,
        };
        assert_eq!(parse(status), Some(expected));
        assert_eq!(parse("Name:\tzombie\nThreads:\t1\n"), None);
    }

    #[test]
    fn a_group_is_read_behind_any_name() {
        assert_eq!(group_of("7 (a) Z 1) R 1 42 42 0"), Some(42));
        assert_eq!(group_of("7 (a) Z 1 42 42 0"), None);
    }

    #[test]
    fn this_process_is_there_and_in_its_group() {
        let own = read_process(std::process::id()).unwrap();
        assert!(own.memory_bytes > 0 && own.threads >= 1 && own.highest_bytes >= own.memory_bytes);
        let group = rustix::process::getpgrp().as_raw_nonzero().get().unsigned_abs();
        assert!(read_group(group).threads >= own.threads && !is_group_gone(group));
    }
}
