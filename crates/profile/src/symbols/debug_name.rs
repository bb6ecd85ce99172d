//! The name of a function where debug information and symbol table disagree.
//!
//! With `debug = "line-tables-only"`, debug information has `go` where the symbol table has
//! `<app::Store as app::Go>::go`, and it calls closures and `async` functions `{closure#0}` and
//! `{async_fn#0}`.

use super::UNKNOWN;
use super::demangle;

/// How paths of the standard library begin.
const STANDARD: [&str; 3] = ["core::", "alloc::", "std::"];

/// A function as debug information has it.
pub(super) struct DebugFrame {
    /// The linkage name, or the bare name where there is none.
    pub(super) name: Option<String>,
    /// File and line.
    pub(super) location: Option<String>,
}

/// Names frames of one address, the innermost first. The last one is the physical function, whose
/// symbol is `symbol`; the others were inlined into it and have no symbol.
pub(super) fn name_frames(frames: &[DebugFrame], symbol: Option<&str>) -> Vec<String> {
    let last = frames.len().saturating_sub(1);
    let name = |(index, frame): (usize, &DebugFrame)| {
        let symbol = symbol.filter(|_| index == last);
        match frame.name.as_deref() {
            None => symbol.map_or_else(|| UNKNOWN.to_owned(), demangle),
            Some(name) if is_mangled(name) => demangle(name),
            Some(name) => match symbol.filter(|symbol| is_mangled(symbol)).map(demangle) {
                Some(symbol) if is_same_function(name, &symbol) => symbol,
                _ => match find_closure_path(frames, index) {
                    Some(path) => format!("{path}::{}", demangle(name)),
                    None => demangle(name),
                },
            },
        }
    };
    frames.iter().enumerate().map(name).collect()
}

fn is_mangled(name: &str) -> bool {
    rustc_demangle::try_demangle(name).is_ok() || name.starts_with("_Z")
}

/// Whether a bare name such as `push<u64, Global>` can be the last part of a symbol's. A linker may
/// fold two functions into one and keep the symbol of the other.
fn is_same_function(bare: &str, symbol: &str) -> bool {
    let symbol = last_part(symbol);
    if bare.starts_with('{') || symbol.starts_with('{') {
        // `{async_fn#0}` is `{{closure}}` in the older mangling and `{closure#0}` in the newer.
        return bare.starts_with('{') == symbol.starts_with('{');
    }
    bare.split('<').next() == Some(symbol)
}

