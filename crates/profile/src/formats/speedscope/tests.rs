//! The published schema, held against what is written. `file-format-schema.json` beside this file
//! is the one that the npm package speedscope 1.25.0 ships, unchanged (`LICENSE-speedscope`).

use super::*;
use serde_json::{Value, json};

fn frame(function: &str, location: Option<&str>) -> Frame {
    Frame { function: function.to_owned(), location: location.map(str::to_owned), ..Frame::default() }
}

fn profile() -> Profile {
    let main = frame("app::main", Some("src/main.rs:3"));
    let site = |frames: &[Frame], peak_bytes, end_bytes| Site {
        frames: frames.to_vec(),
        peak_bytes,
        end_bytes,
        total_bytes: 100,
        ..Site::default()
    };
    let list = [main.clone(), frame("app::list", Some("in libc.so.6"))];
    Profile {
        sites: vec![
            site(&list, 40, 0),
            site(std::slice::from_ref(&main), 2, 1),
            site(&[main, frame("x", None)], 0, 0),
        ],
    }
}

fn write_and_parse(profile: &Profile) -> Value {
    serde_json::from_str(&write_speedscope(profile, "list_dict").unwrap()).unwrap()
}

#[test]
fn weights_are_bytes_and_stacks_begin_with_the_root() {
    let file = write_and_parse(&profile());
    let frames = json!([
        {"name": "app::list", "file": "in libc.so.6"},
        {"name": "app::main", "file": "src/main.rs", "line": 3},
        {"name": "x"},
    ]);
    assert_eq!(file["shared"]["frames"], frames);
    let peak = json!({
        "type": "sampled", "name": "list_dict: live at the peak", "unit": "bytes", "startValue": 0, "endValue": 42,
        "samples": [[1], [1, 0]], "weights": [2, 40],
    });
    assert_eq!(file["profiles"][0], peak);
    assert_eq!(file["profiles"][1]["weights"], json!([1]));
    assert_eq!(file["profiles"][2]["endValue"], 300);
    let mut swapped = profile();
    swapped.sites.reverse();
    assert_eq!(write_and_parse(&swapped), file);
}

#[test]
fn the_published_schema_takes_it() {
    let schema: Value = serde_json::from_str(include_str!("file-format-schema.json")).unwrap();
    for profile in [profile(), Profile::default()] {
        assert_eq!(check(&write_and_parse(&profile), &schema, &schema, "file"), Ok(()));
    }
    // The check itself can say no.
    let broken = |path: &str, value: Value| {
        let mut file = write_and_parse(&profile());
        *file.pointer_mut(path).unwrap() = value;
        check(&file, &schema, &schema, "file")
    };
    assert!(broken("/profiles/0/unit", json!("KiB")).is_err());
    assert!(broken("/profiles/0/weights/0", json!("2")).is_err());
    assert!(broken("/shared", json!({})).is_err());
    assert!(broken("/shared/frames/1", json!({"file": "a.rs"})).is_err());
}

#[test]
fn a_file_of_another_program_is_refused() {
    let text = write_speedscope(&profile(), "app").unwrap().replace("heaplab ", "speedscope@");
    assert!(read_speedscope(&text).unwrap_err().to_string().contains("only heaplab's own"));
}

/// The keywords of JSON Schema that this schema uses.
fn check(value: &Value, rule: &Value, schema: &Value, place: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{place}: {what} {rule}"));
    if let Some(reference) = rule["$ref"].as_str() {
        let rule = schema.pointer(reference.trim_start_matches('#')).ok_or("no such definition")?;
        return check(value, rule, schema, place);
    }
    if let Some(rules) = rule["anyOf"].as_array()
        && !rules.iter().any(|rule| check(value, rule, schema, place).is_ok())
    {
        return wrong("is none of");
    }
    let is_of_type = match rule["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("number") => value.is_number(),
        Some(_) => false,
        None => true,
    };
    let is_constant = rule.get("const").is_none_or(|constant| constant == value);
    let is_listed = rule["enum"].as_array().is_none_or(|list| list.contains(value));
    if !(is_of_type && is_constant && is_listed) {
        return wrong("is not");
    }
    for field in rule["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(field).is_none() {
            return wrong(&format!("lacks {field} of"));
        }
    }
    for (field, rule) in rule["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(field) {
            check(value, rule, schema, &format!("{place}.{field}"))?;
        }
    }
    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
        check(value, &rule["items"], schema, &format!("{place}[{index}]"))?;
    }
    Ok(())
}
