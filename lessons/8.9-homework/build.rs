//! Sets `cfg(student)` where `src/student/` is there: it is a module of this crate then, so that an editor understands it. A
//! feature would not do: nobody turns it on in the editor.

use std::path::Path;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(student)");
    // The folder above: one that is not there would be looked for, and everything built anew, every time.
    println!("cargo::rerun-if-changed=src");
    if Path::new("src/student/mod.rs").exists() {
        println!("cargo::rustc-cfg=student");
    }
}
