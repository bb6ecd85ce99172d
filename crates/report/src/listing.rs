//! The list of lessons: what there is, how long it takes in class, and what has been run.

use crate::Words;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// One lesson of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The folder's number, such as `8.5.1`.
    pub section: String,
    /// In the list's language.
    pub title: String,
    /// In class.
    pub minutes: u32,
    /// When it was measured last, as the report wrote it.
    pub last_run: Option<String>,
}

/// The list as a table of at most `width` columns, and the command that comes next.
pub fn lessons(listed: &[Listed], words: &Words, width: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(
        ["section", "title", "minutes", "last-run"].map(|key| words.get(&format!("lessons-{key}"))),
    );
    for lesson in listed {
        let last_run = lesson.last_run.clone().unwrap_or_else(|| words.get("lessons-never"));
        table.add_row([lesson.section.clone(), lesson.title.clone(), lesson.minutes.to_string(), last_run]);
    }
    if let Some(minutes) = table.column_mut(2) {
        minutes.set_cell_alignment(CellAlignment::Right);
    }
    let next = listed.iter().find(|lesson| lesson.last_run.is_none()).or(listed.first());
    let next =
        next.map(|lesson| words.say("lessons-next", &[("section", &lesson.section)])).unwrap_or_default();
    format!("{table}\n\n{next}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn the_next_lesson_is_the_first_that_was_not_run() {
        let listed = |section: &str, last_run: Option<&str>| Listed {
            section: section.into(),
            title: "生成器".into(),
            minutes: 12,
            last_run: last_run.map(str::to_owned),
        };
        let list = [listed("8.1", Some("2026-01-01T00:00:00Z")), listed("8.2", None)];
        let text = lessons(&list, &Words::new(Lang::En), 80);
        assert!(text.ends_with("cargo xtask lesson 8.2\n"), "{text}");
        assert!(text.contains("2026-01-01") && text.contains("not yet"), "{text}");
    }
}
