//! Libraries that a program loads while it runs.

use crate::run::{HeldBlocks, Recorded, compile, name_stacks, record, sum_held_blocks};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

const LIBRARY: &[&str] = &["-g", "-O1", "-shared", "-fPIC"];

fn compile_loader() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let loader = home.path().join("loads");
    compile("cc", "loads.c", &loader, &["-g", "-O1", "-ldl"]);
    (home, loader)
}

/// Runs the loader, which must end well.
fn load(loader: &Path, words: &[&OsStr]) -> Recorded {
    let recorded = record(Command::new(loader).args(words));
    let said = String::from_utf8_lossy(&recorded.output.stdout).into_owned();
    assert!(recorded.output.status.success() && said == "done\n", "{words:?}: {said}");
    recorded
}

fn check_exchange(recorded: &Recorded) {
    let profile = name_stacks(&recorded.processes[0]);
    let held = HeldBlocks { blocks: 4, bytes: 3_200, end_blocks: 3, end_bytes: 3_000 };
    assert_eq!(sum_held_blocks(&profile, "plugin_hold"), held);
    let own = HeldBlocks { blocks: 3, bytes: 1_300, end_blocks: 2, end_bytes: 1_200 };
    let all = sum_held_blocks(&profile, "exchange");
    assert_eq!((all.end_blocks, all.end_bytes), (held.end_blocks + own.end_blocks, 4_200));
}

/// Bound to glibc's `free`, the library would end the program.
#[test]
fn a_library_that_wants_the_c_librarys_own_functions() {
    let (home, loader) = compile_loader();
    let plugin = home.path().join("libplugin.so");
    compile("cc", "plugin.c", &plugin, LIBRARY);
    for (how, deep_binds) in [("deep", 1), ("deep-base", 1), ("plain", 0)] {
        let recorded = load(&loader, &[how.as_ref(), plugin.as_ref()]);
        check_exchange(&recorded);
        assert_eq!(recorded.processes[0].process.deep_binds, deep_binds, "{how}");
    }
    load(&loader, &["missing".as_ref(), "/no/such/library.so".as_ref()]);
}

/// The C library looks in the `RUNPATH` of the library that calls `dlopen`, not in ours.
#[test]
fn a_library_is_looked_for_where_its_loader_says() {
    let (home, loader) = compile_loader();
    let inner = home.path().join("inner");
    std::fs::create_dir(&inner).expect("a folder");
    compile("cc", "plugin.c", &inner.join("libfar.so"), LIBRARY);
    let through = home.path().join("libthrough.so");
    let flags = [LIBRARY, &["-Wl,--enable-new-dtags,-rpath,$ORIGIN/inner"]].concat();
    compile("cc", "plugin.c", &through, &flags);
    check_exchange(&load(&loader, &["through".as_ref(), through.as_ref(), "libfar.so".as_ref()]));
}

/// The linker gives the second library the addresses that the first one had, and the recorder must
/// not take a stack through the second for one through the first.
#[test]
fn libraries_that_take_turns_at_the_same_addresses() {
    let (home, loader) = compile_loader();
    let mut words = vec!["turns".into()];
    let functions = ["enter_first", "enter_second", "enter_third"];
    for function in functions {
        let library = home.path().join(format!("lib{function}.so"));
        let define = format!("-DENTER={function}");
        compile("cc", "enter.c", &library, &[LIBRARY, &[&define]].concat());
        words.extend([library.into_os_string(), function.into()]);
    }
    let words: Vec<&OsStr> = words.iter().map(AsRef::as_ref).collect();
    let recorded = load(&loader, &words);
    let profile = name_stacks(&recorded.processes[0]);
    for (function, blocks) in functions.into_iter().zip([6, 8, 10]) {
        assert_eq!(
            sum_held_blocks(&profile, function),
            HeldBlocks::from_live(blocks, blocks * 7_000),
            "{function}"
        );
    }
    assert_eq!(sum_held_blocks(&profile, "hold_below"), HeldBlocks::from_live(24, 24 * 7_000));
}
