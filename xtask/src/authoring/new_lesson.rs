//! `cargo xtask new-lesson 8.10-my-topic`: creates a lesson's folder from the template. Nothing
//! else has to be edited: cargo finds the package by its folder, and xtask finds the lesson by
//! asking cargo.

use crate::cli::NewLessonOptions;
use crate::exit::ExitReason;
use crate::runner::discover::{self, SectionNumber};
use anyhow::{Context as _, Result};
use std::path::Path;

/// The template's files, with placeholders such as `{{section}}`.
const TEMPLATE: [(&str, &str); 9] = [
    ("Cargo.toml", include_str!("../../template/Cargo.toml.txt")),
    ("README.md", include_str!("../../template/README.md.txt")),
    ("README.zh-CN.md", include_str!("../../template/README.zh-CN.md.txt")),
    ("claims.toml", include_str!("../../template/claims.toml.txt")),
    ("src/main.rs", include_str!("../../template/main.rs.txt")),
    ("python/collected.py", include_str!("../../template/collected.py.txt")),
    ("exercise/main.rs", include_str!("../../template/exercise.rs.txt")),
    ("solution/main.rs", include_str!("../../template/solution.rs.txt")),
    ("tests/claims.rs", include_str!("../../template/claims.rs.txt")),
];

pub(crate) fn run(options: &NewLessonOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let (section, topic) = parse_name(&options.name)?;
    if let Some(taken) =
        workspace.lessons.iter().find(|lesson| lesson.section == section || lesson.package == topic)
    {
        let place = taken.folder.display();
        return Err(ExitReason::UsageError(format!(
            "{place} is lesson {} `{}` already",
            taken.section, taken.package
        ))
        .into());
    }
    let folder = workspace.root.join("lessons").join(&options.name);
    if folder.exists() {
        return Err(ExitReason::UsageError(format!(
            "{} is there already: choose another name",
            folder.display()
        ))
        .into());
    }
    for (name, text) in TEMPLATE {
        write_new_file(&folder.join(name), &fill_placeholders(text, &section, topic))?;
    }
    println!(
        "{} is there. Run it: cargo xtask lesson {section} --quick\nThen write README.md: the question and the prediction.",
        folder.strip_prefix(&workspace.root).unwrap_or(&folder).display()
    );
    Ok(())
}

/// Splits `8.10-my-topic` into the section and the topic, which becomes the package's name.
fn parse_name(name: &str) -> Result<(SectionNumber, &str), ExitReason> {
    let wrong = |why: &str| {
        ExitReason::UsageError(format!(
            "`{name}` is no lesson's name: {why}; write a number, a dash and a topic: 8.10-my-topic"
        ))
    };
    let (number, topic) = name.split_once('-').ok_or_else(|| wrong("there is no dash"))?;
    let section =
        SectionNumber::parse(number).ok_or_else(|| wrong("the first part is no section's number"))?;
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let sound = topic.chars().all(letter) && topic.starts_with(|c: char| c.is_ascii_lowercase());
    if sound && !topic.ends_with('-') {
        Ok((section, topic))
    } else {
        Err(wrong("a topic is lower-case letters, digits and dashes, and begins with a letter"))
    }
}

fn fill_placeholders(text: &str, section: &SectionNumber, topic: &str) -> String {
    text.replace("{{section}}", &section.to_string())
        .replace("{{lecture}}", &section.lecture().to_string())
        .replace("{{package}}", topic)
        .replace("{{title}}", &topic.replace('-', " "))
}

fn write_new_file(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let (section, topic) = parse_name("8.10-my-topic").unwrap();
        assert_eq!((section.to_string().as_str(), topic), ("8.10", "my-topic"));
        for wrong in
            ["8.10", "my-topic", "8.10-", "8.10-My-Topic", "8.10-../../etc", "8.10-a-", "-a", "8.10-1a"]
        {
            assert!(parse_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_blank_of_the_template_is_filled() {
        let (section, topic) = parse_name("8.10-my-topic").unwrap();
        for (name, text) in TEMPLATE {
            assert!(!fill_placeholders(text, &section, topic).contains("{{"), "{name}");
        }
    }
}
