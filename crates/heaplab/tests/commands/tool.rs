//! Runs `heaplab`, and reads what it leaves.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// `heaplab` in this folder, with nothing in its environment that would change what it does.
pub(crate) fn heaplab(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heaplab"));
    command.current_dir(folder);
    for name in ["HEAPLAB_PROBE", "HEAPLAB_OUT", "HEAPLAB_FOLLOW", "LC_ALL", "LC_MESSAGES", "PYTHONMALLOC"] {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").env("COLUMNS", "80").env("NO_COLOR", "1");
    // The recorder's library is unpacked into this folder, and not into the user's own.
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs it to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    heaplab(folder).args(arguments).output().unwrap()
}

/// Ends with this status, or shows everything it said.
pub(crate) fn ends_with(output: &Output, status: i32) {
    assert_eq!(output.status.code(), Some(status), "\n{}\n{}", stdout(output), stderr(output));
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `programs/leak.c`, built with debug information.
pub(crate) fn leak() -> &'static str {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/leak.c");
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("leak");
        // Built elsewhere first: another test process may run the program now.
        let part = program.with_extension(std::process::id().to_string());
        let mut compiler = Command::new("cc");
        compiler.args(["-g", "-O1", "-fno-builtin", source, "-o"]).arg(&part);
        assert!(compiler.status().unwrap().success());
        std::fs::rename(&part, &program).unwrap();
        program
    });
    built.to_str().unwrap()
}

/// A report's report.json.
pub(crate) fn report(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("report.json")).unwrap()).unwrap()
}

/// The names of a report's processes.
pub(crate) fn processes(report: &Value) -> Vec<&str> {
    report["runs"].as_array().unwrap().iter().map(|run| run["variant"].as_str().unwrap()).collect()
}

/// What lies in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
