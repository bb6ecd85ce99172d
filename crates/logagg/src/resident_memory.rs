//! What the kernel says of this process's memory. `VmHWM` is the most that was ever resident, pages of mapped files included; pages
//! that the kernel caches on behalf of `read` and `pread` belong to nobody and are in no figure.

/// Resident memory in bytes; None where the kernel does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ResidentMemory {
    /// The most that was ever resident.
    pub peak_bytes: u64,
    /// What is resident now.
    pub now_bytes: u64,
    /// Of that, pages of files: the program itself and what it maps. Processes of one program share them.
    pub file_bytes: u64,
}

/// Of this process, now.
pub fn read_resident_memory() -> Option<ResidentMemory> {
    parse_status(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Of this process and those that it has started, now, in bytes; the program's pages, which all share, once.
pub fn read_tree_resident_bytes() -> Option<u64> {
    let own = read_resident_memory()?.now_bytes;
    let list = format!("/proc/self/task/{}/children", std::process::id());
    let children = std::fs::read_to_string(list).unwrap_or_default();
    let of_child = |process| parse_status(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?);
    let theirs =
        children.split(' ').filter_map(of_child).map(|it| it.now_bytes.saturating_sub(it.file_bytes));
    Some(own + theirs.sum::<u64>())
}

fn parse_status(status: &str) -> Option<ResidentMemory> {
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim_start_matches(':').trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    };
    Some(ResidentMemory {
        peak_bytes: field("VmHWM")?,
        now_bytes: field("VmRSS")?,
        file_bytes: field("RssFile")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_status_file() {
        let status =
            "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nRssAnon:\t 1 kB\nRssFile:\t    512 kB\n";
        let expected = ResidentMemory { peak_bytes: 2 << 20, now_bytes: 1 << 20, file_bytes: 512 << 10 };
        assert_eq!(parse_status(status), Some(expected));
        assert_eq!(parse_status("VmHWM: 1 kB\n"), None);
    }
}
