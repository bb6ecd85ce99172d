//! Python frames, with every interpreter that is installed, against Python's own tracemalloc in a run of
//! its own.

use crate::run::{Recorded, name_stacks, record};
use heaplab_profile::raw::{PythonState, RawRecording, python_location};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Bytes and blocks that are live at the end.
type Live = (i64, i64);

/// The interpreters of the machine, with their versions as `sys.hexversion`.
fn interpreters() -> Vec<(PathBuf, u64)> {
    let home = std::env::var_os("HOME").unwrap_or_default();
    let versions =
        std::fs::read_dir(Path::new(&home).join(".pyenv/versions")).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin/python3")).collect();
    found.push("/usr/bin/python3".into());
    let version = |path: &PathBuf| {
        let output = Command::new(path).args(["-c", "import sys; print(sys.hexversion)"]).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    found.into_iter().filter_map(|path| version(&path).map(|version| (path, version))).collect()
}

/// Those whose frames are recorded.
fn known_interpreters() -> Vec<PathBuf> {
    let is_known = |version: u64| (0x030b_0000..0x030e_0000).contains(&version);
    interpreters().into_iter().filter(|(_, version)| is_known(*version)).map(|(path, _)| path).collect()
}

/// `calls.py` in each interpreter, recorded once for all tests.
fn recorded_calls() -> &'static [(PathBuf, Recorded)] {
    static RECORDED: OnceLock<Vec<(PathBuf, Recorded)>> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let run = |interpreter: PathBuf| {
            let recorded = record(python(&interpreter).arg(script("calls.py")));
            (interpreter, recorded)
        };
        known_interpreters().into_iter().map(run).collect()
    })
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name)
}

fn python(interpreter: &Path) -> Command {
    let mut command = Command::new(interpreter);
    command.env("PYTHONMALLOC", "malloc").env("PYTHONHASHSEED", "0").env_remove("LD_PRELOAD");
    command
}

/// The only process, whose frames must have been recorded.
fn single(recorded: &Recorded) -> &RawRecording {
    let said = String::from_utf8_lossy(&recorded.output.stderr);
    assert!(recorded.output.status.success(), "{} {said}", recorded.output.status);
    let [raw] = recorded.processes.as_slice() else { panic!("{} processes", recorded.processes.len()) };
    assert_eq!(raw.python.state(), PythonState::Active, "{said}");
    raw
}

/// `file:line` of each Python frame of a node's stack, the outermost first.
fn python_places(raw: &RawRecording, node: u32) -> Vec<String> {
    let mut places = Vec::new();
    let mut at = node as usize;
    while at != 0 {
        if let Some(location) = python_location(raw.nodes[at].address) {
            let location = &raw.python.locations[location as usize];
            places.push(format!("{}:{}", location.file, location.line));
        }
        at = raw.nodes[at].parent as usize;
    }
    places.reverse();
    places
}

/// What is live at the end, summed by a key of the Python stack.
fn sum_live(raw: &RawRecording, key: impl Fn(&[String]) -> Option<String>) -> BTreeMap<String, Live> {
    let mut sums: BTreeMap<String, Live> = BTreeMap::new();
    for site in &raw.sites {
        if let Some(key) = key(&python_places(raw, site.node)) {
            let sum = sums.entry(key).or_default();
            sum.0 += site.live_bytes;
            sum.1 += site.live_blocks;
        }
    }
    sums.retain(|_, live| live.1 != 0);
    sums
}

/// What the script prints about tracemalloc: bytes, blocks, key.
fn ask_tracemalloc(interpreter: &Path, script: &Path) -> BTreeMap<String, Live> {
    let output = python(interpreter).arg(script).env("TRACE", "1").output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |line: &str| {
        let (bytes, rest) = line.split_once(' ')?;
        let (blocks, key) = rest.split_once(' ')?;
        Some((key.to_owned(), (bytes.parse().ok()?, blocks.parse().ok()?)))
    };
    text.lines().filter_map(row).collect()
}

/// The number of the line of a script that contains a text.
fn line_with(script: &Path, text: &str) -> usize {
    let source = std::fs::read_to_string(script).expect("a script of this test");
    source.lines().position(|line| line.contains(text)).expect(text) + 1
}

#[test]
fn bytes_and_blocks_of_each_line_are_those_of_tracemalloc() {
    let script = script("users.py");
    for interpreter in known_interpreters() {
        let recorded = record(python(&interpreter).arg(&script));
        let ours = sum_live(single(&recorded), |places| places.last().cloned());
        let theirs = ask_tracemalloc(&interpreter, &script);
        for text in ["self.number =", "self.name =", "return [User"] {
            let line = format!("{}:{}", script.display(), line_with(&script, text));
            assert!(theirs[&line].1 >= 100_000, "{line}");
            assert_eq!(ours.get(&line), theirs.get(&line), "{line}, {}", interpreter.display());
        }
    }
}

