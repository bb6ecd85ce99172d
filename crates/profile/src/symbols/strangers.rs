//! Programs as strangers build them: with line tables only, without debug information, stripped,
//! with the debug information elsewhere. Each is built from one source and prints its own stacks.
#![cfg(target_os = "linux")]

use super::*;
use crate::raw::Module;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const SOURCE: &str = include_str!("strangers/program.rs");

/// A folder with the program in it.
struct Stranger {
    home: TempDir,
    program: PathBuf,
}

impl Stranger {
    /// Builds the program with these flags of rustc.
    fn build(flags: &[&str]) -> Stranger {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("app.rs"), SOURCE).unwrap();
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(rustc);
        command.args(["--edition=2024", "-O", "--crate-name=app", "app.rs", "-o", "app"]).args(flags);
        // The linkers of some distributions write no build id unless they are told to.
        command.arg("-Clink-arg=-Wl,--build-id=sha1").env_remove("RUSTFLAGS").current_dir(home.path());
        let built = command.output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let program = home.path().join("app");
        Stranger { home, program }
    }

    fn run_tool(&self, tool: &str, arguments: &[&OsStr]) -> String {
        let done = Command::new(tool).args(arguments).current_dir(self.home.path()).output().unwrap();
        assert!(done.status.success(), "{tool}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }

    /// Moves the debug information into `app.debug` and strips the program.
    fn strip(&self, with_link: bool) -> PathBuf {
        let program = self.program.as_os_str();
        let debug = self.home.path().join("app.debug");
        let keep = OsStr::new("--only-keep-debug");
        self.run_tool("objcopy", &[keep, program, debug.as_os_str()]);
        self.run_tool("strip", &[program]);
        if with_link {
            self.run_tool("objcopy", &[OsStr::new("--add-gnu-debuglink=app.debug"), program]);
        }
        debug
    }

    /// Runs the program: the recording that its stacks make.
    fn record(&self) -> RecordedStranger {
        let ran = Command::new(&self.program).output().unwrap();
        assert!(ran.status.success());
        let mut raw = RawRecording {
            threads: vec!["main".to_owned()],
            nodes: vec![Node::default()],
            ..RawRecording::default()
        };
        let mut marks = Vec::new();
        let mut modules: BTreeMap<OsString, Module> = BTreeMap::new();
        for line in ran.stdout.split(|&byte| byte == b'\n') {
            if let Some(stack) = line.strip_prefix(b"stack ") {
                let mut words = std::str::from_utf8(stack).unwrap().split(' ');
                marks.push(words.next().unwrap().to_owned());
                let addresses: Vec<u64> = words.map(|word| u64::from_str_radix(word, 16).unwrap()).collect();
                let mut parent = 0;
                for &address in addresses.iter().rev() {
                    raw.nodes.push(Node { parent, address });
                    parent = raw.nodes.len() as u32 - 1;
                }
                raw.sites.push(RawSite { node: parent, births: 1, ..RawSite::default() });
            } else if let Some(start) = line.iter().position(|&byte| byte == b'/') {
                let path = OsStr::from_bytes(&line[start..]);
                let range = std::str::from_utf8(&line[..start]).unwrap().split(' ').next().unwrap();
                let (base, end) = range.split_once('-').unwrap();
                let [base, end] = [base, end].map(|address| u64::from_str_radix(address, 16).unwrap());
                let path_text = crate::path_text::encode_path(path.as_bytes());
                let fresh = || Module { base, path: path_text, ..Module::default() };
                modules.entry(path.to_owned()).or_insert_with(fresh).end = end;
            }
        }
        raw.modules = modules.into_values().collect();
        let roots = Roots { workspace: self.home.path().canonicalize().unwrap() };
        RecordedStranger { raw, roots, marks }
    }
}

struct RecordedStranger {
    raw: RawRecording,
    roots: Roots,
    /// What each stack is called, in the order of the sites.
    marks: Vec<String>,
}

impl RecordedStranger {
    fn module(&mut self) -> &mut Module {
        self.raw.modules.iter_mut().find(|module| module.path.contains("app")).unwrap()
    }

    /// The frames of each stack, the innermost first, and the reason why the program has no names.
    fn name(&self, folders: &[PathBuf]) -> (BTreeMap<&str, Vec<Frame>>, Option<UnnamedReason>) {
        let (names, modules) = resolve_nodes(&self.raw, &self.roots, folders.to_vec());
        let stack = |site: &RawSite| {
            let mut frames = collect_stack(site.node, &self.raw.nodes, &names);
            frames.reverse();
            frames
        };
        let stacks = self.marks.iter().map(String::as_str).zip(self.raw.sites.iter().map(stack)).collect();
        let unnamed = modules.list_unnamed().into_iter().find(|module| module.file.contains("app"));
        (stacks, unnamed.map(|module| module.reason))
    }
}

/// The functions of a stack, the innermost first, as far as `main`.
fn functions(frames: &[Frame]) -> Vec<&str> {
    let end = frames.iter().position(|frame| frame.function.ends_with("main")).unwrap_or(frames.len());
    frames[..end].iter().map(|frame| frame.function.as_str()).collect()
}

/// Whether nothing is missing. `_start` is assembly and never has a line.
fn is_named(reason: Option<&UnnamedReason>) -> bool {
    reason.is_none_or(|reason| *reason == UnnamedReason::NoLines)
}

/// The line of the source with this text.
fn place(text: &str) -> Option<String> {
    let line = 1 + SOURCE.lines().position(|line| line.contains(text)).unwrap();
    Some(format!("app.rs:{line}"))
}

#[test]
fn line_tables_alone_give_whole_names_to_physical_functions() {
    let newer = "-Csymbol-mangling-version=v0";
    for (mangling, flags, closure) in [
        ("the compiler's own", &["-Cdebuginfo=line-tables-only"][..], "{{closure}}"),
        ("v0", &["-Cdebuginfo=line-tables-only", newer], "{closure#0}"),
    ] {
        let method = "<app::deep::Store as app::deep::Go>::go";
        let stranger = Stranger::build(flags);
        let recorded = stranger.record();
        let (stacks, reason) = recorded.name(&[]);
        assert!(is_named(reason.as_ref()), "{mangling}: {reason:?}");
        assert_eq!(functions(&stacks["method"]), [method], "{mangling}");
        assert_eq!(stacks["method"][0].location, place("print_stack(\"method\")"));
        assert_eq!(functions(&stacks["inlined"]), ["inlined", "app::outlined"], "{mangling}");
        assert_eq!(stacks["inlined"][0].location, place("print_stack(\"inlined\")"));
        let work = functions(&stacks["async"]);
        assert!(
            work[0] == "app::work::{async_fn#0}" || work[0] == format!("app::work::{closure}"),
            "{mangling}: {work:?}"
        );
        let sum = functions(&stacks["closure"]);
        assert!(
            sum[0] == "app::sum::{closure#0}" || sum[0] == format!("app::sum::{closure}"),
            "{mangling}: {sum:?}"
        );
        assert_eq!(sum.last(), Some(&"app::sum"), "{mangling}");
    }
}

#[test]
fn without_debug_information_the_symbol_table_names_physical_functions() {
    let stranger = Stranger::build(&["-Cdebuginfo=0", "-Csymbol-mangling-version=v0"]);
    let recorded = stranger.record();
    let (stacks, reason) = recorded.name(&[]);
    assert_eq!(reason, Some(UnnamedReason::NoLines));
    assert_eq!(functions(&stacks["method"]), ["<app::deep::Store as app::deep::Go>::go"]);
    assert_eq!(functions(&stacks["inlined"]), ["app::outlined"]);
    assert_eq!(stacks["inlined"][0].location.as_deref(), Some("in app"));
}

#[test]
fn a_stripped_programs_rows_can_be_resolved_with_the_file_before_stripping() {
    for model in ["pic", "static"] {
        let relocation = format!("-Crelocation-model={model}");
        let stranger = Stranger::build(&["-Cdebuginfo=line-tables-only", &relocation]);
        let whole = stranger.home.path().join("whole");
        std::fs::copy(&stranger.program, &whole).unwrap();
        stranger.run_tool("strip", &[stranger.program.as_os_str()]);
        let recorded = stranger.record();
        let (stacks, reason) = recorded.name(&[]);
        assert_eq!(reason, Some(UnnamedReason::Stripped), "{model}");
        let innermost = &stacks["method"][0];
        assert_eq!(innermost.unnamed_file(), Some("app"));
        let address = innermost.function.strip_prefix("app+").unwrap();
        let found = stranger.run_tool("addr2line", &["-e".as_ref(), whole.as_os_str(), address.as_ref()]);
        let line = place("print_stack(\"method\")").unwrap();
        assert!(found.contains(&line), "{model}: {address} is {found}");
    }
}

#[test]
fn debug_files_are_found_by_link_and_by_build_id() {
    let stranger = Stranger::build(&["-Cdebuginfo=line-tables-only"]);
    let debug = stranger.strip(true);
    let recorded = stranger.record();
    let line = place("print_stack(\"method\")");
    let names = |folders: &[PathBuf]| recorded.name(folders).0["method"][0].location.clone();
    assert_eq!(names(&[]), line, "beside the program");

    let hidden = stranger.home.path().join(".debug");
    std::fs::create_dir(&hidden).unwrap();
    std::fs::rename(&debug, hidden.join("app.debug")).unwrap();
    assert_eq!(names(&[]), line, "in .debug");

    // A file of the right name that belongs to another build is passed over.
    let elsewhere = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(hidden.join("app.debug")).unwrap();
    std::fs::remove_file(hidden.join("app.debug")).unwrap();
    bytes.push(0);
    std::fs::write(&debug, &bytes).unwrap();
    assert_eq!(recorded.name(&[]).1, Some(UnnamedReason::Stripped), "its CRC differs");
    std::fs::remove_file(&debug).unwrap();
    bytes.pop();

    let folders = [elsewhere.path().to_owned()];
    let home = stranger.home.path().canonicalize().unwrap();
    let below = elsewhere.path().join(home.strip_prefix("/").unwrap());
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(below.join("app.debug"), &bytes).unwrap();
    assert_eq!(names(&folders), line, "below a debug folder, at the program's own path");
    std::fs::remove_file(below.join("app.debug")).unwrap();

    let own = debug_file::read_build_id(&stranger.program).unwrap();
    let (start, rest) = own.split_at(2);
    let by_id = elsewhere.path().join(".build-id").join(start);
    std::fs::create_dir_all(&by_id).unwrap();
    std::fs::write(by_id.join(format!("{rest}.debug")), &bytes).unwrap();
    assert_eq!(names(&folders), line, "by build id");
    let fetched = elsewhere.path().join(&own);
    std::fs::create_dir(&fetched).unwrap();
    std::fs::rename(by_id.join(format!("{rest}.debug")), fetched.join("debuginfo")).unwrap();
    assert_eq!(names(&folders), line, "as debuginfod keeps it");

    // The build id is enough where the program is gone.
    let mut recorded = stranger.record();
    recorded.module().build_id = own;
    std::fs::remove_file(&stranger.program).unwrap();
    assert_eq!(recorded.name(&folders).0["method"][0].location, line, "the program is gone");
}

#[test]
fn compressed_debug_sections_are_read() {
    for how in ["zlib", "zstd"] {
        let stranger = Stranger::build(&["-Cdebuginfo=line-tables-only"]);
        let flag = format!("--compress-debug-sections={how}");
        stranger.run_tool("objcopy", &[flag.as_ref(), stranger.program.as_os_str()]);
        let recorded = stranger.record();
        assert_eq!(recorded.name(&[]).0["method"][0].location, place("print_stack(\"method\")"), "{how}");
    }
}

#[test]
fn split_debug_information_is_read_and_missed() {
    for how in ["packed", "unpacked"] {
        let split = format!("-Csplit-debuginfo={how}");
        let stranger = Stranger::build(&["-Cdebuginfo=limited", &split]);
        let recorded = stranger.record();
        let (stacks, reason) = recorded.name(&[]);
        assert!(is_named(reason.as_ref()), "{how}: {reason:?}");
        assert_eq!(functions(&stacks["inlined"]), ["app::deep::inlined", "app::outlined"], "{how}");

        for entry in std::fs::read_dir(stranger.home.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "dwp" || ending == "dwo") {
                std::fs::remove_file(path).unwrap();
            }
        }
        let (stacks, reason) = recorded.name(&[]);
        assert_eq!(reason, Some(UnnamedReason::SplitMissing), "{how}");
        assert_eq!(functions(&stacks["inlined"]), ["app::outlined"], "{how}");
        // The line is known, and it is the program's own. A line of an inlined function of the
        // standard library is not shown as one of the function that it was inlined into.
        assert_eq!(stacks["inlined"][0].location, place("print_stack(\"inlined\")"), "{how}");
        let outer = |frame: &&Frame| frame.function.contains("__rust_begin_short_backtrace");
        let outer = stacks["inlined"].iter().find(outer).unwrap();
        assert_eq!(outer.location.as_deref(), Some("in app"), "{how}");
    }
}

