//! Samples as pictures: a table of functions as `pstats` sorts it, the source with figures beside
//! its lines, a flamegraph.

use heaplab_lesson::{Attachment, Cell, FoldedStacks, SourceLine, SourceListing, Table, Text};
use heaplab_sampler::{Samples, SourceLocation};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A text in both languages.
pub fn text(en: &str, zh: &str) -> Text {
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

/// Draws the samples of one variant. `path` is the source file relative to the workspace, `code`
/// its text.
pub fn draw_samples(samples: &Samples, name: &str, path: &str, code: &str) -> Vec<Attachment> {
    vec![tabulate_functions(samples), annotate_source(samples, path, code), fold_stacks(samples, name)]
}

/// Samples and time by function. Inclusive samples count a function anywhere on a stack, exclusive
/// ones only where it is the innermost. There is no number of calls: a sampler does not see calls.
pub fn tabulate_functions(samples: &Samples) -> Attachment {
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (frames, seen) in &samples.stacks {
        if let Some(innermost) = frames.last() {
            sums.entry(innermost).or_default().1 += seen;
        }
        for function in frames.iter().collect::<BTreeSet<_>>() {
            sums.entry(function).or_default().0 += seen;
        }
    }
    let mut sums: Vec<(&str, (u64, u64))> = sums.into_iter().collect();
    // By inclusive time, as `pstats` usually sorts; then by exclusive time.
    sums.sort_by_key(|(_, sums)| std::cmp::Reverse((sums.1, sums.0)));
    let all = count_samples(&samples.stacks);
    let row = |(function, (inclusive, exclusive)): (&str, (u64, u64))| {
        vec![
            Cell::Text(function.to_owned()),
            Cell::Count(exclusive),
            time_per_round(exclusive, all, samples),
            Cell::Count(inclusive),
            time_per_round(inclusive, all, samples),
            Cell::Share(share(exclusive, all)),
        ]
    };
    Attachment::Table(Table {
        title: text("Time a function, by sampling", "按函数计时（采样）"),
        columns: vec![
            text("function", "函数"),
            text("samples, itself", "样本数（自身）"),
            text("time, itself", "时间（自身）"),
            text("samples, with calls", "样本数（含被调）"),
            text("time, with calls", "时间（含被调）"),
            text("itself, %", "自身占比"),
        ],
        rows: sums.into_iter().take(12).map(row).collect(),
    })
}

/// Samples and time beside each line of a file. Code that was inlined into a line counts for that
/// line.
pub fn annotate_source(samples: &Samples, path: &str, code: &str) -> Attachment {
    let mut lines: BTreeMap<u32, u64> = BTreeMap::new();
    for (places, seen) in &samples.places {
        let here = |place: &&SourceLocation| place.file.ends_with(path);
        if let Some(place) = places.iter().rev().find(here) {
            *lines.entry(place.line).or_default() += seen;
        }
    }
    let all = count_samples(&samples.places);
    let near = |number: u32| lines.keys().any(|line| line.abs_diff(number) <= 2);
    let line = |(index, code): (usize, &str)| {
        let number = u32::try_from(index + 1).ok().filter(|&number| near(number))?;
        let figures = lines.get(&number).map(|&seen| {
            vec![Cell::Count(seen), time_per_round(seen, all, samples), Cell::Share(share(seen, all))]
        });
        Some(SourceLine { number, code: code.trim_end().to_owned(), figures: figures.unwrap_or_default() })
    };
    Attachment::Source(SourceListing {
        title: text("Time a line, by sampling", "按行计时（采样）"),
        path: path.to_owned(),
        columns: vec![text("samples", "样本数"), text("time", "时间"), text("%", "占比")],
        lines: code.lines().enumerate().filter_map(line).collect(),
    })
}

fn fold_stacks(samples: &Samples, name: &str) -> Attachment {
    let mut folded: BTreeMap<String, u64> = BTreeMap::new();
    for (frames, seen) in &samples.stacks {
        let names: Vec<String> = frames.iter().map(|function| function.replace(';', ",")).collect();
        *folded.entry(names.join(";")).or_default() += seen;
    }
    let folded = folded.into_iter().filter(|(stack, _)| !stack.is_empty());
    Attachment::Stacks(FoldedStacks {
        name: format!("{}-cpu", name.replace('_', "-")),
        title: text(&format!("{name}: where the time goes"), &format!("{name}：时间花在哪里")),
        counts: text("samples", "个样本"),
        folded: folded.map(|(stack, seen)| format!("{stack} {seen}")).collect(),
    })
}

/// The time that these samples stand for in one round of the work.
fn time_per_round(seen: u64, all: u64, samples: &Samples) -> Cell {
    Cell::Nanoseconds(share(seen, all) * nanoseconds(samples.wall) / samples.rounds.max(1) as f64)
}

fn share(seen: u64, all: u64) -> f64 {
    seen as f64 / all.max(1) as f64
}

fn count_samples<T>(samples: &[(T, u64)]) -> u64 {
    samples.iter().map(|(_, seen)| seen).sum()
}

fn nanoseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(functions: &[&str]) -> Vec<String> {
        functions.iter().map(|function| (*function).to_owned()).collect()
    }

    fn place(file: &str, line: u32) -> SourceLocation {
        SourceLocation { file: file.to_owned(), line }
    }

    /// 10 samples in 5 rounds of 2 ms each: 1 ms a sample, 0.2 ms of a round.
    fn samples() -> Samples {
        Samples {
            stacks: vec![(stack(&["main", "hot"]), 9), (stack(&["main"]), 1)],
            places: vec![
                (vec![place("/x/src/a.rs", 3), place("/rustc/vec.rs", 900)], 2),
                (vec![place("/x/src/a.rs", 3)], 7),
                (vec![place("/x/src/a.rs", 2)], 1),
            ],
            rounds: 5,
            wall: Duration::from_millis(10),
        }
    }

    #[test]
    fn functions_are_sorted_by_their_own_time() {
        let Attachment::Table(table) = tabulate_functions(&samples()) else { unreachable!() };
        let wanted = vec![
            Cell::Text("hot".to_owned()),
            Cell::Count(9),
            Cell::Nanoseconds(1_800_000.0),
            Cell::Count(9),
            Cell::Nanoseconds(1_800_000.0),
            Cell::Share(0.9),
        ];
        assert_eq!(table.rows[0], wanted);
        assert_eq!(table.rows.len(), 2);
        assert!(
            table.rows.iter().any(|row| row[0] == Cell::Text("main".into()) && row[3] == Cell::Count(10))
        );
    }

    #[test]
    fn a_line_has_what_ran_below_it_in_other_files() {
        let Attachment::Source(source) = annotate_source(&samples(), "src/a.rs", "a\nb\nc\nd\ne\nf\n") else {
            unreachable!()
        };
        assert_eq!(source.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(source.lines[2].figures[0], Cell::Count(9));
        assert_eq!(source.lines[1].figures[2], Cell::Share(0.1));
        assert!(source.lines[0].figures.is_empty());
    }

    #[test]
    fn a_flamegraph_has_every_sample() {
        let Attachment::Stacks(stacks) = fold_stacks(&samples(), "a_b") else { unreachable!() };
        assert_eq!(
            (stacks.name.as_str(), stacks.folded),
            ("a-b-cpu", vec!["main 1".to_owned(), "main;hot 9".to_owned(),])
        );
    }
}
