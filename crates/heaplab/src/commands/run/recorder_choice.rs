//! Decides how a program gets the recorder: it has it, or a library is loaded into it, or neither can
//! be. This is read from the program's file before it runs.

use crate::runner::user_program;
use object::elf::{FileHeader64, PT_INTERP};
use object::read::elf::{FileHeader as _, ProgramHeader as _};
use object::{Endianness, Object as _, ObjectSymbol as _};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// An environment variable that the allocator reads. Its name is in the bytes of every program that
/// has the allocator.
const RECORDER_MARK: &[u8] = b"HEAPLAB_PROBE";
/// A script may name another script as its interpreter. The kernel follows as many.
const MOST_SCRIPTS: usize = 5;

/// How a program gets the recorder.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RecorderChoice {
    /// The program was built with it, or cannot be started at all.
    OfProgram,
    /// `LD_PRELOAD` loads it.
    Preloaded {
        /// The program has an allocator of its own besides.
        has_malloc: bool,
    },
    /// It has none and can be given none, for this reason.
    Impossible(&'static str),
}

pub(super) fn choose_recorder(program: &OsString) -> RecorderChoice {
    // A program that does not exist is explained when it cannot be started.
    let found = user_program::find_in_path(program).and_then(|path| find_interpreter(path, MOST_SCRIPTS));
    let Some((path, bytes)) = found else { return RecorderChoice::OfProgram };
    if has_recorder(&bytes) {
        return RecorderChoice::OfProgram;
    }
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return RecorderChoice::Impossible("this system does not have glibc");
    }
    if gains_rights(&path) {
        return RecorderChoice::Impossible(
            "it runs with rights of its own (setuid or capabilities), so the system lets nobody load a library into it",
        );
    }
    choose_by_file(&bytes)
}

/// Whether these are the bytes of a program that has heaplab's allocator.
pub(super) fn has_recorder(program: &[u8]) -> bool {
    program.windows(RECORDER_MARK.len()).any(|window| window == RECORDER_MARK)
}

/// The file that the kernel runs, with its bytes: the program, or the interpreter of a script.
fn find_interpreter(path: PathBuf, scripts_left: usize) -> Option<(PathBuf, Vec<u8>)> {
    let bytes = std::fs::read(&path).ok()?;
    let Some(line) = bytes.strip_prefix(b"#!") else { return Some((path, bytes)) };
    let line = line.split(|byte| *byte == b'\n').next()?;
    let mut words =
        line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(OsStr::from_bytes);
    let interpreter = PathBuf::from(words.next()?);
    let next = if interpreter.file_name() == Some(OsStr::new("env")) {
        let is_program =
            |word: &&OsStr| !word.as_bytes().starts_with(b"-") && !word.as_bytes().contains(&b'=');
        user_program::find_in_path(&words.find(is_program)?.to_owned())?
    } else {
        interpreter
    };
    find_interpreter(next, scripts_left.checked_sub(1)?)
}

/// Whether the program gets rights that its user does not have.
fn gains_rights(path: &Path) -> bool {
    let Ok(file) = path.metadata() else { return false };
    let other_user =
        file.permissions().mode() & 0o4000 != 0 && file.uid() != rustix::process::geteuid().as_raw();
    let other_group =
        file.permissions().mode() & 0o2000 != 0 && file.gid() != rustix::process::getegid().as_raw();
    let is_root = rustix::process::geteuid().is_root();
    other_user
        || other_group
        || (!is_root && rustix::fs::getxattr(path, "security.capability", &mut [0; 64]).is_ok())
}

fn choose_by_file(bytes: &[u8]) -> RecorderChoice {
    const OTHER_MACHINE: RecorderChoice =
        RecorderChoice::Impossible("it is a program for another kind of processor, or of 32 bits");
    let Ok(header) = FileHeader64::<Endianness>::parse(bytes) else {
        return if bytes.starts_with(b"\x7fELF") { OTHER_MACHINE } else { RecorderChoice::OfProgram };
    };
    let machine =
        if cfg!(target_arch = "aarch64") { object::elf::EM_AARCH64 } else { object::elf::EM_X86_64 };
    let Ok(endian) = header.endian() else { return OTHER_MACHINE };
    if header.e_machine(endian) != machine {
        return OTHER_MACHINE;
    }
    let segments = header.program_headers(endian, bytes).unwrap_or_default();
    let linker = segments.iter().find(|segment| segment.p_type(endian) == PT_INTERP);
    match linker.and_then(|segment| segment.data(endian, bytes).ok()) {
        None => RecorderChoice::Impossible("it is linked statically, so no library can be loaded into it"),
        Some(linker)
            if !linker
                .split(|byte| *byte == b'/')
                .next_back()
                .unwrap_or_default()
                .starts_with(b"ld-linux") =>
        {
            RecorderChoice::Impossible("its C library is not glibc (musl, for instance)")
        }
        Some(_) => RecorderChoice::Preloaded { has_malloc: exports_malloc(bytes) },
    }
}

/// Whether the program defines `malloc` itself. Then its own goes first, and the loaded one sees
/// nothing of it.
fn exports_malloc(bytes: &[u8]) -> bool {
    let Ok(file) = object::File::parse(bytes) else { return false };
    file.dynamic_symbols().any(|symbol| symbol.is_definition() && symbol.name() == Ok("malloc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(program: &Path) -> RecorderChoice {
        choose_recorder(&program.as_os_str().to_owned())
    }

    #[test]
    fn a_script_is_what_runs_it() {
        let home = tempfile::tempdir().unwrap();
        let script = home.path().join("script");
        for (first_line, expected) in [
            ("#!/bin/sh -e\n", RecorderChoice::Preloaded { has_malloc: false }),
            ("#! /usr/bin/env sh\n", RecorderChoice::Preloaded { has_malloc: false }),
            ("#!/usr/bin/env -S A=1 sh\n", RecorderChoice::Preloaded { has_malloc: false }),
            ("#!/no/such/interpreter\n", RecorderChoice::OfProgram),
            ("no program", RecorderChoice::OfProgram),
        ] {
            std::fs::write(&script, first_line).unwrap();
            assert_eq!(choose(&script), expected, "{first_line}");
        }
        // A script that names itself ends as well.
        std::fs::write(&script, format!("#!{}\n", script.display())).unwrap();
        assert_eq!(choose(&script), RecorderChoice::OfProgram);
    }

    #[test]
    fn what_cannot_be_loaded_into_is_known_by_its_file() {
        let home = tempfile::tempdir().unwrap();
        let program = home.path().join("program");
        let shell = std::fs::read("/bin/sh").unwrap();
        let interpreter = b"/ld-linux";
        let at = shell.windows(interpreter.len()).position(|window| window == interpreter).unwrap();
        let mut musl = shell.clone();
        musl[at..at + 8].copy_from_slice(b"/ld-musl");
        let mut other = shell.clone();
        other[18] ^= 1;
        let mut narrow = shell.clone();
        narrow[4] = 1;
        for (bytes, reason) in [(musl, "musl"), (other, "processor"), (narrow, "32 bits")] {
            std::fs::write(&program, bytes).unwrap();
            let RecorderChoice::Impossible(said) = choose(&program) else { panic!("{reason}") };
            assert!(said.contains(reason), "{said}");
        }
        let marked = [shell.as_slice(), RECORDER_MARK].concat();
        std::fs::write(&program, marked).unwrap();
        assert_eq!(choose(&program), RecorderChoice::OfProgram);
    }
}
