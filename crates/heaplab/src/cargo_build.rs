//! Runs cargo and learns which files it built.

use anyhow::{Context as _, Result};
use cargo_metadata::{Message, TargetKind};
use heaplab_command::exit::ExitReason;
use heaplab_command::interrupt;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The option that makes cargo name the files that it builds. Its warnings and errors still reach the
/// terminal.
pub const MESSAGE_FORMAT: [&str; 2] = ["--message-format", "json-render-diagnostics"];

/// A program or a library that cargo built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltFile {
    /// The name of the target.
    pub target: String,
    /// The path of the program, or of the shared library.
    pub path: PathBuf,
    /// It is a program. A library may be that of a procedural macro, which cargo built for itself.
    pub is_program: bool,
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
                // A build script is a program as well, and nobody asked for it.
                if artifact.target.kind.contains(&TargetKind::CustomBuild) {
                    continue;
                }
                let is_program = artifact.executable.is_some();
                let library = artifact.filenames.into_iter().find(|file| file.extension() == Some("so"));
                if let Some(file) = artifact.executable.or(library) {
                    let (target, path) = (artifact.target.name, file.into_std_path_buf());
                    built.push(BuiltFile { target, path, is_program });
                }
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
