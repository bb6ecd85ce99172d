//! Paths as shown to readers: the same on every machine, never absolute.

/// `lessons/8.5.2-slots-vs-maps/src/main.rs:30` in the workspace, `std/alloc/src/vec/mod.rs:12` in
/// the standard library, `serde_json-1.0.154/src/map.rs:7` in a crate from a registry, and the last
/// three parts of any other path. `workspace` may be empty.
pub(crate) fn format_location(path: &str, line: Option<u32>, workspace: &str) -> String {
    let file = shorten_path(&normalize_path(path), workspace);
    // Line 0 is the compiler's own code.
    match line.filter(|&line| line > 0) {
        Some(line) => format!("{file}:{line}"),
        None => file,
    }
}

/// The path without `.` and `..`, its parts separated by `/`.
fn normalize_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for (index, part) in path.split(['/', '\\']).enumerate() {
        match part {
            "." => {}
            "" if index > 0 => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "..")) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn shorten_path(path: &str, workspace: &str) -> String {
    if let Some(rest) = strip_standard_library(path) {
        return format!("std/{rest}");
    }
    // The crates that the standard library is built with.
    if let Some(rest) = path.strip_prefix("/rust/deps/") {
        return rest.to_owned();
    }
    // `~/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde_json-1.0.154/src/map.rs`
    if let Some((_, rest)) = path.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/')) {
        return rest.to_owned();
    }
    let below = |root: &str| path.strip_prefix(root.trim_end_matches('/'))?.strip_prefix('/');
    if let Some(rest) = Some(workspace).filter(|root| !root.is_empty()).and_then(below) {
        return rest.to_owned();
    }
    let is_absolute = path.starts_with('/') || path.get(1..3) == Some(":/");
    if is_absolute || path.starts_with("..") { last_parts(path) } else { path.to_owned() }
}

/// The compiler names the library's sources by its commit; with the component `rust-src` they lie
/// in the sysroot.
fn strip_standard_library(path: &str) -> Option<&str> {
    let by_commit = path.strip_prefix("/rustc/").and_then(|rest| rest.split_once("/library/"));
    by_commit.or_else(|| path.split_once("/lib/rustlib/src/rust/library/")).map(|(_, rest)| rest)
}

fn last_parts(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | "..")).collect();
    parts[parts.len().saturating_sub(3)..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_location_is_of_one_machine() {
        let workspace = "/home/x/heaplab";
        let cases = [
            ("/home/x/heaplab/lessons/8.5.2-slots/src/main.rs", "lessons/8.5.2-slots/src/main.rs"),
            ("/home/x/heaplab/lessons/8.1/src/../other.rs", "lessons/8.1/other.rs"),
            ("/home/x/heaplab/./xtask/src/main.rs", "xtask/src/main.rs"),
            ("/home/x/heaplab-old/xtask/src/main.rs", "xtask/src/main.rs"),
            ("/home/x/heaplab-old/main.rs", "x/heaplab-old/main.rs"),
            ("lessons/8.1/src/main.rs", "lessons/8.1/src/main.rs"),
            ("/rustc/59807616e1fa2540/library/alloc/src/vec/mod.rs", "std/alloc/src/vec/mod.rs"),
            ("/rustc/59807616e1fa2540/library/std/src/rt.rs", "std/std/src/rt.rs"),
            ("/opt/rust/lib/rustlib/src/rust/library/core/src/ops.rs", "std/core/src/ops.rs"),
            ("/rust/deps/hashbrown-0.16.1/src/raw/mod.rs", "hashbrown-0.16.1/src/raw/mod.rs"),
            (
                "/home/x/heaplab/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde-1.0.229/src/lib.rs",
                "serde-1.0.229/src/lib.rs",
            ),
            ("/build/glibc/stdlib/msort.c", "glibc/stdlib/msort.c"),
            ("../sysdeps/x86_64/start.S", "sysdeps/x86_64/start.S"),
            ("C:\\work\\a\\b\\c.rs", "a/b/c.rs"),
        ];
        for (path, named) in cases {
            assert_eq!(format_location(path, Some(3), workspace), format!("{named}:3"), "{path}");
        }
        assert_eq!(format_location("/a/b/c/d.rs", Some(0), workspace), "b/c/d.rs");
        assert_eq!(format_location("/a/b/c/d.rs", None, ""), "b/c/d.rs");
    }
}
