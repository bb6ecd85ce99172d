//! `cargo xtask primer rc`: runs a word's Rust and Python programs, and prints the sources, what both
//! print line beside line, and the explanation of `lessons/primer/README.md`.

use crate::cli::{self, PrimerOptions};
use crate::exit::ExitReason;
use crate::publish::gallery::replace_file;
use crate::runner::build;
use crate::runner::discover::{self, PRIMER_FOLDER as FOLDER, Workspace};
use crate::runner::python::{self, PYTHON_VARIABLE, Python};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_report::glossary;
use heaplab_report::primer::{self, OutputPair, PrimerRun, PrimerSection, RefusedProgram};
use heaplab_report::{Lang, Words};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PACKAGE: &str = "primer";
const TEXTS: [(&str, Lang); 2] = [("README.md", Lang::En), ("README.zh-CN.md", Lang::Zh)];
/// The glossary as a text, for the repository and the site.
const GLOSSARIES: [(&str, Lang); 2] = [("GLOSSARY.md", Lang::En), ("GLOSSARY.zh-CN.md", Lang::Zh)];
/// What is typed for the glossary in place of a word.
const GLOSSARY: &str = "glossary";

pub(crate) fn run(options: &PrimerOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let words = Words::new(cli::resolve_language(options.lang));
    let screen = Terminal::new(true);
    if options.bless || options.check {
        return renew_texts(&workspace, options.check, &screen, &words);
    }
    if options.word.as_deref() == Some(GLOSSARY) {
        screen.print_result(&glossary::render_terminal(&words, Terminal::width_columns()));
        return Ok(());
    }
    let (_, markdown) = read_text(&workspace, words.lang())?;
    let sections = parse_sections(&markdown)?;
    let Some(asked) = &options.word else {
        screen.print_result(&primer::render_list(&sections, &words, Terminal::width_columns()));
        return Ok(());
    };
    let section = sections.iter().find(|section| section.word == *asked);
    let section = section.ok_or_else(|| unknown_word_error(asked, &sections))?;
    let programs = Programs::build(&workspace)?;
    let run = programs.run_word(asked)?;
    for source in [programs.rust_source(asked), programs.python_source(asked)] {
        screen.print_result(&number_lines(&workspace, &source)?);
    }
    screen.print_result(&primer::render_terminal(section, &run, &words, Terminal::width_columns()));
    Ok(())
}

fn unknown_word_error(asked: &str, sections: &[PrimerSection]) -> ExitReason {
    let known: Vec<&str> = sections.iter().map(|section| section.word.as_str()).collect();
    ExitReason::UsageError(format!("the primer has no word `{asked}`; it has {}", known.join(", ")))
}

fn read_text(workspace: &Workspace, lang: Lang) -> Result<(PathBuf, String)> {
    let name = TEXTS.iter().find(|(_, of)| *of == lang).map_or(TEXTS[0].0, |(name, _)| name);
    let path = workspace.root.join(FOLDER).join(name);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok((path, text))
}

fn parse_sections(markdown: &str) -> Result<Vec<PrimerSection>> {
    primer::read_sections(markdown).with_context(|| format!("{FOLDER} has a text that is no primer"))
}

