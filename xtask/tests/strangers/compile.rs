//! Compiles the programs of these tests.

use crate::run;
use cargo_metadata::Message;
use std::ffi::OsStr;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The recorder as a library that rustc can link.
struct HeapLibrary {
    heap: PathBuf,
    libc: PathBuf,
    /// Where the libraries lie that these two need.
    dependencies: Vec<PathBuf>,
}

/// This machine's target with another C library.
pub(crate) const MUSL: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-musl" } else { "x86_64-unknown-linux-musl" };

/// A source file of these tests.
pub(crate) fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/strangers/programs").join(name)
}

/// The line of a source file that has this mark, counted from 1.
pub(crate) fn line_of(name: &str, mark: &str) -> usize {
    let text = std::fs::read_to_string(source(name)).expect("the source is there");
    1 + text.lines().position(|line| line.ends_with(mark)).expect("a line has the mark")
}

/// Compiles a Rust program or library against the recorder, optimised unless the flags say
/// otherwise.
pub(crate) fn compile(name: &str, output: &Path, flags: &[&str]) {
    let musl = flags.contains(&MUSL);
    let library = if musl { heap_library_of_musl() } else { heap_library() };
    let mut rustc = Command::new(beside_cargo("rustc"));
    rustc.arg(source(name)).arg("-o").arg(output).args(["--edition", "2024", "-Cdebuginfo=2"]);
    if !flags.iter().any(|flag| flag.starts_with("-Copt-level")) {
        rustc.arg("-Copt-level=3");
    }
    for (name, file) in [("heaplab_heap", &library.heap), ("libc", &library.libc)] {
        rustc.arg("--extern").arg(join([OsStr::new(name), OsStr::new("="), file.as_os_str()]));
    }
    for folder in &library.dependencies {
        rustc.arg("-L").arg(join([OsStr::new("dependency="), folder.as_os_str()]));
    }
    run_to_success(rustc.args(flags).current_dir(run::workspace()));
}

/// A program that many tests run, compiled by the first of them without further flags.
pub(crate) fn compile_once(name: &str, compiled: &'static OnceLock<PathBuf>) -> &'static Path {
    compiled.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("strangers");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let program = folder.join(name.trim_end_matches(".rs"));
        compile(name, &program, &[]);
        program
    })
}

/// Compiles a C program.
pub(crate) fn compile_c(name: &str, output: &Path) {
    run_to_success(Command::new("cc").args(["-O1", "-o"]).arg(output).arg(source(name)).arg("-ldl"));
}

/// Compiles a C library with a definition.
pub(crate) fn compile_c_library(name: &str, output: &Path, definition: &str) {
    let mut cc = Command::new("cc");
    cc.args(["-g", "-O1", "-shared", "-fPIC", definition, "-o"]).arg(output).arg(source(name));
    run_to_success(&mut cc);
}

pub(crate) fn run_to_success(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// Whether rustc can compile for this target.
pub(crate) fn has_target(target: &str) -> bool {
    let mut rustc = Command::new(beside_cargo("rustc"));
    let output = rustc.args(["--print", "target-libdir", "--target", target]).output().expect("rustc starts");
    let folder = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success() && Path::new(folder.trim()).is_dir()
}

fn join<const N: usize>(parts: [&OsStr; N]) -> std::ffi::OsString {
    parts.into_iter().collect()
}

/// A program of the toolchain that built this test.
pub(crate) fn beside_cargo(name: &str) -> PathBuf {
    Path::new(env!("CARGO")).with_file_name(name)
}

fn heap_library() -> &'static HeapLibrary {
    static BUILT: OnceLock<HeapLibrary> = OnceLock::new();
    BUILT.get_or_init(|| build_heap(&[]))
}

fn heap_library_of_musl() -> &'static HeapLibrary {
    static BUILT: OnceLock<HeapLibrary> = OnceLock::new();
    BUILT.get_or_init(|| build_heap(&["--target", MUSL]))
}

/// Builds the recorder as a stranger's release build does, without frame pointers. Bitcode is for
/// the programs that are optimised at link time.
fn build_heap(options: &[&str]) -> HeapLibrary {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(run::workspace()).args(["build", "--release", "--package", "heaplab-heap", "--lib"]);
    cargo.args(["--quiet", "--message-format", "json", "--target-dir"]).arg(run::target().join("strangers"));
    cargo.args(options).env("CARGO_ENCODED_RUSTFLAGS", "-Cembed-bitcode=yes").env_remove("RUSTFLAGS");
    let mut child = cargo.stdout(Stdio::piped()).spawn().expect("cargo starts");
    let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
    let (mut heap, mut libc, mut dependencies) = (None, None, Vec::new());
    for message in Message::parse_stream(output) {
        let Message::CompilerArtifact(artifact) = message.expect("cargo's messages are read") else {
            continue;
        };
        let libraries = artifact.filenames.iter().filter(|name| name.extension() == Some("rlib"));
        for library in libraries.map(|name| name.as_std_path().to_owned()) {
            dependencies.extend(library.parent().map(|folder| folder.join("deps")));
            dependencies.extend(library.parent().map(Path::to_owned));
            match artifact.target.name.as_str() {
                "heaplab_heap" => heap = Some(library),
                "libc" => libc = Some(library),
                _ => {}
            }
        }
    }
    assert!(child.wait().expect("cargo ends").success(), "the recorder is built");
    // Macros of the build are libraries for the machine that compiles, in a folder of their own.
    dependencies.push(run::target().join("strangers/release/deps"));
    dependencies.retain(|folder| folder.is_dir());
    dependencies.sort();
    dependencies.dedup();
    let (heap, libc) = (heap.expect("cargo built the recorder"), libc.expect("cargo built libc"));
    HeapLibrary { heap, libc, dependencies }
}
