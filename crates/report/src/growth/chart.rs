//! A chart per variant: the live bytes of its lines as the work goes on.

use crate::growth::scale_units;
use crate::{Lang, Words};
use heaplab_record::{Axis, AxisUnit, Chart, Marker, Series, Text};

/// The name of a variant's chart.
pub fn chart_stem(variant: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    format!("growth-{}", variant.to_ascii_lowercase().chars().map(plain).collect::<String>())
}

/// The chart of lines. The points are `[work done, live bytes]`, in the order of the work.
pub fn growth_chart(variant: &str, unit: &str, lines: &[(String, Vec<[f64; 2]>)]) -> Chart {
    let both = |say: &dyn Fn(&Words) -> String| Text {
        en: say(&Words::new(Lang::En)),
        zh: say(&Words::new(Lang::Zh)),
    };
    let series = |(name, points): &(String, Vec<[f64; 2]>)| Series {
        name: name.clone(),
        marker: Marker::Line,
        points: points.clone(),
    };
    Chart {
        name: chart_stem(variant),
        title: both(&|words| words.say("growth-chart-title", &[("variant", variant)])),
        x: Axis {
            label: both(&|words| {
                let (unit, one) = (scale_units(unit, words), crate::prose::unit_singular(unit, words));
                words.say("growth-chart-x", &[("unit", &unit), ("one", &one)])
            }),
            unit: AxisUnit::Count,
            logarithmic: false,
        },
        y: Axis {
            label: both(&|words| words.get("flamegraph-bytes")),
            unit: AxisUnit::Bytes,
            logarithmic: false,
        },
        series: lines.iter().map(series).collect(),
    }
}
