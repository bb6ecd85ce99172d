//! What honest students write: one of several solutions with names of their own, half a solution,
//! none, or a wrong one.

use super::seeded_random::SeededRandom;

pub(super) const MODEL_OPTIONAL: &str = include_str!("../../../../lessons/8.9-homework/solution/optional.rs");
pub(super) const START_OPTIONAL: &str = include_str!("../../../../lessons/8.9-homework/start/optional.rs");
pub(super) const START_REQUIRED: &str = include_str!("../../../../lessons/8.9-homework/start/required.rs");
const USE: &str = "use crate::task::{Row, Source};\n";

/// Solutions of the list that have no spare capacity.
const LISTS: [&str; 4] = [
    "pub fn list(SOURCE: Source) -> Vec<Row> {\n    (0..SOURCE.len()).map(|AT| SOURCE.row(AT)).collect()\n}\n",
    "pub fn list(SOURCE: Source) -> Vec<Row> {\n    let mut ALL = Vec::with_capacity(SOURCE.len());\n    for AT in 0..SOURCE.len() {\n        \
        ALL.push(SOURCE.row(AT));\n    }\n    ALL\n}\n",
    "pub fn list(SOURCE: Source) -> Vec<Row> {\n    let mut ALL = Vec::with_capacity(SOURCE.len());\n    ALL.extend((0..SOURCE.len()).map(|AT| \
        SOURCE.row(AT)));\n    ALL\n}\n",
    "pub fn list(SOURCE: Source) -> Vec<Row> {\n    let mut ALL = Vec::new();\n    ALL.reserve_exact(SOURCE.len());\n    let mut AT = 0;\n    \
        while AT < SOURCE.len() {\n        ALL.push(SOURCE.row(AT));\n        AT += 1;\n    }\n    ALL\n}\n",
];

/// Solutions of the generator that hold one row at a time.
const GENERATORS: [&str; 3] = [
    "pub fn generator(SOURCE: Source) -> impl Iterator<Item = Row> {\n    (0..SOURCE.len()).map(move |AT| SOURCE.row(AT))\n}\n",
    "pub fn generator(SOURCE: Source) -> impl Iterator<Item = Row> {\n    let mut AT = 0;\n    std::iter::from_fn(move || {\n        \
        let ONE = (AT < SOURCE.len()).then(|| SOURCE.row(AT));\n        AT += 1;\n        ONE\n    })\n}\n",
    "struct Lazy {\n    SOURCE: Source,\n    AT: usize,\n}\n\nimpl Iterator for Lazy {\n    type Item = Row;\n\n    fn next(&mut self) -> Option<Row> {\n        \
        if self.AT == self.SOURCE.len() {\n            return None;\n        }\n        self.AT += 1;\n        Some(self.SOURCE.row(self.AT - 1))\n    }\n}\n\n\
        pub fn generator(SOURCE: Source) -> impl Iterator<Item = Row> {\n    Lazy { SOURCE, AT: 0 }\n}\n",
];

/// A generator that collects all rows first.
const EAGER: &str =
    "pub fn generator(SOURCE: Source) -> impl Iterator<Item = Row> {\n    list(SOURCE).into_iter()\n}\n";
/// A generator that loses the last row.
const SHORT: &str = "pub fn generator(SOURCE: Source) -> impl Iterator<Item = Row> {\n    (0..SOURCE.len() - 1).map(move |AT| SOURCE.row(AT))\n}\n";
/// A list whose scores are one too high.
const GENEROUS: &str = "pub fn list(SOURCE: Source) -> Vec<Row> {\n    (0..SOURCE.len()).map(|AT| { let ONE = SOURCE.row(AT); \
    Row { score: ONE.score + 1, ..ONE } }).collect()\n}\n";

/// Full marks, or nearly.
pub(super) fn write_solved(draw: &mut SeededRandom) -> String {
    let (list, generator) = (*draw.choose(&LISTS), *draw.choose(&GENERATORS));
    fill_names(&[list, generator], draw)
}

/// The list is solved, the generator is not.
pub(super) fn write_half(draw: &mut SeededRandom) -> String {
    let list = *draw.choose(&LISTS);
    fill_names(&[list, EAGER], draw)
}

pub(super) fn write_wrong(draw: &mut SeededRandom) -> String {
    let (list, generator) = (*draw.choose(&LISTS), *draw.choose(&GENERATORS));
    if draw.index_below(2) == 0 {
        fill_names(&[list, SHORT], draw)
    } else {
        fill_names(&[GENEROUS, generator], draw)
    }
}

pub(super) fn write_not_building(draw: &mut SeededRandom) -> String {
    write_solved(draw).replace("-> Vec<Row>", "-> Vec<Rows>")
}

/// A copy of another student's source with other names.
pub(super) fn rename_copy(source: &str) -> String {
    // `row` is not among them: it is a method of the task.
    const NAMES: [&str; 16] = [
        "source", "input", "data", "src", "all", "rows", "users", "result", "out", "index", "at", "i", "n",
        "number", "one", "found",
    ];
    let mut renamed = String::from("// My own work.\n");
    for word in source.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_') {
        let name = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let mine = if NAMES.contains(&name) { format!("my_{name}") } else { name.to_owned() };
        renamed += &mine;
        renamed += &word[name.len()..];
    }
    renamed
}

/// Fills in names that differ from student to student.
fn fill_names(pieces: &[&str], draw: &mut SeededRandom) -> String {
    let names = [
        ("SOURCE", ["source", "input", "data", "src", "from"]),
        ("ALL", ["all", "rows", "users", "result", "out"]),
        ("AT", ["index", "at", "i", "n", "number"]),
        ("ONE", ["one", "row", "user", "item", "found"]),
    ];
    let mut text = format!("//! Homework 8.9.\n\n{USE}\n{}", pieces.join("\n"));
    for (place, likes) in names {
        text = text.replace(place, draw.choose::<&str>(&likes));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_copy_has_no_byte_of_the_other_way_and_its_fingerprints() {
        use heaplab_homework::similarity::{Fingerprints, StartingPoint};
        let source = write_solved(&mut SeededRandom(3));
        let copy = rename_copy(&source);
        let of = |text: &str| Fingerprints::from_files([text], &StartingPoint::from_files([START_REQUIRED]));
        assert_ne!(source, copy);
        assert_eq!(of(&source), of(&copy));
        assert!(!of(&source).is_empty() && copy.contains("my_"), "{copy}");
    }
}
