//! The ladder's marks, names and sentences follow the figures.

use super::*;
use crate::svg::{parse_svg, texts};
use crate::{Lang, fixture};
use heaplab_record::{Ladder, PlainRun};

fn run(variant: &str, language: Language, (wall_ms, anon, peak): (u64, u64, u64)) -> Run {
    let plain = PlainRun {
        repetitions: 1,
        wall_ns: vec![wall_ms * 1_000_000],
        peak_rss_bytes: Some(peak),
        peak_rss_anon_bytes: Some(anon),
        ..PlainRun::default()
    };
    Run { language, rows: 1_000_000_000, plain: Some(plain), ..fixture::bare("8.7", variant) }
}

fn report(lang: Lang) -> Report {
    let runs = vec![
        run("read_to_string", Language::Rust, (3500, 1_090_000_000, 1_095_000_000)),
        run("lines", Language::Rust, (2900, 92_000_000, 96_000_000)),
        run("mmap", Language::Rust, (3000, 91_000_000, 1_093_000_000)),
        run("mmap_window", Language::Rust, (3100, 91_000_000, 112_000_000)),
        run("threads", Language::Rust, (1700, 160_000_000, 165_000_000)),
        run("processes", Language::Rust, (1600, 95_000_000, 99_000_000)),
        run("sketch", Language::Rust, (260, 1_200_000, 5_400_000)),
        run("engine", Language::Rust, (480, 31_000_000, 36_000_000)),
        run("lines", Language::Python, (6100, 190_000_000, 199_000_000)),
        run("mmap_counter", Language::Python, (13_600, 148_000_000, 1_155_000_000)),
    ];
    Report {
        runs,
        unit: "bytes".to_owned(),
        ladder: Some(Ladder { limit_bytes: 100_000_000 }),
        ..fixture::report(lang)
    }
}

/// For looking at it: `HEAPLAB_DUMP_PAGE=DIR` writes it there.
#[test]
fn every_run_has_its_name_and_its_marks() {
    for lang in [Lang::En, Lang::Zh] {
        let (svg, table) = draw_ladder(&report(lang), &Words::new(lang));
        if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
            let file = std::path::Path::new(&dir).join(format!("ladder.{}", lang.tag()));
            std::fs::write(file.with_added_extension("svg"), &svg).unwrap();
            std::fs::write(file.with_added_extension("png"), crate::svg_to_png(&svg).unwrap()).unwrap();
        }
        let names = texts(&svg);
        for name in ["read_to_string", "lines", "lines.py", "mmap_window", "engine", "mmap_counter"] {
            assert_eq!(names.iter().filter(|text| *text == name).count(), 1, "{name} in {names:?}");
        }
        let circles = parse_svg(&svg).descendants().filter(|node| node.has_tag_name("circle")).count();
        assert_eq!(circles, 20);
        let (heads, rows) = table.unwrap();
        assert_eq!((heads.len(), rows.len()), (5, 10));
        assert_eq!(rows[7][1..4], ["2.08 GB/s", "31.0 MB", "36.0 MB"]);
    }
}

#[test]
fn sentences_follow_the_figures() {
    let words = Words::new(Lang::En);
    let said = |report: &Report| ladder_sentences(report, &words);
    let mut report = report(Lang::En);
    let first = said(&report);
    assert_eq!(first[0], "Fastest under 100 MB: sketch, 3.85 GB/s with a peak of 5.40 MB.");
    assert!(first[1].starts_with("mmap has 1.09 GB resident, and 1.00 GB of it (91.7 %)"), "{first:?}");
    assert!(first[2].starts_with("CPython mmap_counter"), "{first:?}");
    assert_eq!(first.len(), 3, "a program's own pages are no news: {first:?}");
    report.runs.retain(|run| run.variant != "sketch");
    assert!(said(&report)[0].contains("engine, 2.08 GB/s"), "{:?}", said(&report));
    report.ladder = Some(Ladder { limit_bytes: 1_000_000 });
    assert!(said(&report)[0].contains("Nothing stays under 1.00 MB"), "{:?}", said(&report));
    report.ladder = None;
    assert!(said(&report).is_empty() && !(PICTURE.is_drawn)(&report));
}

#[test]
fn what_was_not_measured_has_no_mark() {
    let mut report = report(Lang::En);
    let words = Words::new(Lang::En);
    report.runs[0].plain = None;
    report.runs[1].plain.as_mut().unwrap().peak_rss_bytes = None;
    report.runs[2].plain.as_mut().unwrap().peak_rss_anon_bytes = None;
    let (svg, _) = draw_ladder(&report, &words);
    let circles = parse_svg(&svg).descendants().filter(|node| node.has_tag_name("circle")).count();
    assert_eq!(circles, 15, "two runs without any, one without its filled one");
    report.runs.clear();
    assert!(!(PICTURE.is_drawn)(&report));
}
