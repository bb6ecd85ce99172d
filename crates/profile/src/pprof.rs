//! pprof's format: the message `perftools.profiles.Profile` of
//! <https://github.com/google/pprof/blob/main/proto/profile.proto>, compressed by gzip. `pprof`, Grafana and Polar Signals
//! read it.

mod message;

use crate::{Frame, Profile, Site};
use flate2::Compression;
use flate2::write::GzEncoder;
use message::Message;
use std::collections::BTreeMap;
use std::io::{self, Write as _};

/// Go's names for a heap's sample types, their units, and one more pair: Go has no peak.
const SAMPLE_TYPES: [(&str, &str); 6] = [
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("peak_objects", "count"),
    (SHOWN_FIRST, "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
];

/// One figure a sample type.
const fn figures(site: &Site) -> [u64; SAMPLE_TYPES.len()] {
    [site.total_blocks, site.total_bytes, site.peak_blocks, site.peak_bytes, site.end_blocks, site.end_bytes]
}

const SHOWN_FIRST: &str = "peak_space";

/// The file: blocks and bytes over the whole run (`alloc`), at the peak (`peak`) and at the end (`inuse`). Names and lines
/// are in it, so no binary is needed to read it. The same bytes for the same profile, whatever the order of its sites.
pub fn write_pprof(profile: &Profile) -> io::Result<Vec<u8>> {
    // Its modification time is 0: no clock is in the file.
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&encode_profile(&profile.clone().merge_equal_stacks()))?;
    gzip.finish()
}

fn encode_profile(profile: &Profile) -> Vec<u8> {
    let mut texts = StringTable::default();
    let mut file = Message::default();
    for (name, unit) in SAMPLE_TYPES {
        let mut value_type = Message::default();
        value_type.number(1, texts.index(name));
        value_type.number(2, texts.index(unit));
        file.message(1, &value_type);
    }
    let mut locations: BTreeMap<&Frame, u64> = BTreeMap::new();
    for site in &profile.sites {
        // Numbers begin at 1: 0 is "no location". The innermost comes first.
        let mut stack = Vec::new();
        for frame in site.frames.iter().rev() {
            let next = locations.len() as u64 + 1;
            stack.push(*locations.entry(frame).or_insert(next));
        }
        let mut sample = Message::default();
        sample.numbers(1, &stack);
        sample.numbers(2, &figures(site));
        file.message(2, &sample);
    }
    add_locations(&mut file, &locations, &mut texts);
    let shown_first = texts.index(SHOWN_FIRST);
    for text in &texts.in_order {
        file.text(6, text);
    }
    file.number(14, shown_first);
    file.into_bytes()
}

/// A location is a function's line; a function stands once, whatever its lines.
fn add_locations(file: &mut Message, locations: &BTreeMap<&Frame, u64>, texts: &mut StringTable) {
    let mut functions: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (frame, &id) in locations {
        let (source, line) = frame.place().unwrap_or_default();
        let next = functions.len() as u64 + 1;
        let function = *functions.entry((&frame.function, source)).or_insert(next);
        let mut in_function = Message::default();
        in_function.number(1, function);
        in_function.number(2, line.unwrap_or(0).into());
        let mut location = Message::default();
        location.number(1, id);
        location.message(4, &in_function);
        file.message(4, &location);
    }
    for ((name, source), id) in functions {
        let mut function = Message::default();
        function.number(1, id);
        function.number(2, texts.index(name));
        function.number(3, texts.index(name));
        function.number(4, texts.index(source));
        file.message(5, &function);
    }
}

/// The table that texts stand in; the first is empty, as the format wants it.
struct StringTable {
    places: BTreeMap<String, u64>,
    in_order: Vec<String>,
}

impl Default for StringTable {
    fn default() -> StringTable {
        StringTable { places: BTreeMap::from([(String::new(), 0)]), in_order: vec![String::new()] }
    }
}

impl StringTable {
    fn index(&mut self, text: &str) -> u64 {
        if let Some(&place) = self.places.get(text) {
            return place;
        }
        let place = self.in_order.len() as u64;
        self.places.insert(text.to_owned(), place);
        self.in_order.push(text.to_owned());
        place
    }
}

#[cfg(test)]
mod tests;
