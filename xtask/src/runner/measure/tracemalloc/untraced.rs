//! Which of the recorder's blocks tracemalloc does not trace, by the recorder's stacks.
//!
//! tracemalloc wraps the allocators of CPython's C interface. So it misses what was allocated by a
//! library that calls `malloc` itself, such as sqlite or the C library, and its own work, during
//! which it does not look.

use anyhow::{Context as _, Result};
use heaplab_profile::Site;
use heaplab_profile::raw::{Module, PYTHON_NODE, RawRecording, RawSite};
use heaplab_profile::symbols::{Roots, symbolize_what_is_there};
use heaplab_record::{UntracedPart, UntracedReason};
use std::collections::BTreeMap;
use std::path::Path;

/// Functions of CPython below which tracemalloc works for itself (`Modules/_tracemalloc.c` up to 3.12,
/// `Python/tracemalloc.c` from 3.13 on).
const OWN_FUNCTIONS: [&str; 7] = [
    "tracemalloc_add_trace",
    "traceback_new",
    "tracemalloc_get_traces_fill",
    "tracemalloc_copy_trace",
    "tracemalloc_copy_domain",
    "traceback_to_pyobject",
    "tracemalloc_create_traces_table",
];

/// Blocks whose allocating function lies in a library that is no part of Python, one part per
/// library. A library that calls back into Python's allocators is not told from Python: there the
/// innermost function is Python's.
pub(super) fn find_library_blocks(raw: &RawRecording) -> Vec<UntracedPart> {
    let mut parts: BTreeMap<String, [i64; 3]> = BTreeMap::new();
    for site in &raw.sites {
        let module = innermost_address(raw, site).and_then(|address| find_module(&raw.modules, address));
        let Some(name) = module.and_then(|module| file_name(&module.path)) else { continue };
        if !is_part_of_python(name) {
            let sums = parts.entry(name.to_owned()).or_default();
            for (sum, figure) in sums.iter_mut().zip([site.peak_bytes, site.live_bytes, site.live_blocks]) {
                *sum += figure;
            }
        }
    }
    // The figures of one thread may be negative, their sum over all threads is not.
    let figure = |sum: i64| u64::try_from(sum).unwrap_or(0);
    parts
        .into_iter()
        .filter(|(_, sums)| *sums != [0; 3])
        .map(|(name, [peak, end, blocks])| UntracedPart {
            reason: UntracedReason::Library { name },
            peak_bytes: figure(peak),
            end_bytes: figure(end),
            end_blocks: figure(blocks),
        })
        .collect()
}

/// What tracemalloc allocated for itself, by the names of its functions. An interpreter without names
/// has none of it, and the report calls it not explained.
pub(super) fn find_own_work(raw: &RawRecording, roots: &Roots) -> Result<Option<UntracedPart>> {
    let (profile, _) = symbolize_what_is_there(raw, roots).context("the recorded stacks have no names")?;
    let own: Vec<&Site> = profile.sites.iter().filter(|site| is_own_work(site)).collect();
    let sum = |of: fn(&Site) -> u64| own.iter().map(|site| of(site)).sum();
    Ok((!own.is_empty()).then(|| UntracedPart {
        reason: UntracedReason::OwnWork,
        peak_bytes: sum(|site| site.peak_bytes),
        end_bytes: sum(|site| site.end_bytes),
        end_blocks: sum(|site| site.end_blocks),
    }))
}

fn is_own_work(site: &Site) -> bool {
    let is_own = |function: &str| OWN_FUNCTIONS.iter().any(|own| function.starts_with(own));
    site.frames.iter().any(|frame| !frame.is_python() && is_own(&frame.function))
}

/// The return address of the innermost frame that is no Python frame.
fn innermost_address(raw: &RawRecording, site: &RawSite) -> Option<u64> {
    let mut node = site.node;
    while node != 0 {
        let this = raw.nodes.get(usize::try_from(node).ok()?)?;
        if this.address & PYTHON_NODE == 0 {
            return Some(this.address);
        }
        node = this.parent;
    }
    None
}

/// The return address may be one past the end of a function, but never of its module.
fn find_module(modules: &[Module], address: u64) -> Option<&Module> {
    modules.iter().find(|module| (module.base..module.end).contains(&address))
}

fn file_name(path: &str) -> Option<&str> {
    Path::new(path).file_name()?.to_str()
}

/// The interpreter, its library, and extension modules, whose file names carry the interface that they
/// were built for.
fn is_part_of_python(name: &str) -> bool {
    name.starts_with("python")
        || name.starts_with("libpython")
        || name.contains(".cpython-")
        || name.ends_with(".abi3.so")
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_profile::raw::Node;

    #[test]
    fn the_module_of_the_innermost_function_decides() {
        let module = |base: u64, path: &str| Module {
            base,
            end: base + 0x1000,
            path: path.to_owned(),
            ..Module::default()
        };
        let site = |node: u32, live_bytes: i64| RawSite {
            node,
            live_blocks: 1,
            live_bytes,
            peak_bytes: 2 * live_bytes,
            ..RawSite::default()
        };
        let raw = RawRecording {
            modules: vec![
                module(0x1000, "/usr/bin/python3.11"),
                module(0x3000, "/usr/lib/x86_64-linux-gnu/libsqlite3.so.0.8.6"),
                module(0x5000, "/usr/lib/python3.11/lib-dynload/zlib.cpython-311-x86_64-linux-gnu.so"),
            ],
            nodes: vec![
                Node::default(),
                Node { parent: 0, address: 0x1800 },
                Node { parent: 1, address: 0x3010 },
                // zlib asks through its extension module.
                Node { parent: 1, address: 0x5010 },
                // A Python frame is in no module.
                Node { parent: 2, address: PYTHON_NODE | 7 },
            ],
            sites: vec![
                site(1, 100),
                site(2, 30),
                site(3, 900),
                site(4, 4),
                RawSite { thread: 1, ..site(2, -4) },
            ],
            ..RawRecording::default()
        };
        let parts = find_library_blocks(&raw);
        let name = "libsqlite3.so.0.8.6".to_owned();
        let expected = UntracedPart {
            reason: UntracedReason::Library { name },
            peak_bytes: 60,
            end_bytes: 30,
            end_blocks: 3,
        };
        assert_eq!(parts, [expected]);
    }

    #[test]
    fn parts_of_python_are_known_by_their_names() {
        for name in ["python3.13", "libpython3.9.so.1.0", "_ssl.cpython-311-x86_64-linux-gnu.so", "x.abi3.so"]
        {
            assert!(is_part_of_python(name), "{name}");
        }
        for name in ["libc.so.6", "libz.so.1", "libcrypto.so.3", "ld-linux-x86-64.so.2"] {
            assert!(!is_part_of_python(name), "{name}");
        }
    }
}
