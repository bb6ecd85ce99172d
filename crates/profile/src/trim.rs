//! Which frames of a stack are shown.
//!
//! A raw stack runs from the program's entry point through Rust's runtime and the lesson runner to
//! the lesson's function, and then through the standard library to the allocator. Every function of
//! the lesson and of other crates is kept; of each passage through the standard library, only the
//! one call in the source is kept, such as `alloc::vec::Vec<T,A>::push`.

use crate::{Frame, UNKNOWN};

/// After the first of these, a stack contains only the allocator.
const ALLOCATION: [&str; 8] = [
    "alloc::alloc::",
    "<alloc::alloc::",
    "alloc::raw_vec::",
    "<alloc::raw_vec::",
    "__rust_alloc",
    "__rust_realloc",
    "__rustc::__rust_alloc",
    "__rustc::__rust_realloc",
];

/// The allocators and their tools: dropped at the end of a stack. They can also be called in the
/// middle of one, as by a region that calls the lesson; there they are kept.
const ALLOCATORS: [&str; 13] = [
    "heaplab_heap::",
    "<heaplab_heap::",
    "dhat::",
    "<dhat::",
    "stats_alloc::",
    "<stats_alloc::",
    "backtrace::",
    "<backtrace::",
    "__rdl_",
    "__rg_",
    "malloc",
    "calloc",
    "realloc",
];

/// The runtime and the lesson runner: dropped at the beginning of a stack.
const RUNTIME: [&str; 21] = [
    "_start",
    "__libc_start",
    "__clone",
    "clone",
    "start_thread",
    "std::rt::",
    "std::sys::",
    "std::panic::",
    "std::panicking::",
    "std::thread::",
    "<std::thread::",
    "core::panic::",
    "<core::panic::",
    "core::ops::function::",
    "__rust_try",
    "__rust_begin_short_backtrace",
    "heaplab_heap::",
    "<heaplab_heap::",
    "heaplab_lesson::",
    "<heaplab_lesson::",
    UNKNOWN,
];

/// The standard library, and the table that its maps are made of.
const STANDARD: [&str; 4] = ["std", "alloc", "core", "hashbrown"];

/// Beginnings of the standard library's paths, as the symbols of a recording have them and as dhat
/// writes them, with three parts. They are only used for functions whose names have no path: those
/// that were inlined in a program built with line tables only.
const STANDARD_FILES: [&str; 13] = [
    "std/",
    "alloc/src/",
    "core/src/",
    "std/src/",
    "src/alloc/",
    "src/convert/",
    "src/ops/",
    "src/raw/",
    "src/raw_vec/",
    "src/vec/",
    "collections/",
    "iter/",
    "hashbrown-",
];

/// The only frame of stacks that print a panic's message and its backtrace. With `RUST_BACKTRACE=1`
/// they hold tens of megabytes, because the standard library keeps the debug information that it
/// read.
pub const PANIC_BACKTRACE: &str = "[panic backtrace]";

/// What runs the hook of a panic, whether it is the standard library's or the program's.
const PANIC_HOOK: [&str; 2] = ["std::panicking::panic_with_hook", "std::panicking::rust_panic_with_hook"];

/// The standard library's own hook, and what it prints a backtrace with.
const DEFAULT_HOOK: [&str; 3] =
    ["std::panicking::default_hook", "std::sys::backtrace::", "std::sys_common::backtrace::"];

/// Called by every thread and every panic; no mark of a printed backtrace.
const SHORT_BACKTRACE: [&str; 2] = ["__rust_begin_short_backtrace", "__rust_end_short_backtrace"];

/// What captures a backtrace and names its frames, also for a hook of the program's.
const BACKTRACE: [&str; 2] = ["std::backtrace_rs::", "std::backtrace::Backtrace"];

/// How the C library's files are called, which start the program and its threads.
const C_LIBRARY: [&str; 4] = ["libc.so", "libc-", "libpthread", "ld-"];

