//! The Firefox Profiler's processed format
//! (<https://github.com/firefox-devtools/profiler/blob/main/docs-developer/processed-profile-format.md>),
//! version 55, with a thread per measure, whose samples are sites and whose weights are bytes.
//! <https://profiler.firefox.com> opens the file, and uploads nothing unless asked.
//!
//! Tables are columns of equal length, and rows are referred to by their index: a sample has a
//! stack, a stack its caller's stack and a frame, a frame a function, and a function its name among
//! the strings.

mod tables;

use super::Format;
use crate::{Measure, Profile};
use serde::Serialize;
use tables::{FrameTable, FuncTable, Samples, StackTable, Tables};

/// The version that is written; the profiler upgrades older files.
pub const VERSION: u32 = 55;

/// Written only; heaplab does not read it.
pub const FORMAT: Format = Format {
    name: "firefox",
    ending: ".firefox.json",
    write: |profile, subject| Ok(Some(write_firefox(profile, subject.name)?.into_bytes())),
    read: None,
};

#[derive(Serialize)]
struct FirefoxFile<'a> {
    meta: Meta<'a>,
    libs: [(); 0],
    threads: Vec<Thread<'a>>,
    pages: [(); 0],
    #[serde(rename = "profilerOverhead")]
    profiler_overhead: [(); 0],
    counters: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    categories: [Category; 1],
    debug: bool,
    extensions: Extensions,
    interval: f64,
    preprocessed_profile_version: u32,
    process_type: u32,
    product: &'a str,
    imported_from: &'static str,
    /// Keeps the peak first; the profiler would sort by assumed importance.
    keep_profile_thread_order: bool,
    initial_visible_threads: [usize; Measure::IN_VIEWERS.len()],
    initial_selected_threads: [usize; 1],
    start_time: f64,
    symbolicated: bool,
    paused_ranges: [(); 0],
    /// The version of the unprocessed format; the profiler ignores it.
    version: u32,
    uses_only_one_stack_type: bool,
    source_code_is_not_on_searchfox: bool,
    marker_schema: [(); 0],
}

#[derive(Serialize)]
struct Category {
    name: &'static str,
    color: &'static str,
    subcategories: [&'static str; 1],
}

#[derive(Default, Serialize)]
struct Extensions {
    #[serde(rename = "baseURL")]
    base_url: [(); 0],
    id: [(); 0],
    length: u32,
    name: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Thread<'a> {
    frame_table: FrameTable,
    func_table: FuncTable,
    markers: Markers,
    name: String,
    is_main_thread: bool,
    native_symbols: NativeSymbols,
    paused_ranges: [(); 0],
    pid: String,
    process_name: String,
    process_shutdown_time: Option<f64>,
    process_startup_time: f64,
    process_type: &'static str,
    register_time: f64,
    resource_table: Resources,
    samples: Samples,
    stack_table: StackTable,
    string_array: Vec<&'a str>,
    tid: String,
    unregister_time: Option<f64>,
    show_markers_in_timeline: bool,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Markers {
    length: u32,
    category: [(); 0],
    data: [(); 0],
    end_time: [(); 0],
    name: [(); 0],
    phase: [(); 0],
    start_time: [(); 0],
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct NativeSymbols {
    length: u32,
    address: [(); 0],
    function_size: [(); 0],
    lib_index: [(); 0],
    name: [(); 0],
}

#[derive(Default, Serialize)]
struct Resources {
    length: u32,
    lib: [(); 0],
    name: [(); 0],
    host: [(); 0],
    r#type: [(); 0],
}

/// Writes the file. `name` is what was profiled. The text is the same for the same profile,
/// whatever the order of its sites.
pub fn write_firefox(profile: &Profile, name: &str) -> Result<String, serde_json::Error> {
    let meta = Meta {
        categories: [Category { name: "Other", color: "grey", subcategories: ["Other"] }],
        debug: false,
        extensions: Extensions::default(),
        interval: 1.0,
        preprocessed_profile_version: VERSION,
        process_type: 0,
        product: name,
        imported_from: concat!("heaplab ", env!("CARGO_PKG_VERSION")),
        keep_profile_thread_order: true,
        initial_visible_threads: std::array::from_fn(|index| index),
        initial_selected_threads: [0],
        start_time: 0.0,
        symbolicated: true,
        paused_ranges: [],
        version: 24,
        uses_only_one_stack_type: true,
        source_code_is_not_on_searchfox: true,
        marker_schema: [],
    };
    let threads = (1_u32..)
        .zip(Measure::IN_VIEWERS)
        .map(|(number, (shown, measure))| build_thread(profile, measure, format!("{name}: {shown}"), number))
        .collect();
    let file = FirefoxFile { meta, libs: [], threads, pages: [], profiler_overhead: [], counters: [] };
    Ok(serde_json::to_string(&file)? + "\n")
}

fn build_thread(profile: &Profile, measure: Measure, name: String, number: u32) -> Thread<'_> {
    let tables = Tables::from_profile(profile, measure);
    Thread {
        frame_table: tables.frames,
        func_table: tables.funcs,
        markers: Markers::default(),
        process_name: name.clone(),
        name,
        is_main_thread: true,
        native_symbols: NativeSymbols::default(),
        paused_ranges: [],
        pid: number.to_string(),
        process_shutdown_time: None,
        process_startup_time: 0.0,
        process_type: "default",
        register_time: 0.0,
        resource_table: Resources::default(),
        samples: tables.samples,
        stack_table: tables.stacks,
        string_array: tables.strings,
        tid: number.to_string(),
        unregister_time: None,
        show_markers_in_timeline: false,
    }
}

#[cfg(test)]
mod tests;
