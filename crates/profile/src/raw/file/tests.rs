//! Round trips, and bytes that no recorder wrote.

use crate::raw::{
    Module, Node, PythonLocation, RawError, RawMark, RawPoint, RawProcess, RawPython, RawRecording, RawSite,
    RawTotals,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// A recording like one of a recorder's, with extreme figures.
fn any_raw() -> impl Strategy<Value = RawRecording> {
    let figures = vec(prop_oneof![0..300_u64, any::<u64>()], 16);
    let text = "\\PC{0,8}";
    let modules = vec((any::<u64>(), any::<u64>(), text, "[0-9a-f]{0,40}"), 0..4);
    let nodes = vec((any::<u32>(), any::<u64>()), 1..20);
    let sites =
        vec((any::<u32>(), vec(any::<u64>(), 8), vec(any::<i64>(), 7), vec(any::<u64>(), 0..5)), 0..8);
    let curve = vec((any::<u64>(), any::<u64>(), any::<u64>()), 0..8);
    let texts = (vec(text, 0..3), vec(text, 1..3), vec((text, any::<u64>(), any::<u64>()), 0..3));
    (figures, modules, nodes, sites, curve, texts).prop_map(
        |(figures, modules, nodes, sites, curve, texts)| {
            let (command, threads, marks) = texts;
            let module = |(base, end, path, build_id)| Module { base, end, path, build_id };
            let node = |(own, (parent, address)): (usize, (u32, u64))| Node {
                parent: parent % (own as u32).max(1),
                address,
            };
            let (node_count, thread_count) = (nodes.len() as u32, threads.len() as u32);
            let place = |file: &String| PythonLocation {
                function: "f".into(),
                file: file.clone(),
                line: figures[5] as u32,
            };
            RawRecording {
                python: RawPython {
                    version: figures[3],
                    state: figures[4],
                    locations: threads.iter().map(place).collect(),
                },
                command,
                totals: totals(&figures),
                process: RawProcess {
                    id: figures[0],
                    started_unix_ns: figures[1],
                    inherited_bytes: figures[2],
                    ..RawProcess::default()
                },
                modules: modules.into_iter().map(module).collect(),
                threads,
                nodes: nodes.into_iter().enumerate().map(node).collect(),
                sites: sites
                    .into_iter()
                    .map(|(index, counted, live, lifetimes)| RawSite {
                        node: index % node_count,
                        thread: index % thread_count,
                        births: counted[0],
                        birth_bytes: counted[1],
                        reallocations: counted[2],
                        reallocated_bytes: counted[3],
                        grown_bytes: counted[4],
                        shrunk_bytes: counted[5],
                        live_blocks: live[0],
                        live_bytes: live[1],
                        peak_blocks: live[2],
                        peak_bytes: live[3],
                        own_peak_blocks: live[4],
                        own_peak_bytes: live[5],
                        deaths: counted[6],
                        lifetime_bytes: counted[7],
                        live_birth_clock_bytes: live[6],
                        lifetimes,
                    })
                    .collect(),
                curve: curve
                    .into_iter()
                    .map(|(clock_bytes, at_ns, live_bytes)| RawPoint { clock_bytes, at_ns, live_bytes })
                    .collect(),
                marks: marks
                    .into_iter()
                    .map(|(name, clock_bytes, at_ns)| RawMark { name, clock_bytes, at_ns })
                    .collect(),
            }
        },
    )
}

fn totals(figures: &[u64]) -> RawTotals {
    RawTotals {
        births: figures[0],
        birth_bytes: figures[1],
        reallocations: figures[2],
        reallocated_bytes: figures[3],
        grown_bytes: figures[4],
        shrunk_bytes: figures[5],
        peak_blocks: figures[6],
        peak_bytes: figures[7],
        end_blocks: figures[8],
        end_bytes: figures[9],
        wall_ns: figures[10],
        peak_error_bytes: figures[11],
        slow_walks: figures[12],
        cut_stacks: figures[13],
        overflowed: figures[14],
        peak_clock_bytes: figures[15],
    }
}

fn encode(raw: &RawRecording) -> Vec<u8> {
    let mut bytes = Vec::new();
    raw.write(&mut bytes).unwrap();
    bytes
}

proptest! {
    #[test]
    fn what_was_written_is_read(raw in any_raw()) {
        prop_assert_eq!(RawRecording::read(&encode(&raw)), Ok(raw));
    }

    #[test]
    fn a_cut_file_is_told(raw in any_raw(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&raw);
        prop_assert!(RawRecording::read(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn a_damaged_byte_is_told(raw in any_raw(), at in any::<prop::sample::Index>(), by in 1..=255_u8) {
        let mut bytes = encode(&raw);
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        prop_assert!(RawRecording::read(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_harm(mut bytes in vec(any::<u8>(), 0..300), with_header in any::<bool>()) {
        if with_header {
            bytes.splice(0..0, *b"heaplab-heap 1\n");
        }
        prop_assert!(RawRecording::read(&bytes).is_err());
    }
}

#[test]
fn the_version_without_python_is_still_read() {
    let raw = RawRecording {
        command: vec!["app".to_owned()],
        nodes: vec![Node::default()],
        ..RawRecording::default()
    };
    // An empty part about Python is three zeros, before the hash.
    let now = encode(&raw);
    let mut before = now[..now.len() - 8 - 3].to_vec();
    before[b"heaplab-heap ".len()] = b'3';
    let hash = before.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    before.extend(hash.to_le_bytes());
    assert_eq!(RawRecording::read(&before), Ok(raw));
}

#[test]
fn errors_name_the_place() {
    let whole = encode(&RawRecording {
        command: vec!["app".to_owned()],
        nodes: vec![Node::default(), Node { parent: 0, address: 0x1234 }],
        ..RawRecording::default()
    });
    let with = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    let long = [whole.as_slice(), b"!"].concat();
    // 15 bytes of header, 5 of the command, 16 of totals, no modules, no threads, then the nodes at
    // 38.
    let cases = [
        (b"PK\x03\x04".to_vec(), "does not begin with `heaplab-heap 4`"),
        (b"heaplab-heap 1\n".to_vec(), "version `1`; only versions 3 and 4 are read"),
        (whole[..18].to_vec(), "ends too early: at byte 16, among the command"),
        (whole[..30].to_vec(), "ends too early: at byte 30, among the totals"),
        (with(38, 0x70), "ends too early: at byte 38, among the nodes"),
        (with(17, 0xff), "damaged at byte 16, among the command: a text that is not UTF-8"),
        (whole[..whole.len() - 1].to_vec(), "among the hash"),
        (long, "more follows"),
        (with(25, 9), "its hash does not fit"),
    ];
    for (bytes, says) in cases {
        let error = RawRecording::read(&bytes).expect_err(says).to_string();
        assert!(error.contains(says), "{error}\nshould say: {says}");
    }
}

#[test]
fn a_length_is_not_believed() {
    // 2^60 arguments in a file of 24 bytes.
    let mut bytes = b"heaplab-heap 3\n".to_vec();
    bytes.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
    assert_eq!(RawRecording::read(&bytes), Err(RawError::Ends { part: "command", at: 15 }));
}

#[test]
fn references_lead_somewhere() {
    let node = |parent| Node { parent, address: 1 };
    let wrong = [
        RawRecording { nodes: vec![node(0), node(2), node(1)], ..RawRecording::default() },
        RawRecording { nodes: vec![node(1)], ..RawRecording::default() },
        RawRecording {
            sites: vec![RawSite::default()],
            threads: vec![String::new()],
            ..RawRecording::default()
        },
        RawRecording { sites: vec![RawSite::default()], nodes: vec![node(0)], ..RawRecording::default() },
    ];
    for raw in wrong {
        assert!(matches!(RawRecording::read(&encode(&raw)), Err(RawError::Value { .. })), "{raw:?}");
    }
}
