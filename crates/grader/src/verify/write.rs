//! Writes `verdict.json` and `summary.md`, each under another name and then renamed.

use super::summary::render_summary;
use anyhow::{Context as _, Result};
use heaplab_record::Verdict;
use heaplab_report::Words;
use std::path::{Path, PathBuf};

/// The default folder for a verdict: by the student's id, which was checked to be a valid file
/// name, or by the safe characters of the bundle's name.
pub(super) fn default_output_folder(root: &Path, verdict: &Verdict, bundle: &Path) -> PathBuf {
    let called = bundle.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let called: String = called.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let name = if verdict.id.is_empty() { format!("unknown-{called}") } else { verdict.id.clone() };
    root.join("reports/verdicts").join(name)
}

/// Writes both files and returns the text of verdict.json.
pub(super) fn write_verdict(verdict: &Verdict, out: &Path, words: &Words) -> Result<String> {
    let mut text = serde_json::to_string_pretty(verdict).context("cannot write the verdict down")?;
    text.push('\n');
    std::fs::create_dir_all(out)
        .with_context(|| format!("cannot make {}; choose another --out", out.display()))?;
    write_file(&out.join("verdict.json"), &text)?;
    write_file(&out.join("summary.md"), &render_summary(verdict, words))?;
    Ok(text)
}

/// Writes a file under another name and renames it, so that nobody reads half of one.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
