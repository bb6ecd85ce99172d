//! Builds heaplab-grader where it is not up to date, and starts it. It is a program of its own
//! because archives, sandboxes and a class of hostile homework are nothing that a student's build
//! should wait for.

use crate::exit::ExitReason;
use crate::interrupt;
use crate::runner::child_process::terminate_with_parent;
use crate::runner::discover::{self, Workspace};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use cargo_metadata::Message;
use std::io::BufReader;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const PACKAGE: &str = "heaplab-grader";

/// Becomes the grader, with the words behind `homework`: it has this process's number, terminal and
/// exit status, and signals reach it. Returns only when that fails.
pub(crate) fn become_grader() -> Result<()> {
    let program = build(&discover::load_workspace()?)?;
    let error = Command::new(&program).args(std::env::args_os().skip(2)).exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

/// The up-to-date grader. Nothing is printed unless something has to be compiled.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // With both packages named, the crates that they share have the features of xtask's own build:
    // cargo has these already.
    command.current_dir(&workspace.root).args(["build", "--quiet", "--package", "xtask"]);
    command.args(["--package", PACKAGE, "--bin", PACKAGE]);
    command.args(["--message-format", "json-render-diagnostics"]);
    terminate_with_parent(&mut command);
    let mut cargo =
        command.stdout(Stdio::piped()).spawn().context("cannot start cargo; is Rust installed?")?;
    let screen = Terminal::new(false);
    let (mut program, mut is_announced) = (None, false);
    for message in cargo.stdout.take().into_iter().flat_map(|out| Message::parse_stream(BufReader::new(out)))
    {
        let Message::CompilerArtifact(artifact) = message.context("cannot read what cargo says")? else {
            continue;
        };
        if !artifact.fresh {
            if !std::mem::replace(&mut is_announced, true) {
                screen.print_step(&format!("building {PACKAGE}"));
            }
            screen.set_activity(&format!("building {PACKAGE}: {}", artifact.target.name));
        }
        if artifact.target.name == PACKAGE {
            program = artifact.executable.or(program);
        }
    }
    let status = cargo.wait().context("cannot wait for cargo")?;
    interrupt::check()?;
    if !status.success() {
        return Err(ExitReason::MissingRequirement(format!(
            "{PACKAGE} does not build; cargo has said why above"
        ))
        .into());
    }
    let program = program.with_context(|| format!("cargo has built no program {PACKAGE}"))?;
    Ok(program.into_std_path_buf())
}
