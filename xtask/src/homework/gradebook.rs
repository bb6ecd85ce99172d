//! `cargo xtask homework gradebook DIR…`: a class of submissions, graded with one command.

use crate::cli::LangChoice;
use crate::stop::Stop;
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct GradebookOptions {
    /// Folders of submissions, or single ones
    #[arg(required = true, num_args = 1.., value_name = "DIR")]
    pub(crate) places: Vec<PathBuf>,
    /// Write the gradebook to this folder [default: reports/gradebook]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write besides what another system reads
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Submissions after this time are late, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub(crate) deadline: Option<String>,
    /// How many are graded at once [default: by cores]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    /// Grade again what has a verdict already
    #[arg(long)]
    pub(crate) regrade: bool,
    /// A file with the secret seed [default: a new one every time]
    #[arg(long, value_name = "FILE")]
    pub(crate) seed_file: Option<PathBuf>,
    /// Exit with 1 where a verdict is not pass
    #[arg(long)]
    pub(crate) strict: bool,
    /// Grade even where this kernel lacks a fence; the verdicts say which
    #[arg(long)]
    pub(crate) allow_unfenced: bool,
    /// The language of the page [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

/// What another system reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// results.json, one a submission
    Gradescope,
}

pub(crate) fn run(options: &GradebookOptions) -> Result<()> {
    let places = options.places.len();
    Err(Stop::Lacks(format!("{places} places: the gradebook comes with verify")).into())
}
