//! `cargo xtask homework check`: builds and measures the student's work, one line a task.

use crate::cli::LangChoice;
use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub(crate) struct CheckOptions {
    /// Print the figures as JSON on standard output instead of the lines
    #[arg(long)]
    pub(crate) json: bool,
    /// Measure again whenever a file is saved; Ctrl-C ends it
    #[arg(long, conflicts_with = "json")]
    pub(crate) watch: bool,
    /// The language of the lines [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

pub(crate) fn run(_: &CheckOptions) -> Result<()> {
    anyhow::bail!("not there yet")
}
