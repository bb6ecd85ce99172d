//! The show without a terminal: its figures are measured while it runs, and it names the line that
//! keeps the pages.

use std::process::Command;

fn shown(language: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opening-show"));
    command.env("HEAPLAB_LANG", language).env_remove("HEAPLAB_PROBE").env_remove("HEAPLAB_OUT");
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is text")
}

/// The bytes of every line of the curve: `24000 visitors   live   23.3 MB`.
fn live(shown: &str, word: &str) -> Vec<f64> {
    let of_line = |line: &str| {
        let (figure, unit) = line.split_once(word)?.1.trim().split_once(' ')?;
        let unit = match unit {
            "MB" => 1e6,
            "kB" => 1e3,
            _ => 1.0,
        };
        Some(figure.parse::<f64>().ok()? * unit)
    };
    shown.lines().filter_map(of_line).collect()
}

#[test]
fn it_loses_finds_and_fixes() {
    let shown = shown("en");
    assert!(!shown.contains('\u{1b}'), "no escape sequences without a terminal");
    let live = live(&shown, "   live ");
    assert_eq!(live.len(), 20, "{shown}");
    let (losing, fixed) = live.split_at(10);
    assert!(losing.windows(2).all(|pair| pair[0] < pair[1]), "{losing:?}");
    assert!(losing[9] > 20e6, "{losing:?}");
    assert!(fixed.iter().all(|bytes| *bytes < 200e3), "{fixed:?}");
    assert!(shown.contains("src/lib.rs:"), "{shown}");
    assert!(shown.contains("self.seen.push(page.clone());"), "{shown}");
}

#[test]
fn it_speaks_chinese() {
    let shown = shown("zh");
    assert!(shown.contains("内存就像头发") && shown.contains("self.seen.push(page.clone());"), "{shown}");
    assert_eq!(live(&shown, "   存活 ").len(), 20);
}

#[test]
fn another_probe_is_wrong_use() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opening-show"));
    let output = command.env("HEAPLAB_PROBE", "plain").output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("probe"));
}
