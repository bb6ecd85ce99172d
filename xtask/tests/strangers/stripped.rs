//! A program without any name: its rows are places in the file, and the file from before it was
//! stripped names them. nm is the oracle.

use crate::compile::{compile, run_to_success};
use crate::profiled::{profile, sites, stack};
use serde_json::Value;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

#[test]
fn a_stripped_program_shows_places_that_the_unstripped_one_names() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let [whole, bare] = ["whole", "holds"].map(|name| home.path().join(name));
    compile("holds.rs", &whole, &["-Cdebuginfo=0"]);
    run_to_success(Command::new("objcopy").arg("--strip-all").args([&whole, &bare]));
    let profiled = profile(&[&bare]).ended_well();
    let heap = profiled.heap();
    for (function, blocks, bytes) in [("hold_many", 100, 100_000), ("hold_one", 1, 70_000)] {
        let of = |site: &&Value| site["total_blocks"] == blocks && site["end_bytes"] == bytes;
        let site = sites(heap).iter().find(of).unwrap_or_else(|| panic!("{function}: {heap:#}"));
        let inside = addresses(&whole, function);
        let around = addresses(&whole, "hold_all");
        let places: Vec<u64> = stack(site).iter().filter_map(|frame| place(frame)).collect();
        let at = |range: &Range<u64>| places.iter().position(|address| range.contains(address));
        let (outer, inner) = (at(&around), at(&inside));
        assert!(outer.is_some() && outer < inner, "{function} at {inside:x?}: {:#?}", stack(site));
    }
}

/// The address of a frame such as `holds+0x1c0a4 in holds`.
fn place(frame: &str) -> Option<u64> {
    let address = frame.strip_prefix("holds+0x")?;
    let digits = address.find(|char: char| !char.is_ascii_hexdigit()).unwrap_or(address.len());
    u64::from_str_radix(&address[..digits], 16).ok()
}

/// The addresses of a function in a file that has symbols.
fn addresses(file: &Path, function: &str) -> Range<u64> {
    let output =
        Command::new("nm").args(["--print-size", "--demangle"]).arg(file).output().expect("nm starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // A part that the optimiser moved away has a name that ends with `.cold`.
    let is_function = |line: &&str| line.contains(&format!("holds::{function}")) && !line.contains(".cold");
    let line = text.lines().find(is_function).expect("the symbol is there");
    let mut words = line.split_whitespace().map(|word| u64::from_str_radix(word, 16));
    let mut number = || words.next().and_then(Result::ok).expect("an address and a size");
    let start = number();
    start..start + number()
}
