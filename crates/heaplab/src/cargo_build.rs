//! Runs cargo and learns which files it built.

use anyhow::{Context as _, Result};
use cargo_metadata::{Artifact, Message, TargetKind};
use heaplab_command::exit::ExitReason;
use heaplab_command::interrupt;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The option that makes cargo name the files that it builds. Its warnings and errors still reach the
/// terminal.
pub const MESSAGE_FORMAT: [&str; 2] = ["--message-format", "json-render-diagnostics"];

/// What a built file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltKind {
    /// A binary or an example.
    Program,
    /// An integration test.
    Test,
    /// A bench.
    Bench,
    /// The unit tests of a library.
    LibraryTests,
    /// The unit tests of a binary or an example.
    ProgramTests,
    /// A shared library, perhaps that of a procedural macro.
    Library,
}

/// A program or a library that cargo built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltFile {
    /// The name of the target.
    pub target: String,
    /// The path of the program, or of the shared library.
    pub path: PathBuf,
    /// What it is.
    pub kind: BuiltKind,
}

/// Runs a cargo command with [`MESSAGE_FORMAT`], and returns what it built, in cargo's order. What
/// cargo says goes to the terminal.
pub fn run_cargo(mut command: Command) -> Result<Vec<BuiltFile>> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().context("cannot start cargo; is Rust installed?")?;
    let mut built = Vec::new();
    if let Some(output) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            if let Message::CompilerArtifact(artifact) = message.context("cannot read what cargo says")? {
                built.extend(find_built_file(artifact));
            }
        }
    }
    let status = child.wait().context("cannot wait for cargo")?;
    interrupt::check()?;
    if !status.success() {
        return Err(ExitReason::CheckFailed("it does not build; cargo has said why above".into()).into());
    }
    Ok(built)
}

/// The program or the library among the files of a target. A build script is a program as well, but
/// nobody asked for it.
fn find_built_file(artifact: Artifact) -> Option<BuiltFile> {
    let is = |kind: TargetKind| artifact.target.kind.contains(&kind);
    let (is_test, is_program) = (artifact.profile.test, artifact.executable.is_some());
    let kind = match () {
        () if is(TargetKind::CustomBuild) => return None,
        () if is(TargetKind::Test) => BuiltKind::Test,
        () if is(TargetKind::Bench) => BuiltKind::Bench,
        () if is(TargetKind::Bin) || is(TargetKind::Example) => {
            if is_test {
                BuiltKind::ProgramTests
            } else {
                BuiltKind::Program
            }
        }
        () if is_program => BuiltKind::LibraryTests,
        () => BuiltKind::Library,
    };
    let library = artifact.filenames.into_iter().find(|file| file.extension() == Some("so"));
    let path = artifact.executable.or(library)?.into_std_path_buf();
    Some(BuiltFile { target: artifact.target.name, path, kind })
}
