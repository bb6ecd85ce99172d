//! Sources that say what they may not, plainly and by way of macros, and sources that only look
//! like it.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use heaplab_homework::source_rules::{Forbidden, scan};
use proptest::prelude::*;

fn found(source: &str) -> Vec<(Forbidden, usize)> {
    scan(source.as_bytes()).unwrap().into_iter().map(|finding| (finding.what, finding.line)).collect()
}

#[test]
fn what_is_forbidden_is_found_where_it_stands() {
    use Forbidden::{Alias, Build, Environment, Include, Linkage, MadeAttribute, Outside, Unsafe};
    let cases: [(Forbidden, &str); 43] = [
        (Unsafe, "fn f() {\n unsafe { g() } }"),
        (Unsafe, "\nunsafe impl Send for X {}"),
        (Unsafe, "fn f() {\n core::arch::asm!(\"nop\") }"),
        (Unsafe, "\nuse std::arch::global_asm;"),
        (Unsafe, "macro_rules! m { () => {\n unsafe { g() } } }"),
        (Unsafe, "m!(\nunsafe { g() });"),
        (Include, "const X: &str =\n include_str!(\"/etc/passwd\");"),
        (Include, "\n#[doc = include_str!(\"/etc/passwd\")] fn f() {}"),
        (Include, "fn f() {\n include!(\"x.rs\"); }"),
        (Include, "fn f() {\n include ! [ \"x.rs\" ]; }"),
        (Include, "macro_rules! m { ($x:ident) => { $x!(\"x\") } }\nm!(include);"),
        (Include, "\nuse std::include as i;"),
        (Include, "\nuse core::{include_bytes as b};"),
        (Include, "\n#[path = \"/tmp/x.rs\"] mod x;"),
        (Include, "\n#[cfg_attr(all(), path = \"/tmp/x.rs\")] mod x;"),
        (Include, "fn f() {\n std::r#include!(\"x\"); }"),
        (Environment, "const X: &str =\n env!(\"HOME\");"),
        (Environment, "const X: Option<&str> =\n option_env!(\"HOME\");"),
        (Environment, "fn f() {\n std::env::args(); }"),
        (Environment, "use std::{\nenv, io};"),
        (Linkage, "\nextern \"C\" { fn malloc(); }"),
        (Linkage, "\nextern crate std as s;"),
        (Linkage, "\n#[no_mangle] pub fn malloc() {}"),
        (Linkage, "\n#[unsafe(no_mangle)] pub fn malloc() {}"),
        (Linkage, "\n#[link_section = \".init_array\"] static X: u8 = 0;"),
        (Linkage, "\n#[link(name = \"m\")] mod x {}"),
        (Build, "\n#[global_allocator] static A: X = X;"),
        (Build, "\n#![feature(allocator_api)]"),
        (Build, "\n#[proc_macro] pub fn x() {}"),
        (Outside, "fn f() {\n std::fs::read(\"x\"); }"),
        (Outside, "\nuse std::{fs::File, io};"),
        (Outside, "use std::{io::{\npipe, Read}};"),
        (Outside, "use std::io; fn f() {\n io::pipe(); }"),
        (Outside, "\nuse ::std::net::TcpStream;"),
        (Outside, "m!(\nstd::os::fd::RawFd);"),
        (Alias, "macro_rules! m { ($a:ident) => {\nstd::$a::read(\"x\") } } "),
        (Alias, "macro_rules! m { ($a:ident) => { $a::fs::read(\"x\") } }\nfn f() { m!(std); }"),
        (Alias, "use {\nstd as s};"),
        (Alias, "\nuse std as s;"),
        (Alias, "\nuse ::core as s;"),
        (Alias, "\nuse std::*;"),
        (Alias, "use std::{\nself as s};"),
        (MadeAttribute, "macro_rules! m { ($a:ident) => {\n#[$a = \"/etc/passwd\"] mod x; } }"),
    ];
    for (what, source) in cases {
        assert!(found(source).contains(&(what, 2)), "{source}: {:?}", found(source));
    }
}

#[test]
fn ordinary_sources_are_let_through() {
    let sources = [
        "//! unsafe, include_str!(\"x\"), std::fs in a comment\nfn f() { let s = \"unsafe std::fs env!\"; }",
        "use std::collections::{HashMap, BTreeMap}; use std::sync::atomic::{AtomicU64, Ordering}; use std::thread;",
        "use std::io::{self, Write}; fn f(path: &str, link: Option<Box<X>>) -> bool { let include = path.len(); include > 1 }",
        "struct Node { link: Option<u8>, path: Vec<u8>, env: u8 } fn f(n: Node) { n.env; n.path; let env = 1; env; }",
        "#[derive(Debug)] #[inline] pub fn f() { println!(\"{}\", 1); assert!(true); vec![1, 2]; }",
        "macro_rules! sum { ($($x:expr),*) => { 0 $(+ $x)* } } fn f() -> u64 { sum!(1, 2) }",
        "use std::process::exit; use crate::task::Row; use super::required; mod tests { use super::*; }",
        "fn f<'a>(x: &'a str) -> impl Iterator<Item = char> + 'a { x.chars().map(|c| c) }",
    ];
    for source in sources {
        assert_eq!(found(source), [], "{source}");
    }
}

#[test]
fn depth_is_no_way_to_end_the_grader() {
    for open in ["(", "[", "{", "m!{", "-("] {
        let close = match open.chars().last().unwrap() {
            '(' => ")",
            '[' => "]",
            _ => "}",
        };
        let deep = format!("fn f() {{ {}unsafe{} }}", open.repeat(50_000), close.repeat(50_000));
        assert_eq!(found(&deep).len(), 1);
    }
    assert!(scan("(".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn what_is_no_source_is_said() {
    assert!(scan(b"fn f() { \"").is_err());
    assert!(scan(b"\xff\xfe").is_err());
    assert!(scan(&vec![b' '; 300 << 10]).is_err());
}

proptest! {
    #[test]
    fn any_text_is_survived(text in ".{0,300}") {
        drop(scan(text.as_bytes()));
    }

    /// However deep it stands and in whatever kind of brackets, `unsafe` is found.
    #[test]
    fn brackets_do_not_hide(brackets in prop::collection::vec(0usize..4, 0..30)) {
        let pairs = [("(", ")"), ("[", "]"), ("{", "}"), ("m!(", ")")];
        let open: String = brackets.iter().map(|&kind| pairs[kind].0).collect();
        let close: String = brackets.iter().rev().map(|&kind| pairs[kind].1).collect();
        prop_assert_eq!(found(&format!("{open}unsafe{close}")), [(Forbidden::Unsafe, 1)]);
    }
}
