//! The texts, bars and sizes of the chart.

use super::*;
use crate::{Lang, fixture};

fn draw_fixture(report: &Report, lang: Lang) -> String {
    comparison_svg(report, &Words::new(lang)).unwrap()
}

/// The texts in the picture.
fn texts(svg: &str) -> Vec<String> {
    svg.split("<text ")
        .skip(1)
        .filter_map(|text| Some(text.split_once('>')?.1.lines().nth(1)?.to_owned()))
        .collect()
}

fn report(peaks: &[(&str, u64)]) -> Report {
    let mut report = fixture::report(Lang::En);
    let run = |(name, peak): &(&str, u64)| fixture::rust("8.5.2", name, *peak, 1, 1);
    report.runs = peaks.iter().map(run).collect();
    report.runs[0].baseline = true;
    report
}

#[test]
fn every_variant_has_its_name_its_language_and_its_peak() {
    for lang in [Lang::En, Lang::Zh] {
        let report = fixture::report(lang);
        let texts = texts(&draw_fixture(&report, lang));
        for run in &report.runs {
            assert!(texts.contains(&run.variant), "{} in {texts:?}", run.variant);
            let peak = compared_peak(run).map(format::bytes).unwrap_or_default();
            assert!(texts.iter().any(|text| text.starts_with(&peak)), "{peak} in {texts:?}");
        }
        let named = |name: &str| texts.iter().filter(|text| *text == name).count();
        assert_eq!(named("Rust") + named("CPython"), report.runs.len());
    }
}

#[test]
fn savings_are_counted_from_the_baseline() {
    let texts =
        texts(&draw_fixture(&report(&[("list_dict", 1000), ("slots", 100), ("json", 2500)]), Lang::En));
    assert!(texts.contains(&"1.00 kB · baseline".to_owned()), "{texts:?}");
    assert!(texts.contains(&"100 B · saves 90.0 %".to_owned()), "{texts:?}");
    assert!(texts.contains(&"2.50 kB · 150.0 % more".to_owned()), "{texts:?}");
}

#[test]
fn folders_stand_in_the_order_of_their_numbers() {
    let mut report = report(&[("ten", 1000), ("two", 1000)]);
    report.runs[0].section = "8.10.10".to_owned();
    report.runs[1].section = "8.10.9".to_owned();
    let texts = texts(&draw_fixture(&report, Lang::En));
    let place = |text: &str| texts.iter().position(|other| other == text).unwrap();
    assert!(place("8.10.9") < place("two") && place("two") < place("8.10.10"), "{texts:?}");
}

#[test]
fn a_run_at_other_rows_says_so() {
    let mut report = report(&[("list_dict", 1000), ("json", 1000)]);
    report.rows_requested = 100;
    fixture::set_rows(&mut report.runs[0], 100);
    fixture::set_rows(&mut report.runs[1], 50);
    let texts = texts(&draw_fixture(&report, Lang::En));
    assert!(texts.contains(&"1.00 kB · 50 rows · 100.0 % more per row".to_owned()), "{texts:?}");
}

#[test]
fn a_log_scale_is_said_and_only_then() {
    let says = |peaks: &[(&str, u64)]| draw_fixture(&report(peaks), Lang::En).contains("Log scale");
    assert!(says(&[("list", 3_100), ("generator", 100)]));
    assert!(!says(&[("list", 3_000), ("generator", 100)]));
}

#[test]
fn what_was_not_measured_has_words_and_no_bar() {
    let mut report = report(&[("list_dict", 1000), ("json", 900)]);
    let bars = |report: &Report| draw_fixture(report, Lang::En).matches("fill=\"#D55E00\"").count();
    let before = bars(&report);
    report.runs[1].heap = None;
    assert!(texts(&draw_fixture(&report, Lang::En)).contains(&"not measured".to_owned()));
    assert!(bars(&report) < before);
}

#[test]
fn nothing_and_thirty_variants_can_be_drawn() {
    assert!(draw_fixture(&fixture::empty_report(), Lang::En).contains("</svg>"));
    let names: Vec<String> = (0..30).map(|index| format!("variant_{index}")).collect();
    let peaks: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1000)).collect();
    let svg = draw_fixture(&report(&peaks), Lang::Zh);
    assert_eq!(svg, draw_fixture(&report(&peaks), Lang::Zh));
    let height = HEAD + 30 * 30 + FOOT;
    assert!(svg.contains(&format!("height=\"{height}\"")), "it grows with the variants");
}

/// Every version has a bar for every Python variant, in one group: a name once, the versions beside
/// their bars and in the legend.
#[test]
fn versions_share_the_name_of_their_variant() {
    for (others, lang) in [(1, Lang::En), (2, Lang::Zh), (4, Lang::En)] {
        let report = fixture::report_of_versions(lang, others);
        let texts = texts(&draw_fixture(&report, lang));
        let count = |wanted: &str| texts.iter().filter(|text| *text == wanted).count();
        let variants = fixture::runs().iter().filter(|run| run.language == Language::Python).count();
        assert_eq!(count("slots_list"), 1, "{texts:?}");
        assert_eq!(count("list_dict"), 2, "one group of Rust, one of CPython: {texts:?}");
        for version in ["3.11.2", "3.9.18", "3.13.0", "3.12.1", "3.10.13"].iter().take(others + 1) {
            assert_eq!(count(version), variants, "{version} in {texts:?}");
            let in_legend = |text: &&String| text.starts_with(&format!("CPython {version}"));
            assert_eq!(texts.iter().filter(in_legend).count(), 1, "{version} in {texts:?}");
        }
        assert_eq!(count("CPython"), 0, "the versions stand in its place");
        let saved = if lang == Lang::En { "1.38 GB · saves 44.4 %" } else { "1.38 GB · 省下 44.4 %" };
        assert!(texts.iter().any(|text| text == saved), "against the baseline of its own version: {texts:?}");
    }
}

#[test]
fn each_version_has_a_colour_of_its_own() {
    let colours: Vec<RGBColor> = (0..5).map(version_colour).collect();
    assert_eq!(colours[0], canvas::language_colour(Language::Python));
    for (index, colour) in colours.iter().enumerate() {
        assert!(!colours[..index].contains(colour) && *colour != canvas::language_colour(Language::Rust));
    }
}

/// Where the recorder was in one run only, the other's bar says that it is resident memory.
#[test]
fn a_bar_of_resident_memory_among_live_ones_says_so() {
    let mut report = fixture::report_of_versions(Lang::En, 1);
    let lost = report.runs.iter_mut().rfind(|run| run.variant == "slots_list").unwrap();
    lost.heap = None;
    let texts = texts(&draw_fixture(&report, Lang::En));
    assert!(texts.contains(&"1.46 GB · RSS".to_owned()), "{texts:?}");
}

/// For looking at them: `HEAPLAB_DUMP_PAGE=DIR` writes them there.
#[test]
fn one_to_five_versions_can_be_drawn() {
    for (others, lang) in (0..5).flat_map(|others| [(others, Lang::En), (others, Lang::Zh)]) {
        let svg = draw_fixture(&fixture::report_of_versions(lang, others), lang);
        assert!(svg.contains("</svg>"));
        if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
            let file = format!("versions-{}.{}.png", others + 1, lang.tag());
            std::fs::write(std::path::Path::new(&dir).join(file), crate::svg_to_png(&svg).unwrap()).unwrap();
        }
    }
}
