//! Held against samply's own writer of the format, the crate fxprof-processed-profile: the same
//! profile, written by both, has the same tables with the same columns, and reads back as the same
//! stacks.

use super::*;
use crate::{Frame, Site};
use fxprof_processed_profile as fxprof;
use serde_json::Value;
use std::collections::BTreeMap;

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
    let list = [main.clone(), frame("app::list", Some("src/main.rs:9")), frame("push", None)];
    let other = [main.clone(), frame("app::list", Some("src/main.rs:10"))];
    let sites =
        vec![site(&list, 40, 0), site(&other, 5_000_000_000, 1), site(std::slice::from_ref(&main), 2, 1)];
    Profile { sites }
}

fn write_and_parse(profile: &Profile) -> Value {
    serde_json::from_str(&write_firefox(profile, "list_dict").unwrap()).unwrap()
}

/// The live bytes at the peak as fxprof-processed-profile writes them; its weights have 32 bits.
fn by_fxprof(profile: &Profile) -> Value {
    let start = fxprof::ReferenceTimestamp::from_millis_since_unix_epoch(0.0);
    let at = fxprof::Timestamp::from_millis_since_reference;
    let mut out = fxprof::Profile::new("list_dict", start, fxprof::SamplingInterval::from_millis(1));
    let process = out.add_process("p", 1, at(0.0));
    let thread = out.add_thread(process, 1, at(0.0), true);
    out.set_thread_samples_weight_type(thread, fxprof::WeightType::Bytes);
    for (index, site) in profile.sites.iter().enumerate() {
        let frames: Vec<fxprof::FrameInfo> = site
            .frames
            .iter()
            .map(|frame| fxprof::FrameInfo {
                frame: fxprof::Frame::Label(out.intern_string(&frame.function)),
                category_pair: fxprof::CategoryHandle::OTHER.into(),
                flags: fxprof::FrameFlags::empty(),
            })
            .collect();
        let stack = out.intern_stack_frames(thread, frames.into_iter());
        let weight = i32::try_from(site.peak_bytes).unwrap();
        out.add_sample(thread, at(index as f64), stack, fxprof::CpuDelta::ZERO, weight);
    }
    serde_json::to_value(&out).unwrap()
}

/// Stacks of function names, the root first, with their weights: what a reader of the format sees.
fn read(file: &Value, thread: usize) -> BTreeMap<Vec<String>, u64> {
    let thread = &file["threads"][thread];
    let place = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let mut read = BTreeMap::new();
    for row in 0..place(&thread["samples"]["length"]) {
        let mut names = Vec::new();
        let mut stack = thread["samples"]["stack"][row].clone();
        while !stack.is_null() {
            let frame = place(&thread["stackTable"]["frame"][place(&stack)]);
            let func = place(&thread["frameTable"]["func"][frame]);
            let name = place(&thread["funcTable"]["name"][func]);
            names.push(thread["stringArray"][name].as_str().unwrap().to_owned());
            stack = thread["stackTable"]["prefix"][place(&stack)].clone();
        }
        names.reverse();
        *read.entry(names).or_default() += thread["samples"]["weight"][row].as_u64().unwrap();
    }
    read
}

#[test]
fn the_stacks_are_those_that_samplys_writer_gives() {
    let mut small = profile();
    small.sites[1].peak_bytes = 5_000;
    let (ours, theirs) = (write_and_parse(&small), by_fxprof(&small));
    assert_eq!(read(&ours, 0), read(&theirs, 0));
    assert_eq!(read(&ours, 0).values().sum::<u64>(), 5_042);
    assert_eq!(ours["threads"][0]["samples"]["weightType"], theirs["threads"][0]["samples"]["weightType"]);
    assert_eq!(ours["meta"]["preprocessedProfileVersion"], theirs["meta"]["preprocessedProfileVersion"]);
}

#[test]
fn the_tables_have_the_columns_that_samplys_writer_gives() {
    let (ours, theirs) = (write_and_parse(&Profile::default()), by_fxprof(&Profile::default()));
    // Figures that a heap profile has not, and what the profiler takes for missing.
    let left_out = ["/threads/0/samples/threadCPUDelta", "/meta/sampleUnits"];
    let missing: Vec<String> =
        lacking(&theirs, &ours, "").into_iter().filter(|path| !left_out.contains(&path.as_str())).collect();
    assert_eq!(missing, [""; 0]);
    // The check itself can say no.
    let mut broken = ours;
    broken["threads"][0]["frameTable"].as_object_mut().unwrap().remove("inlineDepth");
    assert!(!lacking(&theirs, &broken, "").iter().all(|path| left_out.contains(&path.as_str())));
}

/// The keys of one that the other lacks, or has as another kind of value.
fn lacking(of: &Value, from: &Value, path: &str) -> Vec<String> {
    let deeper = |key: &str, of: &Value, from: Option<&Value>| {
        let path = format!("{path}/{key}");
        from.map_or_else(|| vec![path.clone()], |from| lacking(of, from, &path))
    };
    match (of, from) {
        (Value::Object(of), _) => of.iter().flat_map(|(key, of)| deeper(key, of, from.get(key))).collect(),
        (Value::Array(of), Value::Array(from)) => of
            .iter()
            .zip(from)
            .enumerate()
            .flat_map(|(at, (of, from))| deeper(&at.to_string(), of, Some(from)))
            .collect(),
        _ if std::mem::discriminant(of) == std::mem::discriminant(from) => Vec::new(),
        _ => vec![path.to_owned()],
    }
}

#[test]
fn columns_are_of_one_length_and_places_lie_within() {
    for profile in [profile(), Profile::default()] {
        let file = write_and_parse(&profile);
        for thread in file["threads"].as_array().unwrap() {
            for table in ["frameTable", "funcTable", "stackTable", "samples"] {
                let rows = thread[table]["length"].as_u64().unwrap();
                for (column, values) in thread[table].as_object().unwrap() {
                    let length = values.as_array().map(|values| values.len() as u64);
                    assert!(length.is_none_or(|length| length == rows), "{table}.{column}");
                }
            }
        }
    }
}

#[test]
fn weights_have_every_digit_and_lines_are_kept() {
    let file = write_and_parse(&profile());
    assert_eq!(read(&file, 0)[&vec!["app::main".to_owned(), "app::list".to_owned()]], 5_000_000_000);
    assert_eq!(read(&file, 1).values().sum::<u64>(), 2);
    assert_eq!(read(&file, 2).values().sum::<u64>(), 300);
    let thread = &file["threads"][0];
    // One function at two lines is two frames.
    assert_eq!((&thread["funcTable"]["length"], &thread["frameTable"]["length"]), (&3.into(), &4.into()));
    let lines: Vec<Option<u64>> =
        thread["frameTable"]["line"].as_array().unwrap().iter().map(Value::as_u64).collect();
    assert_eq!(lines, [Some(3), Some(10), Some(9), None]);
    let files = &thread["funcTable"]["fileName"];
    assert_eq!(files[0], files[1]);
    let mut swapped = profile();
    swapped.sites.reverse();
    assert_eq!(write_and_parse(&swapped), file);
}
