//! How a run stands to its baseline, in words: the percentage names its quantity, and both figures
//! stand beside it.

use crate::{Words, format, notes};
use heaplab_analysis::baseline::{
    BaselineComparison, ComparedQuantity, MeasuredPeak, compare_with_baseline, find_baseline,
};
use heaplab_record::Run;

/// A comparison as tables show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Against {
    /// `-58.6%`, `+81.8%*`, or the word for the baseline.
    pub(crate) change: String,
    /// What follows it where resident memory was compared: `RSS`.
    pub(crate) quantity: Option<String>,
    /// Both figures: `peak RSS 7.54 MB against 12.3 MB`; `None` for the baseline.
    pub(crate) figures: Option<String>,
    /// Whether it takes less than its baseline.
    pub(crate) saves: bool,
}

/// `None` where there is nothing to compare.
pub(crate) fn describe_comparison(run: &Run, baseline: Option<&Run>, words: &Words) -> Option<Against> {
    let (quantity, mine, theirs, change, per_row, part, is_noise) =
        match compare_with_baseline(run, baseline)? {
            BaselineComparison::IsBaseline => {
                let change = words.get("baseline");
                return Some(Against { change, quantity: None, figures: None, saves: false });
            }
            BaselineComparison::Change { quantity, mine, theirs, change, per_row, part, is_noise } => {
                (quantity, mine, theirs, change, per_row, part, is_noise)
            }
        };
    let mark = if per_row { notes::PER_ROW_MARK } else { "" };
    let bytes = |peak: MeasuredPeak| match per_row {
        true => format::bytes_per_row(peak.bytes, peak.rows).unwrap_or_default(),
        false => format::bytes(peak.bytes),
    };
    let key = match (quantity, per_row) {
        (ComparedQuantity::LiveHeap, false) => "against-live",
        (ComparedQuantity::LiveHeap, true) => "against-live-each",
        (ComparedQuantity::ResidentMemory, false) => "against-rss",
        (ComparedQuantity::ResidentMemory, true) => "against-rss-each",
    };
    let is_rss = quantity == ComparedQuantity::ResidentMemory;
    Some(Against {
        change: match is_noise {
            true => words.get("against-noise"),
            false => format!("{}{mark}", format::relative_change(change)),
        },
        quantity: (is_rss && !is_noise).then(|| words.get("against-rss-short")),
        figures: Some(words.say(key, &[("mine", &bytes(mine)), ("theirs", &bytes(theirs))])),
        saves: part < 1.0 && !is_noise,
    })
}

/// As [`describe_comparison`], with the run's baseline among `runs`.
pub(crate) fn describe_against(run: &Run, runs: &[Run], words: &Words) -> Option<Against> {
    describe_comparison(run, find_baseline(run, runs), words)
}

impl Against {
    /// The change with its quantity: `-58.6% RSS`.
    pub(crate) fn short(&self) -> String {
        let quantity = self.quantity.iter().flat_map(|quantity| [" ", quantity]);
        std::iter::once(self.change.as_str()).chain(quantity).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    #[test]
    fn the_percentage_follows_from_the_figures_beside_it() {
        let words = Words::new(Lang::En);
        let whole = fixture::rust("8.5.2", "list_dict", 2_000, 1, 1);
        let mut part = fixture::rust("8.5.2", "json", 500, 1, 1);
        let of = |run: &Run| describe_comparison(run, Some(&whole), &words).expect("both ran");
        let live = of(&part);
        assert_eq!((live.short().as_str(), live.saves), ("-75.0%", true));
        assert_eq!(live.figures.as_deref(), Some("peak live 500 B against 2.00 kB"));
        // What the recorder does not see is compared by resident memory.
        part.maps_memory = true;
        part.plain.as_mut().expect("plain ran").peak_rss_bytes = Some(1_201_000);
        let rss = of(&part);
        assert_eq!(rss.short(), "-50.0% RSS");
        assert_eq!(rss.figures.as_deref(), Some("peak RSS 1.20 MB against 2.40 MB"));
    }

    #[test]
    fn a_difference_within_the_noise_is_no_percentage() {
        for (lang, said) in [(Lang::En, "too small"), (Lang::Zh, "差异太小")] {
            let words = Words::new(lang);
            let whole = fixture::python("8.5.2", "list_dict", 7_390_000, 1);
            let about = fixture::python("8.5.2", "slots_list", 7_410_000, 1);
            let told = describe_comparison(&about, Some(&whole), &words).expect("both ran");
            assert_eq!((told.short().as_str(), told.saves), (said, false));
            let clear = fixture::python("8.5.2", "slots_list", 12_300_000, 1);
            let told = describe_comparison(&clear, Some(&whole), &words).expect("both ran");
            assert_eq!(told.short(), "+66.4% RSS");
        }
    }
}