#[test]
fn every_way_to_allocate_has_the_python_stack_that_tracemalloc_has() {
    let script = script("calls.py");
    let measured = format!("{}:{}", script.display(), line_with(&script, "# measured"));
    let compiled = format!("{}:{}", script.display(), line_with(&script, "exec(compile"));
    let in_thread = format!("{}:{}", script.display(), line_with(&script, "bytearray(1013)"));
    for (interpreter, recorded) in recorded_calls() {
        let raw = single(recorded);
        let is_compared = |key: &str| {
            // The compiler keeps and frees names of its own; a thread's stack does not show which call
            // of `main` it belongs to.
            let is_own = key.rsplit('|').next().is_some_and(|place| {
                place.starts_with(&*script.to_string_lossy()) || place.starts_with("<made")
            });
            is_own && (key.starts_with(&measured) || key.ends_with(&in_thread)) && !key.ends_with(&compiled)
        };
        let theirs = ask_tracemalloc(interpreter, &script);
        let theirs: BTreeMap<_, _> = theirs.into_iter().filter(|(key, _)| is_compared(key)).collect();
        let mut ours = sum_live(raw, |places| Some(places.join("|")).filter(|key| is_compared(key)));
        for live in ours.iter_mut().filter(|(key, _)| key.ends_with(&in_thread)).map(|(_, live)| live) {
            *live = (live.0 / 2, live.1 / 2);
        }
        assert!(theirs.len() > 30, "{} stacks, {}", theirs.len(), interpreter.display());
        for key in theirs.keys().chain(ours.keys()) {
            let (own, other) = (ours.get(key).copied(), theirs.get(key).copied());
            let (own, other) = (own.unwrap_or_default(), other.unwrap_or_default());
            // Tuples of one item come from a list of free ones: tracemalloc counts none that is from
            // before its start, and here each counts where it was first allocated. They have 48 bytes
            // with their header.
            let tuples = own.1 - other.1;
            let known = format!("{key}\nours {own:?}, tracemalloc {other:?}, {}", interpreter.display());
            assert!(tuples.abs() <= 10 && own.0 - other.0 == 48 * tuples, "{known}");
        }
    }
}

/// The Python frames of one evaluation lie right behind the native function that runs them.
#[test]
fn python_frames_lie_behind_the_interpreters_evaluations() {
    // Names take long in a test's build, so one interpreter of each kind has to do: with its own
    // library, and Debian's stripped program.
    let all = recorded_calls();
    for (interpreter, recorded) in all.iter().rev().take(2) {
        let profile = name_stacks(single(recorded));
        let mut runs = 0;
        for site in &profile.sites {
            let is_evaluation =
                |index: usize| site.frames[index].function.starts_with("_PyEval_EvalFrameDefault");
            let python: Vec<bool> = site.frames.iter().map(|frame| frame.is_python()).collect();
            if !python.contains(&true) {
                // From before the check, or of a thread that runs no Python.
                continue;
            }
            for index in 1..python.len() {
                let begins = python[index] && !python[index - 1];
                runs += usize::from(begins);
                let is_right =
                    !begins || is_evaluation(index - 1) || site.frames[index - 1].function.starts_with('[');
                assert!(is_right, "{}: {:#?}", interpreter.display(), site.frames);
                // The last evaluation may have a function that has not begun yet.
                let is_last = !(index..python.len()).any(|later| python[later] || is_evaluation(later));
                let is_empty = is_evaluation(index - 1) && !python[index];
                assert!(!is_empty || is_last, "{}: {:#?}", interpreter.display(), site.frames);
            }
        }
        assert!(runs > 1000, "{runs}");
    }
}

#[test]
fn a_deep_recursion_keeps_its_innermost_frames() {
    let script = script("calls.py");
    let place = format!("{}:{}", script.display(), line_with(&script, "recurse(depth - 1)"));
    for (interpreter, recorded) in recorded_calls() {
        let raw = single(recorded);
        let depth = |node: u32| python_places(raw, node).iter().filter(|found| **found == place).count();
        let deepest = raw.sites.iter().map(|site| depth(site.node)).max();
        assert!((Some(64)..Some(128)).contains(&deepest), "{deepest:?}, {}", interpreter.display());
    }
}

