//! Finds the CPythons that run beside Rust: those that `--python` names, otherwise `HEAPLAB_PYTHON`,
//! otherwise `python3`.

use crate::exit::ExitReason;
use std::convert::Infallible;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

/// The variable that names another interpreter, such as a virtual environment's.
pub(crate) const PYTHON_VARIABLE: &str = "HEAPLAB_PYTHON";

/// The scripts need CPython 3 with at least this minor version, which brought `time.perf_counter_ns`.
const OLDEST_MINOR: u32 = 7;

/// Whether the Python variants run, and in which interpreters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum PythonChoice {
    /// Where python3 is there.
    #[default]
    Auto,
    /// Always; without python3 it is an error.
    Yes,
    /// Never.
    No,
    /// In each of these: versions such as `3.9`, or programs.
    Listed(Vec<String>),
}

impl FromStr for PythonChoice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<PythonChoice, Infallible> {
        Ok(match text {
            "auto" => PythonChoice::Auto,
            "yes" => PythonChoice::Yes,
            "no" => PythonChoice::No,
            list => PythonChoice::Listed(list.split(',').map(|one| one.trim().to_owned()).collect()),
        })
    }
}

/// An interpreter of CPython 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Python {
    pub(crate) program: PathBuf,
    /// Such as `3.11.7`.
    pub(crate) version: String,
    /// Whether it is the first one, by which the lecture's claims are judged.
    pub(crate) is_first: bool,
}

impl Python {
    /// Such as `Python 3.11.7`, as the interpreter itself says it.
    pub(crate) fn full_name(&self) -> String {
        format!("Python {}", self.version)
    }

    /// The version, where runs have to say that they are not the first interpreter's.
    pub(crate) fn label(&self) -> Option<&str> {
        (!self.is_first).then_some(self.version.as_str())
    }
}

/// The interpreter that runs where none is listed, or why there is none.
pub(crate) fn find_python() -> Result<Python, String> {
    ask_interpreter(&PathBuf::from(std::env::var_os(PYTHON_VARIABLE).unwrap_or_else(|| "python3".into())))
}

/// Asks a program whether it is CPython 3. It may be a wrapper script of a version manager, so the
/// interpreter is asked for its own path: the measurement must not include a shell.
fn ask_interpreter(named: &Path) -> Result<Python, String> {
    let ask = "import sys; print(sys.implementation.name, sys.version_info.major, sys.version.split()[0], \
               sys.executable, sep='\\n')";
    let output = Command::new(named).args(["-c", ask]).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{} does not start: {error}", named.display()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match said.lines().collect::<Vec<_>>()[..] {
        ["cpython", "3", version, _] if is_too_old(version) => Err(format!(
            "{} is CPython {version}, and the scripts need 3.{OLDEST_MINOR} or newer",
            named.display()
        )),
        ["cpython", "3", version, program] if output.status.success() => {
            Ok(Python { program: PathBuf::from(program), version: version.to_owned(), is_first: true })
        }
        _ => Err(format!("{} is not CPython 3", named.display())),
    }
}

/// The interpreters by the user's choice, the first one first. The second value is the reason why
/// there is none, where the user should know.
pub(crate) fn select_pythons(choice: &PythonChoice) -> Result<(Vec<Python>, Option<String>), ExitReason> {
    match choice {
        PythonChoice::No => Ok((Vec::new(), None)),
        PythonChoice::Listed(list) => Ok((find_listed(list)?, None)),
        PythonChoice::Auto | PythonChoice::Yes => match find_python() {
            Ok(python) => Ok((vec![python], None)),
            Err(why) if *choice == PythonChoice::Auto => Ok((Vec::new(), Some(why))),
            Err(why) => Err(ExitReason::MissingRequirement(format!(
                "{why}\nInstall python3 (Debian: apt-get install python3), or name one in {PYTHON_VARIABLE}, or use --python no"
            ))),
        },
    }
}

fn find_listed(list: &[String]) -> Result<Vec<Python>, ExitReason> {
    let mut pythons: Vec<Python> = Vec::new();
    for wanted in list {
        let found = find_one(wanted)?;
        if let Some(known) = pythons.iter().find(|known| known.version == found.version) {
            return Err(ExitReason::UsageError(format!(
                "--python: {} and {} are both CPython {}; a report can have a version once",
                known.program.display(),
                found.program.display(),
                found.version
            )));
        }
        pythons.push(Python { is_first: pythons.is_empty(), ..found });
    }
    Ok(pythons)
}

