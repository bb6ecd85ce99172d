//! The lines or the call stacks that held the most at the peak, as rows of a table.

use crate::table::TableCell;
use crate::{Words, format, prose};
use heaplab_profile::{Frame, PANIC_BACKTRACE};
use heaplab_record::{HeapRun, HeapSite};

/// What a row of a table of sites stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SiteGrouping {
    /// A line, with all stacks that allocated at it. Recursion fills no table with one line.
    #[default]
    Line,
    /// A call stack.
    Stack,
}

/// One row: a line, a call stack, or all that have no row.
pub(crate) struct SiteRow {
    /// The innermost function that belongs to the program.
    pub(crate) function: String,
    /// The call of the standard library in which it allocated, if any, and how many stacks lead to
    /// the line, if there are several.
    pub(crate) call: Option<String>,
    /// `lessons/…/main.rs:30`; empty where it is not known.
    pub(crate) location: String,
    /// Live at the peak, its share of the peak, blocks and bytes in all, live at the end, the mean
    /// lifetime of what was freed.
    pub(crate) figures: [TableCell; 6],
    /// The same for a script that sorts; empty where a figure is not known.
    pub(crate) order: [String; 6],
}

impl SiteRow {
    /// The figures, each with what it is sorted by.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (&TableCell, &String)> {
        self.figures.iter().zip(&self.order)
    }
}

/// The heads of [`SiteRow::figures`].
pub(crate) const FIGURES: [&str; 6] =
    ["at-peak", "share", "total-blocks", "total-bytes", "end-bytes", "mean-lifetime"];

/// The largest rows of a run, at most `most` and one for what they leave out, so that the shares of
/// all rows add up to the whole peak.
pub(crate) fn site_rows(heap: &HeapRun, grouping: SiteGrouping, most: usize, words: &Words) -> Vec<SiteRow> {
    let listed = listed_sites(heap, grouping);
    let shown = &listed[..most.min(listed.len())];
    let rows = shown.iter().map(|site| build_site_row(site, heap, words));
    rows.chain(build_rest_row(shown, heap, words)).collect()
}

/// The lines or the stacks that report.json has. Reports of earlier versions have no lines.
fn listed_sites(heap: &HeapRun, grouping: SiteGrouping) -> &[HeapSite] {
    match grouping {
        SiteGrouping::Line if !heap.lines.is_empty() => &heap.lines,
        SiteGrouping::Line | SiteGrouping::Stack => &heap.sites,
    }
}

/// A note on the rows that are not shown.
pub(crate) fn omitted_sites_note(
    heap: &HeapRun,
    grouping: SiteGrouping,
    most: usize,
    words: &Words,
) -> Option<String> {
    let listed = listed_sites(heap, grouping).len();
    (listed > most).then(|| {
        let (shown, all) = (most.to_string(), listed.to_string());
        words.say("sites-left", &[("shown", &shown), ("all", &all)])
    })
}

/// What the rows leave out; `None` where that is nothing.
fn build_rest_row(shown: &[HeapSite], heap: &HeapRun, words: &Words) -> Option<SiteRow> {
    let rest = |total: u64, figure: fn(&HeapSite) -> u64| {
        total.saturating_sub(shown.iter().map(figure).sum::<u64>())
    };
    let rest = HeapSite {
        function: words.get("sites-rest"),
        at_peak_bytes: rest(heap.peak_bytes, |site| site.at_peak_bytes),
        total_blocks: rest(heap.total_blocks, |site| site.total_blocks),
        total_bytes: rest(heap.total_bytes, |site| site.total_bytes),
        end_bytes: rest(heap.end_bytes, |site| site.end_bytes),
        ..HeapSite::default()
    };
    let is_nothing = rest.at_peak_bytes == 0 && rest.total_bytes == 0 && rest.end_bytes == 0;
    (!is_nothing).then(|| build_site_row(&rest, heap, words))
}

fn build_site_row(site: &HeapSite, heap: &HeapRun, words: &Words) -> SiteRow {
    let bytes = |bytes: u64| TableCell {
        short: format::bytes(bytes),
        exact: Some(format::count(bytes)).filter(|_| bytes >= 1000),
        is_figure: true,
    };
    let plain = |short: String| TableCell { short, exact: None, is_figure: true };
    let share = (heap.peak_bytes > 0).then(|| site.at_peak_bytes as f64 / heap.peak_bytes as f64);
    let freed = site.freed_blocks.filter(|freed| *freed > 0);
    let lifetime = freed.zip(site.lifetime_bytes).map(|(freed, sum)| sum / freed);
    let digits = |figure: Option<u64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
    let at_peak = Some(site.at_peak_bytes);
    SiteRow {
        order: [
            at_peak,
            at_peak,
            Some(site.total_blocks),
            Some(site.total_bytes),
            Some(site.end_bytes),
            lifetime,
        ]
        .map(digits),
        function: match site.function.as_str() {
            PANIC_BACKTRACE => words.get("panic-backtrace"),
            function => prose::strip_generics(function),
        },
        call: describe_call(site, words),
        location: site.location.clone(),
        figures: [
            bytes(site.at_peak_bytes),
            plain(share.map_or_else(|| "–".to_owned(), format::percent)),
            plain(format::count(site.total_blocks)),
            bytes(site.total_bytes),
            bytes(site.end_bytes),
            lifetime.map_or_else(|| plain("–".to_owned()), bytes),
        ],
    }
}

