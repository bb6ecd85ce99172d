//! Pure functions from records to what people look at: a table for the terminal, SVG and PNG
//! pictures, one HTML page, Markdown, and the sentences that explain. Data in, bytes out: nothing
//! here spawns, reads a clock or touches a file.

mod against;
mod allocation_lines;
mod artifacts;
mod attachments;
pub mod bench;
mod chart;
pub mod claims;
mod cost;
mod cpu;
pub mod difference;
mod environment;
mod error;
pub mod findings;
#[cfg(test)]
mod fixture;
mod flamegraph;
pub mod format;
pub mod gallery;
pub mod glossary;
pub mod goal;
pub mod gradebook;
mod graph;
pub mod growth;
pub mod homework;
pub mod instructions;
mod interpreters;
pub mod lesson_data;
pub mod markdown;
mod mindmap;
mod notes;
pub mod page;
mod picture;
pub mod predict;
pub mod primer;
pub mod program;
mod prose;
mod raster;
pub mod reconcile;
mod site_table;
mod source_listing;
mod svg;
mod table;
pub mod terminal;
pub mod timing;
mod tool_results;
mod tracemalloc;
mod unnamed;
mod versions;
mod wall;
mod words;

pub use allocation_lines::annotate_sources;
pub use artifacts::Artifact;
pub use attachments::pictures::{chart_svg, draw_pictures, picture_stems};
pub use chart::{LiveCurve, bench_svg, comparison_svg, curve_csv, curve_svg, live_csv, live_svg};
pub use error::RenderError;
pub use flamegraph::{
    FlameView, FlamegraphSet, LeakStacks, LeakView, VariantLeaks, cpu_flamegraph_svg, difference_view,
    differential_svg, flamegraph_svg, leak_flamegraph_svg, leak_view, profile_flamegraphs, with_watermark,
};
pub use page::{PagePictures, gradebook_page, index, render_report_page, website};
pub use picture::Picture;
pub use prose::{describe_scales, list_scales, list_units};
pub use raster::svg_to_png;
pub use site_table::SiteGrouping;
pub use tool_results::tool_file_names;
pub use words::{Lang, Words};
