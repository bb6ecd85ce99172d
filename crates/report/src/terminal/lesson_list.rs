//! The list of lessons: what is done, what comes next, how long it takes in class, and where the
//! lecture may be split.

use crate::{Words, format};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// One lesson of the list.
#[derive(Clone, Debug)]
pub struct ListedLesson {
    /// The folder's number, such as `8.5.1`.
    pub section: String,
    /// The section of the lecture that it is a part of, such as `8.5`.
    pub lecture: String,
    /// In the list's language.
    pub title: String,
    /// Minutes in class.
    pub minutes: u32,
    /// When it was measured last, as the report wrote it, and at how many rows.
    pub last_run: Option<(String, u64)>,
}

/// The length of a sitting where the lecture is given in several.
const SITTING_MINUTES: u32 = 90;
/// The width of the progress bar in characters.
const BAR_WIDTH: u64 = 24;

/// The list as a table of at most `width` columns, how far it is done, and the command that comes
/// next.
pub fn render_lesson_list(listed: &[ListedLesson], words: &Words, width: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    let heads =
        ["section", "title", "minutes", "part", "last-run"].map(|key| words.get(&format!("lessons-{key}")));
    table.set_header([vec![String::new()], heads.to_vec()].concat());
    let next = listed.iter().position(|lesson| lesson.last_run.is_none());
    let parts = assign_sittings(listed);
    for (index, (lesson, part)) in listed.iter().zip(&parts).enumerate() {
        let sign = match &lesson.last_run {
            Some(_) => "✓",
            None if next == Some(index) => "→",
            None => "–",
        };
        let last_run = match &lesson.last_run {
            Some((when, rows)) => {
                // Minutes are precise enough.
                let when = when.get(..16).unwrap_or(when).replace('T', " ");
                words.say("lessons-ran", &[("when", &when), ("rows", &format::scale(*rows))])
            }
            None => words.get("lessons-never"),
        };
        let cells =
            [&lesson.section, &lesson.title, &lesson.minutes.to_string(), &part.to_string(), &last_run];
        table.add_row([vec![sign.to_owned()], cells.map(Clone::clone).to_vec()].concat());
    }
    for column in [3, 4] {
        if let Some(figures) = table.column_mut(column) {
            figures.set_cell_alignment(CellAlignment::Right);
        }
    }
    let next = next.and_then(|index| listed.get(index)).or(listed.first());
    let next =
        next.map(|lesson| words.say("lessons-next", &[("section", &lesson.section)])).unwrap_or_default();
    format!(
        "{table}\n\n{}\n{}\n\n{next}\n",
        render_progress(listed, words),
        render_sittings(listed, &parts, words)
    )
}

/// How many lessons and minutes are done, with a bar.
fn render_progress(listed: &[ListedLesson], words: &Words) -> String {
    let minutes = |lessons: &mut dyn Iterator<Item = &ListedLesson>| -> u32 {
        lessons.map(|lesson| lesson.minutes).sum()
    };
    let is_done = |lesson: &&ListedLesson| lesson.last_run.is_some();
    let (done, all) = (minutes(&mut listed.iter().filter(is_done)), minutes(&mut listed.iter()));
    let filled = u64::from(done) * BAR_WIDTH / u64::from(all.max(1));
    let bar: String = (0..BAR_WIDTH).map(|cell| if cell < filled { '█' } else { '░' }).collect();
    let count = listed.iter().filter(is_done).count();
    let figures = [count.to_string(), listed.len().to_string(), done.to_string(), all.to_string()];
    let [count, lessons, done, all] = &figures;
    words.say(
        "lessons-progress",
        &[("bar", &bar), ("done", count), ("lessons", lessons), ("minutes", done), ("all", all)],
    )
}

/// The minutes of each sitting.
fn render_sittings(listed: &[ListedLesson], parts: &[u32], words: &Words) -> String {
    let last = parts.iter().copied().max().unwrap_or(1);
    let minutes = |part: u32| -> u32 {
        listed.iter().zip(parts).filter(|(_, of)| **of == part).map(|(lesson, _)| lesson.minutes).sum()
    };
    let minutes: Vec<String> = (1..=last).map(|part| minutes(part).to_string()).collect();
    words.say("lessons-sittings", &[("minutes", &minutes.join(" + "))])
}

/// The sitting of each lesson. A section of the lecture is not split: if it would not end in time,
/// it begins the next sitting.
fn assign_sittings(listed: &[ListedLesson]) -> Vec<u32> {
    let (mut part, mut so_far) = (1, 0);
    let mut parts: Vec<u32> = Vec::with_capacity(listed.len());
    for (index, lesson) in listed.iter().enumerate() {
        let is_first = index == 0 || listed[index - 1].lecture != lesson.lecture;
        if is_first {
            let of_section = listed.iter().filter(|other| other.lecture == lesson.lecture);
            let whole: u32 = of_section.map(|other| other.minutes).sum();
            if so_far > 0 && so_far + whole > SITTING_MINUTES {
                (part, so_far) = (part + 1, 0);
            }
            so_far += whole;
        }
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    fn listed(section: &str, lecture: &str, minutes: u32, is_done: bool) -> ListedLesson {
        ListedLesson {
            section: section.into(),
            lecture: lecture.into(),
            title: "生成器".into(),
            minutes,
            last_run: is_done.then(|| ("2026-01-02T03:04:05Z".to_owned(), 200_000)),
        }
    }

    #[test]
    fn the_next_lesson_is_the_first_that_was_not_run() {
        let list = [listed("8.1", "8.1", 12, true), listed("8.2", "8.2", 12, false)];
        let text = render_lesson_list(&list, &Words::new(Lang::En), 80);
        assert!(text.ends_with("cargo xtask lesson 8.2\n"), "{text}");
        assert!(
            text.contains("2026-01-02 03:04") && text.contains("200k") && text.contains("not yet"),
            "{text}"
        );
        let signs: Vec<&str> = text.lines().filter_map(|line| line.trim_start().split(' ').next()).collect();
        assert!(signs.contains(&"✓") && signs.contains(&"→"), "{text}");
        assert!(text.contains("1 of 2") && text.contains("12 of 24"), "{text}");
        assert_eq!(text.matches('█').count(), 12);
    }

    #[test]
    fn a_section_is_in_one_sitting() {
        let list = [
            listed("8.1", "8.1", 40, false),
            listed("8.4", "8.4", 32, false),
            listed("8.5.1", "8.5", 12, false),
            listed("8.5.2", "8.5", 18, false),
            listed("8.7", "8.7", 40, false),
        ];
        assert_eq!(assign_sittings(&list), [1, 1, 2, 2, 2]);
        let text = render_lesson_list(&list, &Words::new(Lang::Zh), 80);
        assert!(text.contains("72 + 70"), "{text}");
        assert_eq!(assign_sittings(&[listed("8.1", "8.1", 200, false)]), [1]);
        assert!(assign_sittings(&[]).is_empty());
    }
}
