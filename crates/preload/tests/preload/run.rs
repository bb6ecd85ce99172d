//! Runs a program with the recorder loaded into it, and adds up what it recorded.

use heaplab_profile::raw::{RawRecording, read_file};
use heaplab_profile::symbols::{Roots, symbolize_what_is_there};
use heaplab_profile::{Profile, Site};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The library. Cargo does not build it for a test, because no Rust program can be linked to it.
pub(crate) fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is in the target folder");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "-q", "-p", "heaplab-preload", "--lib", "--target-dir"]).arg(target);
        build.current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(build.status().expect("cargo starts").success());
        target.join("debug/libheaplab_preload.so")
    })
}

/// The C program of these tests.
pub(crate) fn holds() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(folder).expect("cargo's folder for files of tests");
        let program = folder.join(format!("holds-{}", std::process::id()));
        // fork in this program is deliberate, and so is what gcc finds suspicious about sizes.
        let flags = ["-Wno-deprecated-declarations", "-Wno-alloc-size-larger-than"];
        compile(
            "cc",
            "holds.c",
            &program,
            &[&["-g", "-O1", "-fno-builtin", "-pthread"], &flags[..]].concat(),
        );
        program
    })
}

/// Compiles a source of `tests/programs`.
pub(crate) fn compile(compiler: &str, source: &str, program: &Path, flags: &[&str]) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(source);
    let mut command = Command::new(compiler);
    command.args(["-Wall", "-Werror"]).arg("-o").arg(program).arg(source).args(flags);
    assert!(command.status().expect("the compiler starts").success());
}

/// A program that ran with the recorder.
pub(crate) struct Recorded {
    pub(crate) output: Output,
    /// The recordings of its processes, in the order in which they began.
    pub(crate) processes: Vec<RawRecording>,
}

pub(crate) fn record(command: &mut Command) -> Recorded {
    let home = tempfile::tempdir().expect("a temporary folder");
    command.env("LD_PRELOAD", library()).env("HEAPLAB_OUT", home.path()).env_remove("HEAPLAB_PROBE");
    let output = command.output().expect("the program starts");
    Recorded { output, processes: read_recordings(home.path()) }
}

/// The recordings in a folder, in the order in which their processes began.
pub(crate) fn read_recordings(folder: &Path) -> Vec<RawRecording> {
    let files = std::fs::read_dir(folder).expect("the folder is there").flatten();
    let mut processes: Vec<RawRecording> =
        files.map(|file| read_file(&file.path()).expect("a whole recording")).collect();
    processes.sort_by_key(|raw| raw.process.started_unix_ns);
    processes
}

/// Records the C program, which must end well.
pub(crate) fn record_holds(what: &str) -> Recorded {
    let recorded = record(Command::new(holds()).arg(what));
    let said = String::from_utf8_lossy(&recorded.output.stderr);
    assert!(recorded.output.status.success(), "{what}: {} {said}", recorded.output.status);
    assert_eq!(recorded.output.stdout, b"done\n");
    recorded
}

/// The named stacks of a process.
pub(crate) fn name_stacks(raw: &RawRecording) -> Profile {
    let roots = Roots { workspace: env!("CARGO_MANIFEST_DIR").into() };
    symbolize_what_is_there(raw, &roots).expect("names for the stacks").0
}

/// What a function allocated itself or through others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeldBlocks {
    pub(crate) blocks: u64,
    pub(crate) bytes: u64,
    pub(crate) end_blocks: u64,
    pub(crate) end_bytes: u64,
}

impl HeldBlocks {
    /// Blocks that are all held at the end.
    pub(crate) const fn from_live(blocks: u64, bytes: u64) -> HeldBlocks {
        HeldBlocks { blocks, bytes, end_blocks: blocks, end_bytes: bytes }
    }
}

/// The sums over all stacks that lead through `function`.
pub(crate) fn sum_held_blocks(profile: &Profile, function: &str) -> HeldBlocks {
    let leads_through = |site: &&Site| site.frames.iter().any(|frame| frame.function == function);
    profile.sites.iter().filter(leads_through).fold(HeldBlocks::default(), |sum, site| HeldBlocks {
        blocks: sum.blocks + site.total_blocks,
        bytes: sum.bytes + site.total_bytes,
        end_blocks: sum.end_blocks + site.end_blocks,
        end_bytes: sum.end_bytes + site.end_bytes,
    })
}
