//! `cargo xtask lesson 8.5 --predict`: predictions that are made before the variants run, asked on
//! the terminal or given as `list_dict=2.6GB,slots=600MB`. The report compares them with the
//! measurements.

use crate::cli::ASK_PREDICTIONS;
use crate::exit::ExitReason;
use crate::interrupt;
use crate::runner::measure::VariantTask;
use heaplab_record::{Language, Prediction};
use heaplab_report::{Words, format};
use std::io::{IsTerminal as _, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How often a signal is looked for while nobody types.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

const USAGE: &str =
    "write VARIANT=BYTES, such as list_dict=2.6GB,slots=600MB; CPython's are called generator.py";

/// Refuses before anything is built to ask questions without a terminal.
pub(crate) fn check_option(asked: Option<&str>) -> Result<(), ExitReason> {
    if asked == Some(ASK_PREDICTIONS) && !std::io::stdin().is_terminal() {
        return Err(ExitReason::UsageError(format!(
            "--predict asks on a terminal, and this is none: {USAGE}"
        )));
    }
    Ok(())
}

/// The predictions, in the order of the tasks.
pub(crate) fn read_predictions(
    asked: Option<&str>,
    tasks: &[VariantTask<'_>],
    words: &Words,
) -> Result<Vec<Prediction>, ExitReason> {
    match asked {
        None => Ok(Vec::new()),
        Some(ASK_PREDICTIONS) => {
            check_option(asked)?;
            let scales = heaplab_report::describe_scales(&list_scales(tasks), format::count, words);
            eprintln!("{}", words.say("predict-ask", &[("scales", &scales)]));
            ask_predictions(tasks, &mut terminal_input(), &mut std::io::stderr(), words)
        }
        Some(given) => given.split(',').map(|one| parse_prediction(one, tasks)).collect(),
    }
}

/// Scale and unit of each lesson whose variants run, in the order of the lessons.
fn list_scales<'a>(tasks: &[VariantTask<'a>]) -> Vec<(u64, &'a str)> {
    let mut lessons: Vec<&VariantTask<'a>> = tasks.iter().collect();
    lessons.sort_by_key(|task| &task.built.lesson.section);
    let mut scales: Vec<(u64, &str)> = lessons.into_iter().map(|task| (task.rows, task.unit)).collect();
    scales.dedup();
    scales
}

