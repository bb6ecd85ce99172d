//! Turns a recording into a profile with names, inside the program that was recorded. Callers run
//! this untracked.

use heaplab_profile::raw::RawRecording;
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_profile::{Frame, Profile, Site};
use std::path::{Path, PathBuf};

/// The trimmed profile. If symbols cannot be read, all figures are in one site whose name says why,
/// so that sums are still right.
pub(crate) fn build_profile(raw: &RawRecording, workspace: &Path) -> Profile {
    match symbolize(raw, &Roots { workspace: workspace.to_owned() }) {
        Ok(profile) => profile.trim_stacks(),
        Err(error) => Profile { sites: vec![unnamed_site(raw, format!("[no names: {error}]"))] },
    }
}

/// The folder that source places are relative to: the nearest one around the working directory that
/// has a `Cargo.lock`, as in the compiler's messages, or else the working directory.
pub(crate) fn find_workspace() -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    root.unwrap_or(&here).to_owned()
}

/// Formats a size as tracemalloc does: bytes below 1 KiB, then KiB with one decimal.
pub(crate) fn format_size(bytes: u64) -> String {
    if bytes < 1024 { format!("{bytes} B") } else { format!("{:.1} KiB", bytes as f64 / 1024.0) }
}

/// `1 block`, `2 blocks`.
pub(crate) fn format_blocks(count: u64) -> String {
    format!("{count} block{}", if count == 1 { "" } else { "s" })
}

fn unnamed_site(raw: &RawRecording, function: String) -> Site {
    let net = |figure: fn(&heaplab_profile::raw::RawSite) -> i64| {
        u64::try_from(raw.sites.iter().map(figure).sum::<i64>()).unwrap_or(0)
    };
    Site {
        frames: vec![Frame { function, location: None, ..Frame::default() }],
        total_blocks: raw.sites.iter().map(|site| site.births).sum(),
        total_bytes: raw.sites.iter().map(|site| site.birth_bytes + site.grown_bytes).sum(),
        peak_blocks: net(|site| site.peak_blocks),
        peak_bytes: net(|site| site.peak_bytes),
        end_blocks: net(|site| site.live_blocks),
        end_bytes: net(|site| site.live_bytes),
        ..Site::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_profile::raw::{Module, Node, RawSite};

    #[test]
    fn sums_are_right_where_there_are_no_names() {
        let module =
            Module { base: 0x1000, end: 0x2000, path: "/nowhere/program".into(), ..Module::default() };
        let site = |bytes| RawSite { node: 1, live_blocks: 1, live_bytes: bytes, ..RawSite::default() };
        let raw = RawRecording {
            modules: vec![module],
            threads: vec![String::new()],
            nodes: vec![Node::default(), Node { parent: 0, address: 0x1010 }],
            sites: vec![site(30), site(40)],
            ..RawRecording::default()
        };
        let profile = build_profile(&raw, Path::new("/"));
        assert_eq!((profile.sites[0].end_blocks, profile.sites[0].end_bytes), (2, 70));
        let name = &profile.sites[0].frames[0].function;
        assert!(name.starts_with("[no names: cannot read the symbols of /nowhere/program"), "{name}");
    }

    #[test]
    fn sizes_read_as_in_tracemalloc() {
        assert_eq!(
            [format_size(0), format_size(1023), format_size(1024), format_size(429_875)],
            ["0 B", "1023 B", "1.0 KiB", "419.8 KiB"]
        );
        assert_eq!(
            [format_blocks(0), format_blocks(1), format_blocks(2)],
            ["0 blocks", "1 block", "2 blocks"]
        );
    }
}
