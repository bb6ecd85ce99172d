//! What the tool prints, through the real binary: every kind of input, merged parts, processes,
//! formats.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod oracle;
mod tool;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tool::{arg, counts, generated, json, logagg, parsed, run};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn every_kind_of_input_gives_what_the_oracle_says() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--bytes", "6MB", "--addresses", "9k", "--ipv6", "0.3", "--malformed", "0.002"];
    let log = generated(folder.path(), "a.log", &arguments);
    let bytes = fs::read(&log).unwrap();
    let expected = oracle::count(&[&bytes]);
    assert_eq!((expected.uv, expected.bytes, bytes.len()), (9000, 6_000_000, 6_000_000));
    let report = counts(json(&["--top", "10000", &log]));
    let top: Vec<_> =
        expected.ranked.iter().map(|(key, count)| json!({"key": key, "count": count})).collect();
    assert_eq!(
        report,
        json!({"schema": "heaplab/logagg/v1", "pv": expected.pv, "uv": expected.uv, "malformed": expected.malformed,
               "malformed_lines": expected.malformed_lines, "bytes": 6_000_000, "top": top})
    );
    let short = counts(json(&[&log]));
    let half = bytes.len() / 2;
    // Two members or frames; the border lies within a line.
    let gz = folder.path().join("a.log.gz");
    fs::write(&gz, [gzip(&bytes[..half]), gzip(&bytes[half..])].concat()).unwrap();
    let zst = folder.path().join("a.log.zst");
    fs::write(&zst, [zstd(&bytes[..half]), zstd(&bytes[half..])].concat()).unwrap();
    for arguments in [
        vec![arg(&gz)],
        vec![arg(&zst)],
        vec![&log, "--threads", "1"],
        vec![&log, "--threads", "5"],
        vec![&log, "--input", "mmap"],
        vec![&log, "--processes", "3"],
        vec![arg(&gz), "--processes", "2"],
        vec![&log, "--memory", "17MB"],
    ] {
        assert_eq!(counts(json(&arguments)), short, "{arguments:?}");
    }
    for file in [&log, arg(&gz), arg(&zst)] {
        let piped = |stdin: Stdio| parsed(&logagg(&["--json", "-"]).stdin(stdin).output().unwrap());
        assert_eq!(counts(piped(fs::File::open(file).unwrap().into())), short, "redirected");
        let mut cat = std::process::Command::new("cat").arg(file).stdout(Stdio::piped()).spawn().unwrap();
        assert_eq!(counts(piped(cat.stdout.take().unwrap().into())), short, "piped");
        cat.wait().unwrap();
    }
    let both = counts(json(&[&format!("{}/a.l*g", folder.path().display()), arg(&zst)]));
    assert_eq!(both["pv"], expected.pv * 2);
    assert_eq!(both["uv"], expected.uv);
    let csv = run(&["--csv", "--top", "2", &log]);
    let rows: String = expected.ranked[..2].iter().map(|(key, count)| format!("{key},{count}\n")).collect();
    assert_eq!(String::from_utf8(csv.stdout).unwrap(), format!("key,count\n{rows}"));
}

#[test]
fn merged_parts_are_one_run_over_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut logs = Vec::new();
    let mut parts = Vec::new();
    for seed in ["1", "2", "3"] {
        let arguments =
            ["--bytes", "2MB", "--addresses", "4k", "--seed", seed, "--ipv6", "0.2", "--malformed", "0.0005"];
        let log = generated(folder.path(), &format!("{seed}.log"), &arguments);
        let part = arg(&folder.path().join(format!("{seed}.bin"))).to_owned();
        json(&["--partial", &part, &log]);
        logs.push(log);
        parts.push(part);
    }
    let all: Vec<&str> = logs.iter().map(String::as_str).collect();
    let expected = counts(json(&all));
    assert_eq!(expected["malformed_lines"].as_array().unwrap().len(), 10);
    let merged = |parts: &[String]| {
        let arguments: Vec<&str> =
            ["merge", "--json"].into_iter().chain(parts.iter().map(String::as_str)).collect();
        run(&arguments)
    };
    assert_eq!(counts(parsed(&merged(&parts))), expected);
    // Damage or truncation anywhere gives an error that names the file, never a result.
    let whole = fs::read(&parts[1]).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 23 + 1) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        for bad in [damaged, whole[..at].to_vec()] {
            fs::write(&parts[1], bad).unwrap();
            let output = merged(&parts);
            assert_eq!(output.status.code(), Some(1), "byte {at}");
            assert!(output.stdout.is_empty() && String::from_utf8_lossy(&output.stderr).contains("2.bin"));
        }
    }
    fs::write(&parts[1], [&whole[..], b"x"].concat()).unwrap();
    assert_eq!(merged(&parts).status.code(), Some(1));
    json(&["--partial", &parts[1], "--key", "$status", &logs[1]]);
    assert_eq!(merged(&parts).status.code(), Some(1));
    for (log, part) in logs.iter().zip(&parts) {
        json(&["--sketch", "--partial", part, log]);
    }
    let sketch = counts(json(&[&["--sketch"], &all[..]].concat()));
    assert_eq!(counts(parsed(&merged(&parts))), sketch);
    let off = sketch["uv"].as_f64().unwrap() / expected["uv"].as_f64().unwrap() - 1.0;
    assert!(off.abs() < 4.0 * sketch["uv_error"].as_f64().unwrap(), "{off}");
    assert_eq!(sketch["pv"], expected["pv"]);
}