#[test]
fn a_deleted_or_replaced_program_is_said() {
    let stranger = Stranger::build(&["-Cdebuginfo=line-tables-only"]);
    let build_id = debug_file::read_build_id(&stranger.program).unwrap();
    let mut recorded = stranger.record();
    recorded.module().build_id.clone_from(&build_id);
    recorded.module().path.push_str(" (deleted)");
    // What lies there has the right build id: it was moved away and back.
    assert!(is_named(recorded.name(&[]).1.as_ref()));

    let other = Stranger::build(&["-Cdebuginfo=0"]);
    let found = debug_file::read_build_id(&other.program);
    assert_ne!(found.as_ref(), Some(&build_id));
    std::fs::rename(&other.program, &stranger.program).unwrap();
    let (stacks, reason) = recorded.name(&[]);
    assert_eq!(reason, Some(UnnamedReason::Replaced { found }));
    assert_eq!(stacks["method"][0].unnamed_file(), Some("app"));
    assert!(stacks["method"].iter().any(|frame| frame.function.starts_with("__libc_start_main")));
    let refused = symbolize(&recorded.raw, &Roots::default()).unwrap_err();
    assert!(matches!(refused, SymbolError::Rebuilt { .. }), "{refused}");
    assert!(symbolize_what_is_there(&recorded.raw, &Roots::default()).is_ok());

    std::fs::remove_file(&stranger.program).unwrap();
    assert_eq!(recorded.name(&[]).1, Some(UnnamedReason::Deleted));
}

#[test]
fn paths_that_are_not_utf_8_are_opened_by_their_bytes() {
    let mut stranger = Stranger::build(&["-Cdebuginfo=line-tables-only"]);
    let program = stranger.home.path().join(OsStr::from_bytes(b"app \xff\\x41"));
    std::fs::rename(&stranger.program, &program).unwrap();
    stranger.program = program;
    let recorded = stranger.record();
    assert_eq!(recorded.name(&[]).0["method"][0].location, place("print_stack(\"method\")"));
    stranger.run_tool("strip", &[stranger.program.as_os_str()]);
    let innermost = recorded.name(&[]).0["method"][0].clone();
    assert_eq!(innermost.unnamed_file(), Some("app \u{fffd}\\x41"));
    assert!(Path::new(&stranger.program).is_file());
}
