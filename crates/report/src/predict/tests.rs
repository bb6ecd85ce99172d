//! Each rule shows where the figures show it and nowhere else; a changed measurement is a changed
//! sentence.

use super::*;
use crate::{Lang, fixture};
use heaplab_record::{Attachment, Cell, Figure, HeapRun, HeapSite, PlainRun, Text};

const ROWS: u64 = 1_000;

fn site(blocks: u64, bytes: u64, call: &str) -> HeapSite {
    HeapSite {
        function: "app::rows".to_owned(),
        location: "lessons/app/src/main.rs:9".to_owned(),
        stack: vec!["app::rows lessons/app/src/main.rs:9".to_owned(), format!("{call} std/x.rs:1")],
        total_blocks: blocks,
        total_bytes: bytes,
        at_peak_bytes: bytes,
        at_peak_blocks: blocks,
        end_bytes: bytes,
        ..HeapSite::default()
    }
}

/// A run whose sites make up its peak.
fn run(sites: Vec<HeapSite>) -> Run {
    let bytes = sites.iter().map(|site| site.at_peak_bytes).sum();
    let blocks = sites.iter().map(|site| site.at_peak_blocks).sum();
    let heap = HeapRun {
        rows: ROWS,
        total_blocks: blocks,
        total_bytes: bytes,
        peak_blocks: blocks,
        peak_bytes: bytes,
        end_bytes: bytes,
        sites,
        ..HeapRun::default()
    };
    Run { rows: ROWS, heap: Some(heap), ..fixture::bare("8.5", "mine") }
}

fn explain_fixture(run: &Run, peak_bytes: u64, lang: Lang) -> Vec<String> {
    let predictions = vec![Prediction { variant: "mine".to_owned(), language: run.language, peak_bytes }];
    let report =
        Report { runs: vec![run.clone()], predictions, rows_requested: ROWS, ..fixture::report(lang) };
    explain_predictions(&report, &Words::new(lang)).remove(0).sentences
}

fn english(run: &Run, peak_bytes: u64) -> String {
    explain_fixture(run, peak_bytes, Lang::En).join(" ")
}

/// A word of each rule's sentence.
const MARKS: [&str; 8] =
    ["behind pointers", "doubl", "hash table", "Rc or Arc", "padding", "given back", "rounds", "interpreter"];

fn named(text: &str) -> Vec<&'static str> {
    MARKS.into_iter().filter(|mark| text.contains(mark)).collect()
}

#[test]
fn a_near_prediction_names_no_rule() {
    let run = run(vec![site(ROWS, 180 * ROWS, "std::collections::hash::map::HashMap::from")]);
    let told = english(&run, 175_000);
    assert!(named(&told).is_empty(), "{told}");
    assert!(told.contains("2.8 %"), "{told}");
}

#[test]
fn the_load_of_a_hash_table_is_what_its_size_says() {
    let of = |size: u64| run(vec![site(ROWS, size * ROWS, "std::collections::hash::map::HashMap::from")]);
    // 4 buckets of 40 bytes, 4 control bytes and a group of 16.
    let told = english(&of(180), 60_000);
    assert!(
        told.contains("hash table") && told.contains("4 slots of 40 B") && told.contains("60 B"),
        "{told}"
    );
    // 8 buckets of 40.
    let told = english(&of(344), 60_000);
    assert!(told.contains("8 slots of 40 B") && told.contains("at most 7"), "{told}");
    // No table has this size: nothing is said of one.
    assert_eq!(named(&english(&of(181), 60_000)), ["behind pointers"]);
    let no_table = run(vec![site(ROWS, 180 * ROWS, "alloc::fmt::format")]);
    assert_eq!(named(&english(&no_table, 60_000)), ["behind pointers"]);
}

#[test]
fn doubling_is_named_where_blocks_doubled() {
    let grown = |grown_bytes: u64| {
        let mut vec = site(1, 16_384, "alloc::vec::Vec<T>::push");
        vec.reallocations = 8;
        vec.reallocated_bytes = 32_704;
        vec.grown_bytes = grown_bytes;
        run(vec![vec])
    };
    let told = english(&grown(16_352), 8_000);
    assert_eq!(named(&told), ["doubl"], "{told}");
    assert!(told.contains("2.00 times") && told.contains("8.19 kB"), "{told}");
    // The same reallocations, and each grew by a tenth.
    assert!(named(&english(&grown(3_000), 8_000)).is_empty());
    assert!(english(&grown(3_000), 8_000).contains("no rule"));
}

