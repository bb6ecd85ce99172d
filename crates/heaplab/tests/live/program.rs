//! The recorded program, which does what a test tells it to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The C program of these tests. Its file is named after its source, and blocks have lines there.
pub(crate) const LOAD_USER: &str = "holds_on_command.c:17";
pub(crate) const LOAD_ORDER: &str = "holds_on_command.c:22";

/// Compiles the program once.
pub(crate) fn compile() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/holds_on_command.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(folder).expect("cargo's folder for files of tests");
        let program = folder.join(format!("holds-on-command-{}", std::process::id()));
        let mut compiler = Command::new("cc");
        compiler.args(["-g", "-O1", "-fno-builtin", "-Wall", "-Werror", "-o"]).arg(&program).arg(source);
        assert!(compiler.status().expect("cc starts").success());
        program
    })
}

/// The program, running under the recorder.
pub(crate) struct Recorded {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: TempDir,
}

impl Recorded {
    pub(crate) fn start() -> Recorded {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let library = heaplab::recorder_library::unpack_library().expect("the library");
        let mut command = Command::new(compile());
        command.env("LD_PRELOAD", library).env("HEAPLAB_OUT", folder.path()).env_remove("HEAPLAB_PROBE");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut started = Recorded { child, input, output, folder };
        // It has begun to record once it has answered, because its start allocates nothing.
        started.tell("churn 1 1");
        started
    }

    /// Gives a command, and returns when it is done.
    pub(crate) fn tell(&mut self, command: &str) {
        writeln!(self.input, "{command}").expect("the program reads");
        self.input.flush().expect("the program reads");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("the program answers");
        assert_eq!(answer, "ok\n");
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn recording(&self) -> PathBuf {
        self.folder.path().join(format!("heap-{}.tables", self.id()))
    }

    /// Ends the program, which must end well, and keeps its recording.
    pub(crate) fn finish(self) -> TempDir {
        let Recorded { mut child, input, mut output, folder } = self;
        drop(input);
        let mut rest = String::new();
        output.read_to_string(&mut rest).expect("the program writes");
        assert_eq!(rest, "done\n");
        assert!(child.wait().expect("it is a child").success());
        folder
    }
}

/// The tool itself.
pub(crate) fn heaplab() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heaplab"));
    command.env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR");
    command
}
