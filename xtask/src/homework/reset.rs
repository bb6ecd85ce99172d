//! `cargo xtask homework reset`: the starting point again; the work goes to a backup.

use crate::cli::LangChoice;
use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub(crate) struct ResetOptions {
    /// The language of what is said [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

pub(crate) fn run(_: &ResetOptions) -> Result<()> {
    anyhow::bail!("not there yet")
}
