//! `cargo heaplab` on a small package, through the real program.

#![cfg(all(target_os = "linux", target_env = "gnu", feature = "embed"))]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::path::Path;
use std::process::{Command, Output};

const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [[bench]]\nname = \"encode\"\nharness = false\n[workspace]\n",
    ),
    (
        "src/lib.rs",
        "pub fn fill(n: usize) -> Vec<u64> {\n    vec![7; n]\n}\n\n#[test]\nfn unit() { fill(3); }\n",
    ),
    (
        "src/main.rs",
        "fn main() {\n    let words: Vec<String> = std::env::args().skip(1).collect();\n    \
         std::mem::forget(demo::fill(1000));\n    println!(\"{words:?}\");\n}\n",
    ),
    ("tests/whole.rs", "#[test]\nfn whole() { demo::fill(30); }\n"),
    (
        "benches/encode.rs",
        "fn main() {\n    demo::fill(100);\n    println!(\"{}\", std::env::args().nth(1).unwrap());\n}\n",
    ),
];

fn make_package(folder: &Path) {
    for (name, text) in FILES {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn cargo_heaplab(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-heaplab"));
    command.arg("heaplab").args(words).current_dir(folder);
    // The flags of the build of this test are not those of a user.
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("RUSTFLAGS").env_remove("CARGO_TARGET_DIR");
    command.env("LANG", "C.UTF-8").output().unwrap()
}

fn reports(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("heaplab-report")).unwrap().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_binary_is_built_with_lines_and_recorded() {
    let home = tempfile::tempdir().unwrap();
    make_package(home.path());
    let output = cargo_heaplab(home.path(), &["run", "--", "a word", "--json"]);
    let (said, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{errors}");
    assert!(said.contains("[\"a word\", \"--json\"]"), "{said}");
    // 1,000 numbers of eight bytes, held at the end, by this line of an optimised build.
    assert!(said.contains("src/lib.rs:2") && said.contains("8.00 kB"), "{said}");
    assert_eq!(reports(home.path()), ["demo"]);
}

#[test]
fn tests_and_benches_have_a_report_each() {
    let home = tempfile::tempdir().unwrap();
    make_package(home.path());
    let output = cargo_heaplab(home.path(), &["test", "--quiet"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(reports(home.path()), ["demo-bin-tests", "demo-lib-tests", "whole"]);
    let output = cargo_heaplab(home.path(), &["bench", "--quiet"]);
    assert_eq!(text(&output.stdout), "--bench\n", "{}", text(&output.stderr));
    assert_eq!(reports(home.path()).len(), 4);
}

#[test]
fn what_does_not_build_gives_no_report() {
    let home = tempfile::tempdir().unwrap();
    make_package(home.path());
    let output = cargo_heaplab(home.path(), &["run", "--bin", "other"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("cargo has said why above"));
    std::fs::create_dir_all(home.path().join("src/bin")).unwrap();
    std::fs::write(home.path().join("src/bin/second.rs"), "fn main() {}").unwrap();
    let output = cargo_heaplab(home.path(), &["run"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("choose one by --bin"), "{}", text(&output.stderr));
    assert!(!home.path().join("heaplab-report").exists());
}
