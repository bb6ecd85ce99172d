//! The format of Go's pprof, read by many viewers: a gzip of the protobuf message `Profile`
//! (<https://github.com/google/pprof/blob/main/proto/profile.proto>). A sample is a stack with one
//! value per kind of figure.

mod message;

use super::{Format, FormatError};
use crate::model::NumberedFrames;
use crate::{Frame, Profile, Site};
use flate2::{Compression, write::GzEncoder};
use message::Message;
use std::collections::BTreeMap;
use std::io::Write as _;

/// All figures by stack.
pub const FORMAT: Format = Format {
    name: "pprof",
    ending: ".pprof.pb.gz",
    write: |profile, subject| Ok(Some(write_pprof(profile, subject.name)?)),
    read: None,
};

/// A kind of figure: pprof's name for it, its unit, and the figure of a site.
type SampleType = (&'static str, &'static str, fn(&Site) -> u64);

/// The first four are those of Go's own heap profiles, by their names there, so that viewers know
/// them. "In use" is at the end.
const SAMPLE_TYPES: [SampleType; 6] = [
    ("alloc_objects", "count", |site| site.total_blocks),
    ("alloc_space", "bytes", |site| site.total_bytes),
    ("inuse_objects", "count", |site| site.end_blocks),
    ("inuse_space", "bytes", |site| site.end_bytes),
    ("peak_objects", "count", |site| site.peak_blocks),
    ("peak_space", "bytes", |site| site.peak_bytes),
];

/// Shown first.
const DEFAULT_SAMPLE_TYPE: &str = "peak_space";

/// Field numbers of the message `Profile`.
mod profile {
    pub(super) const SAMPLE_TYPE: u32 = 1;
    pub(super) const SAMPLE: u32 = 2;
    pub(super) const LOCATION: u32 = 4;
    pub(super) const FUNCTION: u32 = 5;
    pub(super) const STRING_TABLE: u32 = 6;
    pub(super) const PERIOD_TYPE: u32 = 11;
    pub(super) const PERIOD: u32 = 12;
    pub(super) const COMMENT: u32 = 13;
    pub(super) const DEFAULT_SAMPLE_TYPE: u32 = 14;
}

/// Texts, each once. A message refers to a text by its index.
#[derive(Default)]
struct StringTable<'a> {
    indices: BTreeMap<&'a str, u64>,
    texts: Vec<&'a str>,
}

impl<'a> StringTable<'a> {
    fn index(&mut self, text: &'a str) -> u64 {
        *self.indices.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() as u64 - 1
        })
    }
}

/// Writes the file. `name` is what was profiled. The bytes are the same for the same profile, whatever
/// the order of its sites.
///
/// # Errors
/// If it cannot be packed.
pub fn write_pprof(profile: &Profile, name: &str) -> Result<Vec<u8>, FormatError> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&encode_profile(profile, name)).map_err(FormatError::Pack)?;
    packed.finish().map_err(FormatError::Pack)
}

fn encode_profile(profile: &Profile, name: &str) -> Vec<u8> {
    let mut strings = StringTable::default();
    // The format wants an empty text first.
    strings.index("");
    let mut message = Message::default();
    for (kind, unit, _) in SAMPLE_TYPES {
        message.nested(profile::SAMPLE_TYPE, &value_type(&mut strings, kind, unit));
    }
    let locations = profile.number_frames();
    for (stack, values) in sum_stacks(profile, &locations) {
        let mut sample = Message::default();
        sample.packed(1, stack).packed(2, values);
        message.nested(profile::SAMPLE, &sample);
    }
    encode_frames(&mut message, &mut strings, &locations);
    message.nested(profile::PERIOD_TYPE, &value_type(&mut strings, "space", "bytes"));
    // Nothing is sampled: every byte is counted.
    message.number(profile::PERIOD, 1);
    message.packed(profile::COMMENT, [strings.index(name)]);
    message.number(profile::DEFAULT_SAMPLE_TYPE, strings.index(DEFAULT_SAMPLE_TYPE));
    for text in &strings.texts {
        message.bytes(profile::STRING_TABLE, text.as_bytes());
    }
    message.into_bytes()
}

fn value_type(strings: &mut StringTable<'_>, kind: &'static str, unit: &'static str) -> Message {
    let mut message = Message::default();
    message.number(1, strings.index(kind)).number(2, strings.index(unit));
    message
}

/// Ids begin with 1 and follow the order of the frames, not of the sites.
const fn id_of(number: usize) -> u64 {
    number as u64 + 1
}

/// One sample per stack, whose innermost location comes first, as the format has it.
fn sum_stacks(
    profile: &Profile,
    locations: &NumberedFrames<'_>,
) -> BTreeMap<Vec<u64>, [u64; SAMPLE_TYPES.len()]> {
    let mut samples: BTreeMap<Vec<u64>, [u64; SAMPLE_TYPES.len()]> = BTreeMap::new();
    for site in &profile.sites {
        let number = |frame: &Frame| locations.numbers.get(frame).map(|number| id_of(*number));
        let stack = site.frames.iter().rev().filter_map(number).collect();
        let sums = samples.entry(stack).or_default();
        for (sum, (_, _, figure)) in sums.iter_mut().zip(SAMPLE_TYPES) {
            *sum += figure(site);
        }
    }
    samples
}

/// A location per frame with the line in it, and a function per name and file.
fn encode_frames<'a>(message: &mut Message, strings: &mut StringTable<'a>, locations: &NumberedFrames<'a>) {
    let mut functions: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (number, &frame) in locations.in_order.iter().enumerate() {
        let id = id_of(number);
        let (file, line) = frame.place().unwrap_or_default();
        let next = functions.len() as u64 + 1;
        let function = *functions.entry((&frame.function, file)).or_insert(next);
        let mut of_line = Message::default();
        of_line.number(1, function).number(2, line.unwrap_or(0).into());
        let mut location = Message::default();
        location.number(1, id).nested(4, &of_line);
        message.nested(profile::LOCATION, &location);
    }
    for ((name, file), id) in functions {
        let name = strings.index(name);
        let mut function = Message::default();
        // The name as the linker has it is not known; viewers take the same one.
        function.number(1, id).number(2, name).number(3, name).number(4, strings.index(file));
        message.nested(profile::FUNCTION, &function);
    }
}

#[cfg(test)]
mod tests;
