//! This test's own binary is the recorded program; the `backtrace` crate is the second opinion.
#![cfg(target_os = "linux")]

use super::*;
use crate::raw::{Module, RawTotals};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

/// The mapped files of this process, without build ids.
fn modules() -> Vec<Module> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut modules: BTreeMap<String, Module> = BTreeMap::new();
    for line in maps.lines() {
        let Some(path) = line.split_whitespace().nth(5) else { continue };
        let (begin, end) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let [begin, end] = [begin, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        let fresh = || Module { base: begin, path: path.to_owned(), ..Module::default() };
        modules.entry(path.to_owned()).or_insert_with(fresh).end = end;
    }
    modules.into_values().filter(|module| module.path.starts_with('/')).collect()
}

fn roots() -> Roots {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    Roots { workspace }
}

/// The return addresses above this call, the innermost first.
#[inline(never)]
fn return_addresses() -> Vec<u64> {
    let mut addresses = Vec::new();
    backtrace::trace(|frame| {
        addresses.push(frame.ip() as u64);
        true
    });
    // The frame of `trace` itself and of this function; the rest are return addresses.
    let own = return_addresses as *const () as u64;
    let first = addresses.iter().position(|&address| (own..own + 0x1000).contains(&address)).unwrap_or(0);
    addresses.retain(|&address| address != 0);
    addresses.split_off(first + 1)
}

#[inline(always)]
fn inlined() -> Vec<u64> {
    black_box(return_addresses())
}

#[inline(never)]
fn outer() -> Vec<u64> {
    black_box(inlined())
}

/// A recording with one site a stack.
fn recording(stacks: &[Vec<u64>]) -> RawRecording {
    let mut nodes = vec![Node::default()];
    let mut sites = Vec::new();
    for stack in stacks {
        let mut parent = 0;
        for &address in stack.iter().rev() {
            nodes.push(Node { parent, address });
            parent = nodes.len() as u32 - 1;
        }
        sites.push(RawSite { node: parent, births: 1, birth_bytes: 8, ..RawSite::default() });
    }
    RawRecording {
        modules: modules(),
        threads: vec!["main".to_owned()],
        nodes,
        sites,
        ..RawRecording::default()
    }
}

#[test]
fn a_stack_has_the_names_that_the_backtrace_crate_finds() {
    let stack = outer();
    let profile = symbolize(&recording(std::slice::from_ref(&stack)), &roots()).unwrap();
    let mut theirs = Vec::new();
    for &address in &stack {
        // It goes back into the call by itself, as ours does.
        backtrace::resolve(address as *mut _, |symbol| {
            let name = symbol.name().map_or_else(|| "???".to_owned(), |name| format!("{name:#}"));
            theirs.push((crate::function_name(&name), symbol.lineno()));
        });
    }
    let line = |frame: &Frame| frame.location.as_deref()?.rsplit_once(':')?.1.parse::<u32>().ok();
    let ours: Vec<(String, Option<u32>)> =
        profile.sites[0].frames.iter().rev().map(|frame| (frame.function.clone(), line(frame))).collect();
    assert!(ours.len() > 5, "{ours:?}");
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        // Of a physical function, ours has the path that line tables alone do not have.
        let has_path = ours.0.ends_with(&format!("::{}", theirs.0));
        assert!((ours.0 == theirs.0 || has_path) && ours.1 == theirs.1, "{ours:?}, {theirs:?}");
    }
}

#[test]
fn inlined_functions_are_frames_with_places_in_the_workspace() {
    let profile = symbolize(&recording(&[outer()]), &roots()).unwrap();
    let frames = &profile.sites[0].frames;
    let at = |name: &str| {
        frames
            .iter()
            .position(|frame| frame.function.ends_with(name))
            .unwrap_or_else(|| panic!("{frames:#?}"))
    };
    assert_eq!(at("inlined"), at("outer") + 1);
    let source = include_str!("tests.rs");
    let line = 1 + source.lines().position(|line| line.contains("black_box(return_addresses())")).unwrap();
    let expected = format!("crates/profile/src/symbols/tests.rs:{line}");
    assert_eq!(frames[at("inlined")].location, Some(expected));
    assert!(
        frames.iter().any(|frame| frame.location.as_deref().is_some_and(|place| place.starts_with("std/")))
    );
    for frame in frames {
        assert!(!frame.location.as_deref().is_some_and(|place| place.starts_with('/')), "{frame:?}");
    }
}

#[test]
fn a_return_address_is_looked_up_in_the_call() {
    // A function that calls another as the last thing it does returns into whatever follows it. The
    // first byte of a function stands for that: the call before it belongs to the function before
    // it.
    let first_byte = outer as *const () as u64;
    let profile = symbolize(&recording(&[vec![first_byte]]), &roots()).unwrap();
    assert!(!profile.sites[0].frames.iter().any(|frame| frame.function.ends_with("outer")), "{profile:?}");
}

