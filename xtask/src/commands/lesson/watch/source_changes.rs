//! Finds the variants that a change affects: a variant is a function or a script of its name. If
//! anything else has changed, every variant may be affected.

use super::SourceFiles;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The variants that have to run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SourceChange {
    All,
    Variants(Vec<String>),
}

pub(super) fn compare_sources(before: &SourceFiles, after: &SourceFiles) -> SourceChange {
    let declared = declared_variants(after);
    let mut touched = BTreeSet::new();
    let paths: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for path in paths {
        let (Some(old), Some(new)) = (before.get(path), after.get(path)) else { return SourceChange::All };
        if old == new {
            continue;
        }
        let names = match file_extension(path) {
            "py" => path.file_stem().map(|stem| BTreeSet::from([stem.to_string_lossy().into_owned()])),
            "rs" => changed_functions(&String::from_utf8_lossy(old), &String::from_utf8_lossy(new)),
            _ => None,
        };
        match names {
            Some(names) if names.iter().all(|name| declared.contains(name)) => touched.extend(names),
            _ => return SourceChange::All,
        }
    }
    if touched.is_empty() { SourceChange::All } else { SourceChange::Variants(touched.into_iter().collect()) }
}

fn file_extension(path: &Path) -> &str {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}

/// The names that `lesson!` declares, as `name: "what it does"`.
fn declared_variants(files: &SourceFiles) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (path, text) in files {
        if !path.ends_with("src/main.rs") {
            continue;
        }
        for line in String::from_utf8_lossy(text).lines() {
            for part in line.split(['{', ',']) {
                if let Some((name, _)) = part.trim().split_once(": \"") {
                    names.insert(name.trim().to_owned());
                }
            }
        }
    }
    names
}

/// The functions whose text differs; `None` where anything outside of functions differs, or a
/// function was added or removed.
fn changed_functions(old: &str, new: &str) -> Option<BTreeSet<String>> {
    let ((old_rest, old), (new_rest, new)) = (split_functions(old), split_functions(new));
    let same = old_rest == new_rest && old.keys().eq(new.keys());
    same.then(|| {
        new.into_iter().filter(|(name, text)| old.get(name) != Some(text)).map(|(name, _)| name).collect()
    })
}

/// A file's functions by name, as rustfmt writes them: from `fn NAME` to the brace, both at the
/// start of a line; and all other text, which includes the comments above functions.
fn split_functions(text: &str) -> (String, BTreeMap<String, String>) {
    let (mut rest, mut functions) = (String::new(), BTreeMap::new());
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        if let Some((name, mut body)) = open.take() {
            body = body + line + "\n";
            if line == "}" {
                functions.insert(name, body);
            } else {
                open = Some((name, body));
            }
        } else if let Some(name) = function_name(line) {
            open = Some((name, format!("{line}\n")));
        } else {
            rest = rest + line + "\n";
        }
    }
    // Text after an unclosed `fn` belongs to the rest.
    rest += &open.map(|(_, body)| body).unwrap_or_default();
    (rest, functions)
}

fn function_name(line: &str) -> Option<String> {
    let visible = ["pub(crate) ", "pub(super) ", "pub "];
    let plain = visible.iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
    let name = plain.strip_prefix("fn ")?.split(['(', '<']).next()?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "lesson! {\n    work \"w\" {\n        rust { list: \"all\", lazy: \"one\" }\n    }\n}\n\n\
        fn list() {\n    collect()\n}\n\nfn lazy() {\n    walk()\n}\n\nfn walk() {\n    1\n}\n";

    fn files(main: &str, script: &str) -> SourceFiles {
        let file = |path: &str, text: &str| (path.into(), text.as_bytes().to_vec());
        SourceFiles::from([
            file("l/src/main.rs", main),
            file("l/python/lazy.py", script),
            file("l/claims.toml", ""),
        ])
    }

    fn changed(main: &str, script: &str) -> SourceChange {
        compare_sources(&files(MAIN, "a"), &files(main, script))
    }

    fn variants(names: &[&str]) -> SourceChange {
        SourceChange::Variants(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_variants_own_function_is_its_alone() {
        assert_eq!(changed(&MAIN.replace("collect()", "gather()"), "a"), variants(&["list"]));
        assert_eq!(changed(MAIN, "b"), variants(&["lazy"]));
        assert_eq!(changed(&MAIN.replace("collect()", "gather()"), "b"), variants(&["lazy", "list"]));
    }

    #[test]
    fn what_others_may_use_is_everybodys() {
        // A function that is no variant, text outside of functions, a removed function, and one
        // that does not close.
        for other in [
            MAIN.replace("    1\n", "    2\n"),
            format!("use std::rc::Rc;\n{MAIN}"),
            MAIN.replace("fn walk() {\n    1\n}\n", ""),
            MAIN.replace("    collect()\n}", "    collect()\n"),
        ] {
            assert_eq!(changed(&other, "a"), SourceChange::All, "{other}");
        }
        let mut more = files(MAIN, "a");
        more.insert("l/src/other.rs".into(), Vec::new());
        assert_eq!(compare_sources(&files(MAIN, "a"), &more), SourceChange::All);
        let mut claims = files(MAIN, "a");
        claims.insert("l/claims.toml".into(), b"x = 1".to_vec());
        assert_eq!(compare_sources(&files(MAIN, "a"), &claims), SourceChange::All);
    }
}
