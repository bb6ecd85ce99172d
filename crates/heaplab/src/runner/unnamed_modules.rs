//! The programs and libraries in which rows of a report have no name or no line, and why.

use heaplab_profile::symbols;
use heaplab_record::{HeapSite, UnnamedModule, UnnamedReason};

/// The modules in which rows of the report have no name or no line, in the order of the rows.
pub(super) fn list_for_rows(
    modules: &[symbols::UnnamedModule],
    lines: &[HeapSite],
    sites: &[HeapSite],
) -> Vec<UnnamedModule> {
    let mut named: Vec<UnnamedModule> = Vec::new();
    for row in lines.iter().chain(sites) {
        let Some(file) = row.location.strip_prefix("in ") else { continue };
        if named.iter().any(|module| module.file == file) {
            continue;
        }
        let found = modules.iter().find(|module| module.file == file);
        named.extend(found.map(|module| UnnamedModule {
            file: module.file.clone(),
            path: Some(module.path.clone()).filter(|path| is_of_the_system(path)).unwrap_or_default(),
            build_id: module.build_id.clone(),
            reason: describe_reason(&module.reason),
        }));
    }
    named
}

/// Whether a package manager installed a file. Other paths say where somebody's home is, which no
/// report does.
fn is_of_the_system(path: &str) -> bool {
    ["/usr/lib", "/usr/bin", "/lib", "/bin"].iter().any(|folder| path.starts_with(folder))
}

fn describe_reason(reason: &symbols::UnnamedReason) -> UnnamedReason {
    match reason {
        symbols::UnnamedReason::NoLines => UnnamedReason::NoLines,
        symbols::UnnamedReason::SplitMissing => UnnamedReason::SplitMissing,
        symbols::UnnamedReason::Stripped => UnnamedReason::Stripped,
        symbols::UnnamedReason::Deleted => UnnamedReason::Deleted,
        symbols::UnnamedReason::Replaced { found } => UnnamedReason::Replaced(found.clone()),
        symbols::UnnamedReason::Unreadable { cause } => UnnamedReason::Unreadable(cause.clone()),
        other => UnnamedReason::Unreadable(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_rows_are_listed_in_their_order_and_name_no_home() {
        let module = |file: &str, path: &str, reason| symbols::UnnamedModule {
            file: file.to_owned(),
            path: path.to_owned(),
            build_id: "ab".to_owned(),
            reason,
        };
        let modules = [
            module("libc.so.6", "/usr/lib/libc.so.6", symbols::UnnamedReason::NoLines),
            module("app", "/home/x/app", symbols::UnnamedReason::Stripped),
            module("libz.so.1", "/usr/lib/libz.so.1", symbols::UnnamedReason::Stripped),
        ];
        let row = |location: &str| HeapSite { location: location.to_owned(), ..HeapSite::default() };
        let lines = [row("in libz.so.1"), row("src/main.rs:5"), row("in app")];
        let found = list_for_rows(&modules, &lines, &[row("in app")]);
        let found: Vec<_> = found.iter().map(|module| (module.file.as_str(), module.path.as_str())).collect();
        // No row is in libc.
        assert_eq!(found, [("libz.so.1", "/usr/lib/libz.so.1"), ("app", "")]);
    }
}