/// The interpreter of a version (`3.9`, `3.11.7`), or a program by its name or path.
fn find_one(wanted: &str) -> Result<Python, ExitReason> {
    if wanted.is_empty() {
        return Err(ExitReason::UsageError(
            "--python: an entry of the list is empty; name versions or programs, such as 3.9,3.13".into(),
        ));
    }
    if !is_version(wanted) {
        return find_program(wanted);
    }
    if is_too_old(wanted) {
        return Err(ExitReason::UsageError(format!(
            "--python {wanted}: the scripts need CPython 3.{OLDEST_MINOR} or newer"
        )));
    }
    let has_version = |python: &Python| {
        python.version == wanted
            || python.version.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'))
    };
    list_candidates(wanted)
        .iter()
        .find_map(|path| ask_interpreter(path).ok().filter(has_version))
        .ok_or_else(|| {
            ExitReason::MissingRequirement(format!(
                "--python {wanted}: there is no CPython {wanted} on PATH, under pyenv or under uv\n\
                 Install it (`uv python install {wanted}`, or `pyenv install {wanted}`), or give the path of its program"
            ))
        })
}

/// Whether it names a version of CPython 3: `3`, `3.9`, `3.11.7`.
fn is_version(wanted: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (wanted == "3" || wanted.starts_with("3.")) && wanted.split('.').all(is_number)
}

fn is_too_old(version: &str) -> bool {
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    minor.is_some_and(|minor| minor < OLDEST_MINOR)
}

/// The interpreter with this name or path. A word that can be neither a program nor a version is wrong
/// use, such as a mistyped `auto`; a program that this machine does not have is missing.
fn find_program(wanted: &str) -> Result<Python, ExitReason> {
    let looks_like_program = wanted.contains('/') || wanted.starts_with("python");
    ask_interpreter(Path::new(wanted)).map_err(|why| {
        if looks_like_program || std::env::var_os("PATH").is_some_and(|path| is_on_path(wanted, &path)) {
            return ExitReason::MissingRequirement(format!(
                "--python {wanted}: {why}\nGive the path of a CPython 3, or a version that is installed, such as 3.11"
            ));
        }
        ExitReason::UsageError(format!(
            "--python {wanted}: it is no version of CPython 3 and no program\n\
             Give auto, yes or no; or versions and programs with commas between them, such as 3.9,3.13"
        ))
    })
}

fn is_on_path(program: &str, path: &OsStr) -> bool {
    std::env::split_paths(path).any(|folder| folder.join(program).is_file())
}

/// Programs that may be the interpreter of a version, those on PATH first.
fn list_candidates(version: &str) -> Vec<PathBuf> {
    let minor: Vec<&str> = version.splitn(3, '.').take(2).collect();
    let on_path = [format!("python{}", minor.join(".")), "python3".to_owned()].map(PathBuf::from);
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let pyenv = std::env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    let uv = std::env::var_os("UV_PYTHON_INSTALL_DIR")
        .map_or_else(|| home.join(".local/share/uv/python"), PathBuf::from);
    let managed = [(pyenv.join("versions"), String::new()), (uv, "cpython-".to_owned())];
    let installed = managed.iter().flat_map(|(folder, before)| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let start = format!("{before}{version}");
        let mut found: Vec<PathBuf> = entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(&start))
            .map(|entry| entry.path().join("bin/python3"))
            .collect();
        // The latest patch last by name is good enough to be the same on every run.
        found.sort();
        found.reverse();
        found
    });
    on_path.into_iter().chain(installed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_is_a_word_or_a_list() {
        let parse = |text: &str| text.parse::<PythonChoice>().unwrap();
        assert_eq!(parse("auto"), PythonChoice::Auto);
        assert_eq!(parse("no"), PythonChoice::No);
        let listed = PythonChoice::Listed(vec!["3.9".into(), "/usr/bin/python3".into()]);
        assert_eq!(parse("3.9, /usr/bin/python3"), listed);
    }

    #[test]
    fn what_is_no_interpreter_is_refused_with_its_name() {
        let reason = |wanted: &str| find_one(wanted).unwrap_err().to_string();
        assert!(reason("3.999").contains("no CPython 3.999"), "{}", reason("3.999"));
        assert!(reason("3.6").contains("3.7 or newer"), "{}", reason("3.6"));
        assert!(reason("/bin/sh").contains("/bin/sh is not CPython 3"), "{}", reason("/bin/sh"));
        assert!(reason("/no/such/python").contains("does not start"));
        assert!(reason("aut").contains("no version of CPython 3 and no program"), "{}", reason("aut"));
        assert!(reason("2.7").contains("auto, yes or no"), "{}", reason("2.7"));
        assert!(reason("").contains("empty"));
    }

    #[test]
    fn one_version_twice_is_refused() {
        let Ok(python) = find_python() else { return };
        let program = python.program.to_string_lossy().into_owned();
        let twice = find_listed(&[program.clone(), program]).unwrap_err().to_string();
        assert!(twice.contains(&python.version) && twice.contains("once"), "{twice}");
    }
}
