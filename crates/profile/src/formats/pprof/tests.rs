//! What is written is read back by prost, after the format's own description.

use super::*;
use prost::Message as _;
use std::io::Read as _;

/// `perftools.profiles.Profile`, as far as heaplab writes it.
#[derive(Clone, PartialEq, prost::Message)]
struct PprofFile {
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
    #[prost(message, optional, tag = "11")]
    period_type: Option<ValueType>,
    #[prost(int64, tag = "12")]
    period: i64,
    #[prost(int64, repeated, tag = "13")]
    comment: Vec<i64>,
    #[prost(int64, tag = "14")]
    default_sample_type: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    r#type: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Location {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<Line>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Line {
    #[prost(uint64, tag = "1")]
    function_id: u64,
    #[prost(int64, tag = "2")]
    line: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Function {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "3")]
    system_name: i64,
    #[prost(int64, tag = "4")]
    filename: i64,
}

fn frame(function: &str, location: Option<&str>) -> Frame {
    Frame { function: function.to_owned(), location: location.map(str::to_owned), ..Frame::default() }
}

fn site(last: Frame, figures: [u64; 6]) -> Site {
    Site {
        frames: vec![frame("app::main", Some("src/main.rs:3")), last],
        total_blocks: figures[0],
        total_bytes: figures[1],
        end_blocks: figures[2],
        end_bytes: figures[3],
        peak_blocks: figures[4],
        peak_bytes: figures[5],
        ..Site::default()
    }
}

fn decode(packed: &[u8]) -> PprofFile {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    PprofFile::decode(bytes.as_slice()).unwrap()
}

/// The stack of a sample, innermost first, as `function file:line`.
fn stack(file: &PprofFile, sample: &Sample) -> Vec<String> {
    let text = |index: i64| file.string_table[usize::try_from(index).unwrap()].as_str();
    let describe = |id: &u64| {
        let [location] = file.location.iter().filter(|of| of.id == *id).collect::<Vec<_>>()[..] else {
            panic!("location {id}")
        };
        let line = &location.line[0];
        let function = file.function.iter().find(|function| function.id == line.function_id).unwrap();
        assert_eq!(function.name, function.system_name);
        format!("{} {}:{}", text(function.name), text(function.filename), line.line)
    };
    sample.location_id.iter().map(describe).collect()
}

#[test]
fn every_figure_of_every_stack_is_there() {
    let big = u64::from(u32::MAX) * 300;
    let sites = vec![
        site(frame("app::load", Some("src/main.rs:9")), [5, big, 1, 70, 3, 300]),
        site(frame("qsort", Some("libc.so.6")), [1, 4, 0, 0, 0, 0]),
        // The same stack from another thread.
        site(frame("app::load", Some("src/main.rs:9")), [1, 1, 0, 0, 0, 0]),
        site(frame("app::main", None), [2, 2, 2, 2, 2, 2]),
    ];
    let file = decode(&write_pprof(&Profile { sites: sites.clone() }, "app: live").unwrap());
    let text = |index: i64| file.string_table[usize::try_from(index).unwrap()].as_str();
    let types: Vec<_> = file.sample_type.iter().map(|of| (text(of.r#type), text(of.unit))).collect();
    assert_eq!(types, SAMPLE_TYPES.map(|(kind, unit, _)| (kind, unit)));
    assert_eq!(text(file.default_sample_type), "peak_space");
    assert_eq!((file.period, file.comment.iter().map(|&at| text(at)).collect()), (1, vec!["app: live"]));
    assert_eq!(file.string_table[0], "");
    let mut found: Vec<_> =
        file.sample.iter().map(|sample| (stack(&file, sample), sample.value.clone())).collect();
    found.sort();
    let main = "app::main src/main.rs:3".to_owned();
    let big = i64::try_from(big).unwrap();
    assert_eq!(
        found,
        [
            (vec!["app::load src/main.rs:9".to_owned(), main.clone()], vec![6, big + 1, 1, 70, 3, 300]),
            (vec!["app::main :0".to_owned(), main.clone()], vec![2; 6]),
            (vec!["qsort libc.so.6:0".to_owned(), main], vec![1, 4, 0, 0, 0, 0]),
        ]
    );
}

#[test]
fn the_order_of_the_sites_makes_no_difference() {
    let mut sites: Vec<Site> =
        (0..300).map(|line| site(frame("f", Some(&format!("a.rs:{line}"))), [line; 6])).collect();
    let one = write_pprof(&Profile { sites: sites.clone() }, "x").unwrap();
    sites.reverse();
    assert_eq!(one, write_pprof(&Profile { sites }, "x").unwrap());
    assert_eq!(decode(&one).sample.len(), 300);
    assert_eq!(decode(&write_pprof(&Profile::default(), "x").unwrap()).sample, []);
}
