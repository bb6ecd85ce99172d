//! Resident memory of a child and of the processes that it started, such as the workers of lesson
//! 8.7.

use procfs::process::Process;

/// In bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Resident {
    /// Anonymous pages of all processes. They are not shared, except between fork and exec.
    pub(super) anon_bytes: u64,
    /// Pages of files and of shared memory in the process that has the most. Others have mapped the
    /// same program and the same memory; pages that only a smaller process has mapped are not
    /// included.
    pub(super) file_bytes: u64,
}

/// Of this process and its children. `None` for one that has ended, whose memory is already free,
/// so that it makes no point of a curve.
pub(super) fn tree_resident(process: u32) -> Option<Resident> {
    let process = Process::new(i32::try_from(process).ok()?).ok()?;
    let mut sum = process_resident(&process)?;
    // A system without these lists reports no children.
    let tasks = process.tasks().into_iter().flatten().flatten();
    for child in tasks.filter_map(|task| task.children().ok()).flatten() {
        let child = i32::try_from(child).ok().and_then(|child| Process::new(child).ok());
        let Some(its) = child.and_then(|child| process_resident(&child)) else { continue };
        sum.anon_bytes += its.anon_bytes;
        sum.file_bytes = sum.file_bytes.max(its.file_bytes);
    }
    Some(sum)
}

fn process_resident(process: &Process) -> Option<Resident> {
    let statm = process.statm().ok().filter(|statm| statm.resident > 0)?;
    let page = procfs::page_size();
    let anon_bytes = statm.resident.saturating_sub(statm.shared) * page;
    Some(Resident { anon_bytes, file_bytes: statm.shared * page })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn children_are_counted_with_their_parent() {
        // `tail` keeps a whole line until it ends; the shell itself holds next to nothing.
        let script = "head -c 60000000 /dev/zero | tail -n 1 > /dev/null; true";
        let mut shell = Command::new("sh").args(["-c", script]).spawn().unwrap();
        let (mut alone, mut tree) = (0, 0);
        while shell.try_wait().unwrap().is_none() {
            let own = Process::new(shell.id() as i32).ok().and_then(|process| process_resident(&process));
            alone = alone.max(own.unwrap_or_default().anon_bytes);
            tree = tree.max(tree_resident(shell.id()).unwrap_or_default().anon_bytes);
        }
        assert!(alone < 10_000_000 && tree > 40_000_000, "{alone} {tree}");
    }

    #[test]
    fn who_has_ended_is_no_point() {
        let mut child = Command::new("true").spawn().unwrap();
        let process = child.id();
        // A zombie that was not waited for has no memory.
        while tree_resident(process).is_some() {}
        child.wait().unwrap();
        assert_eq!(tree_resident(process), None);
    }
}