#[test]
fn another_build_is_refused() {
    let mut raw = recording(&[outer()]);
    let own = std::env::current_exe().unwrap().to_string_lossy().into_owned();
    for module in &mut raw.modules {
        if module.path == own {
            module.build_id = "00ff".to_owned();
        }
    }
    let Err(SymbolError::Rebuilt { path, recorded, found }) = symbolize(&raw, &roots()) else {
        panic!("another build id must be an error");
    };
    assert_eq!((path, recorded.as_str()), (own.clone(), "00ff"));
    // With the id that it has, it is taken. A linker that writes none leaves nothing to compare.
    if found != "none" {
        for module in &mut raw.modules {
            if module.path == own {
                module.build_id.clone_from(&found);
            }
        }
        assert!(symbolize(&raw, &roots()).is_ok());
    }
}

#[test]
fn a_file_that_is_gone_is_named() {
    let module =
        |base, path: &str| Module { base, end: base + 100, path: path.to_owned(), ..Module::default() };
    let mut raw = recording(&[outer(), vec![0x150]]);
    raw.modules.push(module(0x100, "/nowhere/libgone.so"));
    let profile = symbolize(&raw, &roots()).unwrap();
    let gone = profile.sites.iter().find(|site| site.frames.len() == 1).unwrap();
    // The call lies one byte before the return address.
    assert_eq!(gone.frames[0].function, "libgone.so+0x4f");
    assert_eq!(gone.frames[0].location.as_deref(), Some("in libgone.so"));
    let (_, unnamed) = symbolize_what_is_there(&raw, &roots()).unwrap();
    let gone = unnamed.iter().find(|module| module.file == "libgone.so").unwrap();
    assert!(matches!(gone.reason, UnnamedReason::Unreadable { .. }), "{gone:?}");

    // Where nothing at all can be read, the profile would be without a name.
    raw = recording(&[vec![0x150]]);
    raw.modules = vec![module(0x100, "/nowhere/libgone.so")];
    let error = symbolize(&raw, &roots()).expect_err("no file").to_string();
    assert!(error.contains("cannot read the symbols of /nowhere/libgone.so"), "{error}");
}

#[test]
fn marks_of_the_recorder_have_names() {
    let profile = symbolize(&recording(&[vec![], vec![0x50, CUT_ADDRESS]]), &roots()).unwrap();
    let names = |site: &Site| site.frames.iter().map(|frame| frame.function.clone()).collect::<Vec<_>>();
    let stacks: Vec<Vec<String>> = profile.sites.iter().map(names).collect();
    assert_eq!(stacks, [vec![CUT.to_owned(), UNKNOWN.to_owned()], vec![OVERFLOW.to_owned()]]);
}

#[test]
fn threads_are_added_up_and_frees_by_others_count() {
    let mut raw = recording(&[outer()]);
    raw.totals = RawTotals { peak_bytes: 150, ..RawTotals::default() };
    raw.threads = ["b", "a"].map(str::to_owned).to_vec();
    let node = raw.sites[0].node;
    let made = RawSite {
        node,
        thread: 0,
        births: 3,
        birth_bytes: 100,
        grown_bytes: 20,
        live_blocks: 3,
        live_bytes: 120,
        peak_blocks: 3,
        peak_bytes: 120,
        own_peak_blocks: 3,
        own_peak_bytes: 120,
        lifetimes: vec![1],
        ..RawSite::default()
    };
    let freed = RawSite {
        live_blocks: -2,
        live_bytes: -110,
        peak_bytes: -10,
        own_peak_blocks: 1,
        own_peak_bytes: 70,
        lifetimes: vec![0, 2],
        thread: 1,
        births: 1,
        birth_bytes: 7,
        grown_bytes: 0,
        ..made.clone()
    };
    raw.sites = vec![made, freed];
    let profile = symbolize(&raw, &roots()).unwrap();
    let [site] = profile.sites.as_slice() else { panic!("{profile:?}") };
    let figures = (site.total_blocks, site.total_bytes, site.end_blocks, site.end_bytes, site.peak_bytes);
    assert_eq!(figures, (4, 127, 1, 10, 110));
    assert_eq!((site.own_peak_blocks, site.own_peak_bytes), (4, 150));
    let recorded = site.recorded.as_ref().unwrap();
    assert_eq!(recorded.lifetimes, [1, 2]);
    assert_eq!(recorded.threads.iter().map(String::as_str).collect::<Vec<_>>(), ["a", "b"]);
}
