//! What the lesson's Python scripts count, in the interpreter that is here: the ledger, the
//! lecture's three numbers, and that the families are the same as in Rust.

use heaplab_lesson::trial::{self, Probe, Record, find_figure, tables, whole_number};
use heaplab_lesson::{Attachment, StepChart, Text};
use std::collections::BTreeSet;

const LESSON: &str = env!("CARGO_BIN_EXE_refcount-cycles");
const FOLDER: &str = env!("CARGO_MANIFEST_DIR");
const ROWS: u64 = 20_000;

#[test]
fn the_lecture_counts_right() {
    let Some(record) = record("ledger") else { return };
    let said = |name| find_figure(&record.attachments, name);
    assert_eq!(said("refcount_empty_list"), Some(2));
    assert_eq!(said("refcount_after_append"), Some(3));
    assert_eq!(said("found_by_collect"), Some(1));
    let page = page(&record, "ledger-lecture");
    assert_eq!(codes(page), ["lst = []", "lst.append(lst)", "del lst", "found = gc.collect()"]);
    assert_eq!(page.series[0].values, [Some(2), Some(3), None, None]);
    assert_eq!(page.series[1].values, [Some(1), Some(2), None, None]);
}

#[test]
fn every_count_of_cpythons_ledger() {
    let Some(record) = record("ledger") else { return };
    let own = column(&record, 1);
    // By a name of the module it is always one too many; inside a function it depends on the
    // CPython.
    assert!(own[0] == 1 && own[1] <= 1, "{own:?}");
    // Before 3.11 a call copied the arguments into the new frame, and the caller's stack kept its own
    // references until the function returned.
    let minor = record
        .runtime
        .as_deref()
        .unwrap_or_default()
        .split('.')
        .nth(1)
        .and_then(|minor| minor.parse::<u64>().ok());
    let caller = u64::from(minor.expect("a version") < 11);
    let expected = [
        ("first = Family()", 1),
        ("second = first", 2),
        ("del second", 1),
        ("box = [first, first]", 3),
        ("del box", 1),
        ("table = {'key': first}", 2),
        ("table['key'] = None", 1),
        ("weak = weakref.ref(first)", 1),
        ("upgraded = weak()", 2),
        ("del upgraded", 1),
        ("closure = (lambda captured: lambda: captured)(first)", 2),
        ("del closure", 1),
        ("returned = through(first)", 2),
        ("del first", 1),
        ("inside = asked_inside(returned)", 1 + own[1] + caller),
        ("pass", 1),
        ("returned.myself = returned", 2),
        ("del returned", 1),
        ("found = gc.collect()", 0),
    ];
    let page = page(&record, "ledger-cpython");
    assert_eq!(codes(page), expected.map(|(code, _)| code));
    assert_eq!(page.series[1].values, expected.map(|(_, count)| Some(count)));
    let with_its_own = expected.map(|(_, count)| Some(if count == 0 { 0 } else { count + own[0] }));
    assert_eq!(page.series[0].values, with_its_own);
}

#[test]
fn rust_and_cpython_read_the_same() {
    for (script, variant) in
        [("cycles_gc_off", "rc_cycle"), ("cycles_gc_on", "collector"), ("ledger", "ledger")]
    {
        let Some(python) = record(script) else { return };
        let rust = trial::run(LESSON, variant, ROWS, Probe::Plain).expect("the variant runs");
        assert_eq!(python.checksum, rust.checksum, "{script}");
    }
}

/// A parent, its list and two children: all on a cycle, all CPython's collector's to free.
#[test]
fn cpythons_collector_frees_every_family() {
    let Some(record) = record("cycles_gc_on") else { return };
    let freed: u64 = column(&record, 3).iter().sum();
    assert!((4 * ROWS..4 * ROWS + 100).contains(&freed), "{freed}");
}