#[test]
fn an_rc_has_a_header_a_block() {
    let of =
        |blocks: u64| run(vec![site(blocks, 32 * blocks, "alloc::rc::Rc<T>::new"), site(1, 60_000, "x")]);
    let told = english(&of(400), 40_000);
    assert_eq!(named(&told), ["Rc or Arc"], "{told}");
    assert!(told.contains("6.40 kB"), "{told}");
    assert!(english(&of(300), 40_000).contains("4.80 kB"));
}

#[test]
fn padding_is_what_the_lesson_hands_over() {
    let figure = |name: &str, bytes: u64| {
        let (name, title) = (name.to_owned(), Text::default());
        Attachment::Figure(Figure { name, title, value: Cell::Bytes(bytes) })
    };
    let mut run = run(vec![site(1, 40 * ROWS, "alloc::vec::Vec::with_capacity")]);
    assert!(named(&english(&run, 33_000)).is_empty());
    run.attachments = vec![figure("row_bytes", 40), figure("row_fields_bytes", 33)];
    let told = english(&run, 33_000);
    assert!(told.contains("padding") && told.contains("7 B") && told.contains("7.00 kB"), "{told}");
    run.attachments = vec![figure("row_bytes", 40), figure("row_fields_bytes", 40)];
    assert!(named(&english(&run, 33_000)).is_empty());
}

#[test]
fn too_much_was_predicted() {
    let mut run = run(vec![site(1, 16, "alloc::fmt::format")]);
    let heap = run.heap.as_mut().unwrap();
    (heap.total_blocks, heap.total_bytes) = (ROWS, 16 * ROWS);
    for said in [16_000, 4_000_000_000] {
        assert_eq!(named(&english(&run, said)), ["given back"], "{said}");
    }
}

#[test]
fn rounding_is_named_where_the_kernel_was_predicted() {
    let mut run = run(vec![site(ROWS, 16 * ROWS, "alloc::fmt::format")]);
    let resident = |bytes: u64| {
        Some(PlainRun {
            peak_rss_bytes: Some(2_000 + bytes),
            start_rss_bytes: Some(2_000),
            ..PlainRun::default()
        })
    };
    run.plain = resident(32_000);
    let told = english(&run, 31_000);
    assert_eq!(named(&told), ["rounds"], "{told}");
    assert!(told.contains("16.0 B a block"), "{told}");
    run.plain = resident(40_000);
    assert!(english(&run, 39_000).contains("24.0 B a block"));
    // Nearer to what the recorder says than to the kernel's figure.
    assert!(named(&english(&run, 20_000)).is_empty());
    // No allocator rounds a small block up by so much: that is something else.
    run.plain = resident(900_000);
    assert!(named(&english(&run, 880_000)).is_empty());
}

#[test]
fn another_scale_is_not_held_against_a_prediction() {
    let mut run = run(vec![site(ROWS, 180 * ROWS, "std::collections::hash::map::HashMap::from")]);
    run.rows = ROWS / 2;
    let told = english(&run, 60_000);
    assert!(named(&told).is_empty() && told.contains("500") && told.contains("1,000"), "{told}");
    run.heap = None;
    assert!(english(&run, 60_000).contains("not measured"));
}

/// Whatever is predicted of a run whose figures show no rule, none is named.
#[test]
fn figures_without_a_rule_name_none() {
    for bytes in [1, 24, 999, 40 * ROWS, 1 << 20] {
        let run = run(vec![site(1, bytes, "alloc::vec::Vec<T>::with_capacity")]);
        for prediction in [0, 1, bytes / 2, bytes, bytes * 2, bytes * 1_000] {
            let told = english(&run, prediction);
            assert!(named(&told).is_empty(), "{bytes} {prediction}: {told}");
        }
    }
}

#[test]
fn every_sentence_is_there_in_chinese() {
    let mut run = run(vec![
        site(ROWS, 180 * ROWS, "std::collections::hash::map::HashMap::from"),
        site(ROWS, 32 * ROWS, "alloc::rc::Rc<T>::new"),
    ]);
    let told = explain_fixture(&run, 9_000, Lang::Zh).join("");
    assert!(told.contains("哈希表") && told.contains("4 个槽") && !told.contains("predict-"), "{told}");
    run.heap.as_mut().unwrap().total_bytes *= 10;
    let told = explain_fixture(&run, 900_000, Lang::Zh).join("");
    assert!(told.contains("还") && !told.contains("predict-"), "{told}");
}