/// Trims a stack, the root first. The result is never empty: if no frame is left, the innermost
/// frame that is not the allocator's is kept.
pub(crate) fn trim_stack(frames: &[Frame]) -> Vec<Frame> {
    if prints_panic(frames) {
        return vec![Frame { function: PANIC_BACKTRACE.to_owned(), location: None, ..Frame::default() }];
    }
    let end = find_allocator_start(frames);
    let start = find_lesson_start(&frames[..end]);
    let kept = keep_first_library_calls(&frames[start..end]);
    if kept.is_empty() {
        let unknown = || Frame { function: UNKNOWN.to_owned(), location: None, ..Frame::default() };
        return vec![frames[..end].last().cloned().unwrap_or_else(unknown)];
    }
    kept
}

/// Whether a stack leads through the printing of a panic.
fn prints_panic(frames: &[Frame]) -> bool {
    let Some(hook) = frames.iter().position(|frame| starts_with_any(frame, &PANIC_HOOK)) else {
        return false;
    };
    frames[hook..].iter().any(|frame| {
        let prints = starts_with_any(frame, &DEFAULT_HOOK)
            && !SHORT_BACKTRACE.iter().any(|mark| frame.function.contains(mark));
        prints || starts_with_any(frame, &BACKTRACE)
    })
}

/// Where the allocator begins, counted from the root.
fn find_allocator_start(frames: &[Frame]) -> usize {
    let begins = |frame: &Frame| starts_with_any(frame, &ALLOCATION);
    let first = frames.iter().position(begins).unwrap_or_else(|| find_recorder_start(frames));
    first - frames[..first].iter().rev().take_while(|frame| starts_with_any(frame, &ALLOCATORS)).count()
}

/// Where the recorder begins that every allocation ends in. Its inlined functions follow it, and
/// have no path in a program built with line tables only.
fn find_recorder_start(frames: &[Frame]) -> usize {
    let has_no_path = |frame: &&Frame| !frame.function.contains("::");
    let behind = frames.len() - frames.iter().rev().take_while(has_no_path).count();
    match frames[..behind].last() {
        Some(frame) if frame.function.starts_with("heaplab_heap::recorder::") => behind,
        _ => frames.len(),
    }
}

/// Where the lesson's own code begins, counted from the root.
fn find_lesson_start(frames: &[Frame]) -> usize {
    let below = |frame: &Frame| {
        let is_main = frame.function == "main" && !frame.is_python();
        starts_with_any(frame, &RUNTIME) || is_main || is_pass_through(frame)
    };
    let with_main = frames.iter().take_while(|frame| below(frame) || is_program_main(frame)).count();
    // Where the lesson runner calls the variant, the program's `main` is of no interest; in a
    // user's own program it is.
    let runner = frames[..with_main].iter().rposition(|frame| frame.function.contains("heaplab_lesson::"));
    let start = runner.map_or_else(|| find_start_of_unnamed(frames), |index| index + 1);
    start + frames[start..].iter().take_while(|frame| below(frame)).count()
}

/// Where a program without names begins: behind the C library's frames that start it.
fn find_start_of_unnamed(frames: &[Frame]) -> usize {
    let starts = |frame: &Frame| {
        frame.function.starts_with("__libc_start")
            || frame.unnamed_file().is_some_and(|file| C_LIBRARY.iter().any(|name| file.starts_with(name)))
    };
    let runtime = |frame: &&Frame| frame.unnamed_file().is_some() || starts_with_any(frame, &RUNTIME);
    let until = frames.iter().take_while(runtime).count();
    frames[..until].iter().rposition(starts).map_or(0, |index| index + 1)
}

/// Keeps, of every passage through the standard library, the first call, which is the one in the
/// source. A passage that only calls the program back, such as an iterator's, is dropped.
fn keep_first_library_calls(frames: &[Frame]) -> Vec<Frame> {
    let mut kept: Vec<Frame> = Vec::new();
    let mut inside_standard = false;
    for frame in frames {
        if !is_standard_library(frame) {
            inside_standard = false;
            kept.push(frame.clone());
        } else if !inside_standard && !is_pass_through(frame) {
            inside_standard = true;
            kept.push(frame.clone());
        }
    }
    kept
}

