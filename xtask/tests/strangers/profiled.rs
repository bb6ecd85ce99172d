//! `cargo xtask profile --json` on a program, and what its report says.

use crate::run;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Output;

/// A program that was profiled.
pub(crate) struct Profiled {
    output: Output,
    pub(crate) report: Value,
}

/// What one function holds, over all stacks that lead through it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeldBlocks {
    pub(crate) total_blocks: u64,
    pub(crate) total_bytes: u64,
    pub(crate) at_peak_bytes: u64,
    pub(crate) end_bytes: u64,
}

impl HeldBlocks {
    /// Blocks that were allocated, and are held at the peak and at the end.
    pub(crate) fn from_live(blocks: u64, bytes: u64) -> HeldBlocks {
        HeldBlocks { total_blocks: blocks, total_bytes: bytes, at_peak_bytes: bytes, end_bytes: bytes }
    }
}

/// Profiles a program from a folder. The report must be there, however the program ends.
pub(crate) fn profile_in<S: AsRef<OsStr>>(folder: &Path, command: &[S]) -> Profiled {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut xtask = run::xtask(folder);
    xtask.env_remove("HEAPLAB_SNAPSHOT_EVERY").args(["profile", "--json", "--timeout", "60s", "--out"]);
    xtask.arg(home.path().join("report")).arg("--").args(command);
    let output = xtask.output().expect("xtask starts");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("no report ({error}), {}:\n{}", output.status, run::stderr(&output));
    });
    Profiled { output, report }
}

pub(crate) fn profile<S: AsRef<OsStr>>(command: &[S]) -> Profiled {
    profile_in(&run::workspace(), command)
}

impl Profiled {
    /// The program ended well, and so did xtask.
    pub(crate) fn ended_well(self) -> Profiled {
        run::ends_with(&self.output, 0);
        assert_eq!(self.report["failed"], serde_json::json!([]));
        self
    }

    /// The report names this signal as the program's end.
    pub(crate) fn ended_by_signal(self, signal: i32) -> Profiled {
        run::ends_with(&self.output, 1);
        assert_eq!(self.report["failed"][0]["signal"], signal, "{}", self.report["failed"]);
        self
    }

    /// The report names this exit status.
    pub(crate) fn ended_with_status(self, status: i32) -> Profiled {
        run::ends_with(&self.output, 1);
        let cause = self.report["failed"][0]["cause"].as_str().expect("a cause");
        assert!(cause.contains(&format!("status {status}")), "{cause}");
        self
    }

    pub(crate) fn runs(&self) -> &[Value] {
        self.report["runs"].as_array().expect("runs is a list")
    }

    /// The heap figures of the only process. The shell that started it does not count, nor does the
    /// recorder that was loaded into a program because only a library of it has one.
    pub(crate) fn heap(&self) -> &Value {
        let is_loaded = |run: &Value| run["heap"]["process"]["recorder"] == "libheaplab_preload.so";
        let programs: Vec<&Value> =
            self.runs().iter().filter(|run| run["variant"] != "sh" && !is_loaded(run)).collect();
        let names: Vec<&Value> = self.runs().iter().map(|run| &run["about"]).collect();
        let [run] = programs[..] else { panic!("not one process: {names:?}") };
        &run["heap"]
    }

    /// The heap figures of the only process in which a function held something.
    pub(crate) fn heap_with(&self, function: &str) -> &Value {
        let mut found = self.runs().iter().map(|run| &run["heap"]).filter(|heap| holds(heap, function));
        let seen: Vec<_> = self.runs().iter().map(|run| (&run["variant"], functions(&run["heap"]))).collect();
        let first = found.next().unwrap_or_else(|| panic!("none has {function}: {seen:#?}"));
        assert!(found.next().is_none(), "several have {function}: {seen:#?}");
        first
    }
}

fn functions(heap: &Value) -> Vec<&Value> {
    sites(heap).iter().map(|site| &site["function"]).collect()
}

pub(crate) fn sites(heap: &Value) -> &[Value] {
    heap["sites"].as_array().map_or(&[], Vec::as_slice)
}

/// The stack of a site, the root first, each frame with its location.
pub(crate) fn stack(site: &Value) -> Vec<&str> {
    site["stack"].as_array().expect("a stack is a list").iter().filter_map(Value::as_str).collect()
}

/// Whether a frame is of this function, whose name may have a path before it and a location, type
/// arguments or a hash behind it.
fn is_frame_of(frame: &str, function: &str) -> bool {
    frame.match_indices(function).any(|(at, _)| {
        let is_name =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let (before, after) = (at.checked_sub(1), at + function.len());
        !is_name(before.and_then(|at| frame.as_bytes().get(at))) && !is_name(frame.as_bytes().get(after))
    })
}

pub(crate) fn sites_of<'a>(heap: &'a Value, function: &str) -> Vec<&'a Value> {
    let leads_through = |site: &&Value| stack(site).iter().any(|frame| is_frame_of(frame, function));
    sites(heap).iter().filter(leads_through).collect()
}

fn holds(heap: &Value, function: &str) -> bool {
    !sites_of(heap, function).is_empty()
}

/// The figures of a function.
pub(crate) fn sum_held_blocks(heap: &Value, function: &str) -> HeldBlocks {
    let mut sum = HeldBlocks::default();
    for site in sites_of(heap, function) {
        let figure = |name: &str| site[name].as_u64().expect("a figure");
        sum.total_blocks += figure("total_blocks");
        sum.total_bytes += figure("total_bytes");
        sum.at_peak_bytes += figure("at_peak_bytes");
        sum.end_bytes += figure("end_bytes");
    }
    sum
}

/// The stack is whole: these functions lie on it in this order, the outermost first.
pub(crate) fn has_stack(heap: &Value, functions: &[&str]) {
    let innermost = functions.last().expect("a function");
    for site in sites_of(heap, innermost) {
        let mut frames = stack(site).into_iter();
        for function in functions {
            let found = frames.any(|frame| is_frame_of(frame, function));
            assert!(found, "{function} is not where it should be: {:#?}", stack(site));
        }
    }
}

/// Every event of the process was counted, and at a site of its own.
pub(crate) fn lacks_nothing(heap: &Value) {
    let process = &heap["process"];
    for lost in ["lost_events", "overflowed_blocks", "interrupted_events"] {
        assert_eq!(process[lost], 0, "{lost}");
    }
    assert_eq!(process["out_of_room"], false);
}

/// A total lies above what is known by no more than what the runtime allocates for itself.
pub(crate) fn is_total_of(heap: &Value, figure: &str, known_bytes: u64) {
    const RUNTIME_BYTES: u64 = 64 << 10;
    let total = heap[figure].as_u64().expect("a total");
    let possible = known_bytes..=known_bytes + RUNTIME_BYTES;
    assert!(possible.contains(&total), "{figure}: {total} is not in {possible:?}");
}
