//! What the lesson says of CPython, asked of CPython: the trap, the lecture's fix with what it
//! still gets wrong, and the fix that asks `is None`.

use heaplab_lesson::trial::{self, Probe, charts, find_figure, tables, whole_number};

const LESSON: &str = env!("CARGO_BIN_EXE_shared-default");
const FOLDER: &str = env!("CARGO_MANIFEST_DIR");
const CALLS: u64 = 1_000;

#[test]
fn cpython_has_the_trap_and_two_fixes_and_one_of_them_is_wrong() {
    let rust = trial::run(LESSON, "static_fixed", CALLS, Probe::Plain).expect("the variant runs").checksum;
    for (script, items, after_three, own) in
        [("mutable_default", CALLS, 3, 1), ("none_or", 1, 1, 0), ("none_is", 1, 1, 1)]
    {
        let Some(record) = trial::run_python(FOLDER, script, CALLS).expect("the script runs") else { return };
        assert_eq!(record.checksum, rust, "{script} does the work of the Rust variants");
        let of = |name| find_figure(&record.attachments, name);
        assert_eq!(of("bag_length_after_three_calls"), Some(after_three), "{script}");
        assert_eq!(of("own_empty_list_kept"), Some(own), "{script}");
        let row = &tables(&record.attachments).next().expect("the script tells a row").rows[0];
        let told: Vec<Option<u64>> = row[..3].iter().map(whole_number).collect();
        assert_eq!(told, [CALLS, items, own].map(Some), "{script}");
        let points = &charts(&record.attachments).next().expect("the script draws a chart").series[0].points;
        assert_eq!(points.len(), 65, "{script}");
        assert_eq!(points[64], [CALLS as f64, items as f64], "{script}");
    }
}

/// The lecture's `or` keeps a list that has something in it: that is why nobody notices.
#[test]
fn or_replaces_only_a_list_that_is_empty() {
    let code = "def add(item, bag=None):\n    bag = bag or []\n    bag.append(item)\n    return bag\n\
                full, empty = [1], []\nprint(add(2, full) is full, add(2, empty) is empty)";
    let Some(said) = trial::capture_python(FOLDER, &["-c", code]).expect("it runs") else { return };
    assert_eq!(said.trim(), "True False");
}

#[test]
fn another_measurement_is_another_sentence() {
    let code = "import calls\n\
                for items, own in [(1000, 1), (7, 1), (1, 0), (1, 1)]:\n    \
                    said = calls.why(items, own)\n    print(said['en'], said['zh'], sep='|')";
    let Some(said) = trial::capture_python(FOLDER, &["-c", code]).expect("it runs") else { return };
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].contains("finds 999 items") && lines[0].contains("999 件"), "{said}");
    assert!(lines[1].contains("finds 6 items") && lines[1].contains("6 件"), "{said}");
    assert!(lines[2].contains("replaced by another") && lines[2].contains("换成了另一个"), "{said}");
    assert!(lines[3].contains("gets the item") && lines[3].contains("收到了这一件"), "{said}");
}
