//! callgrind's counts as a report shows them: functions, lines beside their source, folded stacks.

use crate::format;
use heaplab_profile::callgrind::{CallgrindProfile, FunctionCost, LineCost, StackCost};
use heaplab_profile::folded;
use heaplab_record::{Cell, CpuFunction, SourceLine, SourceListing, Text};

/// Lines of source that are shown around one that ran.
const AROUND: u32 = 2;

/// The program's part of a process: what runs below the start of a Rust program or thread, or below
/// the loader of a C program; all of it where neither is found.
pub fn select_program_part(counted: &CallgrindProfile) -> (Vec<FunctionCost>, Vec<StackCost>) {
    let below = |border: &str| counted.stacks_below(|frame| frame.ends_with(border));
    below("__rust_begin_short_backtrace")
        .or_else(|| below("(below main)"))
        .unwrap_or_else(|| (counted.functions.clone(), counted.stacks.clone()))
}

/// The functions that ran, as report.json has them.
pub fn list_functions(functions: &[FunctionCost]) -> Vec<CpuFunction> {
    let ran = functions.iter().filter(|function| function.inclusive > 0);
    ran.map(|function| CpuFunction {
        name: function.name.clone(),
        calls: function.calls,
        inclusive_instructions: function.inclusive,
        exclusive_instructions: function.exclusive,
    })
    .collect()
}

/// Folded stacks, `root;caller;function 123`, sorted.
pub fn fold_stacks(stacks: &[StackCost]) -> Vec<String> {
    let lines = stacks.iter().map(|stack| (stack.frames.as_slice(), stack.cost));
    folded::fold_stacks(lines)
}

/// One file with figures beside its lines: how often the line ran, its instructions, those with
/// what it called, and the share of `total` that is its own. `code` is the file's text; lines far
/// from any that ran are left out.
pub fn annotate_source(path: &str, code: &str, lines: &[LineCost], total: u64, title: Text) -> SourceListing {
    let near = |number: u32| lines.iter().any(|line| line.number.abs_diff(number) <= AROUND);
    let ran = |number: u32| lines.iter().find(|line| line.number == number);
    let source_line = |(index, code): (usize, &str)| {
        let number = u32::try_from(index + 1).ok().filter(|&number| near(number))?;
        let figures = ran(number).map(|line| {
            let share = line.exclusive as f64 / total.max(1) as f64;
            let counts = [line.hits, line.exclusive, line.inclusive].map(Cell::Count);
            counts.into_iter().chain([Cell::Share(share)]).collect()
        });
        Some(SourceLine { number, code: code.trim_end().to_owned(), figures: figures.unwrap_or_default() })
    };
    let columns = [("hits", "次数"), ("instructions", "指令数"), ("with calls", "含调用"), ("%", "占比")];
    SourceListing {
        title,
        path: path.to_owned(),
        columns: columns.map(|(en, zh)| Text { en: en.into(), zh: zh.into() }).to_vec(),
        lines: code.lines().enumerate().filter_map(source_line).collect(),
    }
}

/// What the hits of the most frequent line show about the loop over `rows` in the source.
pub fn explain_loop(hits: u64, rows: u64) -> Text {
    let (times, of) = (format::count(hits), format::count(rows));
    if hits.saturating_mul(100) < rows {
        return Text {
            en: format!(
                "it ran {times} times for {of}, and no line more often: no loop is left in what runs"
            ),
            zh: format!(
                "处理 {of} 个，它只执行了 {times} 次，没有哪一行比它更多：真正运行的代码里已经没有循环"
            ),
        };
    }
    let at_once = rows as f64 / hits as f64;
    if at_once > 1.5 {
        return Text {
            en: format!("it ran {times} times for {of}: the compiler does {at_once:.0} rounds at once"),
            zh: format!("处理 {of} 个，它执行了 {times} 次：编译器把 {at_once:.0} 轮并成了一轮"),
        };
    }
    let a_row = hits as f64 / rows as f64;
    if a_row > 1.5 {
        return Text {
            en: format!("it ran {times} times for {of}: {a_row:.1} times each"),
            zh: format!("处理 {of} 个，它执行了 {times} 次：平均每个 {a_row:.1} 次"),
        };
    }
    Text {
        en: format!("it ran {times} times for {of}: once each, as it is written"),
        zh: format!("处理 {of} 个，它执行了 {times} 次：每个一次，与源码写的一样"),
    }
}

/// The line that cost the most by itself.
pub fn find_hottest_line(source: &SourceListing) -> Option<&SourceLine> {
    let own = |line: &&SourceLine| match line.figures.get(1) {
        Some(Cell::Count(count)) => *count,
        _ => 0,
    };
    // `max_by_key` returns the last of equal lines; reversed, this is the first.
    source.lines.iter().rev().max_by_key(own).filter(|line| own(line) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, exclusive: u64) -> LineCost {
        LineCost { file: "src/main.rs".into(), number, hits: 3, exclusive, inclusive: exclusive + 1 }
    }

    #[test]
    fn figures_stand_beside_their_lines_and_gaps_are_left_out() {
        let code: String = (1..=20).map(|number| format!("line {number}\n")).collect();
        let made = annotate_source("src/main.rs", &code, &[line(4, 25), line(15, 75)], 100, Text::default());
        let numbers: Vec<u32> = made.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [2, 3, 4, 5, 6, 13, 14, 15, 16, 17]);
        let top = find_hottest_line(&made).unwrap();
        assert_eq!((top.number, top.code.as_str()), (15, "line 15"));
        assert_eq!(top.figures, [Cell::Count(3), Cell::Count(75), Cell::Count(76), Cell::Share(0.75)]);
        assert!(made.lines[0].figures.is_empty());
        assert_eq!(made.lines[2].figures.len(), made.columns.len());
    }

    #[test]
    fn what_became_of_a_loop_is_read_from_its_hits() {
        let says = |hits, what: &str| {
            let said = explain_loop(hits, 100_000).en;
            assert!(said.contains(what), "{said}");
        };
        says(1, "no loop is left");
        says(25_000, "4 rounds at once");
        says(100_001, "once each");
        says(10_800_000, "108.0 times each");
    }

    #[test]
    fn nothing_ran_and_nothing_is_on_top() {
        let made = annotate_source("src/main.rs", "fn main() {}\n", &[], 0, Text::default());
        assert!(made.lines.is_empty() && find_hottest_line(&made).is_none());
    }

    #[test]
    fn a_program_begins_below_the_languages_own_start() {
        let stack = |frames: &[&str], cost| StackCost {
            frames: frames.iter().map(|frame| (*frame).to_owned()).collect(),
            cost,
            calls: 1,
        };
        let mut counted = CallgrindProfile {
            total: 9,
            stacks: vec![
                stack(&["(below main)", "main", "std::rt::__rust_begin_short_backtrace", "x::main"], 4),
                stack(&["(below main)", "main"], 5),
            ],
            ..CallgrindProfile::default()
        };
        let names = |counted: &CallgrindProfile| -> Vec<String> {
            select_program_part(counted).0.into_iter().map(|function| function.name).collect()
        };
        assert_eq!(names(&counted), ["x::main"]);
        assert_eq!(fold_stacks(&select_program_part(&counted).1), ["x::main 4"]);
        counted.stacks.remove(0);
        assert_eq!(names(&counted), ["main"]);
    }
}
