//! Blocks, bytes and peak of programs beside those of valgrind's DHAT, which shares no code with us.
//! Programs that are not installed are skipped, with a word.

use crate::run::{compile, holds, library, read_recordings};
use heaplab_profile::raw::RawTotals;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;
use std::process::{Command, Output};

/// What both count, by DHAT's rules: a block that is reallocated is a new block of the whole new size.
#[derive(Debug, PartialEq, Eq)]
struct Figures {
    blocks: u64,
    bytes: u64,
    peak_bytes: u64,
    end_blocks: u64,
    end_bytes: u64,
}

impl Figures {
    fn of_recording(totals: &RawTotals) -> Figures {
        Figures {
            blocks: totals.births + totals.reallocations,
            bytes: totals.birth_bytes + totals.reallocated_bytes,
            peak_bytes: totals.peak_bytes,
            end_blocks: totals.end_blocks,
            end_bytes: totals.end_bytes,
        }
    }

    fn of_dhat(json: &str) -> Figures {
        let dhat = heaplab_profile::dhat::read(json).expect("dhat's format");
        let sum = |field: fn(&heaplab_profile::Site) -> u64| dhat.sites.iter().map(field).sum::<u64>();
        Figures {
            blocks: sum(|site| site.total_blocks),
            bytes: sum(|site| site.total_bytes),
            peak_bytes: sum(|site| site.peak_bytes),
            end_blocks: sum(|site| site.end_blocks),
            end_bytes: sum(|site| site.end_bytes),
        }
    }
}

type Environment = BTreeMap<OsString, OsString>;

/// What both runs of a program have in their environment. The output folder is there under DHAT as
/// well, where nobody reads it.
fn base_environment(folder: &Path) -> Environment {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let pairs = [
        ("PATH", path),
        ("LC_ALL", "C".into()),
        ("PERL_HASH_SEED", "0".into()),
        ("HEAPLAB_OUT", folder.into()),
    ];
    pairs.map(|(name, value)| (name.into(), value)).into()
}

/// Runs a program under DHAT; `None` without valgrind. Otherwise valgrind frees what the C library
/// holds, such as the buffer of standard output.
fn run_dhat(file: &Path, environment: &Environment, words: &[&str]) -> Option<Output> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=dhat", "--run-libc-freeres=no", "--run-cxx-freeres=no", "--log-file=/dev/null"]);
    valgrind.arg(format!("--dhat-out-file={}", file.display())).args(words);
    valgrind.env_clear().envs(environment).output().ok()
}

/// The environment that a program has for our recorder: variable by variable as long as valgrind
/// makes it for the program. A program such as perl copies it, and the copies would differ.
fn equal_environment(home: &Path, base: &Environment) -> Option<Environment> {
    let output = run_dhat(&home.join("env.json"), base, &["env", "-0"])?;
    let lines = output.stdout.split(|byte| *byte == 0).filter(|line| !line.is_empty());
    let mut environment: Environment = lines
        .map(|line| {
            let end = line.iter().position(|byte| *byte == b'=').expect("a variable has a value");
            let copy = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
            (copy(&line[..end]), copy(&line[end + 1..]))
        })
        .collect();
    let link = home.join("l.so");
    if !link.exists() {
        std::os::unix::fs::symlink(library(), &link).expect("a link to the library");
    }
    let of_valgrind = environment.get_mut::<OsString>(&"LD_PRELOAD".into()).expect("valgrind uses it");
    let missing = of_valgrind.len().checked_sub(link.as_os_str().len()).expect("valgrind's value is long");
    // The kernel takes any number of slashes for one.
    *of_valgrind = OsString::from_vec([&vec![b'/'; missing], link.as_os_str().as_bytes()].concat());
    Some(environment)
}

/// Compares a program's figures, which must be equal.
fn compare(words: &[&str]) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let recordings = home.path().join("out");
    let base = base_environment(&recordings);
    let Some(environment) = equal_environment(home.path(), &base) else {
        return eprintln!("skipped: valgrind is not installed");
    };
    let Ok(ours) = Command::new(words[0]).args(&words[1..]).env_clear().envs(&environment).output() else {
        return eprintln!("skipped: {} is not installed", words[0]);
    };
    let file = home.path().join("dhat.json");
    let theirs = run_dhat(&file, &base, words).expect("valgrind has run before");
    assert!(ours.status.success() && theirs.status.success(), "{words:?}: {ours:?} {theirs:?}");
    assert_eq!(ours.stdout, theirs.stdout, "{words:?}");
    let json = std::fs::read_to_string(&file).expect("dhat's file");
    let [recording] = &read_recordings(&recordings)[..] else { panic!("{words:?}: not one recording") };
    let (ours, theirs) = (Figures::of_recording(&recording.totals), Figures::of_dhat(&json));
    assert_eq!(ours, theirs, "heaplab's figures are on the left, DHAT's on the right: {words:?}");
    assert!(ours.blocks > 50, "{words:?}: {ours:?}");
}

#[test]
fn a_c_program_with_every_function() {
    compare(&[holds().to_str().expect("a path in UTF-8"), "most"]);
}

#[test]
fn a_cpp_program() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("map");
    compile("c++", "map.cpp", &program, &["-O2", "-std=c++17"]);
    compare(&[program.to_str().expect("a path in UTF-8"), "3000"]);
}

#[test]
fn sqlite3() {
    let sql = "with recursive c(x) as (select 1 union all select x+1 from c where x<3000) \
               select count(*) from (select 'user'||x as n, x from c order by n desc)";
    compare(&["sqlite3", ":memory:", sql]);
}

#[test]
fn jq() {
    compare(&["jq", "-n", "-c", "[range(2000)|{id:., name:\"user\\(.)\"}]|map(.name)|length"]);
}

#[test]
fn perl() {
    compare(&["perl", "-e", "my %h; $h{\"user$_\"} = [$_, \"x$_\"] for 1..2000; print scalar keys %h"]);
}

#[test]
fn other_programs() {
    compare(&["git", "--no-pager", "config", "--list", "--show-origin"]);
    compare(&["bash", "-c", "declare -A m; for i in {1..900}; do m[$i]=$((i * i)); done; echo ${m[17]}"]);
    compare(&["awk", "BEGIN { for (i = 0; i < 3000; i++) a[i % 70] = a[i % 70] i; print length(a[5]) }"]);
    compare(&["/usr/bin/python3", "-S", "-c", "print(len([str(i) for i in range(3000)]))"]);
}
