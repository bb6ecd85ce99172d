//! What a reader can do about rows without names or lines: one sentence per program or library.

use crate::{Words, prose};
use heaplab_record::{HeapRun, UnnamedModule, UnnamedReason};

/// Modules that are explained. A program may be linked with dozens of stripped libraries.
const MOST_MODULES: usize = 5;

/// A sentence per module in whose rows names or lines are missing, each module once.
pub(crate) fn describe_unnamed<'a>(heaps: impl Iterator<Item = &'a HeapRun>, words: &Words) -> Vec<String> {
    let mut modules: Vec<&UnnamedModule> = Vec::new();
    for module in heaps.flat_map(|heap| &heap.unnamed) {
        if !modules.contains(&module) {
            modules.push(module);
        }
    }
    modules.into_iter().take(MOST_MODULES).map(|module| describe_module(module, words)).collect()
}

fn describe_module(module: &UnnamedModule, words: &Words) -> String {
    let is_system = !module.path.is_empty();
    let build_id = |id: &str| if id.is_empty() { words.get("unnamed-no-build-id") } else { id.to_owned() };
    let recorded = build_id(&module.build_id);
    let mut found = String::new();
    let mut cause = String::new();
    let key = match &module.reason {
        UnnamedReason::Stripped | UnnamedReason::NoLines if is_system => "unnamed-system",
        UnnamedReason::Stripped => "unnamed-stripped",
        UnnamedReason::NoLines => "unnamed-no-lines",
        UnnamedReason::SplitMissing => "unnamed-split",
        UnnamedReason::Deleted => "unnamed-deleted",
        UnnamedReason::Replaced(other) => {
            found = build_id(other.as_deref().unwrap_or_default());
            "unnamed-replaced"
        }
        UnnamedReason::Unreadable(what) => {
            cause.clone_from(what);
            "unnamed-unreadable"
        }
    };
    let arguments = [
        ("file", module.file.as_str()),
        ("path", &module.path),
        ("id", &recorded),
        ("found", &found),
        ("cause", &cause),
    ];
    prose::strip_controls(&words.say(key, &arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn every_reason_says_what_to_do_about_its_module() {
        let module = |path: &str, reason| UnnamedModule {
            file: path.rsplit('/').next().unwrap_or_default().to_owned(),
            path: if path.starts_with('/') { path.to_owned() } else { String::new() },
            build_id: "5ca1ab1e".to_owned(),
            reason,
        };
        let unnamed = vec![
            module("app", UnnamedReason::Stripped),
            module("/usr/lib/x86_64-linux-gnu/libz.so.1", UnnamedReason::Stripped),
            module("plain", UnnamedReason::NoLines),
            module("split", UnnamedReason::SplitMissing),
            module("gone", UnnamedReason::Deleted),
        ];
        let more = vec![
            module("other", UnnamedReason::Replaced(Some("0ddba11".to_owned()))),
            module("shut", UnnamedReason::Unreadable("permission denied".to_owned())),
        ];
        for lang in [Lang::En, Lang::Zh] {
            let words = Words::new(lang);
            let heap =
                |unnamed: &[UnnamedModule]| HeapRun { unnamed: unnamed.to_vec(), ..HeapRun::default() };
            let heaps = [heap(&unnamed), heap(&unnamed[..2])];
            let said = describe_unnamed(heaps.iter(), &words);
            assert_eq!(said.len(), 5, "each module once");
            let needed =
                ["addr2line -e", "find-dbgsym-packages /usr/lib", "line-tables-only", "split.dwp", "gone"];
            for (said, needed) in said.iter().zip(needed) {
                assert!(said.contains(needed), "{said}");
            }
            let said = describe_unnamed([heap(&more)].iter(), &words);
            assert!(said[0].contains("5ca1ab1e") && said[0].contains("0ddba11"), "{said:?}");
            assert!(said[1].contains("permission denied"), "{said:?}");
        }
    }
}
