//! Read back by prost, from the fields of `profile.proto`.

use super::*;
use prost::Message as _;
use std::io::Read as _;

#[derive(prost::Message)]
struct Read {
    #[prost(message, repeated, tag = "1")]
    sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    sample: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    location: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    function: Vec<Function>,
    #[prost(string, repeated, tag = "6")]
    string_table: Vec<String>,
    #[prost(int64, tag = "14")]
    default_sample_type: i64,
}

#[derive(prost::Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    r#type: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(prost::Message)]
struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
}

#[derive(prost::Message)]
struct Location {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<Line>,
}

#[derive(prost::Message)]
struct Line {
    #[prost(uint64, tag = "1")]
    function_id: u64,
    #[prost(int64, tag = "2")]
    line: i64,
}

#[derive(prost::Message)]
struct Function {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "4")]
    filename: i64,
}

fn profile() -> Profile {
    let frame = |function: &str, place: &str| Frame {
        function: function.to_owned(),
        location: Some(place.to_owned()).filter(|place| !place.is_empty()),
    };
    let site = |frames: &[Frame], bytes: u64| Site {
        frames: frames.to_vec(),
        total_blocks: 1,
        total_bytes: 1000 * bytes,
        peak_blocks: 2,
        peak_bytes: 100 * bytes,
        end_blocks: 3,
        end_bytes: bytes,
        ..Site::default()
    };
    let main = frame("app::main", "src/main.rs:300");
    let again = frame("app::main", "src/main.rs:7");
    Profile { sites: vec![site(&[main.clone(), frame("qsort", ""), again], 3), site(&[main], 5)] }
}

fn read(profile: &Profile) -> Read {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(write_pprof(profile).unwrap().as_slice()).read_to_end(&mut bytes).unwrap();
    Read::decode(bytes.as_slice()).unwrap()
}

#[test]
fn another_reader_finds_the_stacks_and_figures() {
    let read = read(&profile());
    let text = |index: i64| read.string_table[index as usize].as_str();
    assert_eq!(text(0), "");
    assert_eq!(text(read.default_sample_type), "peak_space");
    let types: Vec<(&str, &str)> =
        read.sample_type.iter().map(|kind| (text(kind.r#type), text(kind.unit))).collect();
    assert_eq!(types[2..4], [("peak_objects", "count"), ("peak_space", "bytes")]);
    let place = |id: &u64| {
        let location = read.location.iter().find(|location| location.id == *id).unwrap();
        let [line] = location.line.as_slice() else { panic!("one function a location") };
        let function = read.function.iter().find(|function| function.id == line.function_id).unwrap();
        format!("{} {}:{}", text(function.name), text(function.filename), line.line)
    };
    let samples: Vec<(Vec<String>, &[i64])> = read
        .sample
        .iter()
        .map(|sample| (sample.location_id.iter().map(place).collect(), sample.value.as_slice()))
        .collect();
    let innermost_first = ["app::main src/main.rs:7", "qsort :0", "app::main src/main.rs:300"];
    let expected = [
        (vec!["app::main src/main.rs:300".to_owned()], &[1, 5000, 2, 500, 3, 5][..]),
        (innermost_first.map(str::to_owned).to_vec(), &[1, 3000, 2, 300, 3, 3][..]),
    ];
    assert_eq!(samples, expected);
    assert_eq!(read.function.len(), 2, "a function stands once");
}

#[test]
fn the_bytes_do_not_depend_on_the_order_of_sites() {
    let mut swapped = profile();
    swapped.sites.reverse();
    assert_eq!(write_pprof(&swapped).unwrap(), write_pprof(&profile()).unwrap());
}
