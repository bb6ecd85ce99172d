//! Profiles from the files that heaplab writes for other tools: folded stacks and speedscope's.

use anyhow::{Context as _, Result, ensure};
use heaplab_profile::{Frame, Profile, Site};
use serde::Deserialize;

/// `root;caller;site BYTES` a line, bytes at the peak.
pub(super) fn parse_folded(text: &str) -> Result<Profile> {
    let mut sites = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parts = line.rsplit_once(' ').and_then(|(stack, bytes)| Some((stack, bytes.parse().ok()?)));
        let (stack, peak_bytes): (&str, u64) = parts.with_context(|| {
            format!("line {} is no folded stack: `root;caller;site BYTES` is expected", number + 1)
        })?;
        let frame = |function: &str| Frame { function: function.to_owned(), location: None };
        sites.push(Site { frames: stack.split(';').map(frame).collect(), peak_bytes, ..Site::default() });
    }
    Ok(Profile { sites }.merge_equal_stacks())
}

#[derive(Deserialize)]
struct Speedscope {
    exporter: Option<String>,
    shared: SharedFrames,
    profiles: Vec<SampledProfile>,
}

#[derive(Deserialize)]
struct SharedFrames {
    frames: Vec<SharedFrame>,
}

#[derive(Deserialize)]
struct SharedFrame {
    name: String,
    file: Option<String>,
    line: Option<u32>,
}

#[derive(Deserialize)]
struct SampledProfile {
    name: String,
    samples: Vec<Vec<usize>>,
    weights: Vec<u64>,
}

/// One "sampled" profile a measure, as `heaplab_profile::speedscope` writes them; other programs' files mean something else
/// by their weights.
pub(super) fn parse_speedscope(text: &str) -> Result<Profile> {
    let file: Speedscope = serde_json::from_str(text).context("this is no file of heaplab's")?;
    let exporter = file.exporter.unwrap_or_default();
    ensure!(exporter.starts_with("heaplab "), "this is a file of `{exporter}`, only heaplab's own are read");
    let frame = |shared: &SharedFrame| Frame {
        function: shared.name.clone(),
        location: shared.file.as_ref().map(|path| match shared.line {
            Some(line) => format!("{path}:{line}"),
            None => path.clone(),
        }),
    };
    let frames: Vec<Frame> = file.shared.frames.iter().map(frame).collect();
    let mut sites = Vec::new();
    for sampled in &file.profiles {
        for (sample, &bytes) in sampled.samples.iter().zip(&sampled.weights) {
            let stack: Option<Vec<Frame>> = sample.iter().map(|&index| frames.get(index).cloned()).collect();
            let frames = stack.context("a sample names a frame that is not there")?;
            let mut site = Site { frames, ..Site::default() };
            match sampled.name.rsplit(": ").next() {
                Some("live at the peak") => site.peak_bytes = bytes,
                Some("live at the end") => site.end_bytes = bytes,
                Some("allocated over the whole run") => site.total_bytes = bytes,
                _ => continue,
            }
            sites.push(site);
        }
    }
    Ok(Profile { sites }.merge_equal_stacks())
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_profile::{Measure, folded, speedscope};

    fn profile() -> Profile {
        let frame = |function: &str, location: Option<&str>| Frame {
            function: function.to_owned(),
            location: location.map(str::to_owned),
        };
        let site = |last: Frame, figures: [u64; 3]| Site {
            frames: vec![frame("app::main", Some("src/main.rs:3")), last],
            peak_bytes: figures[0],
            end_bytes: figures[1],
            total_bytes: figures[2],
            ..Site::default()
        };
        let sites = vec![
            site(frame("app::load", Some("src/main.rs:9")), [5, 0, 70]),
            site(frame("qsort", Some("libc.so.6")), [0, 4, 4]),
        ];
        Profile { sites }
    }

    #[test]
    fn what_was_written_is_read_back() {
        let text = speedscope::write_speedscope(&profile(), "app: live").unwrap();
        assert_eq!(super::parse_speedscope(&text).unwrap(), profile());
        let folded = super::parse_folded(&folded::write_folded(&profile(), Measure::PeakBytes)).unwrap();
        assert_eq!((folded.sites.len(), folded.peak_bytes()), (1, 5));
        assert_eq!(folded.sites[0].frames[1].function, "app::load");
    }

    #[test]
    fn what_is_no_profile_is_refused_with_its_place() {
        assert!(super::parse_folded("a;b 5\nno number\n").unwrap_err().to_string().contains("line 2"));
        let text = speedscope::write_speedscope(&profile(), "app").unwrap();
        let other = text.replace("heaplab ", "speedscope@");
        assert!(super::parse_speedscope(&other).unwrap_err().to_string().contains("only heaplab's own"));
    }
}
