//! Inputs that change or fail while they are read, and full disks, through the real binary.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod meanwhile;
mod tool;

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use meanwhile::{children, failed, meanwhile};
use tool::{arg, counts, generated, json, logagg, parsed, run};

/// Makes a file with a hole that takes a while to read, followed by a whole line and the beginning
/// of one.
fn begun(path: &Path) -> u64 {
    const AT: u64 = 512 << 20;
    let end = b"\n1.2.3.4 a\n9.9.9";
    File::create(path).unwrap().write_all_at(end, AT).unwrap();
    AT + end.len() as u64
}

#[test]
fn a_file_that_grows_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    for arguments in [&["--input", "pread"][..], &["--input", "mmap"], &["--processes", "2"]] {
        let size = begun(&path);
        let mut is_running = false;
        let output = meanwhile(&[&["--json"], arguments].concat(), &path, 20, || {
            is_running = !children(std::process::id()).is_empty();
            let mut file = File::options().append(true).open(&path).unwrap();
            file.write_all(b".9 b\n").unwrap();
            file.write_all("::1 c\n".repeat(100_000).as_bytes()).unwrap();
        });
        assert!(is_running, "it grew too late to tell anything");
        let report = parsed(&output);
        // Expects what was there when the file was opened, and the rest of its last line.
        assert_eq!(
            (&report["pv"], &report["uv"], &report["malformed"], &report["bytes"]),
            (&2.into(), &2.into(), &1.into(), &(size + 5).into()),
            "{arguments:?}"
        );
        let keys: Vec<&str> =
            report["top"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["1.2.3.4", "9.9.9.9"]);
    }
}

#[test]
fn a_file_that_is_replaced_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    for input in ["pread", "mmap"] {
        let size = begun(&path);
        let output = meanwhile(&["--json", "--input", input], &path, 20, || {
            let other = folder.path().join("b.log");
            fs::write(&other, "::1 other\n").unwrap();
            fs::rename(&other, &path).unwrap();
        });
        // The file that was opened is counted to its end.
        let report = parsed(&output);
        assert_eq!(
            (&report["pv"], &report["malformed_lines"], &report["bytes"]),
            (&1.into(), &serde_json::json!([1, 3]), &size.into())
        );
    }
}

#[test]
fn a_device_that_fails_midway() {
    // This process's own memory from the program's first page on can be read up to the first
    // unmapped page.
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let ranges = maps.lines().map(|line| {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        [start, end].map(|place| u64::from_str_radix(place, 16).unwrap())
    });
    let joined = ranges.reduce(|[first, last], [start, end]| [first, if start == last { end } else { last }]);
    let [first, last] = joined.unwrap();
    let mut memory = File::open("/proc/self/mem").unwrap();
    memory.seek(SeekFrom::Start(first)).unwrap();
    let output = logagg(&["--json", "--quiet", "-"]).stdin(memory).output().unwrap();
    assert!(last - first > 1 << 20, "this is no middle");
    failed(&output, 1, &[&format!("-: at byte {}", last - first), "error"]);
}

#[test]
fn a_log_that_one_may_not_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let log = folder.path().join("a.log");
    fs::write(&log, "1.2.3.4\n").unwrap();
    fs::set_permissions(&log, fs::Permissions::from_mode(0o000)).unwrap();
    let mut command = logagg(&[arg(&log)]);
    if File::open(&log).is_ok() {
        // Root may read everything, so run as nobody.
        command.uid(65_534).gid(65_534);
    }
    match command.output() {
        Ok(output) => failed(&output, 1, &["a.log", "denied"]),
        Err(error) => eprintln!("NOT TESTED: nobody may not start the binary here: {error}"),
    }
}

/// A small disk, mounted while this value lives.
struct Disk {
    place: std::path::PathBuf,
}

impl Disk {
    fn mounted(folder: &Path) -> Option<Disk> {
        let (image, place) = (folder.join("disk"), folder.join("mounted"));
        File::create(&image).unwrap().set_len(4 << 20).unwrap();
        fs::create_dir(&place).unwrap();
        let done = |program: &str, arguments: &[&str]| {
            Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
        };
        let made = done("mkfs.ext4", &["-q", "-m", "0", arg(&image)])
            && done("mount", &["-o", "loop", arg(&image), arg(&place)]);
        made.then_some(Disk { place })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.place).status();
    }
}

#[test]
fn a_disk_that_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let log = generated(folder.path(), "a.log", &["--bytes", "80MB", "--addresses", "300k", "--ipv6", "0.9"]);
    let Some(disk) = Disk::mounted(folder.path()) else {
        eprintln!(
            "NOT TESTED: a file cannot be mounted as a disk here (it takes root, mkfs.ext4 and loop devices)"
        );
        return;
    };
    let place = arg(&disk.place);
    for who in [["--threads", "1"], ["--threads", "2"]] {
        let arguments = ["--memory", "17MB", &log, "--temp-dir", place];
        failed(
            &run(&[&who[..], &arguments].concat()),
            3,
            &[place, "bytes spilled", "No space left", "--temp-dir"],
        );
    }
    // A partial result that does not fit leaves no file.
    let part = disk.place.join("a.bin");
    failed(&run(&["--partial", arg(&part), &log]), 1, &[arg(&part), "No space left"]);
    let left: Vec<_> = fs::read_dir(&disk.place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["lost+found"]);
    // With enough disk the same run succeeds.
    let roomy = json(&["--memory", "17MB", "--threads", "1", "--temp-dir", arg(folder.path()), &log]);
    let spilled = roomy["spilled_bytes"].as_u64().unwrap();
    assert!(spilled > 4 << 20, "the disk was large enough for {spilled} bytes");
    assert_eq!(counts(roomy)["uv"], 300_000);
}
