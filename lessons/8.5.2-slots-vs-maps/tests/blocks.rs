//! Which blocks make up one object in the interpreter that is here. The oracles are the interpreter's
//! version, by which CPython's `Objects/object_layout.md` says where the fields are, and
//! `sys.getsizeof`, which knows an object without what it refers to.

use heaplab_lesson::trial;
use serde_json::Value;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

const ASK: &str = "import json, sys, blocks, blocks_report
user, made, read = blocks.measure(blocks.User)
slots_user, slots_made, slots_read = blocks.measure(blocks.SlotsUser)
named = lambda one, made: {name: size for name, _, size in blocks_report.name_blocks(one, made)}
explained = blocks_report.saving_table((user, made, read), (slots_user, slots_made, slots_read))['rows'][0]
print(json.dumps({
    'minor': sys.version_info.minor,
    'plain': named(user, made), 'slots': named(slots_user, slots_made),
    'blocks': len(made), 'read': [size for _, size in read], 'slots_read': len(slots_read),
    'name': sys.getsizeof(user.name), 'slots_size': sys.getsizeof(slots_user), 'dict': sys.getsizeof({}),
    'saved': explained[2]['value'], 'why': explained[5]['value'],
}))";

#[test]
fn the_blocks_are_those_of_cpythons_layout() {
    let Some(said) = ask() else { return };
    let names = |of: &Value| -> Vec<String> { of.as_object().expect("blocks").keys().cloned().collect() };
    assert_eq!(names(&said["slots"]), ["int", "object", "str"], "{said}");
    assert_eq!(said["slots"]["object"], said["slots_size"], "{said}");
    assert_eq!(said["plain"]["str"], said["name"], "names of the same length");
    let minor = said["minor"].as_u64().expect("a version");
    let expected: &[&str] = match minor {
        ..=10 => &["dict", "int", "object", "str", "values"],
        11 | 12 => &["int", "object", "str", "values"],
        _ => &["inline", "int", "str"],
    };
    assert_eq!(names(&said["plain"]), expected, "{said}");
    assert_eq!(said["blocks"].as_u64(), Some(expected.len() as u64), "{said}");
}

#[test]
fn a_dictionary_comes_when_it_is_read_and_only_once() {
    let Some(said) = ask() else { return };
    let expected = if said["minor"].as_u64() < Some(11) { Vec::new() } else { vec![said["dict"].clone()] };
    assert_eq!(said["read"].as_array(), Some(&expected), "{said}");
    assert_eq!(said["slots_read"], 0);
}

#[test]
fn what_slots_save_is_the_difference_and_the_sentence_has_its_figures() {
    let Some(said) = ask() else { return };
    let total =
        |of: &Value| -> u64 { of.as_object().expect("blocks").values().filter_map(Value::as_u64).sum() };
    assert_eq!(said["saved"].as_u64(), Some(total(&said["plain"]) - total(&said["slots"])), "{said}");
    let holder = ["inline", "values"].iter().find_map(|name| said["plain"][*name].as_u64());
    let holder = holder.expect("something holds the fields").to_string();
    for language in ["en", "zh"] {
        let why = said["why"][language].as_str().expect("a sentence");
        assert!(why.contains(&holder), "{holder} in {why}");
    }
}

fn ask() -> Option<Value> {
    let printed = trial::capture_python(FOLDER, &["-c", ASK]).expect("it runs")?;
    Some(serde_json::from_str(&printed).expect("the figures"))
}
