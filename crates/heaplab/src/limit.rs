//! What `--fail-above` takes: a figure of a report and its limit.

use heaplab_command::scale;
use heaplab_profile::Measure;

/// A figure that must not be above its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which figure.
    pub figure: LimitedFigure,
    /// In bytes or blocks.
    pub most: u64,
    /// As it was typed: `peak=200MB`.
    pub text: String,
}

/// A figure that can have a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitedFigure {
    /// Live bytes at the peak, of the process that has the most.
    Peak,
    /// Live bytes at the end, of the process that has the most.
    End,
    /// Bytes over the whole run, of all processes together.
    Total,
    /// Blocks over the whole run, of all processes together.
    Blocks,
}

impl LimitedFigure {
    const ALL: [LimitedFigure; 4] =
        [LimitedFigure::Peak, LimitedFigure::End, LimitedFigure::Total, LimitedFigure::Blocks];

    /// As it is typed.
    pub const fn name(self) -> &'static str {
        match self {
            LimitedFigure::Peak => "peak",
            LimitedFigure::End => "end",
            LimitedFigure::Total => "total",
            LimitedFigure::Blocks => "blocks",
        }
    }

    /// The same figure of a site.
    pub const fn measure(self) -> Measure {
        match self {
            LimitedFigure::Peak => Measure::PeakBytes,
            LimitedFigure::End => Measure::EndBytes,
            LimitedFigure::Total => Measure::TotalBytes,
            LimitedFigure::Blocks => Measure::TotalBlocks,
        }
    }
}

/// Parses `peak=200MB`. A limit of 0 is one: nothing may be left at the end.
///
/// # Errors
/// What is wrong, and how a limit is written.
pub fn parse_limit(text: &str) -> Result<Limit, String> {
    let how = "write peak=200MB, end=0, total=2GB or blocks=1M";
    let (name, most) = text.split_once('=').ok_or_else(|| format!("`{text}` has no limit: {how}"))?;
    let figure = LimitedFigure::ALL.into_iter().find(|figure| figure.name() == name.trim());
    let figure = figure.ok_or_else(|| format!("`{name}` is no figure with a limit: {how}"))?;
    let parsed = match (figure, most.trim()) {
        (_, "0") => Ok(0),
        (LimitedFigure::Blocks, most) => scale::parse_rows(most),
        (_, most) => scale::parse_bytes(most),
    };
    let most = parsed.map_err(|_| format!("`{most}` is no limit for {}: {how}", figure.name()))?;
    Ok(Limit { figure, most, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_and_wrong_ones_are_explained() {
        let most = |text: &str| parse_limit(text).map(|limit| (limit.figure, limit.most));
        assert_eq!(most("peak=200MB"), Ok((LimitedFigure::Peak, 200_000_000)));
        assert_eq!(most("end=0"), Ok((LimitedFigure::End, 0)));
        assert_eq!(most("total=2 GiB"), Ok((LimitedFigure::Total, 2 << 30)));
        assert_eq!(most("blocks=1.5M"), Ok((LimitedFigure::Blocks, 1_500_000)));
        for (text, says) in [
            ("peak", "has no limit"),
            ("rss=5MB", "`rss` is no figure"),
            ("peak=much", "`much` is no limit for peak"),
            ("blocks=5MB", "`5MB` is no limit for blocks"),
            ("end=-1", "is no limit"),
        ] {
            assert!(most(text).unwrap_err().contains(says), "{text}");
        }
    }
}
