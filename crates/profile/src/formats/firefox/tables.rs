//! The tables of one thread: columns of equal length, whose rows are referred to by index.

use crate::{Frame, Measure, Profile};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// The tables of one thread, and the index of everything in them.
#[derive(Default)]
pub(super) struct Tables<'a> {
    pub(super) strings: Vec<&'a str>,
    pub(super) funcs: FuncTable,
    pub(super) frames: FrameTable,
    pub(super) stacks: StackTable,
    pub(super) samples: Samples,
    string_places: HashMap<&'a str, usize>,
    func_places: HashMap<(&'a str, Option<&'a str>), usize>,
    frame_places: HashMap<&'a Frame, usize>,
    stack_places: HashMap<(Option<usize>, usize), usize>,
}

/// A function and its file.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FuncTable {
    length: usize,
    name: Vec<usize>,
    #[serde(rename = "isJS")]
    is_js: Vec<bool>,
    #[serde(rename = "relevantForJS")]
    relevant_for_js: Vec<bool>,
    resource: Vec<i32>,
    file_name: Vec<Option<usize>>,
    line_number: Vec<Option<u32>>,
    column_number: Vec<Option<u32>>,
}

/// A function at a line.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FrameTable {
    length: usize,
    address: Vec<i32>,
    inline_depth: Vec<u32>,
    category: Vec<u32>,
    subcategory: Vec<u32>,
    func: Vec<usize>,
    native_symbol: Vec<Option<u32>>,
    #[serde(rename = "innerWindowID")]
    inner_window_id: Vec<u32>,
    line: Vec<Option<u32>>,
    column: Vec<Option<u32>>,
}

/// A frame under its caller's stack.
#[derive(Default, Serialize)]
pub(super) struct StackTable {
    length: usize,
    prefix: Vec<Option<usize>>,
    frame: Vec<usize>,
}

/// Stacks and their bytes, a millisecond apart.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Samples {
    length: usize,
    weight_type: &'static str,
    stack: Vec<Option<usize>>,
    time_deltas: Vec<f64>,
    weight: Vec<u64>,
}

impl Default for Samples {
    fn default() -> Samples {
        Samples {
            length: 0,
            weight_type: "bytes",
            stack: Vec::new(),
            time_deltas: Vec::new(),
            weight: Vec::new(),
        }
    }
}

impl<'a> Tables<'a> {
    /// Adds the sites that have bytes of this measure, in the order of their stacks.
    pub(super) fn from_profile(profile: &'a Profile, measure: Measure) -> Tables<'a> {
        let mut by_stack: BTreeMap<&'a [Frame], u64> = BTreeMap::new();
        for site in profile.sites.iter().filter(|site| measure.figure(site) > 0) {
            *by_stack.entry(site.frames.as_slice()).or_default() += measure.figure(site);
        }
        let mut tables = Tables::default();
        for (frames, bytes) in by_stack {
            let stack = tables.add_stack(frames);
            let samples = &mut tables.samples;
            samples.time_deltas.push(if samples.length == 0 { 0.0 } else { 1.0 });
            samples.length += 1;
            samples.stack.push(stack);
            samples.weight.push(bytes);
        }
        tables
    }

    /// Adds a stack, the root first, and returns its index; `None` for a stack without frames.
    fn add_stack(&mut self, frames: &'a [Frame]) -> Option<usize> {
        let mut prefix = None;
        for frame in frames {
            let frame = self.add_frame(frame);
            let place = match self.stack_places.get(&(prefix, frame)) {
                Some(&place) => place,
                None => {
                    let place = self.stacks.length;
                    self.stacks.length += 1;
                    self.stacks.prefix.push(prefix);
                    self.stacks.frame.push(frame);
                    self.stack_places.insert((prefix, frame), place);
                    place
                }
            };
            prefix = Some(place);
        }
        prefix
    }

    fn add_frame(&mut self, frame: &'a Frame) -> usize {
        if let Some(&place) = self.frame_places.get(frame) {
            return place;
        }
        let (file, line) = frame.place().map_or((None, None), |(file, line)| (Some(file), line));
        let func = self.add_func(&frame.function, file);
        let table = &mut self.frames;
        let place = table.length;
        table.length += 1;
        // No address is needed: the frame has its name already.
        table.address.push(-1);
        table.inline_depth.push(0);
        table.category.push(0);
        table.subcategory.push(0);
        table.func.push(func);
        table.native_symbol.push(None);
        table.inner_window_id.push(0);
        table.line.push(line);
        table.column.push(None);
        self.frame_places.insert(frame, place);
        place
    }

    fn add_func(&mut self, name: &'a str, file: Option<&'a str>) -> usize {
        if let Some(&place) = self.func_places.get(&(name, file)) {
            return place;
        }
        let (text, file_name) = (self.add_string(name), file.map(|file| self.add_string(file)));
        let table = &mut self.funcs;
        let place = table.length;
        table.length += 1;
        table.name.push(text);
        table.is_js.push(false);
        table.relevant_for_js.push(false);
        table.resource.push(-1);
        table.file_name.push(file_name);
        table.line_number.push(None);
        table.column_number.push(None);
        self.func_places.insert((name, file), place);
        place
    }

    fn add_string(&mut self, text: &'a str) -> usize {
        let strings = &mut self.strings;
        *self.string_places.entry(text).or_insert_with(|| {
            strings.push(text);
            strings.len() - 1
        })
    }
}
