//! Which of the tools that the lecture names an interpreter has: the packages of
//! `lessons/requirements.in`.

use super::python::Python;
use std::process::{Command, Stdio};

/// The command that makes an environment with all of them and has the lessons use it.
pub(crate) const INSTALL_COMMAND: &str = "export HEAPLAB_PYTHON=$(bash .ci/python-tools)";

/// The packages that `lessons/requirements.in` names.
const PACKAGES: [&str; 3] = ["memray", "objgraph", "line_profiler"];

/// Names with versions of the packages that are there, and names of those that are not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LectureTools {
    pub(crate) installed: Vec<String>,
    pub(crate) missing: Vec<String>,
}

/// Asks the interpreter, which need not be able to import a package to know its version.
pub(crate) fn find_lecture_tools(python: &Python) -> LectureTools {
    const QUESTION: &str = "import sys, importlib.metadata as metadata\n\
        for name in sys.argv[1:]:\n    \
            try: print(name, metadata.version(name))\n    \
            except metadata.PackageNotFoundError: pass";
    let asked = Command::new(&python.program)
        .args(["-c", QUESTION])
        .args(PACKAGES)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let said = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    sort_packages(&said)
}

/// `said` has a line for each package that is there: its name and its version.
fn sort_packages(said: &str) -> LectureTools {
    let mut tools = LectureTools::default();
    for package in PACKAGES {
        match said.lines().find(|line| line.split(' ').next() == Some(package)) {
            Some(line) => tools.installed.push(line.to_owned()),
            None => tools.missing.push(package.to_owned()),
        }
    }
    tools
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_those_of_the_requirements() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../lessons/requirements.in");
        let text = std::fs::read_to_string(file).unwrap();
        let mut named: Vec<&str> =
            text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
        let mut known = PACKAGES.to_vec();
        named.sort_unstable();
        known.sort_unstable();
        assert_eq!(named, known);
    }

    #[test]
    fn what_is_not_said_is_missing() {
        let tools = sort_packages("memray 1.20.0\nobjgraphs 1\nline_profiler 5.1.0\n");
        assert_eq!(tools.installed, ["memray 1.20.0", "line_profiler 5.1.0"]);
        assert_eq!(tools.missing, ["objgraph"]);
    }
}
