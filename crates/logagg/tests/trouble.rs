//! Errors around the tool: each names the place, has the exit status that README.md gives, and
//! leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod meanwhile;
mod tool;

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use meanwhile::{children, failed, meanwhile};
use tool::{arg, counts, generated, json, logagg, parsed, run};

#[test]
fn wrong_use_and_inputs_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a.log");
    fs::write(&log, "1.2.3.4\n").unwrap();
    failed(&run(&[]), 2, &["Usage"]);
    failed(&run(&["--memory", "1MB", arg(&log)]), 2, &["--memory", "needed"]);
    failed(&run(&["--key", "$nothing", arg(&log)]), 2, &["$nothing", "$remote_addr"]);
    failed(&run(&[&format!("{}/*.none", folder.path().display())]), 2, &["no file matches"]);
    failed(&run(&["--processes", "2", "-"]), 2, &["standard input"]);
    failed(&run(&[arg(folder.path())]), 1, &[arg(folder.path()), "directory"]);
    failed(&run(&[arg(&log), arg(&folder.path().join("none"))]), 1, &["none", "No such file"]);
    // Root may read everything.
    fs::set_permissions(&log, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&log).is_err() {
        failed(&run(&[arg(&log)]), 1, &["a.log", "denied"]);
    }
}

#[test]
fn odd_contents_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a.log");
    let check = |content: &[u8], pv: u64, uv: u64, malformed: u64| {
        fs::write(&log, content).unwrap();
        let report = json(&[arg(&log)]);
        assert_eq!(
            (&report["pv"], &report["uv"], &report["malformed"]),
            (&pv.into(), &uv.into(), &malformed.into())
        );
    };
    check(b"", 0, 0, 0);
    check(b"\n", 0, 0, 1);
    check(b"1.2.3.4", 1, 1, 0);
    check(b"1.2.3.4\r\n\r\n1.2.3.4\r", 1, 1, 2);
    check(b"\0\0\n1.2.3.4\0 x\n1.2.3.4 \0\xff\xfe\n\xff\n", 1, 1, 3);
    // In a sparse file, the zeros between two lines are one line without an address.
    let sparse = File::create(&log).unwrap();
    sparse.write_all_at(b"1.2.3.4 a\n", 0).unwrap();
    sparse.write_all_at(b"\n::1 b\n", 300 << 20).unwrap();
    let report = json(&["--memory", "20MB", arg(&log)]);
    assert_eq!((&report["pv"], &report["malformed_lines"]), (&2.into(), &serde_json::json!([2])));
    assert!(report["peak_rss_bytes"].as_u64().unwrap() < 20_000_000);
}

#[test]
fn a_named_pipe_and_a_device_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let child =
        logagg(&["--json", arg(&pipe)]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut writer = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    writer.write_all(b"1.2.").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    writer.write_all(b"3.4 a\n::1 b").unwrap();
    drop(writer);
    let report = counts(parsed(&child.wait_with_output().unwrap()));
    assert_eq!((&report["uv"], &report["bytes"]), (&2.into(), &15.into()));
    // Reading a process's memory at address 0 fails in the kernel.
    failed(&run(&["/proc/self/mem"]), 1, &["/proc/self/mem", "at byte 0", "error"]);
}

#[test]
fn compressed_inputs_that_are_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let log = generated(folder.path(), "a.log", &["--bytes", "1MB", "--addresses", "100"]);
    for (tool, ending) in [("gzip", "gz"), ("zstd", "zst")] {
        let path = folder.path().join(format!("a.log.{ending}"));
        let Ok(made) = Command::new(tool).args(["-c", &log]).output() else { continue };
        let whole = made.stdout;
        fs::write(&path, &whole).unwrap();
        assert_eq!(json(&[arg(&path)])["uv"], 100);
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 0xff;
        damaged[whole.len() / 2 + 1] ^= 0xff;
        let cut = &whole[..whole.len() / 2];
        let mut bad_sum = whole.clone();
        bad_sum[whole.len() - if ending == "gz" { 6 } else { 2 }] ^= 1;
        for bad in [
            &damaged[..],
            cut,
            &whole[..1],
            &[],
            b"1.2.3.4 plain\n",
            &bad_sum,
            &[&whole[..], b"junk"].concat(),
        ] {
            fs::write(&path, bad).unwrap();
            failed(&run(&[arg(&path)]), 1, &[&format!("a.log.{ending}"), "at byte"]);
        }
    }
}

/// Holes are read as fast as data and take no disk.
fn takes_long(path: &Path) {
    File::create(path).unwrap().set_len(20 << 30).unwrap();
}

