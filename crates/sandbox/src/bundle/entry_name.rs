//! Names of entries: which are allowed, and which are graded.

use super::{BundleError, Fault};

const MAX_NAME_BYTES: usize = 200;
const MAX_DEPTH: usize = 8;

/// Returns a name that stays inside the bundle, with `/` between its parts and none at its end.
pub(super) fn check_name(raw: &[u8]) -> Result<String, BundleError> {
    normalize(raw).map_err(|fault| refuse(raw, fault))
}

pub(super) fn refuse(raw: &[u8], fault: Fault) -> BundleError {
    // The shown name must not control a terminal.
    let entry =
        String::from_utf8_lossy(raw).chars().take(MAX_NAME_BYTES).flat_map(char::escape_debug).collect();
    BundleError::Refused { entry, fault }
}

fn normalize(raw: &[u8]) -> Result<String, Fault> {
    let name = std::str::from_utf8(raw).map_err(|_| Fault::NotUtf8)?;
    // `tar .` writes `./` before every name. It is removed before the check for absolute names.
    let mut name = name;
    while let Some(rest) = name.strip_prefix("./") {
        name = rest;
    }
    let is_drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with(['/', '\\']) || is_drive {
        return Err(Fault::Absolute);
    }
    let name = name.strip_suffix('/').unwrap_or(name);
    if name == "." || name.is_empty() {
        return Ok(String::new());
    }
    if name.len() > MAX_NAME_BYTES || name.split('/').count() > MAX_DEPTH {
        return Err(Fault::LongName);
    }
    if name.split(['/', '\\']).any(|part| part == "..") {
        return Err(Fault::Climbs);
    }
    let is_odd =
        |part: &str| part.is_empty() || part == "." || part.chars().any(|c| c == '\\' || is_invisible(c));
    if name.split('/').any(is_odd) {
        return Err(Fault::OddName);
    }
    Ok(name.to_owned())
}

/// Control characters, and characters that reorder or hide their neighbours.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The name as a case-insensitive file system compares it.
pub(super) fn fold_case(name: &str) -> String {
    name.to_lowercase()
}

/// What an entry is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    Used,
    Picture,
    Foreign,
}

pub(super) fn classify(name: &str) -> EntryKind {
    let is_module = |name: &str| {
        let stem = name.strip_suffix(".rs").unwrap_or_default();
        !stem.is_empty() && stem.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let pictures = [
        "curve.csv",
        "curve.svg",
        "curve.png",
        "curves.svg",
        "curves.png",
        // Shown and never started.
        "list.py",
        "generator.py",
        "flamegraph.svg",
        "flamegraph.png",
        "report.html",
        "summary.md",
    ];
    match name {
        "student.toml" | "REPORT.md" | "result.json" => EntryKind::Used,
        _ if name.strip_prefix("src/").is_some_and(is_module) => EntryKind::Used,
        _ if pictures.contains(&name) => EntryKind::Picture,
        _ => EntryKind::Foreign,
    }
}

pub(super) fn is_tampering(name: &str) -> bool {
    let parts: Vec<String> = name.split('/').map(fold_case).collect();
    let Some((last, folders)) = parts.split_last() else { return false };
    let files = [
        "cargo.toml",
        "cargo.lock",
        "build.rs",
        "rust-toolchain",
        "rust-toolchain.toml",
        "rustfmt.toml",
        "clippy.toml",
    ];
    let within = [".cargo", ".github", ".ci", "xtask", "crates", "harness"];
    files.contains(&last.as_str())
        || last.ends_with(".rs")
        || within.contains(&last.as_str())
        || folders.iter().any(|folder| within.contains(&folder.as_str()))
}

/// Files that operating systems add.
pub(super) fn is_litter(name: &str) -> bool {
    name.split('/').any(|part| part == "__MACOSX" || part == ".DS_Store" || part.starts_with("._"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_leave_or_mislead_are_refused() {
        let faults: [(&[u8], Fault); 17] = [
            (b"/etc/passwd", Fault::Absolute),
            (b"\\\\server\\share", Fault::Absolute),
            (b"C:\\x", Fault::Absolute),
            (b"c:x", Fault::Absolute),
            (b"./c:x", Fault::Absolute),
            (b".//etc/passwd", Fault::Absolute),
            (b"../x", Fault::Climbs),
            (b"src/../../x", Fault::Climbs),
            (b"src\\..\\..\\x", Fault::Climbs),
            (b"src/..", Fault::Climbs),
            (b"src//x.rs", Fault::OddName),
            (b"src/./x.rs", Fault::OddName),
            (b"src\\x.rs", Fault::OddName),
            (b"src/\x1b[2Jx.rs", Fault::OddName),
            ("src/\u{202e}sr.x".as_bytes(), Fault::OddName),
            (b"src/\xff.rs", Fault::NotUtf8),
            (b"a/b/c/d/e/f/g/h/i", Fault::LongName),
        ];
        for (name, expected) in faults {
            match check_name(name) {
                Err(BundleError::Refused { fault, entry }) => {
                    assert_eq!(fault, expected, "{entry}");
                    assert!(!entry.contains('\x1b'));
                }
                other => panic!("{name:?}: {other:?}"),
            }
        }
        assert_eq!(check_name(b"././src/required.rs").unwrap(), "src/required.rs");
        assert_eq!(check_name(b"src/").unwrap(), "src");
    }

    #[test]
    fn only_known_names_count() {
        for name in ["student.toml", "REPORT.md", "result.json", "src/required.rs", "src/a_2.rs"] {
            assert_eq!(classify(name), EntryKind::Used, "{name}");
        }
        for name in ["src/x/y.rs", "src/.rs", "src/x.txt", "build.rs", "Cargo.toml", "src/a-b.rs"] {
            assert_eq!(classify(name), EntryKind::Foreign, "{name}");
        }
        for name in [
            "build.rs",
            "Cargo.toml",
            "x/.github/workflows/ci.yml",
            "src/x/y.rs",
            ".cargo/config.toml",
            "src/Build.RS",
        ] {
            assert!(is_tampering(name), "{name}");
        }
        assert!(!is_tampering("notes.txt") && !is_tampering("photo.png"));
    }

    proptest! {
        #[test]
        fn a_checked_name_stays_inside(raw in prop::collection::vec(prop_oneof![Just(b'/'), Just(b'.'), Just(b'\\'), Just(b':'), any::<u8>()], 0..40)) {
            if let Ok(name) = check_name(&raw) {
                let path = std::path::Path::new(&name);
                prop_assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))));
                prop_assert_eq!(path.components().count(), if name.is_empty() { 0 } else { name.split('/').count() });
                prop_assert_eq!(check_name(name.as_bytes()).unwrap(), name);
            }
        }
    }
}