/// Whether a frame only calls others. `core` cannot allocate, so its functions do, but `collect` is
/// kept because the source names it.
fn is_pass_through(frame: &Frame) -> bool {
    match find_owning_crate(&frame.function) {
        Some(owner) => owner == "core" && !frame.function.ends_with("Iterator::collect"),
        None => {
            let allocates = |place: &str| place.trim_start_matches("std/").starts_with("alloc/");
            is_standard_library(frame) && frame.location.as_deref().is_some_and(|place| !allocates(place))
        }
    }
}

/// The index of a stack's own frame: the innermost of Python code, or the innermost that is not the
/// standard library's.
pub(crate) fn own_frame(frames: &[Frame]) -> Option<usize> {
    let python = frames.iter().rposition(Frame::is_python);
    python.or_else(|| frames.iter().rposition(|frame| !is_standard_library(frame)))
}

/// Whether a function belongs to the standard library.
pub(crate) fn is_standard_library(frame: &Frame) -> bool {
    // Python has packages with names of Rust's, such as `collections/`.
    if frame.is_python() {
        return false;
    }
    match (find_owning_crate(&frame.function), &frame.location) {
        (Some(owner), _) => STANDARD.contains(&owner),
        (None, Some(place)) => STANDARD_FILES.iter().any(|file| place.starts_with(file)),
        (None, None) => false,
    }
}

/// The crate that a function belongs to; for `<T as core::clone::Clone>::clone`, where the type has
/// no path, the crate of the trait.
fn find_owning_crate(function: &str) -> Option<&str> {
    let first = |path: &'_ str| -> Option<usize> {
        let name = path.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
        path[name..].starts_with("::").then_some(name)
    };
    let Some(inner) = function.strip_prefix('<') else {
        return first(function).map(|end| &function[..end]);
    };
    let of_type = inner.trim_start_matches(['&', '[', '*', '(', ' ']);
    let of_type = of_type.strip_prefix("mut ").unwrap_or(of_type);
    let of_trait = || inner.split_once(" as ").map(|(_, name)| name);
    match first(of_type) {
        Some(end) => Some(&of_type[..end]),
        None => of_trait().and_then(|name| first(name).map(|end| &name[..end])),
    }
}

fn is_program_main(frame: &Frame) -> bool {
    frame.function.ends_with("::main") || frame.function.contains("::main::")
}