/// `push` of `<alloc::vec::Vec<u8>>::push::<T>`.
fn last_part(symbol: &str) -> &str {
    let mut symbol = symbol;
    while let Some(inner) = symbol.strip_suffix('>') {
        let mut depth = 1_u32;
        let start = inner.char_indices().rev().find(|&(index, letter)| {
            match letter {
                // The `>` of `->` closes no bracket.
                '>' if !inner[..index].ends_with('-') => depth += 1,
                '<' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let Some((start, _)) = start else { break };
        symbol = inner[..start].trim_end_matches("::");
    }
    symbol.rsplit("::").next().unwrap_or(symbol)
}

/// The function that a closure is in, where a caller names it: `{closure#0}` is called by
/// `map<u64, app::load::{closure_env#0}>`. Only the callers up to the next function of the
/// program's own are asked, and only an answer without an alternative is taken. A closure in the
/// standard library's files is not one of the program's, and the other way round.
fn find_closure_path(frames: &[DebugFrame], index: usize) -> Option<String> {
    let name = frames[index].name.as_deref()?;
    let (kind, number) = name.strip_prefix('{')?.split_once('}')?.0.split_once('#')?;
    let mark = format!("::{{{kind}_env#{number}}}");
    let is_standard = is_in_standard_library(&frames[index]);
    let fits = |path: &&str| STANDARD.iter().any(|start| path.starts_with(start)) == is_standard;
    for caller in &frames[index + 1..] {
        let named = caller.name.as_deref().unwrap_or_default();
        let mut paths = paths_before(named, &mark).filter(fits);
        if let Some(path) = paths.next() {
            return paths.all(|other| other == path).then(|| path.to_owned());
        }
        if !is_in_standard_library(caller) {
            return None;
        }
    }
    None
}

fn is_in_standard_library(frame: &DebugFrame) -> bool {
    frame.location.as_deref().is_some_and(|place| place.starts_with("std/"))
}

/// The paths in `text` that `mark` follows.
fn paths_before<'text>(text: &'text str, mark: &str) -> impl Iterator<Item = &'text str> {
    let is_path = |letter: char| letter.is_alphanumeric() || "_:{}#".contains(letter);
    text.match_indices(mark).filter_map(move |(end, _)| {
        let before = &text[..end];
        let start = before.char_indices().rev().take_while(|(_, letter)| is_path(*letter)).last();
        start.map(|(start, _)| &before[start..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(frames: &[(&str, &str)], symbol: Option<&str>) -> Vec<String> {
        let frame = |&(name, location): &(&str, &str)| DebugFrame {
            name: Some(name.to_owned()),
            location: Some(location.to_owned()),
        };
        name_frames(&frames.iter().map(frame).collect::<Vec<_>>(), symbol)
    }

    #[test]
    fn the_symbol_names_the_physical_function_and_no_other() {
        let symbol = Some("_RNvMNtCsbHUVRnBUWHy_2hs4deepNtB2_5Store4fill");
        let frames = [("push<u64>", "std/alloc/src/vec/mod.rs:9"), ("fill", "hs.rs:5")];
        assert_eq!(names(&frames, symbol), ["push", "hs::deep::Store::fill"]);
        // The linker kept another function's symbol for the same code.
        assert_eq!(names(&[("clear", "hs.rs:7")], symbol), ["clear"]);
        // C functions have the names of their source in debug information.
        let c = names(&[("__libc_start_main_impl", "csu/libc-start.c:360")], Some("__libc_start_main"));
        assert_eq!(c, ["__libc_start_main_impl"]);
        let legacy = Some("_ZN2hs4work28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE");
        assert_eq!(names(&[("{async_fn#0}", "hs.rs:12")], legacy), ["hs::work::{{closure}}"]);
    }

    #[test]
    fn a_closure_is_named_by_the_caller_that_has_it_as_an_argument() {
        let fold = "fold<u64, hs::deep::inl::{closure_env#0}>";
        let closure = ("{closure#0}", "hs.rs:3");
        let named = names(&[closure, (fold, "std/core/src/iter.rs:1"), ("inl", "hs.rs:3")], None);
        assert_eq!(named[0], "hs::deep::inl::{closure#0}");
        let core = "{closure#0}<u64, hs::sum::{closure_env#0}, core::iter::sum::{closure_env#0}<u64>>";
        assert_eq!(names(&[closure, (core, "std/core/src/iter.rs:1")], None)[0], "hs::sum::{closure#0}");
        let two = "fold<hs::a::{closure_env#0}, hs::b::{closure_env#0}>";
        assert_eq!(names(&[closure, (two, "std/core/src/iter.rs:1")], None)[0], "{closure#0}");
        // A function of the program's own stands between.
        let far = [closure, ("own", "hs.rs:9"), (fold, "std/core/src/iter.rs:1")];
        assert_eq!(names(&far, None)[0], "{closure#0}");
        let future = ("poll<hs::work::{async_fn_env#0}>", "hs.rs:13");
        assert_eq!(names(&[("{async_fn#0}", "hs.rs:12"), future], None)[0], "hs::work::{async_fn#0}");
    }

    #[test]
    fn last_parts_of_symbols() {
        let cases = [
            ("core::ptr::drop_in_place::<alloc::boxed::Box<dyn Fn(usize) -> u8>>", "drop_in_place"),
            ("<hs::Store as hs::Go>::go", "go"),
            ("alloc::vec::Vec<T,A>::push", "push"),
            ("main", "main"),
        ];
        for (symbol, last) in cases {
            assert_eq!(last_part(symbol), last);
        }
    }
}
