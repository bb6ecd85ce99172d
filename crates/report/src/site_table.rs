//! The call stacks that held the most at the peak, as rows of a table.

use crate::table::TableCell;
use crate::{Words, format, prose};
use heaplab_record::{HeapRun, HeapSite};

/// One row: a call stack.
pub(crate) struct SiteRow {
    /// The innermost function that belongs to the program.
    pub(crate) function: String,
    /// The call of the standard library in which it allocated, if any.
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

/// The largest sites of a run, at most `most`, in the report's order.
pub(crate) fn site_rows(heap: &HeapRun, most: usize) -> Vec<SiteRow> {
    heap.sites.iter().take(most).map(|site| build_site_row(site, heap)).collect()
}

/// A note on the sites that are not shown.
pub(crate) fn omitted_sites_note(heap: &HeapRun, most: usize, words: &Words) -> Option<String> {
    (heap.sites.len() > most).then(|| {
        let (shown, all) = (most.to_string(), heap.sites.len().to_string());
        words.say("sites-left", &[("shown", &shown), ("all", &all)])
    })
}

fn build_site_row(site: &HeapSite, heap: &HeapRun) -> SiteRow {
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
        function: prose::strip_generics(&site.function),
        call: site
            .stack
            .last()
            .map(|frame| function_in_frame(frame))
            .filter(|call| *call != site.function)
            .map(prose::strip_generics),
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

/// The function of a frame of report.json, without its location.
fn function_in_frame(frame: &str) -> &str {
    let is_place = |text: &str| {
        let line = text.rsplit_once(':').is_some_and(|(_, line)| line.parse::<u32>().is_ok());
        line || text.contains('/')
    };
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
        let rows = site_rows(&heap, 1);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].call.as_deref(), Some("<Vec as From>::from"));
        let shown: Vec<&str> = rows[0].figures.iter().map(|cell| cell.short.as_str()).collect();
        assert_eq!(shown, ["2.50 kB", "25.0 %", "1,234", "5.00 kB", "0 B", "2.00 kB"]);
        assert_eq!(rows[0].order[5], "2000");
        assert_eq!(rows[0].figures[0].exact.as_deref(), Some("2,500"));
        let words = Words::new(Lang::En);
        assert!(omitted_sites_note(&heap, 1, &words).is_some_and(|said| said.contains('2')));
        assert_eq!(omitted_sites_note(&heap, 2, &words), None);
    }

    #[test]
    fn the_place_goes_and_the_function_stays_whole() {
        assert_eq!(function_in_frame("qsort in libc.so.6"), "qsort");
        assert_eq!(function_in_frame("<A as B>::f"), "<A as B>::f");
        assert_eq!(function_in_frame("f x/y.c"), "f");
    }
}
