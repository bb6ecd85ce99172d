//! The workspace in which submissions are built. It has two packages, `student` without any
//! dependency and `harness`, whose files are part of this program. Only the modules of a submission
//! are used.
//!
//! The dependencies are built once per state of the course and copied for each submission. This
//! base is never built inside a sandbox, so no submission can leave anything in it for the next
//! one.

use super::copy::copy_tree;
use super::pristine;
use anyhow::{Context as _, Result};
use heaplab_command::exit::ExitReason;
use heaplab_command::{child_process, provenance};
use heaplab_sandbox::{KernelSupport, detect_kernel_support};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The course around this process: what a submission needs that is never built.
pub(crate) struct Course {
    /// The root of the course's workspace.
    pub(crate) root: PathBuf,
    pub(crate) commit: String,
    pub(super) kernel_support: KernelSupport,
}

/// What all submissions that are built share.
pub(super) struct BuildEnv {
    pub(super) root: PathBuf,
    pub(super) cargo: PathBuf,
    pub(super) rustc: PathBuf,
    pub(super) sysroot: PathBuf,
    pub(super) cargo_home: PathBuf,
    /// The libraries that a built harness is linked to, with the loader.
    pub(super) libraries: Vec<PathBuf>,
    /// A workspace that was built with the starting point's modules.
    pub(super) base: PathBuf,
    place: PathBuf,
}

/// The course, loaded once per process.
pub(crate) fn load_course() -> Result<Arc<Course>> {
    static COURSE: Mutex<Option<Arc<Course>>> = Mutex::new(None);
    get_or_create(&COURSE, || {
        let root = find_root()?;
        let commit = provenance::git_commit(&root).unwrap_or_default();
        Ok(Course { commit, kernel_support: detect_kernel_support(), root })
    })
}

/// The root of the workspace around the current folder, or that folder where there is none.
/// Absolute and without symbolic links, as debug information has it.
fn find_root() -> Result<PathBuf> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let located = command_output(&cargo, &["locate-project", "--workspace", "--message-format", "plain"]);
    let root = located.ok().and_then(|manifest| Some(Path::new(&manifest).parent()?.to_owned()));
    let root = root.unwrap_or(here);
    Ok(root.canonicalize().unwrap_or(root))
}

/// The build environment, made once per process; other threads wait for the first.
pub(super) fn open_build_env(course: &Course) -> Result<Arc<BuildEnv>> {
    static OPEN: Mutex<Option<Arc<BuildEnv>>> = Mutex::new(None);
    get_or_create(&OPEN, || BuildEnv::new(course.root.clone()))
}

/// Returns the stored value or creates it. A failure is not stored: the next caller tries again.
fn get_or_create<T>(place: &Mutex<Option<Arc<T>>>, make: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(made) = place.as_ref() {
        return Ok(Arc::clone(made));
    }
    let made = Arc::new(make()?);
    Ok(Arc::clone(place.insert(made)))
}

impl BuildEnv {
    fn new(root: PathBuf) -> Result<BuildEnv> {
        let sysroot = PathBuf::from(command_output("rustc", &["--print", "sysroot"])?);
        let tool = |name: &str| sysroot.join("bin").join(name);
        let place = root.join("target/homework-verify");
        let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let cargo_home = cargo_home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
        let mut env = BuildEnv {
            cargo: tool("cargo"),
            rustc: tool("rustc"),
            sysroot,
            cargo_home: cargo_home.context("neither CARGO_HOME nor HOME is set")?,
            libraries: Vec::new(),
            base: PathBuf::new(),
            place,
            root,
        };
        env.base = env.ensure_base()?;
        env.remove_stale();
        env.libraries = linked_libraries(&harness_path_in(&env.base))?;
        Ok(env)
    }