#[test]
fn a_file_that_is_cut_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let part = folder.path().join("a.bin");
    let partial = ["--partial", arg(&part)];
    for arguments in [&["--json"][..], &["--processes", "2"], &["--input", "mmap"], &["--input", "pread"]] {
        takes_long(&path);
        let output = meanwhile(&[arguments, &partial].concat(), &path, 300, || {
            File::options().write(true).open(&path).unwrap().set_len(1000).unwrap()
        });
        failed(&output, 1, &["a.log", "truncated", "byte"]);
        // No unfinished partial result may remain.
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["a.log"], "{arguments:?}");
    }
}

#[test]
fn a_worker_process_that_is_killed_and_signals() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let me = std::process::id();
    takes_long(&path);
    let output = meanwhile(&["--processes", "2"], &path, 300, || {
        let parent = children(me).into_iter().find(|&pid| command_line(pid).contains(arg(&path))).unwrap();
        let worker = children(parent)[1];
        assert!(Command::new("kill").args(["-KILL", &worker.to_string()]).status().unwrap().success());
    });
    failed(&output, 1, &["worker process", "killed by signal 9", "a.log"]);
    let temp = folder.path().join("temp");
    fs::create_dir(&temp).unwrap();
    let partial = folder.path().join("a.bin");
    for signal in ["-INT", "-TERM"] {
        let arguments = ["--temp-dir", arg(&temp), "--partial", arg(&partial)];
        let output = meanwhile(&arguments, &path, 300, || {
            let child = children(me).into_iter().find(|&pid| command_line(pid).contains(arg(&path))).unwrap();
            assert!(Command::new("kill").args([signal, &child.to_string()]).status().unwrap().success());
        });
        failed(&output, 130, &["stopped"]);
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["a.log", "temp"]);
        assert_eq!(fs::read_dir(&temp).unwrap().count(), 0);
    }
}

fn command_line(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default()
}

#[test]
fn a_folder_for_spilling_that_cannot_take_it() {
    let folder = tempfile::tempdir().unwrap();
    let log = generated(folder.path(), "a.log", &["--bytes", "80MB", "--addresses", "300k", "--ipv6", "0.9"]);
    let spilling = ["--memory", "17MB", "--threads", "1", log.as_str(), "--temp-dir"];
    failed(&run(&[&spilling[..], &["/nowhere/at/all"]].concat()), 1, &["/nowhere/at/all", "--temp-dir"]);
    if Path::new("/dev/shm").exists() {
        failed(&run(&[&spilling[..], &["/dev/shm"]].concat()), 3, &["/dev/shm", "memory", "--temp-dir"]);
    }
    // A limit on file size simulates a full disk: the write fails midway.
    let line = format!(
        "ulimit -f 2000; trap '' XFSZ; exec \"$0\" --quiet {} {}",
        spilling.join(" "),
        arg(folder.path())
    );
    let output = Command::new("bash").args(["-c", &line, env!("CARGO_BIN_EXE_logagg")]).output().unwrap();
    failed(&output, 3, &["spilled", "bytes", arg(folder.path())]);
}

#[test]
fn a_live_log_is_followed_through_rotation_and_truncation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, "1.2.3.4 a\n9.9.9").unwrap();
    let part = folder.path().join("a.bin");
    let mut command = logagg(&["--follow", "--json", "--partial", arg(&part), arg(&path)]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let append =
        |text: &str| File::options().append(true).open(&path).unwrap().write_all(text.as_bytes()).unwrap();
    let pause = || std::thread::sleep(Duration::from_millis(1200));
    pause();
    append(".9 b\n::1 c\nbad\n5.5.5.5");
    pause();
    // Rotation: what follows the last line feed counts as a line.
    fs::rename(&path, folder.path().join("a.log.1")).unwrap();
    fs::write(&path, "6.6.6.6 d\n7.7.7").unwrap();
    pause();
    // Truncation: the unfinished line is lost, and a shorter one follows.
    File::create(&path).unwrap();
    pause();
    append("8.8.8.8\n8.8.8.8 e\n1.1.1");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let begin = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(20));
    let report = parsed(&output);
    let expected = (7, 6, serde_json::json!([4]));
    assert_eq!(
        (&report["pv"], &report["uv"], &report["malformed_lines"]),
        (&expected.0.into(), &expected.1.into(), &expected.2)
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("truncated from") && said.contains("last 5 bytes"), "{said}");
    assert_eq!(parsed(&run(&["merge", "--json", arg(&part)]))["pv"], 7);
}