fn describe_call(site: &HeapSite, words: &Words) -> Option<String> {
    let is_unnamed = |call: &str| {
        let frame = Frame { function: call.to_owned(), location: None, ..Frame::default() };
        frame.unnamed_file().is_some()
    };
    let call = site.stack.last().map(|frame| function_in_frame(frame));
    let call = call.filter(|call| *call != site.function && !is_unnamed(call));
    let call = call.map(|call| format!("→ {}", prose::strip_generics(call)));
    let stacks = words.say("sites-stacks", &[("stacks", &format::count(site.stacks))]);
    let stacks = Some(stacks).filter(|_| site.stacks > 1);
    match (call, stacks) {
        (Some(call), Some(stacks)) => Some(format!("{call} · {stacks}")),
        (call, stacks) => call.or(stacks),
    }
}

/// The function of a frame of report.json, without its location.
fn function_in_frame(frame: &str) -> &str {
    let is_place = |text: &str| {
        let line = text.rsplit_once(':').is_some_and(|(_, line)| line.parse::<u32>().is_ok());
        line || text.contains('/')
    };
    // The place of Python's own modules has a space: `<frozen importlib._bootstrap>:241`.
    if let Some((function, _)) = frame.rsplit_once(" <frozen ") {
        return function;
    }
    if let Some((function, library)) = frame.rsplit_once(" in ")
        && !library.contains([' ', ':', '>'])
    {
        return function;
    }
    match frame.rsplit_once(' ') {
        Some((function, place)) if is_place(place) => function,
        _ => frame,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn a_row_names_the_line_and_the_call_that_it_made() {
        let site = HeapSite {
            function: "app::load".into(),
            location: "src/main.rs:5".into(),
            stack: vec![
                "app::load src/main.rs:5".into(),
                "<Vec<T> as From>::from std/alloc/src/vec/mod.rs:9".into(),
            ],
            total_blocks: 1234,
            total_bytes: 5000,
            at_peak_bytes: 2500,
            end_bytes: 0,
            freed_blocks: Some(4),
            lifetime_bytes: Some(8000),
            ..HeapSite::default()
        };
        let heap = HeapRun { peak_bytes: 10_000, sites: vec![site.clone(), site], ..HeapRun::default() };
        let words = Words::new(Lang::En);
        let rows = site_rows(&heap, SiteGrouping::Line, 1, &words);
        // The second site has no row of its own.
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[1].function.as_str(), rows[1].order[0].as_str()), ("everything else", "7500"));
        assert_eq!(rows[0].call.as_deref(), Some("→ <Vec as From>::from"));
        let shown: Vec<&str> = rows[0].figures.iter().map(|cell| cell.short.as_str()).collect();
        assert_eq!(shown, ["2.50 kB", "25.0 %", "1,234", "5.00 kB", "0 B", "2.00 kB"]);
        assert_eq!(rows[0].order[5], "2000");
        assert_eq!(rows[0].figures[0].exact.as_deref(), Some("2,500"));
        let note = |most| omitted_sites_note(&heap, SiteGrouping::Stack, most, &words);
        assert!(note(1).is_some_and(|said| said.contains('2')));
        assert_eq!(note(2), None);
    }

    #[test]
    fn shares_add_up_whatever_has_no_row() {
        let words = Words::new(Lang::Zh);
        let line = |at_peak_bytes, stacks| HeapSite {
            function: "app::f".to_owned(),
            at_peak_bytes,
            stacks,
            ..HeapSite::default()
        };
        let lines = vec![line(600, 58), line(300, 1), line(60, 1)];
        let sites = vec![line(20, 0); 3];
        let heap = HeapRun { peak_bytes: 1000, lines, sites, ..HeapRun::default() };
        for grouping in [SiteGrouping::Line, SiteGrouping::Stack] {
            for most in [0, 1, 2, 3, 9] {
                let rows = site_rows(&heap, grouping, most, &words);
                let sum: u64 = rows.iter().map(|row| row.order[0].parse::<u64>().expect("a figure")).sum();
                assert_eq!(sum, 1000, "{grouping:?} {most}");
            }
        }
        let rows = site_rows(&heap, SiteGrouping::Line, 2, &words);
        assert!(rows[0].call.as_deref().is_some_and(|call| call.contains("58")));
        assert_eq!(rows[1].call, None);
    }

    #[test]
    fn a_panics_backtrace_is_named_in_the_readers_language() {
        let site = HeapSite { function: PANIC_BACKTRACE.to_owned(), ..HeapSite::default() };
        let heap = HeapRun { lines: vec![site], ..HeapRun::default() };
        let name = |lang| site_rows(&heap, SiteGrouping::Line, 1, &Words::new(lang)).remove(0).function;
        assert_eq!(name(Lang::En), PANIC_BACKTRACE);
        assert_ne!(name(Lang::Zh), PANIC_BACKTRACE);
    }

    #[test]
    fn the_place_goes_and_the_function_stays_whole() {
        assert_eq!(function_in_frame("qsort in libc.so.6"), "qsort");
        assert_eq!(function_in_frame("<A as B>::f"), "<A as B>::f");
        assert_eq!(function_in_frame("_load <frozen importlib._bootstrap>:241"), "_load");
        assert_eq!(function_in_frame("f x/y.c"), "f");
    }
}
