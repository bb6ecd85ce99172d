//! Builds a submission's modules in a sandbox: the compiler reads the toolchain, the registry and
//! the work folder, and writes to the work folder's target only.

use super::build_env::{BuildEnv, FLAGS, WorkFolder};
use super::sandboxed_child::{self, ChildEnd};
use anyhow::Result;
use heaplab_homework::reason::{FoundReason, ReasonCode};
use heaplab_sandbox::{Limits, WorkKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The time limit as a multiple of a run's. A harness builds in one or two seconds; a loaded
/// machine needs several times that.
const WALL_RUNS: u32 = 6;
const MEMORY_BYTES: u64 = 2 << 30;
const THREADS: u64 = 256;
const OUTPUT_BYTES: usize = 1 << 20;
const CARGO_ARGUMENTS: &str =
    "build --locked --offline --quiet --color never --profile lesson --package harness";

/// Builds the harness. `Ok(Some(_))` is the reason why it does not build.
pub(super) fn build(
    env: &BuildEnv,
    folder: &WorkFolder,
    timeout: Duration,
    lenient: bool,
) -> Result<Option<FoundReason>> {
    let target = folder.path.join("target");
    let request = sandboxed_child::ChildRequest {
        program: env.cargo.clone(),
        arguments: CARGO_ARGUMENTS.split(' ').map(Into::into).collect(),
        folder: folder.path.clone(),
        environment: vec![
            ("PATH", "/usr/local/bin:/usr/bin:/bin".into()),
            ("HOME", folder.path.join("tmp").into()),
            ("TMPDIR", folder.path.join("tmp").into()),
            ("CARGO_HOME", env.cargo_home.clone().into()),
            ("CARGO_TARGET_DIR", target.clone().into()),
            ("CARGO_ENCODED_RUSTFLAGS", FLAGS.into()),
            ("CARGO_TERM_PROGRESS_WHEN", "never".into()),
            ("RUSTC", env.rustc.clone().into()),
            ("LC_ALL", "C".into()),
        ],
        limits: Limits {
            work: WorkKind::Compile,
            read: readable_paths(env, &folder.path),
            execute: [env.sysroot.clone()]
                .into_iter()
                .chain(["/usr", "/lib", "/lib64", "/bin"].map(PathBuf::from))
                .collect(),
            write: vec![target, folder.path.join("tmp"), "/dev/null".into()],
            cpu_seconds: 120,
            file_bytes: 512 << 20,
            open_files: 1024,
            stack_bytes: 8 << 20,
            inherit: Vec::new(),
            lenient,
        },
        line: None,
        shared: None,
        wall: timeout * WALL_RUNS,
        memory_bytes: MEMORY_BYTES,
        threads: THREADS,
        output_bytes: OUTPUT_BYTES,
    };
    let outcome = sandboxed_child::run(&request)?;
    Ok(match outcome.end {
        ChildEnd::Exited(status) if status.success() => None,
        ChildEnd::Exited(_) => {
            anyhow::ensure!(
                !outcome.stderr.starts_with(crate::sandbox_entry::ERROR_PREFIX),
                "the compiler could not be fenced: {}",
                outcome.stderr.trim()
            );
            Some(
                FoundReason::new(ReasonCode::DoesNotBuild)
                    .with_detail(&first_error(&outcome.stderr, &folder.path)),
            )
        }
        ChildEnd::Wall => Some(FoundReason::new(ReasonCode::BuildTimeout)),
        ChildEnd::Memory => Some(FoundReason::new(ReasonCode::BuildMemory)),
        ChildEnd::Threads => Some(FoundReason::new(ReasonCode::TooManyThreads)),
        ChildEnd::Output => Some(FoundReason::new(ReasonCode::OutputFlood)),
    })
}

/// What compiler and cargo read besides the files that they execute.
fn readable_paths(env: &BuildEnv, folder: &Path) -> Vec<PathBuf> {
    let root = &env.root;
    let mut read = vec![
        folder.to_owned(),
        env.base.clone(),
        root.join("Cargo.toml"),
        "/etc/ld.so.cache".into(),
        "/dev/null".into(),
        "/dev/urandom".into(),
        "/proc/meminfo".into(),
        "/sys/fs/cgroup".into(),
        env.cargo_home.join("registry"),
        env.cargo_home.join("config.toml"),
    ];
    read.extend(["heap", "profile", "record"].map(|name| root.join("crates").join(name)));
    // cargo looks for its configuration in every parent folder.
    read.extend(folder.ancestors().skip(1).map(|above| above.join(".cargo")));
    read
}

/// The compiler's first error without this machine's paths.
fn first_error(stderr: &str, folder: &Path) -> String {
    let from = stderr.lines().position(|line| line.starts_with("error")).unwrap_or(0);
    let place = format!("{}/", folder.join("student/src").display());
    let text: Vec<&str> = stderr.lines().skip(from).take(6).collect();
    text.join("\n")
        .replace(&place, "src/")
        .replace(&folder.display().to_string(), "")
        .replace("student/src/student/", "src/")
}
