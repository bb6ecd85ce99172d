//! `cargo xtask diff OLD NEW`: the tool `heaplab diff`, with a place among the reports.

use crate::cli::DiffOptions;
use crate::runner::build;
use crate::runner::discover;
use anyhow::Result;
use heaplab::setting::Setting;

pub(crate) fn run(options: &DiffOptions) -> Result<()> {
    let workspace = discover::find_root()?;
    let setting = Setting {
        reports: workspace.join("reports"),
        workspace,
        recorder_library: &build::build_preload_library,
    };
    heaplab::commands::diff::run(&options.pair, options.out.as_deref(), &setting)
}
