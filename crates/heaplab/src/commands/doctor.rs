//! `heaplab doctor`: what this machine has and lacks for recording programs, and how to get it.

use crate::exit::ExitReason;
use crate::requirement::{CheckResult, render_checks};
use crate::runner::environment::program_version;
use crate::setting::Setting;
use crate::terminal::Terminal;
use anyhow::Result;
use heaplab_profile::raw;
use std::path::Path;
use std::process::{Command, Stdio};

/// The folders in which debuggers look for the debug files of installed programs.
const DEBUG_FOLDER: &str = "/usr/lib/debug";

/// Prints a line for each thing that is there or not.
///
/// # Errors
/// [`ExitReason::MissingRequirement`] if programs cannot be recorded here.
pub fn run(setting: &Setting<'_>) -> Result<()> {
    let library = (setting.recorder_library)();
    let checks = vec![
        ("system", check_system()),
        (
            "recorder",
            match &library {
                Ok(path) => check_recording(path),
                Err(error) => CheckResult::No(format!("{error:#}")),
            },
        ),
        ("memory folder", check_memory_folder()),
        ("CPython", check_python()),
        ("debug files", check_debug_files()),
        ("valgrind", check_valgrind()),
        ("cargo", check_cargo()),
    ];
    let (text, missing) = render_checks(checks);
    Terminal::new(true).print_result(text.trim_end());
    if missing > 0 {
        return Err(ExitReason::MissingRequirement(
            "programs cannot be recorded here; the lines with ✗ say why".into(),
        )
        .into());
    }
    Ok(())
}

fn check_system() -> CheckResult {
    let here = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
    let glibc = Command::new("getconf").arg("GNU_LIBC_VERSION").stderr(Stdio::null()).output();
    let glibc = glibc.ok().filter(|output| output.status.success());
    match glibc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()) {
        Some(version) if cfg!(target_os = "linux") => CheckResult::Yes(format!("{here}, {version}")),
        _ => CheckResult::No(format!(
            "{here}, without glibc: only programs that have the recorder built in can be recorded \
             (heaplab-heap)"
        )),
    }
}

/// Records a shell that does nothing, and reads what it left.
fn check_recording(library: &Path) -> CheckResult {
    let try_it = || -> Result<u64> {
        let folder = tempfile::tempdir()?;
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", ":"]).env("LD_PRELOAD", library).env("HEAPLAB_OUT", folder.path());
        shell.env_remove("HEAPLAB_PROBE").env_remove("HEAPLAB_FOLLOW");
        let output = shell.stdin(Stdio::null()).output()?;
        anyhow::ensure!(output.status.success(), "/bin/sh ended with {} under the recorder", output.status);
        let file = std::fs::read_dir(folder.path())?.flatten().next();
        let file = file.ok_or_else(|| {
            let said = String::from_utf8_lossy(&output.stderr);
            anyhow::anyhow!("/bin/sh left no recording. {}", said.trim())
        })?;
        Ok(raw::read_file(&file.path())?.totals.births)
    };
    match try_it() {
        Ok(blocks) => {
            CheckResult::Yes(format!("{}: it has recorded /bin/sh ({blocks} blocks)", library.display()))
        }
        Err(error) => CheckResult::No(format!("{}: {error:#}", library.display())),
    }
}

/// A recording that has no room in the report's folder goes to memory.
fn check_memory_folder() -> CheckResult {
    match tempfile::tempfile_in("/dev/shm") {
        Ok(_) => CheckResult::Yes("/dev/shm takes recordings where the report's disk is full".into()),
        Err(error) => CheckResult::Without(format!(
            "/dev/shm cannot be used ({error}): a recording is lost where the report's disk is full"
        )),
    }
}

fn check_python() -> CheckResult {
    let asked = "import sys; print(sys.implementation.name, '%d.%d.%d' % sys.version_info[:3])";
    let output = Command::new("python3").args(["-c", asked]).stdin(Stdio::null()).output();
    let said = output.ok().filter(|output| output.status.success());
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let minor =
        said.as_deref().and_then(|said| said.strip_prefix("cpython 3.")?.split('.').next()?.parse().ok());
    match (said, minor) {
        (Some(said), Some(11..=13)) => {
            CheckResult::Yes(format!("{said}: Python functions and lines stand in its stacks"))
        }
        (Some(said), _) => CheckResult::Without(format!(
            "{said}: its native functions are recorded; those of Python need CPython 3.11, 3.12 or 3.13"
        )),
        (None, _) => CheckResult::Without("python3 is not installed".into()),
    }
}

fn check_debug_files() -> CheckResult {
    let has_files = Path::new(DEBUG_FOLDER).join(".build-id").is_dir();
    match (has_files, program_version("debuginfod-find")) {
        (true, _) => CheckResult::Yes(format!("{DEBUG_FOLDER} has lines for installed libraries")),
        (false, Some(_)) => CheckResult::Yes("what debuginfod-find has fetched is used".into()),
        (false, None) => CheckResult::Without(format!(
            "{DEBUG_FOLDER} has none: functions of installed libraries have names and no lines. Debian: \
             apt-get install libc6-dbg"
        )),
    }
}

fn check_valgrind() -> CheckResult {
    match program_version("valgrind") {
        Some(version) => CheckResult::Yes(format!("{version}: counts instructions for run --cpu")),
        None => CheckResult::Without(
            "not installed; it would count instructions for run --cpu. Debian: apt-get install valgrind"
                .into(),
        ),
    }
}

fn check_cargo() -> CheckResult {
    match program_version("cargo") {
        Some(version) => CheckResult::Yes(format!("{version}: for cargo heaplab run, test and bench")),
        None => CheckResult::Without("not installed; only cargo heaplab needs it".into()),
    }
}
