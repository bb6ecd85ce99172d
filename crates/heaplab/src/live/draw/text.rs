//! Text for cells: cut by the columns that it takes, without control characters.

use crate::live::palette::Palette;
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Text of a program, such as a function's name, without what a terminal could act on.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// The beginning of a text that is wider than `width`, with `…` behind it.
pub(super) fn shorten_end(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let kept = take_columns(text.chars(), width.saturating_sub(1));
    kept.into_iter().chain(Some('…').filter(|_| width > 0)).collect()
}

/// The end of a path that is wider than `width`, with `…` before it. The file and its line stay, and
/// as many whole folders as there is room for.
pub(super) fn shorten_path(path: &str, width: usize) -> String {
    if path.width() <= width {
        return path.to_owned();
    }
    let mut kept = take_columns(path.chars().rev(), width.saturating_sub(1));
    if let Some(slash) = kept.iter().rposition(|letter| *letter == '/') {
        kept.truncate(slash + 1);
    }
    Some('…').filter(|_| width > 0).into_iter().chain(kept.into_iter().rev()).collect()
}

fn take_columns(letters: impl Iterator<Item = char>, width: usize) -> Vec<char> {
    let mut used = 0;
    letters
        .take_while(|letter| {
            used += letter.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

/// A line of keys and what they do: `m mark · / filter`. The first word of each part is the key.
/// Parts for which there is no room are left out, but the last two (help and quit) stay.
pub(super) fn keys_line(keys: &str, width: usize, palette: Palette) -> Line<'static> {
    let parts: Vec<&str> = keys.split(" · ").collect();
    let (others, last) = parts.split_at(parts.len().saturating_sub(2));
    let columns = |part: &&str| part.width() + 2;
    let mut room = width.saturating_sub(last.iter().map(columns).sum());
    let fitting = others.iter().take_while(|part| {
        let fits = columns(part) <= room;
        room = room.saturating_sub(columns(part));
        fits
    });
    let mut spans = Vec::new();
    for part in fitting.chain(last) {
        let (key, what) = part.split_once(' ').unwrap_or((part, ""));
        spans.push(Span::styled(key.to_owned(), palette.key()));
        spans.push(Span::raw(format!(" {what}  ")));
    }
    Line::from(spans)
}

/// Minutes and seconds, and hours where there are any: `1:23`, `2:01:23`.
pub(super) fn format_time(ns: u64) -> String {
    let seconds = ns / 1_000_000_000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_columns() {
        assert_eq!(shorten_end("load_users", 10), "load_users");
        assert_eq!(shorten_end("load_users", 5), "load…");
        assert_eq!(shorten_path("src/server/main.c:42", 10), "…main.c:42");
        // Each of these letters takes two columns, so one column stays free.
        assert_eq!(shorten_path("src/server/main.c:42", 14), "…/main.c:42");
        assert_eq!(shorten_end("内存分析", 6), "内存…");
        assert_eq!(shorten_path("内存分析", 5), "…分析");
        assert_eq!(shorten_end("abc", 0), "");
        assert_eq!(clean("a\u{1b}[31mb\tc"), "a [31mb c");
    }

    #[test]
    fn keys_without_room_are_left_out_but_not_the_last_two() {
        let text =
            |width| keys_line("m mark · / filter · ? help · q quit", width, Palette::plain()).to_string();
        assert_eq!(text(80), "m mark  / filter  ? help  q quit  ");
        assert_eq!(text(25), "m mark  ? help  q quit  ");
    }

    #[test]
    fn times_have_hours_only_if_needed() {
        assert_eq!(format_time(83_900_000_000), "1:23");
        assert_eq!(format_time(7_283_000_000_000), "2:01:23");
    }
}
