//! Runs the real binary.

use std::path::Path;
use std::process::{Command, Output};

/// The binary with arguments, in English and without progress lines.
pub(crate) fn logagg(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logagg"));
    command.args(arguments).env("LC_ALL", "en_US.UTF-8");
    command
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    logagg(arguments).output().unwrap()
}

pub(crate) fn json(arguments: &[&str]) -> serde_json::Value {
    let output = run(&[&["--json"], arguments].concat());
    parsed(&output)
}

pub(crate) fn parsed(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn counts(mut report: serde_json::Value) -> serde_json::Value {
    for key in ["peak_rss_bytes", "spilled_bytes", "wall_ns"] {
        report.as_object_mut().unwrap().remove(key).unwrap();
    }
    report
}

pub(crate) fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn generated(folder: &Path, name: &str, arguments: &[&str]) -> String {
    let path = folder.join(name);
    let output = run(&[&["generate", "--json"], arguments, &[arg(&path)]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    arg(&path).to_owned()
}
