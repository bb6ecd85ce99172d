//! `cargo xtask homework report`: measures, and writes what is handed in.

use crate::cli::LangChoice;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct ReportOptions {
    /// Write to this folder itself [default: reports/homework/ID]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print result.json on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Open report.html when it is there
    #[arg(long)]
    pub(crate) open: bool,
    /// The language of page and summary [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

pub(crate) fn run(_: &ReportOptions) -> Result<()> {
    anyhow::bail!("not there yet")
}
