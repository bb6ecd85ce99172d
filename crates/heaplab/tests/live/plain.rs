//! Without a terminal: lines, errors, and no escape codes.

use crate::program::{LOAD_ORDER, LOAD_USER, Recorded, heaplab};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

/// Standard output, standard error and exit status.
fn run(arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = heaplab().arg("live").args(arguments).output().expect("heaplab starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text");
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn figures_are_what_the_program_holds_by_its_number_and_by_its_file() {
    let mut program = Recorded::start();
    program.tell("start 100 1000");
    program.tell("request 23 10");
    program.tell("order 50 4000");
    program.tell("free 20 0");
    let id = program.id().to_string();
    let file = program.recording().display().to_string();
    let folder = program.folder().display().to_string();
    // 103 users are left: 100 of 1000 bytes and 3 of 10.
    for target in [&id, &file, &folder] {
        let (text, errors, code) = run(&[target, "--once"]);
        assert_eq!((errors.as_str(), code), ("", Some(0)), "{target}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert!(
            text.contains("live 300,030 B  peak 300,230 B  blocks 153  allocations 174"),
            "{target}: {text}"
        );
        let line = |place: &str| text.lines().find(|line| line.contains(place) && line.starts_with(' '));
        let users = line(LOAD_USER).unwrap_or_else(|| panic!("{text}"));
        assert!(
            users.trim_start().starts_with("100,030 B          103 ") && users.ends_with("load_user"),
            "{users}"
        );
        let orders = line(LOAD_ORDER).unwrap_or_else(|| panic!("{text}"));
        assert!(
            orders.trim_start().starts_with("200,000 B           50 ") && orders.ends_with("载入订单"),
            "{orders}"
        );
    }
    program.finish();
}

#[test]
fn lines_follow_the_program_until_it_ends() {
    let mut program = Recorded::start();
    program.tell("order 10 100");
    let mut live = heaplab();
    live.arg("live").arg(program.id().to_string()).args(["--every", "200ms"]);
    let mut live = live.stdout(Stdio::piped()).spawn().expect("heaplab starts");
    let mut lines = BufReader::new(live.stdout.take().expect("it is piped")).lines();
    let mut next = || lines.next().expect("a line").expect("it is text");
    assert!(next().contains("live 1,000 B  peak 1,000 B  blocks 10 "));
    program.tell("order 10 100");
    let grown = std::iter::repeat_with(&mut next).take(50).find(|line| line.contains("live 2,000 B"));
    assert!(grown.is_some_and(|line| line.contains(LOAD_ORDER)));
    program.tell("start 5 7");
    let id = program.id();
    let folder = program.finish();
    // The last line has what was live when it ended.
    let rest: Vec<String> = lines.map(|line| line.expect("it is text")).collect();
    let [.., last, end] = &rest[..] else { panic!("{rest:?}") };
    assert!(last.contains("live 2,035 B  peak 2,035 B  blocks 25  allocations 26"), "{rest:?}");
    assert!(end.ends_with(&format!("({id}) has ended.")), "{end}");
    assert!(live.wait().expect("it is a child").success());

    // And so does its recording afterwards.
    let file = folder.path().join(format!("heap-{id}.tables")).display().to_string();
    let (text, _, code) = run(&[&file]);
    assert!(text.contains("live 2,035 B") && text.contains("has ended."), "{text}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_child_is_part_of_the_tree() {
    let mut program = Recorded::start();
    program.tell("fork 3 500");
    let child = || {
        let files = std::fs::read_dir(program.folder()).expect("the folder").flatten();
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        names
            .filter_map(|name| name.strip_prefix("heap-")?.strip_suffix(".tables")?.parse::<u32>().ok())
            .find(|id| *id != program.id())
    };
    let found = std::iter::repeat_with(|| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        child()
    });
    let child = found.take(500).flatten().next().expect("the child's recording").to_string();
    let mut text = String::new();
    for _ in 0..100 {
        text = run(&[&child, "--once"]).0;
        if text.contains("live 1,500 B") {
            break;
        }
    }
    assert!(text.contains("live 1,500 B  peak 1,500 B  blocks 3 "), "{text}");
    let killed = std::process::Command::new("kill").arg(&child).status().expect("kill starts");
    assert!(killed.success());
    program.finish();
}

#[test]
fn errors_say_what_to_do() {
    let own = std::process::id().to_string();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let empty = folder.path().display().to_string();
    let other = folder.path().join("heap-1.tables");
    std::fs::write(&other, "no recording").expect("the folder is writable");
    let other = other.display().to_string();
    for (target, expected) in [
        (own.as_str(), "start it with `heaplab run -- PROGRAM`"),
        ("4194305", "there is no process 4194305"),
        (
            "no/such/file",
            "no/such/file: No such file or directory (os error 2). Name a process by its number, or a recording",
        ),
        (&other, "not a recording of heaplab's"),
        ("/usr", "/usr has no recordings (heap-PID.tables)"),
    ] {
        let (text, errors, code) = run(&[target]);
        assert!(errors.contains(expected), "{target}: {errors}");
        assert_eq!((text.as_str(), code), ("", Some(2)), "{target}");
    }
    drop(empty);
}
