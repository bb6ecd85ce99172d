//! `cargo xtask homework new`: the starting point, copied to where the student works.

use crate::cli::LangChoice;
use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub(crate) struct NewOptions {
    /// Who hands in, as the course knows it: letters, digits, - and _
    #[arg(long)]
    pub(crate) id: String,
    /// The student's name
    #[arg(long)]
    pub(crate) name: String,
    /// The language of what is said [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

pub(crate) fn run(options: &NewOptions) -> Result<()> {
    anyhow::bail!("{}: not there yet", options.id)
}
