//! `cargo xtask homework verify BUNDLE`: a submission measured again from its source, behind fences.

use crate::cli::LangChoice;
use crate::stop::Stop;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args)]
pub(crate) struct VerifyOptions {
    /// A submission: a folder, a zip or a tar.gz
    pub(crate) bundle: PathBuf,
    /// Write verdict.json and summary.md to this folder [default: reports/verdicts/ID]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// A file with the secret seed [default: a new one every time]
    #[arg(long, value_name = "FILE")]
    pub(crate) seed_file: Option<PathBuf>,
    /// When it was handed in, RFC 3339 [default: not known]
    #[arg(long, value_name = "TIME")]
    pub(crate) submitted_at: Option<String>,
    /// Exit with 1 for any verdict other than pass
    #[arg(long)]
    pub(crate) strict: bool,
    /// Measure even where this kernel lacks a fence; the verdict says which
    #[arg(long)]
    pub(crate) allow_unfenced: bool,
    /// What one run of a task may take
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,
    /// Print verdict.json on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// The language of the summary [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

pub(crate) fn run(options: &VerifyOptions) -> Result<()> {
    Err(Stop::Lacks(format!("{}: verify comes with crates/fence", options.bundle.display())).into())
}
