//! speedscope's own file format (<https://www.speedscope.app/file-format-schema.json>): one "sampled" profile a measure,
//! whose samples are stacks and whose weights are bytes.

use crate::{Frame, Measure, Profile};
use serde::Serialize;
use std::collections::BTreeMap;

const SCHEMA: &str = "https://www.speedscope.app/file-format-schema.json";

/// What the viewer lets choose between; the first is shown first.
const SHOWN_MEASURES: [(&str, Measure); 3] = [
    ("live at the peak", Measure::PeakBytes),
    ("live at the end", Measure::EndBytes),
    ("allocated over the whole run", Measure::TotalBytes),
];

#[derive(Serialize)]
struct SpeedscopeFile<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    exporter: &'static str,
    name: &'a str,
    #[serde(rename = "activeProfileIndex")]
    active_profile_index: usize,
    shared: SharedFrames<'a>,
    profiles: Vec<SampledProfile>,
}

#[derive(Serialize)]
struct SharedFrames<'a> {
    frames: Vec<SharedFrame<'a>>,
}

#[derive(Serialize)]
struct SharedFrame<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SampledProfile {
    r#type: &'static str,
    name: String,
    unit: &'static str,
    start_value: u64,
    end_value: u64,
    /// Stacks as places in the shared frames, the root first.
    samples: Vec<Vec<usize>>,
    weights: Vec<u64>,
}

/// The file. `name` is what was profiled. The same bytes for the same profile, whatever the order of its sites.
pub fn write_speedscope(profile: &Profile, name: &str) -> Result<String, serde_json::Error> {
    let mut places: BTreeMap<&Frame, usize> =
        profile.sites.iter().flat_map(|site| &site.frames).map(|frame| (frame, 0)).collect();
    for (place, of_frame) in places.values_mut().enumerate() {
        *of_frame = place;
    }
    let frames = places.keys().map(|frame| shared_frame(frame)).collect();
    let profiles = SHOWN_MEASURES
        .into_iter()
        .map(|(shown, measure)| sample_stacks(profile, &places, measure, format!("{name}: {shown}")))
        .collect();
    let file = SpeedscopeFile {
        schema: SCHEMA,
        exporter: concat!("heaplab ", env!("CARGO_PKG_VERSION")),
        name,
        active_profile_index: 0,
        shared: SharedFrames { frames },
        profiles,
    };
    Ok(serde_json::to_string(&file)? + "\n")
}

fn shared_frame(frame: &Frame) -> SharedFrame<'_> {
    let (file, line) = frame.place().map_or((None, None), |(file, line)| (Some(file), line));
    SharedFrame { name: &frame.function, file, line }
}

fn sample_stacks(
    profile: &Profile,
    places: &BTreeMap<&Frame, usize>,
    measure: Measure,
    name: String,
) -> SampledProfile {
    let mut by_stack: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
    for site in profile.sites.iter().filter(|site| measure.figure(site) > 0) {
        let stack = site.frames.iter().filter_map(|frame| places.get(frame).copied()).collect();
        *by_stack.entry(stack).or_default() += measure.figure(site);
    }
    let (samples, weights): (Vec<_>, Vec<u64>) = by_stack.into_iter().unzip();
    let end_value = weights.iter().sum();
    SampledProfile { r#type: "sampled", name, unit: "bytes", start_value: 0, end_value, samples, weights }
}

#[cfg(test)]
mod tests;