/// Puts what the programs print into the texts, or only says which texts say something else.
fn renew_texts(workspace: &Workspace, only_check: bool, screen: &Terminal, words: &Words) -> Result<()> {
    let programs = Programs::build(workspace)?;
    let mut runs = Vec::new();
    for section in parse_sections(&read_text(workspace, Lang::En)?.1)? {
        runs.push(programs.run_word(&section.word)?);
    }
    let mut stale = Vec::new();
    for (_, lang) in TEXTS {
        let (path, text) = read_text(workspace, lang)?;
        let filled = primer::fill_tables(&text, &runs, &Words::new(lang))?;
        let shown = path.strip_prefix(&workspace.root).unwrap_or(&path).display().to_string();
        if only_check {
            let changed = primer::find_stale_words(&text, &filled)?;
            let say = |word: &String| words.say("primer-stale", &[("path", &shown), ("word", word)]);
            stale.extend(changed.iter().map(say));
        } else if filled != text {
            replace_file(&path, &filled)?;
            screen.print_result(&words.say("primer-renewed", &[("path", &shown)]));
        }
    }
    for (name, lang) in GLOSSARIES {
        let (path, text) =
            (workspace.root.join(FOLDER).join(name), glossary::render_markdown(&Words::new(lang)));
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        let shown = format!("{FOLDER}/{name}");
        if only_check {
            stale.push(words.say("primer-stale", &[("path", &shown), ("word", GLOSSARY)]));
        } else {
            replace_file(&path, &text)?;
            screen.print_result(&words.say("primer-renewed", &[("path", &shown)]));
        }
    }
    if !stale.is_empty() {
        return Err(ExitReason::CheckFailed(stale.join("\n")).into());
    }
    screen.print_result(&words.say("primer-same", &[("words", &runs.len().to_string())]));
    Ok(())
}

/// A source file with numbered lines, under its path.
fn number_lines(workspace: &Workspace, path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let shown = path.strip_prefix(&workspace.root).unwrap_or(path).display();
    let lines = (1..).zip(text.lines()).map(|(number, line)| format!("{number:>3} {line}"));
    let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    Ok(format!("{shown}\n{}\n", lines.join("\n")))
}

/// The programs of all words, built, and the interpreter.
struct Programs {
    folder: PathBuf,
    built: HashMap<String, PathBuf>,
    python: Python,
}

impl Programs {
    fn build(workspace: &Workspace) -> Result<Programs> {
        let python = python::find_python().map_err(|why| {
            ExitReason::MissingRequirement(format!(
                "{why}\nInstall python3 (Debian: apt-get install python3), or name one in {PYTHON_VARIABLE}"
            ))
        })?;
        let built = build::build_examples(workspace, &[PACKAGE])?;
        Ok(Programs { folder: workspace.root.join(FOLDER), built, python })
    }

    fn rust_source(&self, word: &str) -> PathBuf {
        self.folder.join("examples").join(word).with_extension("rs")
    }

    fn python_source(&self, word: &str) -> PathBuf {
        self.folder.join("python").join(word).with_extension("py")
    }

    fn run_word(&self, word: &str) -> Result<PrimerRun> {
        let place = self.rust_source(word);
        let program = self.built.get(word).with_context(|| format!("{} is missing", place.display()))?;
        let rust = capture(&mut Command::new(program))?;
        let mut command = Command::new(&self.python.program);
        // No bytecode is written into the students' folders.
        command.arg(self.python_source(word)).env("PYTHONDONTWRITEBYTECODE", "1");
        let python = capture(&mut command)?;
        Ok(PrimerRun {
            word: word.to_owned(),
            python_version: self.python.version.trim_start_matches("Python ").to_owned(),
            pairs: OutputPair::from_outputs(&rust, &python),
            refused: self.compile_refused(word)?,
        })
    }

    /// What the compiler says of the program that it refuses, if the word has one.
    fn compile_refused(&self, word: &str) -> Result<Option<RefusedProgram>> {
        let file = format!("refused/{word}.rs");
        if !self.folder.join(&file).is_file() {
            return Ok(None);
        }
        let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        command.current_dir(&self.folder).args(["--edition", "2024", "--crate-type", "lib"]);
        // Nothing but the check is wanted, and nothing is written.
        command.args(["--emit", "metadata", "-o", "/dev/null", "--color", "never", &file]);
        let output = command.stdin(Stdio::null()).output().context("rustc does not start")?;
        anyhow::ensure!(!output.status.success(), "{FOLDER}/{file} compiles, and should be refused");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Some(RefusedProgram { file, message: explain_only(&message) }))
    }
}

/// The errors themselves, without the compiler's count of them and its hint to further help.
fn explain_only(message: &str) -> String {
    message.split("\nerror: aborting").next().unwrap_or(message).trim_end().to_owned()
}

fn capture(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {program}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{program} ended with {}: {stderr}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
