//! How much anonymous memory was resident in the processes of a program while they ran.
//!
//! A program with an allocator of its own (Go, Java, a linked jemalloc) takes memory that the recorder
//! does not see. The kernel counts it: `RssAnon` in `/proc/PID/status` has all memory that is no
//! file's, wherever it comes from. The kernel keeps no maximum of it, so it is looked at from time to
//! time; a process that ends before the first time has no figure.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// PERF: a look takes some 50 µs per process, of which a large build has dozens.
const INTERVAL: Duration = Duration::from_millis(50);

/// The most that was seen, by process id.
#[derive(Debug, Default)]
pub struct ResidentSamples {
    most_bytes: HashMap<u32, u64>,
    last: Option<Instant>,
}

impl ResidentSamples {
    /// Looks at the processes that have a recording in one of these folders, unless that was done
    /// just now.
    pub(crate) fn sample(&mut self, folders: &[PathBuf]) {
        if self.last.is_some_and(|last| last.elapsed() < INTERVAL) {
            return;
        }
        for process in folders.iter().flat_map(|folder| list_processes(folder)) {
            if let Some(bytes) = read_anonymous_bytes(process) {
                let most = self.most_bytes.entry(process).or_default();
                *most = bytes.max(*most);
            }
        }
        self.last = Some(Instant::now());
    }

    /// The most anonymous memory that was seen resident in a process, in bytes.
    pub fn most_bytes(&self, process: u64) -> Option<u64> {
        u32::try_from(process).ok().and_then(|process| self.most_bytes.get(&process)).copied()
    }
}

/// The processes whose recordings are in a folder: `heap-PID.tables`.
fn list_processes(folder: &Path) -> Vec<u32> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let process = |name: &str| name.strip_prefix("heap-")?.strip_suffix(".tables")?.parse().ok();
    entries.filter_map(|entry| process(entry.file_name().to_str()?)).collect()
}

#[cfg(target_os = "linux")]
fn read_anonymous_bytes(process: u32) -> Option<u64> {
    let process = procfs::process::Process::new(i32::try_from(process).ok()?).ok()?;
    process.status().ok()?.rssanon.map(|kibibytes| kibibytes << 10)
}

#[cfg(not(target_os = "linux"))]
fn read_anonymous_bytes(_process: u32) -> Option<u64> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_most_that_was_resident_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let own = std::process::id();
        for name in [format!("heap-{own}.tables"), "heap-1-2.tables".into(), "spare.tables".into()] {
            std::fs::write(home.path().join(name), "").unwrap();
        }
        assert_eq!(list_processes(home.path()), [own]);
        let mut samples = ResidentSamples::default();
        let block = vec![1_u8; 64 << 20];
        samples.sample(&[home.path().to_owned()]);
        drop(std::hint::black_box(block));
        samples.last = None;
        samples.sample(&[home.path().to_owned(), "/no/such/folder".into()]);
        assert!(samples.most_bytes(u64::from(own)) >= Some(64 << 20));
        assert_eq!(samples.most_bytes(1), None);
    }
}
