//! Logs that are awkward to read, and a slow, obvious oracle.

use heaplab_lesson::trial::{self, Probe, Record, TrialError};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

pub(crate) const LESSON: &str = env!("CARGO_BIN_EXE_log-aggregator");

pub(crate) const EXACT: [&str; 7] =
    ["read_to_string", "lines", "mmap", "mmap_window", "threads", "processes", "engine"];

pub(crate) fn with(variant: &str, log: &Path) -> Result<Record, TrialError> {
    with_probe(variant, log, Probe::Plain)
}

pub(crate) fn with_probe(variant: &str, log: &Path, probe: Probe) -> Result<Record, TrialError> {
    trial::run_with(LESSON, variant, probe, &["--log", log.to_str().expect("a temporary path")])
}

pub(crate) fn awkward() -> Vec<(&'static str, Vec<u8>)> {
    let junk = "1.2.3.4 - -\r\n5.6.7.8\r\n\r\n\n2001:DB8::1 - -\n2001:db8:0:0:0:0:0:1 -\n::ffff:1.2.3.4\n999.1.1.1 -\n01.2.3.4 -\n 1.2.3.4\n\
                1.2.3 -\nfe80::1%eth0 -\n1.2.3.4\tx\n1.2.3.4.5\n-\nunknown - -\n255.255.255.255\n";
    let many: String =
        (0..40_000).map(|n: u32| format!("10.{}.{}.{}\n", n >> 16, n >> 8 & 255, n & 255)).collect();
    let long = format!("1.2.3.4 {}\n5.6.7.8 -\n{}", "x".repeat(3 << 20), "y".repeat(2 << 20));
    vec![
        ("one-byte.log", b"\n".to_vec()),
        ("no-end.log", b"1.2.3.4 - -\n5.6.7.8".to_vec()),
        ("cr-at-the-end.log", b"1.2.3.4 - -\n5.6.7.8\r".to_vec()),
        ("junk.log", junk.repeat(200).into_bytes()),
        ("no-lines.log", vec![b'7'; 10_000]),
        // More addresses than the shared table has slots for at first.
        ("many.log", many.into_bytes()),
        ("long-lines.log", long.into_bytes()),
    ]
}

/// The checksum of PV, UV, the malformed lines and the top ten, as in the report.
pub(crate) fn checksum_of(log: &[u8]) -> String {
    let mut counts: BTreeMap<IpAddr, u64> = BTreeMap::new();
    let (mut pv, mut malformed) = (0, 0);
    let mut lines: Vec<&[u8]> = log.split(|&byte| byte == b'\n').collect();
    let last = lines.pop().expect("split gives one at least");
    let mut fields: Vec<&[u8]> =
        lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    fields.extend((!last.is_empty()).then_some(last));
    for line in fields {
        let field = line.split(|&byte| byte == b' ').next().expect("one at least");
        match std::str::from_utf8(field).ok().and_then(|text| text.parse().ok()) {
            Some(address) => {
                pv += 1;
                *counts.entry(address).or_default() += 1;
            }
            None => malformed += 1,
        }
    }
    let mut ranked: Vec<(String, u64)> =
        counts.iter().map(|(key, count)| (key.to_string(), *count)).collect();
    ranked.sort_by_key(|(key, count)| (std::cmp::Reverse(*count), key.clone()));
    let mut text = format!("pv\t{pv}\nuv\t{}\nmalformed\t{malformed}\n", counts.len());
    ranked.iter().take(10).for_each(|(key, count)| text.push_str(&format!("{key}\t{count}\n")));
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

/// Whether a process has this file as its standard input, as a worker has.
pub(crate) fn somebody_reads(log: &Path) -> bool {
    let wanted = log.canonicalize().expect("the log is there");
    let mut processes = Path::new("/proc").read_dir().expect("Linux has it").flatten();
    processes.any(|process| std::fs::read_link(process.path().join("fd/0")).is_ok_and(|read| read == wanted))
}

pub(crate) fn first_child(parent: u32) -> u32 {
    let begun = std::time::Instant::now();
    loop {
        let list =
            std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        for child in list.split_whitespace() {
            let line = std::fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap_or_default();
            if line.split('\0').next().is_some_and(|program| program.ends_with("log-aggregator-worker")) {
                return child.parse().expect("a process id");
            }
        }
        assert!(begun.elapsed().as_secs() < 20, "no worker was started");
    }
}

pub(crate) fn kill(process: u32) {
    let process = rustix::process::Pid::from_raw(process as i32).expect("no process is 0");
    rustix::process::kill_process(process, rustix::process::Signal::KILL).expect("it is ours");
}