fn starts_with_any(frame: &Frame, prefixes: &[&str]) -> bool {
    !frame.is_python() && prefixes.iter().any(|prefix| frame.function.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function_name;

    fn trimmed(functions: &[&str]) -> Vec<String> {
        let frame = |name: &&str| Frame { function: function_name(name), location: None, ..Frame::default() };
        let frames: Vec<Frame> = functions.iter().map(frame).collect();
        trim_stack(&frames).into_iter().map(|frame| frame.function).collect()
    }

    #[test]
    fn a_lessons_stack_begins_with_the_variant_and_ends_with_the_call_that_allocated() {
        let stack = [
            "_start",
            "__libc_start_main@@GLIBC_2.34",
            "main",
            "std::rt::lang_start::{{closure}}",
            "std::sys::backtrace::__rust_begin_short_backtrace",
            "core::ops::function::FnOnce::call_once",
            "slots_vs_maps::main",
            "heaplab_lesson::run",
            "<F as core::ops::function::FnOnce<()>>::call_once",
            "slots_vs_maps::list_dict::h0123456789abcdef",
            "core::ops::function::impls::<impl core::ops::function::FnMut<A> for &mut F>::call_mut",
            "alloc::vec::Vec<T,A>::push",
            "alloc::vec::Vec<T,A>::push_mut",
            "alloc::raw_vec::RawVec<T,A>::grow_one",
            "alloc::raw_vec::RawVecInner<A>::finish_grow",
            "<alloc::alloc::Global as core::alloc::Allocator>::allocate",
            "<heaplab_heap::Heap as core::alloc::global::GlobalAlloc>::alloc",
            "<dhat::Alloc as core::alloc::global::GlobalAlloc>::alloc",
        ];
        assert_eq!(trimmed(&stack), ["slots_vs_maps::list_dict", "alloc::vec::Vec<T,A>::push"]);
    }

    #[test]
    fn iterators_pass_calls_on_and_collect_is_one() {
        let stack = [
            "slots_vs_maps::json",
            "core::iter::traits::iterator::Iterator::collect",
            "<alloc::vec::Vec<T> as core::iter::traits::collect::FromIterator<T>>::from_iter",
            "<core::iter::adapters::map::Map<I,F> as core::iter::traits::iterator::Iterator>::fold",
            "slots_vs_maps::users::{{closure}}",
            "core::option::Option<T>::map",
            "slots_vs_maps::json::{{closure}}",
            "serde_json::map::Map<alloc::string::String,serde_json::value::Value>::insert",
            "alloc::collections::btree::map::BTreeMap<K,V,A>::insert",
            "alloc::boxed::Box<T,A>::new_uninit_in",
            "<alloc::alloc::Global as core::alloc::Allocator>::allocate",
        ];
        let kept = [0, 1, 4, 6, 7, 8].map(|index: usize| stack[index]);
        assert_eq!(trimmed(&stack), kept);
    }

    #[test]
    fn a_students_own_main_stays() {
        let stack = ["main", "std::rt::lang_start", "student::main", "student::load", "alloc::alloc::alloc"];
        assert_eq!(trimmed(&stack), ["student::main", "student::load"]);
    }

    #[test]
    fn what_rust_runs_a_thread_under_is_not_the_allocator() {
        let stack = [
            "__rust_begin_short_backtrace",
            "__rust_try",
            "app::worker",
            "__rust_alloc",
            "heaplab_heap::born",
        ];
        assert_eq!(trimmed(&stack), ["app::worker"]);
    }

    #[test]
    fn the_recorders_inlined_functions_without_a_path_are_dropped_with_it() {
        let stack = ["app::main", "hold", "new", "heaplab_heap::recorder::alloc", "finish_alloc", "count"];
        assert_eq!(trimmed(&stack), ["app::main", "hold", "new"]);
        let own = ["app::main", "heaplab_heap::scope::limit", "hold"];
        assert_eq!(trimmed(&own), own);
    }

    #[test]
    fn a_helper_of_the_runner_that_a_lesson_calls_stays() {
        let stack = ["heaplab_lesson::run", "lesson::list", "heaplab_lesson::checksum::hex", "__rust_alloc"];
        assert_eq!(trimmed(&stack), ["lesson::list", "heaplab_lesson::checksum::hex"]);
    }

    #[test]
    fn a_panics_own_backtrace_is_one_frame_and_its_hook_is_not() {
        let until_hook = [
            "main",
            "std::sys::backtrace::__rust_begin_short_backtrace::<fn(), ()>",
            "app::main",
            "__rustc::rust_begin_unwind",
            "std::sys::backtrace::__rust_end_short_backtrace::<std::panicking::panic_handler::{closure#0}, !>",
            "std::panicking::panic_with_hook",
        ];
        let stack = |rest: &[&'static str]| [&until_hook[..], rest].concat();
        let printed = [
            "std::panicking::default_hook",
            "<std::sys::backtrace::BacktraceLock>::print",
            "std::backtrace_rs::symbolize::gimli::resolve",
            "gimli::read::abbrev::Abbreviations::insert",
        ];
        assert_eq!(trimmed(&stack(&printed)), [PANIC_BACKTRACE]);
        let of_hook = ["app::hook", "std::backtrace::Backtrace::force_capture", "gimli::read"];
        assert_eq!(trimmed(&stack(&of_hook)), [PANIC_BACKTRACE]);
        let own = trimmed(&stack(&["app::hook", "alloc::vec::Vec<T,A>::push"]));
        assert_eq!(own.last().map(String::as_str), Some("alloc::vec::Vec<T,A>::push"));
        // A backtrace that the program asks for is the program's, and so is a message's text.
        let asked = ["app::main", "std::backtrace::Backtrace::force_capture", "gimli::read"];
        assert_eq!(trimmed(&asked)[0], "app::main");
        assert_eq!(trimmed(&until_hook[..5])[0], "app::main");
    }

    #[test]
    fn a_program_without_names_begins_behind_the_c_library() {
        let stack = ["app+0x10", "libc.so.6+0x29d90", "__libc_start_main", "app+0x20", "app+0x30"];
        assert_eq!(trimmed(&stack), ["app+0x20", "app+0x30"]);
        assert_eq!(trimmed(&["libc.so.6+0x89", "app+0x20", "app+0x30"]), ["app+0x20", "app+0x30"]);
        assert_eq!(trimmed(&["app+0x20", "libfoo.so+0x30"]), ["app+0x20", "libfoo.so+0x30"]);
    }

    #[test]
    fn a_stack_never_vanishes() {
        assert_eq!(trimmed(&["main", "heaplab_lesson::run", "alloc::alloc::alloc"]), ["heaplab_lesson::run"]);
        assert_eq!(trimmed(&["malloc"]), [UNKNOWN]);
        assert_eq!(trimmed(&[]), [UNKNOWN]);
    }

    #[test]
    fn functions_without_a_path_are_told_by_their_file() {
        let bare = |(name, place): (&str, &str)| Frame {
            function: function_name(name),
            location: Some(place.to_owned()),
            ..Frame::default()
        };
        let stack = [
            ("list", "8.5.1-generators/src/main.rs:7"),
            ("next<u64>", "iter/adapters/map.rs:107"),
            ("{closure#0}", "8.5.1-generators/src/main.rs:9"),
            ("push_str", "alloc/src/string.rs:1102"),
            ("grow_one<alloc::alloc::Global>", "src/raw_vec/mod.rs:188"),
        ];
        let names = |kept: Vec<Frame>| kept.into_iter().map(|frame| frame.function).collect::<Vec<_>>();
        assert_eq!(names(trim_stack(&stack.map(bare))), ["list", "{closure#0}", "push_str"]);
        // The same stack with locations as the symbols of a recording have them.
        let stack = [
            ("list", "lessons/8.5.1-generators/src/main.rs:7"),
            ("next<u64>", "std/core/src/iter/adapters/map.rs:107"),
            ("{closure#0}", "lessons/8.5.1-generators/src/main.rs:9"),
            ("push_str", "std/alloc/src/string.rs:1102"),
            ("grow_one<alloc::alloc::Global>", "std/alloc/src/raw_vec/mod.rs:188"),
        ];
        assert_eq!(names(trim_stack(&stack.map(bare))), ["list", "{closure#0}", "push_str"]);
    }

    #[test]
    fn python_code_is_the_programs_own_whatever_its_name() {
        let python = |function: &str, place: &str| Frame {
            function: function.to_owned(),
            location: Some(place.to_owned()),
            kind: crate::FrameKind::Python,
        };
        let native = |function: &str| Frame { function: function.to_owned(), ..Frame::default() };
        let stack = [
            native("_start"),
            native("main"),
            python("main", "app.py:3"),
            python("clone", "collections/__init__.py:7"),
            native("PyList_New"),
            native("malloc"),
        ];
        let kept = trim_stack(&stack);
        assert_eq!(kept, stack[2..5]);
    }

    #[test]
    fn owners() {
        let cases = [
            ("alloc::fmt::format", Some("alloc")),
            ("<alloc::vec::Vec<T> as my::Trait>::f", Some("alloc")),
            ("<&mut my::Type as core::fmt::Write>::write_str", Some("my")),
            ("<str as alloc::borrow::ToOwned>::to_owned", Some("alloc")),
            ("<[T] as core::cmp::PartialEq>::eq", Some("core")),
            ("main", None),
            ("push", None),
        ];
        for (function, krate) in cases {
            assert_eq!(find_owning_crate(function), krate, "{function}");
        }
    }
}
