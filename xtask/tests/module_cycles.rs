//! The top-level modules of a crate import each other in one direction, so that a reader can
//! understand one after the other.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use cargo_metadata::MetadataCommand;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The files that make one top-level module name another, by the two modules.
type Edges = BTreeMap<(String, String), BTreeSet<String>>;

#[test]
fn the_top_level_modules_of_a_crate_have_no_import_cycle() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let mut found = BTreeMap::new();
    for package in &metadata.packages {
        for target in &package.targets {
            let root = target.src_path.as_std_path();
            if root.components().any(|part| part.as_os_str() == "src") {
                let cycle = find_cycle(&edges_of_crate(root));
                found.extend(cycle.map(|cycle| (format!("{} {}", package.name, target.name), cycle)));
            }
        }
    }
    let text: String = found.iter().map(|(name, cycle)| format!("{name}:\n{cycle}")).collect();
    assert!(found.is_empty(), "import cycles between top-level modules:\n{text}");
}

#[test]
fn a_cycle_is_found_and_names_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("lib.rs", "mod a; mod b; mod c;\npub use b::{deep::Item, Other};");
    write("a.rs", "use crate::{c, Item};");
    write(
        "b.rs",
        "mod deep;\n// crate::a is named in a comment only\n#[cfg(test)]\nmod tests { use crate::a; }",
    );
    write("b/deep.rs", "const TEXT: &str = \"crate::a\"; pub struct Item<'a>(&'a u8);");
    write("c.rs", "");
    assert_eq!(find_cycle(&edges_of_crate(&folder.path().join("lib.rs"))), None);
    write("b/deep.rs", "use super::super::a::Thing;");
    let cycle = find_cycle(&edges_of_crate(&folder.path().join("lib.rs"))).unwrap();
    assert!(cycle.contains("a -> b (a.rs)") && cycle.contains("b -> a (b/deep.rs)"), "{cycle}");
}

/// Who names whom among the top-level modules of the crate with this root file. What the root file
/// exports again counts as the module that it comes from.
fn edges_of_crate(root: &Path) -> Edges {
    let folder = root.parent().unwrap();
    let root_code = code_outside_tests(&std::fs::read_to_string(root).unwrap());
    let modules: BTreeSet<String> = module_declarations(&root_code).collect();
    let exported = exports(&root_code, &modules);
    let mut edges = Edges::new();
    for module in &modules {
        for file in files_of_module(folder, module) {
            let inside = file.strip_prefix(folder).unwrap();
            let code = code_outside_tests(&std::fs::read_to_string(&file).unwrap());
            let depth = inside.components().count() - usize::from(inside.ends_with("mod.rs"));
            for name in names_at_root(&code, depth) {
                let target = if modules.contains(&name) { Some(&name) } else { exported.get(&name) };
                if let Some(target) = target.filter(|target| *target != module) {
                    let files = edges.entry((module.clone(), target.clone())).or_default();
                    files.insert(inside.display().to_string());
                }
            }
        }
    }
    edges
}

/// The shortest cycle, one line per step.
fn find_cycle(edges: &Edges) -> Option<String> {
    let modules: BTreeSet<&String> = edges.keys().map(|(from, _)| from).collect();
    let shortest = modules.into_iter().filter_map(|start| path_back_to(edges, start)).min_by_key(Vec::len)?;
    let steps = shortest.windows(2).map(|step| {
        let files = &edges[&(step[0].clone(), step[1].clone())];
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        format!("  {} -> {} ({})\n", step[0], step[1], files.join(", "))
    });
    Some(steps.collect())
}

/// Breadth first: the shortest way from a module to itself.
fn path_back_to(edges: &Edges, start: &str) -> Option<Vec<String>> {
    let mut paths = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while !paths.is_empty() {
        let mut longer = Vec::new();
        for path in &paths {
            let last = path.last().unwrap();
            for (_, to) in edges.keys().filter(|(from, _)| from == last) {
                let next = [path.as_slice(), std::slice::from_ref(to)].concat();
                if to == start {
                    return Some(next);
                }
                if seen.insert(to.clone()) {
                    longer.push(next);
                }
            }
        }
        paths = longer;
    }
    None
}

/// `module.rs` and everything below `module/`, without files of tests.
fn files_of_module(folder: &Path, module: &str) -> Vec<PathBuf> {
    let mut files = vec![folder.join(format!("{module}.rs"))];
    let mut folders = vec![folder.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("tests") { folders.push(path) } else { files.push(path) }
        }
    }
    files.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        path.is_file() && name.ends_with(".rs") && name != "tests.rs" && !name.ends_with("_tests.rs")
    });
    files
}