#[test]
fn keys_of_formats_and_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a.log");
    let lines = "1.2.3.4 - - [x] \"GET /a HTTP/1.1\" 200 1 \"-\" \"curl\" \"9.9.9.9, 1.1.1.1\"\n\
                 1.2.3.5 - - [x] \"GET /b HTTP/1.1\" 404 1 \"-\" \"curl\" \"-\"\n\
                 1.2.3.4 - - [x] \"GET /a HTTP/1.1\" 200 1 \"-\" \"curl\" \"2001:DB8::1\"\r\n";
    fs::write(&log, lines).unwrap();
    let format = r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for""#;
    let top = |arguments: &[&str]| {
        let report = json(&[arguments, &[arg(&log)]].concat());
        let rows = report["top"].as_array().unwrap().clone();
        let rows: Vec<_> = rows
            .iter()
            .map(|row| (row["key"].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap()))
            .collect();
        (rows, report["malformed_lines"].clone())
    };
    let row = |key: &str, count| (key.to_owned(), count);
    assert_eq!(top(&["--key", "$request_uri"]), (vec![row("/a", 2), row("/b", 1)], json!([])));
    assert_eq!(top(&["--key", "status"]), (vec![row("200", 2), row("404", 1)], json!([])));
    let forwarded = top(&["--format", format, "--key", "$http_x_forwarded_for"]);
    assert_eq!(forwarded, (vec![row("2001:db8::1", 1), row("9.9.9.9", 1)], json!([2])));
    let text = top(&["--format", format, "--key", "$http_x_forwarded_for", "--as", "text"]);
    assert_eq!(text.0[1], row("2001:DB8::1", 1), "as it is written");
    fs::write(&log, "{\"remote_addr\":\"::1\",\"n\":{\"s\":200}}\nnot json\n{\"remote_addr\":\"1.2.3\"}\n")
        .unwrap();
    assert_eq!(top(&["--format", "json"]), (vec![row("::1", 1)], json!([2, 3])));
    assert_eq!(top(&["--format", "json", "--key", "n.s"]), (vec![row("200", 1)], json!([2, 3])));
    fs::write(&log, format!("{}\n{}\n", "k".repeat(65_536), "k".repeat(65_537))).unwrap();
    let (rows, malformed) = top(&["--format", "$k", "--key", "k"]);
    assert_eq!((rows[0].0.len(), malformed), (65_536, json!([2])));
}

#[test]
fn progress_is_a_plain_line_every_million_lines() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a.log");
    fs::write(&log, "1.2.3.4\n".repeat(2_500_000)).unwrap();
    let said = |lang: &[&str]| {
        let output = run(&[lang, &["--json", arg(&log)]].concat());
        assert_eq!(parsed(&output)["pv"], 2_500_000);
        String::from_utf8(output.stderr).unwrap()
    };
    let chinese = said(&["--lang", "zh"]);
    assert_eq!(chinese.lines().count(), 2, "{chinese}");
    assert!(
        chinese
            .lines()
            .any(|line| line.starts_with("[程序员晚枫] 已处理 1.0 M 行，内存 ") && line.ends_with(" MB"))
    );
    assert!(said(&[]).contains("2.0 M lines done"));
    // Worker processes report their progress too.
    assert!(said(&["--processes", "2"]).contains("1.0 M lines done"));
    assert_eq!(said(&["--quiet"]), "");
}

#[test]
fn generate_keeps_its_word() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--bytes", "1MB", "--addresses", "2000", "--malformed", "0.1"];
    let log = fs::read(generated(folder.path(), "a", &arguments)).unwrap();
    assert_eq!(log, fs::read(generated(folder.path(), "b", &arguments)).unwrap());
    assert_ne!(
        log,
        fs::read(generated(folder.path(), "c", &[&arguments[..], &["--seed", "8"]].concat())).unwrap()
    );
    let expected = oracle::count(&[&log]);
    assert_eq!((log.len(), expected.uv), (1_000_000, 2000));
    assert!(log.ends_with(b"++\"\n"), "the last line is as long as it takes and keeps its quotes");
    // A tenth of the lines that do not introduce an address.
    let others = expected.lines - 2000;
    assert!(expected.malformed * 12 > others && expected.malformed * 8 < others, "{}", expected.malformed);
    assert!(expected.ranked[0].1 > 20 * expected.ranked[200].1.max(1), "some addresses come far more often");
    let too_small =
        run(&["generate", "--bytes", "10KB", "--addresses", "2000", arg(&folder.path().join("d"))]);
    assert_eq!(too_small.status.code(), Some(2));
    assert!(!folder.path().join("d").exists());
}
