//! Reads resident memory as the kernel reports it. `VmHWM` is the peak, pages of mapped files
//! included. Pages that the kernel caches for `read` and `pread` belong to no process and are not
//! counted.

/// Resident memory in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ResidentMemory {
    /// The peak.
    pub peak_bytes: u64,
    /// The current value.
    pub now_bytes: u64,
    /// The part of the current value that is pages of files (the program and what it maps), which
    /// processes of one program share.
    pub file_bytes: u64,
}

/// Resident memory of this process; `None` where the kernel does not report it.
pub fn read_resident_memory() -> Option<ResidentMemory> {
    parse_status(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Resident memory of this process and its children in bytes, with the program's shared pages
/// counted once.
pub fn read_tree_resident_bytes() -> Option<u64> {
    let own = read_resident_memory()?.now_bytes;
    let list = format!("/proc/self/task/{}/children", std::process::id());
    let children = std::fs::read_to_string(list).unwrap_or_default();
    let of_child = |process| parse_status(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?);
    let theirs =
        children.split(' ').filter_map(of_child).map(|it| it.now_bytes.saturating_sub(it.file_bytes));
    Some(own + theirs.sum::<u64>())
}

/// The peak of this process's own memory, without pages of files and memory shared with other
/// processes; 0 where the kernel does not report it.
pub fn read_private_peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name| parse_field(&status, name).unwrap_or(0);
    field("VmHWM").saturating_sub(field("RssFile") + field("RssShmem"))
}

fn parse_status(status: &str) -> Option<ResidentMemory> {
    let field = |name| parse_field(status, name);
    Some(ResidentMemory {
        peak_bytes: field("VmHWM")?,
        now_bytes: field("VmRSS")?,
        file_bytes: field("RssFile")?,
    })
}

fn parse_field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim_start_matches(':').trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
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
