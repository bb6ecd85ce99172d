//! speedscope's own file format (<https://www.speedscope.app/file-format-schema.json>): one
//! "sampled" profile per measure, whose samples are stacks and whose weights are bytes.

use super::{CountingRule, Format, FormatError, ImportedProfile, LocationStyle, ProfileReader};
use crate::{Frame, Measure, Profile, Site};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Bytes by stack. heaplab's own files are read back.
pub const FORMAT: Format = Format {
    name: "speedscope",
    ending: ".speedscope.json",
    write: |profile, subject| Ok(Some(write_speedscope(profile, subject.name)?.into_bytes())),
    read: Some(ProfileReader { recognizes: |_, text| is_speedscope(text), read: read_speedscope }),
};

const SCHEMA: &str = "https://www.speedscope.app/file-format-schema.json";

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct SpeedscopeFile {
    #[serde(rename = "$schema")]
    schema: String,
    exporter: String,
    name: String,
    #[serde(rename = "activeProfileIndex")]
    active_profile_index: usize,
    shared: SharedFrames,
    profiles: Vec<SampledProfile>,
}

#[derive(Default, Serialize, Deserialize)]
struct SharedFrames {
    frames: Vec<SharedFrame>,
}

#[derive(Serialize, Deserialize)]
struct SharedFrame {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SampledProfile {
    r#type: String,
    name: String,
    unit: String,
    start_value: u64,
    end_value: u64,
    /// Stacks as places in the shared frames, the root first.
    samples: Vec<Vec<usize>>,
    weights: Vec<u64>,
}

/// Writes the file. `name` is what was profiled. The text is the same for the same profile,
/// whatever the order of its sites.
pub fn write_speedscope(profile: &Profile, name: &str) -> Result<String, serde_json::Error> {
    let places = profile.number_frames();
    let frames = places.in_order.iter().map(|frame| share_frame(frame)).collect();
    let profiles = Measure::IN_VIEWERS
        .into_iter()
        .map(|(shown, measure)| sample_stacks(profile, &places.numbers, measure, format!("{name}: {shown}")))
        .collect();
    let file = SpeedscopeFile {
        schema: SCHEMA.to_owned(),
        exporter: concat!("heaplab ", env!("CARGO_PKG_VERSION")).to_owned(),
        name: name.to_owned(),
        active_profile_index: 0,
        shared: SharedFrames { frames },
        profiles,
    };
    Ok(serde_json::to_string(&file)? + "\n")
}

fn share_frame(frame: &Frame) -> SharedFrame {
    let (file, line) = frame.place().map_or((None, None), |(file, line)| (Some(file.to_owned()), line));
    SharedFrame { name: frame.function.clone(), file, line }
}

fn sample_stacks(
    profile: &Profile,
    places: &HashMap<&Frame, usize>,
    measure: Measure,
    name: String,
) -> SampledProfile {
    let mut by_stack: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
    for site in profile.sites.iter().filter(|site| measure.figure(site) > 0) {
        let stack = site.frames.iter().filter_map(|frame| places.get(frame).copied()).collect();
        *by_stack.entry(stack).or_default() += measure.figure(site);
    }
    let (samples, weights): (Vec<_>, Vec<u64>) = by_stack.into_iter().unzip();
    SampledProfile {
        r#type: "sampled".to_owned(),
        name,
        unit: "bytes".to_owned(),
        start_value: 0,
        end_value: weights.iter().sum(),
        samples,
        weights,
    }
}

/// Whether the text is speedscope's, of whatever program.
fn is_speedscope(text: &str) -> bool {
    #[derive(Deserialize)]
    struct SchemaField {
        #[serde(rename = "$schema")]
        schema: String,
    }
    let file: Result<SchemaField, _> = serde_json::from_str(text);
    file.is_ok_and(|file| file.schema.contains("speedscope"))
}

/// Reads what [`write_speedscope`] wrote.
fn read_speedscope(text: &str) -> Result<ImportedProfile, FormatError> {
    let file: SpeedscopeFile = serde_json::from_str(text).map_err(FormatError::NotOurs)?;
    if !file.exporter.starts_with("heaplab ") {
        return Err(FormatError::OtherProgram { exporter: file.exporter });
    }
    let frame = |shared: &SharedFrame| Frame {
        function: shared.name.clone(),
        location: shared.file.as_ref().map(|path| match shared.line {
            Some(line) => format!("{path}:{line}"),
            None => path.clone(),
        }),
        ..Frame::default()
    };
    let frames: Vec<Frame> = file.shared.frames.iter().map(frame).collect();
    let mut sites = Vec::new();
    for sampled in &file.profiles {
        let title = sampled.name.rsplit(": ").next().unwrap_or_default();
        let Some((_, measure)) = Measure::IN_VIEWERS.into_iter().find(|(shown, _)| *shown == title) else {
            continue;
        };
        for (sample, &bytes) in sampled.samples.iter().zip(&sampled.weights) {
            let stack: Option<Vec<Frame>> = sample.iter().map(|&index| frames.get(index).cloned()).collect();
            let mut site = Site { frames: stack.ok_or(FormatError::Frame)?, ..Site::default() };
            *measure.figure_mut(&mut site) = bytes;
            sites.push(site);
        }
    }
    Ok(ImportedProfile {
        profile: Profile { sites }.merge_equal_stacks(),
        locations: LocationStyle::Workspace,
        counting: CountingRule::Recorder,
        measures: &[Measure::PeakBytes, Measure::EndBytes, Measure::TotalBytes],
    })
}

#[cfg(test)]
mod tests;
