//! Grades the submissions of a class by `verify`.

use super::class::Grader;
use crate::verify;
use anyhow::Result;
use heaplab_grader_options::GradebookOptions;
use heaplab_record::Verdict;
use heaplab_report::Words;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// What is the same for the whole class.
pub(super) struct Verifier {
    /// One secret seed for all.
    seed: u64,
    allow_unfenced: bool,
    timeout: Duration,
    commit: String,
    identity: String,
}

impl Verifier {
    pub(super) fn new(commit: &str, options: &GradebookOptions) -> Result<Verifier> {
        let named = options.grading.seed_file.as_deref().map(verify::read_seed_file).transpose()?;
        let commit = commit.to_owned();
        let (allow_unfenced, timeout) = (options.grading.allow_unfenced, options.grading.timeout);
        // A new random seed is no reason to grade again; a seed that the teacher names is.
        let seed = named.map_or_else(|| "any".to_owned(), |seed| seed.to_string());
        let identity =
            format!("{} {seed} {allow_unfenced} {}", harness_identity(&commit), timeout.as_nanos());
        Ok(Verifier {
            seed: named.unwrap_or_else(verify::random_seed),
            allow_unfenced,
            timeout,
            commit,
            identity,
        })
    }
}

/// Identifies the harness by the commit. Without one, or with changed files, it is this program
/// file's length and time.
fn harness_identity(commit: &str) -> String {
    if !commit.is_empty() && !commit.ends_with("-dirty") {
        return commit.to_owned();
    }
    let built = || -> std::io::Result<String> {
        let found = std::env::current_exe()?.metadata()?;
        let at = found.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(format!("{} {}", found.len(), at.as_nanos()))
    };
    format!("{commit} {}", built().unwrap_or_default())
}

impl Grader for Verifier {
    fn grade(&self, path: &Path, submitted_at: Option<&str>) -> Result<Verdict> {
        let options = verify::VerifyRequest {
            seed: self.seed,
            submitted_at: submitted_at.map(str::to_owned),
            expected_id: verify::expected_by_place(path),
            allow_unfenced: self.allow_unfenced,
            timeout: self.timeout,
        };
        verify::verify(path, &options)
    }

    fn summary(&self, verdict: &Verdict, words: &Words) -> String {
        verify::render_summary(verdict, words)
    }

    fn identity(&self) -> &str {
        &self.identity
    }

    fn commit(&self) -> &str {
        &self.commit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_commit_names_the_harness_and_nothing_else_does_alone() {
        assert_eq!(harness_identity("0123456789ab"), "0123456789ab");
        assert!(harness_identity("0123456789ab-dirty").len() > "0123456789ab-dirty ".len());
        assert_ne!(harness_identity(""), " ");
    }
}