    /// Makes the work folder of one submission, with everything in it but the student's modules.
    pub(super) fn create_work_folder(&self) -> Result<WorkFolder> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = self.place.join("submissions").join(name);
        let shown = path.display().to_string();
        let cannot = || format!("cannot make {shown}");
        if path.exists() {
            // A killed process with the same id has left it.
            std::fs::remove_dir_all(&path).with_context(cannot)?;
        }
        std::fs::create_dir_all(&path).with_context(cannot)?;
        let folder = WorkFolder { path };
        pristine::write_workspace(&folder.path, &self.root).with_context(cannot)?;
        std::fs::copy(self.base.join("Cargo.lock"), folder.path.join("Cargo.lock")).with_context(cannot)?;
        copy_tree(&self.base.join("target"), &folder.path.join("target"), &is_shared).with_context(cannot)?;
        std::fs::create_dir_all(folder.path.join("tmp")).with_context(cannot)?;
        Ok(folder)
    }

    /// Builds the base for this state of the course if it does not exist yet.
    fn ensure_base(&self) -> Result<PathBuf> {
        let base = self.place.join(format!("base-{}", self.base_key()?));
        let cannot = || format!("cannot make {}", base.display());
        std::fs::create_dir_all(&self.place).with_context(cannot)?;
        // Several processes may start at once.
        let lock = File::create(self.place.join("lock")).with_context(cannot)?;
        lock.lock().with_context(cannot)?;
        if base.join("whole").exists() {
            return Ok(base);
        }
        let _ = std::fs::remove_dir_all(&base);
        std::fs::create_dir_all(&base).with_context(cannot)?;
        pristine::write_workspace(&base, &self.root).with_context(cannot)?;
        pristine::write_student(&base, pristine::START).with_context(cannot)?;
        std::fs::copy(self.root.join("Cargo.lock"), base.join("Cargo.lock")).with_context(cannot)?;
        // Without --locked, once: cargo removes from the course's lock what this workspace does not
        // need.
        let mut command = Command::new(&self.cargo);
        command.current_dir(&base).args(["build", "--offline", "--quiet", "--profile", "lesson"]);
        command
            .env("RUSTC", &self.rustc)
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS)
            .env("CARGO_TARGET_DIR", base.join("target"));
        for name in [
            "RUSTFLAGS",
            "CARGO_BUILD_TARGET",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "CARGO_INCREMENTAL",
        ] {
            command.env_remove(name);
        }
        let (_, status) = child_process::run_to_end(&mut command, "cargo")?;
        if !status.success() {
            return Err(ExitReason::MissingRequirement(
                "the course's own harness does not build; cargo has said why above".into(),
            )
            .into());
        }
        std::fs::write(base.join("whole"), "").with_context(cannot)?;
        Ok(base)
    }

    /// Removes bases of other states that are older than a day, and work folders of processes that
    /// were killed.
    fn remove_stale(&self) {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        let entries = |folder: &Path| {
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
        };
        let name = |path: &Path| {
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        };
        for old in entries(&self.place).filter(|path| *path != self.base && name(path).starts_with("base-")) {
            let built = std::fs::metadata(old.join("whole")).and_then(|file| file.modified()).ok();
            if built.and_then(|built| built.elapsed().ok()).is_none_or(|age| age > DAY) {
                let _ = std::fs::remove_dir_all(old);
            }
        }
        for left in entries(&self.place.join("submissions")) {
            let name = name(&left);
            let process = name.split_once('-').map_or("", |(process, _)| process);
            if !Path::new("/proc").join(process).exists() {
                let _ = std::fs::remove_dir_all(left);
            }
        }
    }

    /// A short hash of everything that the base is built from.
    fn base_key(&self) -> Result<String> {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for (name, text) in pristine::FILES.iter().chain(pristine::START) {
            files.push(((*name).to_owned(), text.as_bytes().to_vec()));
        }
        let mut folders: Vec<PathBuf> =
            ["heap", "profile", "record"].map(|name| self.root.join("crates").join(name)).into();
        while let Some(folder) = folders.pop() {
            for entry in
                std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
            {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.display().to_string(), std::fs::read(&path)?));
                }
            }
        }
        for name in ["Cargo.toml", "Cargo.lock"] {
            files.push((
                name.to_owned(),
                std::fs::read(self.root.join(name)).with_context(|| format!("cannot read {name}"))?,
            ));
        }
        files.push((
            "rustc".to_owned(),
            command_output(&self.rustc.display().to_string(), &["-vV"])?.into_bytes(),
        ));
        let hash = heaplab_homework::source_sha256(
            files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())),
        );
        Ok(hash.chars().take(16).collect())
    }
}

/// The flags that lessons are built with: the recorder walks frame pointers.
pub(super) const FLAGS: &str = "-Cforce-frame-pointers=yes";

/// A submission's work folder. Dropping it removes it.
pub(super) struct WorkFolder {
    pub(super) path: PathBuf,
}

impl WorkFolder {
    pub(super) fn harness_path(&self) -> PathBuf {
        harness_path_in(&self.path)
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

fn harness_path_in(folder: &Path) -> PathBuf {
    folder.join("target/lesson/harness")
}

/// Whether an entry of the built target is the same for every submission: all but the two packages
/// and cargo's lock.
fn is_shared(name: &str) -> bool {
    let stem = name.strip_prefix("lib").unwrap_or(name);
    !(stem.starts_with("student")
        || stem.starts_with("harness")
        || name == "incremental"
        || name == ".cargo-lock")
}

/// The shared libraries of a program, as the loader lists them.
fn linked_libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new(program).env_clear().env("LD_TRACE_LOADED_OBJECTS", "1").output();
    let output = output.with_context(|| format!("cannot start {}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = text.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')));
    Ok(found.map(PathBuf::from).chain([PathBuf::from("/etc/ld.so.cache")]).collect())
}

fn command_output(program: &str, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(program).args(arguments).output().with_context(|| format!("cannot start {program}"))?;
    anyhow::ensure!(output.status.success(), "{program} {}: {}", arguments.join(" "), output.status);
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