/// An object of the script's own is counted by every CPython; None is not since 3.12 (PEP 683), whose
/// number the interpreter says itself.
#[test]
fn none_is_immortal_since_3_12_and_other_objects_are_counted() {
    let ask = "import json, sys, immortal
print(json.dumps([sys.version_info >= (3, 12), [after - before for _, before, after in immortal.measure()]]))";
    let Some(printed) = trial::capture_python(FOLDER, &["-c", ask]).expect("it runs") else { return };
    let (is_immortal, [none, yes, one, own]): (bool, [u64; 4]) =
        serde_json::from_str(&printed).expect("a count per object");
    assert_eq!(own, 1_000);
    let expected = if is_immortal { 0 } else { 1_000 };
    assert_eq!([none, yes, one], [expected; 3]);
}

/// The figures are those of the table, and of the interpreter itself.
#[test]
fn the_collectors_figures_are_the_tables() {
    let Some(record) = record("cycles_gc_on") else { return };
    let said = |name| find_figure(&record.attachments, name);
    assert_eq!(said("threshold"), Some(column(&record, 1)[0]));
    assert_eq!(said("collections"), Some(column(&record, 2).iter().sum()));
    // Four objects per family are tracked, so the young collections come as often as the threshold
    // allows, but for what stays and what the interpreter makes itself.
    let expected = 4 * ROWS / column(&record, 1)[0];
    let young = column(&record, 2)[0];
    assert!(young.abs_diff(expected) <= expected / 2, "{young} young collections, {expected} expected");
}

#[test]
fn another_count_is_another_sentence() {
    let ask = "import json, ledger as l
sentences = [l.why(2, 3, 1), l.why(2, 4, 1), l.why(2, 3, 0), l.why(3, 3, 1), l.why(3, None, 1), l.why(4, None, 1)]
sentences += [l.why(2, 0, 1), l.why(2, 0, 1, 5), l.why(2, 0, 1, 6), l.why(None, None, 1, 5)]
sentences += [l.own_references_table(1, inside)['rows'][1][2]['value'] for inside in (0, 1)]
sentences += [l.immortal.verdict(*counts) for counts in ((5, 5), (5, 1_005), (10 ** 9, 10 ** 9 + 1_000))]
print(json.dumps(sentences))";
    let Some(printed) = trial::capture_python(FOLDER, &["-c", ask]).expect("it runs") else { return };
    let sentences: Vec<Text> = serde_json::from_str(&printed).expect("texts in both languages");
    assert_eq!(sentences[0].en, "+1. sys.getrefcount says 3; 1 of it is its own argument.");
    assert_eq!(sentences[0].zh, "+1。sys.getrefcount 说 3，其中 1 个是它自己的参数。");
    let languages: [fn(&Text) -> &str; 2] = [|text| &text.en, |text| &text.zh];
    for language in languages {
        let said: BTreeSet<&str> = sentences.iter().map(language).collect();
        assert_eq!((sentences.len(), said.len()), (15, 15), "two are the same: {said:?}");
    }
}

/// What the report cannot read it cannot draw.
#[test]
fn the_report_can_read_what_the_scripts_hand_over() {
    for (script, count) in [("ledger", 7), ("cycles_gc_on", 4)] {
        let Some(record) = record(script) else { return };
        assert_eq!(record.attachments.len(), count, "{script}");
    }
}

fn page<'a>(record: &'a Record, name: &str) -> &'a StepChart {
    let mut found = record.attachments.iter().filter_map(|attachment| match attachment {
        Attachment::Steps(steps) if steps.name == name => Some(steps),
        _ => None,
    });
    found.next().expect(name)
}

fn codes(page: &StepChart) -> Vec<&str> {
    page.steps.iter().map(|step| step.code.as_str()).collect()
}

/// The counts of a column of the one table.
fn column(record: &Record, column: usize) -> Vec<u64> {
    let table = tables(&record.attachments).next().expect("the script hands a table over");
    table.rows.iter().map(|row| whole_number(&row[column]).expect("a count")).collect()
}

fn record(script: &str) -> Option<Record> {
    trial::run_python(FOLDER, script, ROWS).expect("the script runs")
}
