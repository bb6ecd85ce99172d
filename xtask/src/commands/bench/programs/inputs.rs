//! What the programs work on, made from a number of rows alone, so that every machine has the same.

use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Files of the repository, and lines of each.
const FILES: u64 = 20;
const LINES: u64 = 120;

/// A list of objects with a name and two tags each.
pub(super) fn write_json(folder: &Path, rows: u64) -> Result<PathBuf> {
    let mut text = String::from("[");
    for row in 0..rows {
        let comma = if row == 0 { "" } else { "," };
        let _ =
            write!(text, "{comma}{{\"id\":{row},\"name\":\"user{row}\",\"tags\":[\"a{}\",\"b\"]}}", row % 7);
    }
    text.push_str("]\n");
    write_file(folder, "rows.json", &text)
}

/// C functions with loops and branches, which need no header.
pub(super) fn write_c_source(folder: &Path, functions: u64) -> Result<PathBuf> {
    let mut text = String::new();
    for number in 0..functions {
        let (factor, mask, cases) = (number + 3, number % 13 + 1, number % 5 + 3);
        let _ = writeln!(
            text,
            "int f{number}(int a, int b) {{\n  int s = 0;\n  for (int i = a; i < b; i++) {{\n    s += i * {factor};\n    \
             if (s & {mask}) s ^= b;\n    switch (s % {cases}) {{\n    case 0: s++; break;\n    case 1: s -= b; break;\n    \
             default: s += a;\n    }}\n  }}\n  return s;\n}}"
        );
    }
    write_file(folder, "functions.c", &text)
}

/// Compiles the C++ program.
pub(super) fn compile_map(folder: &Path, source: &Path) -> Result<PathBuf> {
    let program = folder.join("map");
    let mut compiler = Command::new("c++");
    compiler.args(["-O2", "-std=c++17", "-o"]).arg(&program).arg(source);
    run(&mut compiler, "c++")?;
    Ok(program)
}

/// A repository in which each commit changes some lines of one file. git makes it from a stream with
/// fixed names and dates, so that it has the same objects everywhere.
pub(super) fn make_repository(folder: &Path, commits: u64) -> Result<PathBuf> {
    let place = folder.join("repository.git");
    run(Command::new("git").args(["init", "-q", "--bare"]).arg(&place).envs(GIT_ENVIRONMENT), "git init")?;
    let mut import = Command::new("git");
    import.arg("-C").arg(&place).args(["fast-import", "--quiet"]).envs(GIT_ENVIRONMENT).stdin(Stdio::piped());
    let mut child = import.spawn().context("git fast-import does not start")?;
    let mut stream = child.stdin.take().context("git fast-import takes no input")?;
    for number in 0..commits {
        stream.write_all(commit(number).as_bytes()).context("git fast-import ended early")?;
    }
    drop(stream);
    let status = child.wait()?;
    anyhow::ensure!(status.success(), "git fast-import failed: {status}");
    Ok(place)
}

/// What keeps the user's settings out of git's work.
pub(super) const GIT_ENVIRONMENT: [(&str, &str); 3] =
    [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_PAGER", "cat")];

/// One commit in the format of `git fast-import`.
fn commit(number: u64) -> String {
    let (file, round) = (number % FILES, number / FILES);
    let seconds = 1_700_000_000 + number * 60;
    let message = format!("Change {number} of file {file}\n");
    let mut content = String::new();
    for line in 0..LINES {
        // A tenth of the lines changes in each round.
        let version = (round + line) / 10;
        let _ = writeln!(content, "line {line} of file {file} has the value {}", version * 37 + line * 11);
    }
    format!(
        "commit refs/heads/main\ncommitter heaplab <bench@example.invalid> {seconds} +0000\ndata {}\n{message}\n\
         M 100644 inline file{file}.txt\ndata {}\n{content}\n",
        message.len(),
        content.len()
    )
}

fn write_file(folder: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn run(command: &mut Command, what: &str) -> Result<()> {
    let status = command.status().with_context(|| format!("{what} does not start"))?;
    anyhow::ensure!(status.success(), "{what} failed: {status}");
    Ok(())
}