/// `mod name;` of the root file.
fn module_declarations(code: &str) -> impl Iterator<Item = String> {
    code.split(';').filter_map(|item| {
        let mut words = item.split_whitespace().rev();
        let name = words.next()?;
        (words.next() == Some("mod")).then(|| name.to_owned())
    })
}

/// The names that the root file imports from its modules, with the module.
fn exports(code: &str, modules: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut exported = BTreeMap::new();
    for (start, _) in code.match_indices("use ") {
        let Some((tree, _)) = code[start + "use ".len()..].split_once(';') else { continue };
        let tree = tree.trim_start_matches("self::").trim_start_matches("crate::");
        let Some((module, rest)) = tree.split_once("::") else { continue };
        if modules.contains(module.trim()) {
            let names = rest.split([',', '{', '}']).filter_map(|path| path.split("::").last());
            let names = names.filter_map(|name| name.split_whitespace().last());
            exported.extend(names.map(|name| (name.to_owned(), module.trim().to_owned())));
        }
    }
    exported
}

/// What follows `crate::`, or as many `super::` as lead to the crate's root.
fn names_at_root(code: &str, depth: usize) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for prefix in ["crate::".to_owned(), "super::".repeat(depth)] {
        for (at, _) in code.match_indices(&prefix) {
            if !code[..at]
                .ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':')
            {
                names.extend(first_names(&code[at + prefix.len()..]));
            }
        }
    }
    names
}

/// The first name of a path, or of every path of a `{…}` group.
fn first_names(tree: &str) -> Vec<String> {
    let first = |path: &str| {
        path.trim().chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect::<String>()
    };
    let Some(group) = tree.strip_prefix('{') else { return vec![first(tree)] };
    let mut names = Vec::new();
    let (mut nesting, mut start) = (0, 0);
    for (at, char) in group.char_indices() {
        match char {
            '{' => nesting += 1,
            ',' | '}' if nesting == 0 => {
                names.push(first(&group[start..at]));
                start = at + 1;
                if char == '}' {
                    break;
                }
            }
            '}' => nesting -= 1,
            _ => {}
        }
    }
    names
}

/// The code without comments, texts, and items behind `#[cfg(test)]`.
fn code_outside_tests(source: &str) -> String {
    let mut code = without_comments_and_texts(source);
    while let Some(start) = code.find("#[cfg(test)]") {
        let item = &code[start..];
        let end = match (item.find(';'), item.find('{')) {
            (Some(semicolon), Some(brace)) if brace < semicolon => end_of_block(item, brace),
            (Some(semicolon), _) => semicolon + 1,
            (None, Some(brace)) => end_of_block(item, brace),
            (None, None) => item.len(),
        };
        code.replace_range(start..start + end, "");
    }
    code
}

/// Behind the brace that closes the one at `open`.
fn end_of_block(code: &str, open: usize) -> usize {
    let mut nesting = 0;
    for (at, char) in code[open..].char_indices() {
        match char {
            '{' => nesting += 1,
            '}' if nesting == 1 => return open + at + 1,
            '}' => nesting -= 1,
            _ => {}
        }
    }
    code.len()
}

/// A lexer for just this: comments and literals become a space.
fn without_comments_and_texts(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(char) = rest.chars().next() {
        let skipped = match char {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => end_of_text(rest),
            'r' if (rest.starts_with("r\"") || rest.starts_with("r#")) && !code.ends_with(is_word) => {
                end_of_raw_text(rest)
            }
            '\'' => end_of_char(rest),
            _ => 0,
        };
        if skipped == 0 {
            code.push(char);
            rest = &rest[char.len_utf8()..];
        } else {
            code.push(' ');
            rest = &rest[skipped..];
        }
    }
    code
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

fn end_of_text(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, char) in rest.char_indices().skip(1) {
        match char {
            '"' if !is_escaped => return at + 1,
            _ => is_escaped = char == '\\' && !is_escaped,
        }
    }
    rest.len()
}

/// 0 for a raw identifier such as `r#type`.
fn end_of_raw_text(rest: &str) -> usize {
    let hashes = rest[1..].chars().take_while(|char| *char == '#').count();
    if !rest[1 + hashes..].starts_with('"') {
        return 0;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    rest[2 + hashes..].find(&close).map_or(rest.len(), |end| 2 + hashes + end + close.len())
}

/// 0 for a lifetime.
fn end_of_char(rest: &str) -> usize {
    if rest.starts_with("'\\") {
        return rest[3..].find('\'').map_or(rest.len(), |end| 3 + end + 1);
    }
    let mut chars = rest.char_indices().skip(2);
    match chars.next() {
        Some((at, '\'')) => at + 1,
        _ => 0,
    }
}
