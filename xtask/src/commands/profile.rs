//! `cargo xtask profile -- PROGRAM ARGS`: the tool `heaplab run`, with the recorder's library of this
//! workspace and a place among its reports.

use crate::cli::ProfileOptions;
use crate::runner::build;
use crate::runner::discover;
use anyhow::Result;
use heaplab::cli::RunOptions;
use heaplab::setting::Setting;

pub(crate) fn run(options: &ProfileOptions) -> Result<()> {
    let workspace = discover::find_root()?;
    let setting = Setting {
        reports: workspace.join("reports/profile"),
        workspace,
        recorder_library: &build::build_preload_library,
    };
    heaplab::commands::run::run(&RunOptions::plain(options.program.clone(), options.out.clone()), &setting)
}
