//! Charts: one axis type, and a file per kind of chart.

pub(crate) mod axis;
mod bench;
pub(crate) mod canvas;
mod comparison;
pub(crate) mod ladder;
pub(crate) mod lines;
mod live_curve;
mod plot;
mod rss_curve;
pub(crate) mod steps;

pub use bench::bench_svg;
pub use comparison::comparison_svg;
pub use live_curve::{LiveCurve, live_csv, live_svg};
pub use rss_curve::{curve_csv, curve_svg};
