//! Why the trap cannot be written in Rust as it is in Python: the compiler, or clippy, refuses each
//! file of `refused/`, and for the reason that stands there.

use std::path::Path;
use std::process::Command;

#[test]
fn there_are_no_default_arguments() {
    refused("rustc", "default_argument.rs", &["parameter defaults are not supported"]);
}

#[test]
fn a_function_hands_out_no_list_for_everybody() {
    refused("rustc", "list_of_a_function.rs", &["error[E0515]"]);
}

#[test]
fn a_static_is_not_written_without_a_lock() {
    refused("rustc", "static_without_a_lock.rs", &["error[E0596]"]);
}

#[test]
fn a_push_into_a_constant_is_warned_of() {
    refused("rustc", "const_is_new_each_time.rs", &["taking a mutable reference to a `const` item"]);
}

#[test]
fn clippy_refuses_a_constant_with_a_cell() {
    let lint = ["borrow of a named constant with interior mutability", "borrow_interior_mutable_const"];
    refused("clippy-driver", "const_with_a_cell.rs", &lint);
}

/// What the warning saves from: the item is in a list that is gone at the semicolon.
#[test]
#[expect(const_item_mutation, reason = "the test shows what the lint is about")]
fn each_use_of_a_constant_is_a_new_list() {
    const BAG: Vec<u64> = Vec::new();
    BAG.push(1);
    assert_eq!(BAG.len(), 0);
}

/// Every error of the file is one of those named, and each of those is there: a file that fails for
/// another reason, such as a slip of the pen, shows nothing.
fn refused(compiler: &str, file: &str, errors: &[&str]) {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("refused").join(file);
    let arguments = ["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--color", "never"];
    let ran = Command::new(compiler).args(arguments).arg("--out-dir").arg(out.path()).arg(&path).output();
    let Ok(ran) = ran else {
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "{compiler} does not start");
        return println!("SKIPPED: {compiler} does not start");
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(!ran.status.success(), "{file} compiles");
    for error in errors {
        assert!(said.contains(error), "{file}: `{error}` is not in:\n{said}");
    }
    let heads = said.lines().filter(|line| line.starts_with("error") && !line.contains("aborting"));
    for head in heads {
        assert!(errors.iter().any(|error| head.contains(error)), "{file}: another error, {head}");
    }
}
