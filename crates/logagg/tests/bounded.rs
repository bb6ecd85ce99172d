//! Results are exact and memory stays within the limit while tables spill, as the kernel sees the
//! real binary.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod tool;

use std::io::Write;
use std::process::{Child, Stdio};
use std::time::Duration;

use tool::{arg, generated, json, logagg, parsed};

/// The largest VmHWM seen from outside while the process runs.
fn watched(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
        peak = peak.max(found.unwrap_or(0u64) * 1024);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

fn within(limit: u64, arguments: &[&str]) -> serde_json::Value {
    let limit_text = limit.to_string();
    let mut command = logagg(&[&["--json", "--quiet", "--memory", &limit_text], arguments].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let seen = watched(&mut child);
    let report = parsed(&child.wait_with_output().unwrap());
    let reported = report["peak_rss_bytes"].as_u64().unwrap();
    // The kernel updates this figure in batches of pages per processor, so two readings differ a
    // little.
    let (most, slack) = (seen.max(reported), 1 << 20);
    assert!(
        seen > 0 && seen <= reported + slack && most < limit,
        "seen {seen}, reported {reported}, limit {limit}"
    );
    report
}

#[test]
fn two_million_addresses_in_24_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--bytes", "600MB", "--addresses", "2M", "--ipv6", "0.25", "--malformed", "0.0001"];
    let log = generated(folder.path(), "a.log", &arguments);
    // The reference is the same engine with ample memory, which other tests compare with the
    // oracle.
    let reference = tool::counts(json(&["--memory", "2GB", &log]));
    assert_eq!(reference["uv"], 2_000_000);
    for threads in ["1", "2"] {
        let report = within(24_000_000, &["--threads", threads, &log]);
        assert!(report["spilled_bytes"].as_u64().unwrap() > 5_000_000);
        assert_eq!(tool::counts(report), reference, "{threads} threads");
    }
    assert_eq!(tool::counts(within(100_000_000, &[&log])), reference);
    let uris = within(24_000_000, &["--key", "$request_uri", &log]);
    assert_eq!(tool::counts(uris), tool::counts(json(&["--memory", "2GB", "--key", "$request_uri", &log])));
    let by_processes = json(&["--processes", "2", "--memory", "70MB", &log]);
    assert!(by_processes["peak_rss_bytes"].as_u64().unwrap() < 70_000_000);
    assert_eq!(tool::counts(by_processes), reference);
    let part = folder.path().join("a.bin");
    within(24_000_000, &["--partial", arg(&part), &log]);
    let limit = 24_000_000u64;
    let merged = parsed(&tool::run(&["merge", "--json", "--memory", "24MB", arg(&part), arg(&part)]));
    assert!(merged["peak_rss_bytes"].as_u64().unwrap() < limit);
    assert_eq!(
        (&merged["uv"], merged["pv"].as_u64()),
        (&reference["uv"], reference["pv"].as_u64().map(|pv| pv * 2))
    );
}

#[test]
fn one_line_of_200_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(b"1.2.3.4 first\n::1 ").unwrap();
    for _ in 0..200 {
        file.write_all(&vec![b'x'; 1_000_000]).unwrap();
    }
    file.write_all(b"\n9.9.9.9 last").unwrap();
    for more in [vec![], vec!["--threads", "1"], vec!["--format", "$first $rest", "--key", "first"]] {
        let report = within(20_000_000, &[&more[..], &[arg(&path)]].concat());
        assert_eq!(
            (&report["pv"], &report["uv"], &report["malformed"]),
            (&3.into(), &3.into(), &0.into()),
            "{more:?}"
        );
    }
}