#[test]
fn names_that_are_not_ascii_and_children_are_recorded() {
    const CHILDREN: &str = "
import multiprocessing, os
def größe_名字(i): return bytearray(5000 + i)
if __name__ == '__main__':
    for way in ('fork', 'spawn'):
        with multiprocessing.get_context(way).Pool(1) as pool:
            assert [len(b) for b in pool.map(größe_名字, [1, 2])] == [5001, 5002]
";
    let home = tempfile::tempdir().expect("a temporary folder");
    let path = home.path().join("children.py");
    std::fs::write(&path, CHILDREN).expect("a file");
    for interpreter in known_interpreters() {
        let recorded = record(python(&interpreter).arg(&path));
        let said = String::from_utf8_lossy(&recorded.output.stderr);
        assert!(recorded.output.status.success(), "{said}");
        let with_function = recorded
            .processes
            .iter()
            .filter(|raw| raw.python.locations.iter().any(|location| location.function == "größe_名字"));
        assert_eq!(with_function.count(), 2, "the children, {}", interpreter.display());
    }
}

/// Without `PYTHONMALLOC=malloc`, most code objects lie in pools that nobody can watch.
#[test]
fn with_pymalloc_the_frames_are_right_as_well() {
    const LARGE: &str = "
import os
keep = []
def large(): keep.append(bytearray(100_000))
for i in range(50):
    exec(compile('\\n' * (i % 5) + 'large()', 'made', 'exec'), {'large': large})
os._exit(0)
";
    for interpreter in known_interpreters() {
        let mut command = python(&interpreter);
        let recorded = record(command.env_remove("PYTHONMALLOC").args(["-c", LARGE]));
        let raw = single(&recorded);
        let ours = sum_live(raw, |places| {
            let caller = places.len().checked_sub(2).map(|index| places[index].clone());
            caller.filter(|caller| caller.starts_with("made:"))
        });
        let blocks: Vec<(&str, i64)> =
            ours.iter().map(|(key, live)| (key.as_str(), live.0 / 100_000)).collect();
        let expected = [("made:1", 10), ("made:2", 10), ("made:3", 10), ("made:4", 10), ("made:5", 10)];
        assert_eq!(blocks, expected, "{}", interpreter.display());
    }
}

#[test]
fn an_interpreter_that_is_too_old_has_native_frames_and_is_named() {
    for (interpreter, version) in interpreters().iter().filter(|(_, version)| *version < 0x030b_0000) {
        let recorded = record(python(interpreter).args(["-c", "print(len([str(i) for i in range(1000)]))"]));
        assert_eq!(recorded.output.stdout, b"1000\n");
        let [raw] = recorded.processes.as_slice() else { panic!("one process") };
        assert_eq!(raw.python.state(), PythonState::UnknownVersion, "{}", interpreter.display());
        assert_eq!(raw.python.version >> 8, version >> 8, "{}", interpreter.display());
        assert!(raw.python.locations.len() <= 1);
    }
}

/// A C program that loads the interpreter as a plugin would, so that the linker's search does not find it.
#[test]
fn an_interpreter_inside_of_another_program_is_found() {
    const PROGRAM: &str = r#"
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **arguments) {
    void *python = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (!python) { fprintf(stderr, "%s\n", dlerror()); return 2; }
    void (*begin)(int) = dlsym(python, "Py_InitializeEx");
    int (*run)(const char *, void *) = dlsym(python, "PyRun_SimpleStringFlags");
    int (*end)(void) = dlsym(python, "Py_FinalizeEx");
    int failed = 0;
    for (int round = 0; round < 2; round++) {
        begin(0);
        failed |= run("def inside(): return bytearray(7000)\nkept = [inside() for _ in range(100)]\n", 0);
        failed |= end();
    }
    return failed != 0;
}
"#;
    let home = tempfile::tempdir().expect("a temporary folder");
    let (source, program) = (home.path().join("embeds.c"), home.path().join("embeds"));
    std::fs::write(&source, PROGRAM).expect("a file");
    let built = Command::new("cc").arg("-o").arg(&program).arg(&source).arg("-ldl").status();
    assert!(built.expect("cc starts").success());
    for interpreter in known_interpreters() {
        let root = interpreter.parent().and_then(Path::parent).expect("bin/python3").to_owned();
        let libraries = std::fs::read_dir(root.join("lib")).into_iter().flatten().flatten();
        let is_library = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libpython3.1"))
        };
        let Some(library) = libraries.map(|entry| entry.path()).find(is_library) else { continue };
        let mut command = python(&program);
        let recorded = record(command.arg(&library).env("PYTHONHOME", &root));
        let raw = single(&recorded);
        let blocks = raw
            .sites
            .iter()
            .filter(|site| python_places(raw, site.node).last().is_some_and(|place| place == "<string>:1"));
        assert!(blocks.map(|site| site.births).sum::<u64>() >= 200, "{}", library.display());
    }
}
