//! Describes the machine, the build and the time of a measurement.

use crate::runner::memory;
use heaplab_command::provenance::command_output;
use heaplab_record::Environment;
use std::path::Path;
use std::process::{Command, Stdio};

pub use heaplab_command::provenance::{git_commit, timestamp};

/// The machine, the compiler and the commit of the repository around a folder. `python`: the version
/// that ran beside Rust.
pub fn collect_environment(workspace: &Path, python: Option<String>) -> Environment {
    let kernel = rustix::system::uname();
    let word = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let os = format!("{} {} {}", word(kernel.sysname()), word(kernel.release()), word(kernel.machine()));
    Environment {
        os,
        cpu: cpu_model().unwrap_or_else(|| "unknown".into()),
        cores: std::thread::available_parallelism()
            .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        memory_bytes: memory::installed_bytes().unwrap_or(0),
        rustc: command_output(workspace, "rustc", &["--version"]).unwrap_or_else(|| "unknown".into()),
        python,
        commit: git_commit(workspace).unwrap_or_default(),
        frame_pointers: true,
    }
}

/// The first line of `PROGRAM --version`; `None` where it is not installed.
pub fn program_version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().filter(|line| output.status.success() && !line.is_empty())?;
    Some(line.trim().to_owned())
}

#[cfg(target_os = "linux")]
fn cpu_model() -> Option<String> {
    use procfs::Current as _;
    let info = procfs::CpuInfo::current().ok()?;
    // On aarch64 there is no model name.
    let named = info.model_name(0).map(str::to_owned);
    named.or_else(|| info.fields.get("Hardware").cloned())
}

#[cfg(not(target_os = "linux"))]
fn cpu_model() -> Option<String> {
    None
}
