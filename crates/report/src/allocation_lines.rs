//! The source of a program with the bytes that each of its own lines allocated.

use heaplab_profile::{Frame, Profile};
use heaplab_record::{Cell, SourceLine, SourceListing, Text};
use std::collections::BTreeMap;

/// Lines shown above and below one that allocates, where its function is long or not found.
const AROUND: usize = 3;

/// A function of more lines than this is not shown whole.
const MOST_LINES: usize = 60;

/// The files of one variant. `read` returns the text of a file of the workspace; other files, such
/// as those of a library, are left out.
pub fn annotate_sources(profile: &Profile, read: &dyn Fn(&str) -> Option<String>) -> Vec<SourceListing> {
    let mut files: BTreeMap<&str, BTreeMap<usize, [u64; 4]>> = BTreeMap::new();
    let mut texts: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for site in &profile.sites {
        let own = site.frames.iter().rev().filter_map(Frame::place).find_map(|(file, line)| {
            let text = texts.entry(file).or_insert_with(|| read(file));
            text.as_ref().and(line).map(|line| (file, line as usize))
        });
        let Some((file, line)) = own else { continue };
        let sums = files.entry(file).or_default().entry(line).or_default();
        let figures = [site.peak_bytes, site.end_bytes, site.total_bytes, site.total_blocks];
        sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
    }
    let source = |(file, lines): (&str, BTreeMap<usize, [u64; 4]>)| {
        let text = texts.get(file)?.as_ref()?;
        Some(annotate_file(file, text, &lines))
    };
    files.into_iter().filter_map(source).collect()
}

fn annotate_file(file: &str, text: &str, figures: &BTreeMap<usize, [u64; 4]>) -> SourceListing {
    let code: Vec<&str> = text.lines().collect();
    let mut shown = vec![false; code.len()];
    for &line in figures.keys().filter(|line| (1..=code.len()).contains(line)) {
        let (from, to) = enclosing_function(&code, line - 1);
        shown[from..=to].fill(true);
    }
    let line = |(index, code): (usize, &&str)| {
        let cells = figures.get(&(index + 1)).map(|[peak, end, total, blocks]| {
            vec![Cell::Bytes(*peak), Cell::Bytes(*end), Cell::Bytes(*total), Cell::Count(*blocks)]
        });
        SourceLine { number: index as u32 + 1, code: (*code).to_owned(), figures: cells.unwrap_or_default() }
    };
    let column = |en: &str, zh: &str| Text { en: en.to_owned(), zh: zh.to_owned() };
    SourceListing {
        title: column("Bytes beside the lines that asked for them", "每行代码要了多少字节"),
        path: file.to_owned(),
        columns: vec![
            column("live at peak", "峰值存活"),
            column("live at end", "结束存活"),
            column("bytes in all", "累计字节"),
            column("blocks in all", "累计块数"),
        ],
        lines: code.iter().enumerate().filter(|(index, _)| shown[*index]).map(line).collect(),
    }
}

/// The function around a line, by its indentation as rustfmt has it; a few lines where that is long
/// or not found.
fn enclosing_function(code: &[&str], at: usize) -> (usize, usize) {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let head = (0..=at).rev().find(|&index| {
        let line = code[index].trim_start();
        let is_function = line.starts_with("fn ") || line.contains(" fn ");
        is_function && !line.starts_with("//") && (index == at || indent(code[index]) < indent(code[at]))
    });
    let tail = head.and_then(|head| {
        let end = format!("{}}}", " ".repeat(indent(code[head])));
        (at..code.len()).find(|&index| code[index] == end)
    });
    match (head, tail) {
        (Some(head), Some(tail)) if tail - head < MOST_LINES => (head, tail),
        _ => (at.saturating_sub(AROUND), (at + AROUND).min(code.len() - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_profile::Site;

    const CODE: &str = "use std::rc::Rc;\n\nfn other() {\n    nothing();\n}\n\npub fn list() -> Vec<u8> {\n    let mut list = Vec::new();\n    list.push(1);\n    list\n}\n";

    fn site(places: &[&str], peak_bytes: u64) -> Site {
        let frame = |place: &&str| Frame {
            function: "f".to_owned(),
            location: Some((*place).to_owned()),
            ..Frame::default()
        };
        Site { frames: places.iter().map(frame).collect(), peak_bytes, total_blocks: 1, ..Site::default() }
    }

    #[test]
    fn the_function_of_a_line_is_shown_with_the_bytes_of_its_own() {
        let sites = vec![
            site(&["src/main.rs:1", "src/main.rs:9", "std/vec.rs:7"], 40),
            site(&["src/main.rs:9", "std/raw.rs:8"], 2),
            site(&["std/io.rs:3"], 9),
        ];
        let read = |file: &str| (file == "src/main.rs").then(|| CODE.to_owned());
        let sources = annotate_sources(&Profile { sites }, &read);
        assert_eq!(sources.len(), 1);
        let numbers: Vec<u32> = sources[0].lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [7, 8, 9, 10, 11]);
        let counted: Vec<_> = sources[0].lines.iter().filter(|line| !line.figures.is_empty()).collect();
        assert_eq!(counted.len(), 1);
        assert_eq!(counted[0].figures[0], Cell::Bytes(42));
        assert_eq!(counted[0].figures[3], Cell::Count(2));
    }

    #[test]
    fn a_line_that_is_in_no_function_has_a_few_around_it() {
        let code: Vec<&str> = CODE.lines().collect();
        assert_eq!(enclosing_function(&code, 0), (0, 3));
        assert_eq!(enclosing_function(&code, 3), (2, 4));
    }
}