/// The next line of the terminal, `None` at its end. A read continues after a signal, so a thread
/// reads while this one checks for signals.
fn terminal_input() -> impl FnMut() -> Result<Option<String>, ExitReason> {
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    move || loop {
        interrupt::check()?;
        match lines.recv_timeout(POLL_INTERVAL) {
            Ok(line) => return Ok(Some(line)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

fn parse_prediction(one: &str, tasks: &[VariantTask<'_>]) -> Result<Prediction, ExitReason> {
    let wrong = |why: String| ExitReason::UsageError(format!("--predict {one}: {why}; {USAGE}"));
    let (name, said) = one.split_once('=').ok_or_else(|| wrong("there is no `=`".to_owned()))?;
    let task = tasks.iter().find(|task| task_name(task) == name.trim()).ok_or_else(|| {
        let known: Vec<String> = tasks.iter().map(task_name).collect();
        wrong(format!("no variant that runs is called `{}`; these do: {}", name.trim(), known.join(", ")))
    })?;
    let peak_bytes = parse_bytes(said).ok_or_else(|| wrong(format!("`{said}` is no number of bytes")))?;
    Ok(build_prediction(task, peak_bytes))
}

/// One line per variant. An empty one skips the variant; one without a number is asked again.
fn ask_predictions(
    tasks: &[VariantTask<'_>],
    input: &mut impl FnMut() -> Result<Option<String>, ExitReason>,
    output: &mut impl Write,
    words: &Words,
) -> Result<Vec<Prediction>, ExitReason> {
    let mut said = Vec::new();
    let what = words.get("predict-ask-live");
    for task in tasks.iter().filter(|task| task.interpreter_label().is_none()) {
        loop {
            // The read below fails if the terminal is gone.
            let _ = write!(output, "  {} ({}), {what}: ", task_name(task), task.about)
                .and_then(|()| output.flush());
            let Some(line) = input()? else { return Ok(said) };
            match (line.trim(), parse_bytes(&line)) {
                ("", _) => break,
                (_, Some(peak_bytes)) => {
                    said.push(build_prediction(task, peak_bytes));
                    break;
                }
                (_, None) => {}
            }
        }
    }
    Ok(said)
}

fn build_prediction(task: &VariantTask<'_>, peak_bytes: u64) -> Prediction {
    Prediction { variant: task.variant.name.clone(), language: task.variant.language, peak_bytes }
}

/// A script has the name of the variant that does the same, so the extension tells them apart.
fn task_name(task: &VariantTask<'_>) -> String {
    match task.variant.language {
        Language::Rust => task.variant.name.clone(),
        Language::Python => format!("{}.py", task.variant.name),
    }
}

/// Parses `2.6GB`, `600 MB`, `1GiB`, `18k` or `1200`. Units are decimal unless they contain an `i`.
fn parse_bytes(text: &str) -> Option<u64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    let plain = plain.to_ascii_lowercase();
    let digits = plain.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &plain[digits.len()..] {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let is_number = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let number: f64 = digits.parse().ok().filter(|_| is_number)?;
    let bytes = number * factor;
    // Floats are exact for whole numbers up to here, and no machine has so many bytes.
    (bytes < 9e15).then_some(bytes.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::build::BuiltLesson;
    use crate::runner::discover;
    use heaplab_record::{MANIFEST_SCHEMA, Manifest, Variant};
    use heaplab_report::Lang;

    #[test]
    fn bytes_as_people_write_them() {
        let cases = [
            ("2.6GB", 2_600_000_000),
            ("600 MB", 600_000_000),
            ("1GiB", 1 << 30),
            ("18k", 18_000),
            ("1_200", 1_200),
            ("0", 0),
            ("1.5 kb\n", 1_500),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_bytes(text), Some(expected), "{text}");
        }
        for wrong in ["", "GB", "-1MB", "1 MBB", "1e9", "inf", "nan", "1.2.3", "99999999TB"] {
            assert_eq!(parse_bytes(wrong), None, "{wrong}");
        }
    }

    fn with_tasks(test: impl FnOnce(&[VariantTask<'_>])) {
        let workspace = discover::load_workspace().unwrap();
        let (_, lessons) = workspace.find_section("8.5.1").unwrap();
        let variant = |name: &str, language| Variant {
            name: name.to_owned(),
            language,
            work_group: "users".to_owned(),
            baseline: false,
            threads: 1,
            maps_memory: false,
            about: "what it does".to_owned(),
        };
        let variants = vec![
            variant("list", Language::Rust),
            variant("generator", Language::Rust),
            variant("generator", Language::Python),
        ];
        let manifest = Manifest {
            schema: MANIFEST_SCHEMA.to_owned(),
            unit: "rows".to_owned(),
            default_scale: 10,
            quick_scale: None,
            variants,
            options: Vec::new(),
            prepares: false,
        };
        let built = BuiltLesson { lesson: lessons[0], binary: "x".into(), manifest };
        let task = |variant| VariantTask {
            built: &built,
            variant,
            rows: 10,
            baseline: false,
            shown_as: &variant.name,
            about: &variant.about,
            unit: "rows",
            python: None,
        };
        let tasks: Vec<VariantTask<'_>> = built.manifest.variants.iter().map(task).collect();
        test(&tasks);
    }

    #[test]
    fn what_was_given_names_a_variant_that_runs() {
        with_tasks(|tasks| {
            let words = Words::new(Lang::En);
            let given = |text| read_predictions(Some(text), tasks, &words);
            let said = given("list=2.6GB, generator.py=8 MB").unwrap();
            assert_eq!(said[0].peak_bytes, 2_600_000_000);
            assert_eq!((said[1].language, said[1].peak_bytes), (Language::Python, 8_000_000));
            for wrong in ["8.5", "list", "lists=1", "list=much", "list=1,", "list=1,x=2"] {
                let Err(ExitReason::UsageError(message)) = given(wrong) else { panic!("{wrong}") };
                assert!(message.contains("VARIANT=BYTES"), "{message}");
            }
        });
    }

    #[test]
    fn questions_are_asked_until_there_is_an_answer() {
        with_tasks(|tasks| {
            let mut output = Vec::new();
            let mut typed = ["much", "3 GB", "", "12MB"].into_iter();
            let mut line = || Ok(typed.next().map(str::to_owned));
            let said = ask_predictions(tasks, &mut line, &mut output, &Words::new(Lang::En)).unwrap();
            let said: Vec<_> = said.iter().map(|said| (said.variant.as_str(), said.peak_bytes)).collect();
            assert_eq!(said, [("list", 3_000_000_000), ("generator", 12_000_000)]);
            let asked = String::from_utf8(output).unwrap();
            assert_eq!(asked.matches("list (").count(), 2, "{asked}");
            assert!(asked.contains("generator.py (what it does), peak live heap"), "{asked}");
            // A closed terminal ends the questions.
            let nothing = ask_predictions(tasks, &mut || Ok(None), &mut Vec::new(), &Words::new(Lang::Zh));
            assert!(nothing.unwrap().is_empty());
            let ended = ask_predictions(
                tasks,
                &mut || Err(ExitReason::Interrupted(2)),
                &mut Vec::new(),
                &Words::new(Lang::En),
            );
            assert!(matches!(ended, Err(ExitReason::Interrupted(2))));
        });
    }
}
