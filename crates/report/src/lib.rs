//! Pure functions from records to what people look at: a table for the terminal, SVG and PNG pictures, one HTML page,
//! Markdown, and the sentences that explain. Data in, bytes out: nothing here spawns, reads a clock or touches a file.

mod against;
mod artifacts;
mod attachments;
mod axis;
pub mod bench;
pub mod benches;
mod canvas;
pub mod claims;
mod comparison;
mod cost;
pub mod cpu;
mod curve;
pub mod difference;
mod environment;
mod error;
mod figures;
#[cfg(test)]
mod fixture;
mod flamegraph;
pub mod format;
pub mod goal;
pub mod gradebook;
pub mod growth;
pub mod homework;
mod inline_svg;
pub mod instructions;
mod leaks;
pub mod listing;
mod live;
mod notes;
mod page;
mod picture;
pub mod program;
mod prose;
mod raster;
pub mod reconcile;
mod sites;
mod source;
mod summary;
pub mod terminal;
mod words;

pub use against::baseline_of;
pub use artifacts::Artifact;
pub use comparison::comparison_svg;
pub use curve::{curve_csv, curve_svg};
pub use error::RenderError;
pub use flamegraph::{cpu_flamegraph_svg, differential_svg, flamegraph_svg};
pub use leaks::{LeakView, Leaks, Stays, leaks_svg};
pub use live::{LiveCurve, live_csv, live_svg};
pub use page::{Pictures, page};
pub use picture::{Picture, chart_svg, picture_stems, pictures};
pub use raster::png;
pub use summary::{Drawn, summary};
pub use words::{Lang, Words};
