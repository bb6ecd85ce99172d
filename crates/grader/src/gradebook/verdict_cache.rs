//! Verdicts that are kept in one folder each, so that a second run grades only what is missing.
//!
//! A verdict holds for one key, made of the submission's content, the harness and the options. Each
//! folder is written under another name and then renamed, so a run that dies leaves whole verdicts
//! or none.

use anyhow::{Context as _, Result};
use heaplab_record::{VERDICT_SCHEMA, Verdict};
use heaplab_report::Artifact;
use heaplab_sandbox::bundle::{Bundle, BundleError};
use serde::{Deserialize, Serialize};
use std::io::Read as _;
use std::path::{Path, PathBuf};

const SCHEMA: &str = "heaplab/kept-verdict/v1";
const ENTRY_FILE: &str = "kept.json";
/// Larger archives are refused without being read, so their first bytes and their length identify
/// them well enough.
const MOST_HASHED_BYTES: u64 = 16 << 20;

/// What a verdict holds for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct CacheEntry {
    schema: String,
    bundle: String,
    key: String,
}

/// All kept verdicts.
pub(super) struct VerdictCache {
    pub(super) folder: PathBuf,
}

impl VerdictCache {
    /// The kept verdict in this folder, if it holds for this key.
    pub(super) fn load(&self, slug: &str, key: &str) -> Option<Verdict> {
        let place = self.folder.join(slug);
        let kept: CacheEntry = serde_json::from_slice(&std::fs::read(place.join(ENTRY_FILE)).ok()?).ok()?;
        let verdict: Verdict =
            serde_json::from_slice(&std::fs::read(place.join("verdict.json")).ok()?).ok()?;
        (kept.schema == SCHEMA && kept.key == key && verdict.schema == VERDICT_SCHEMA).then_some(verdict)
    }

    /// Keeps a verdict and its files. Without a key it can be read but is not reused.
    pub(super) fn store(
        &self,
        slug: &str,
        bundle: &str,
        key: Option<&str>,
        verdict: &Verdict,
        files: &[Artifact],
    ) -> Result<()> {
        let place = self.folder.join(slug);
        let beside = self.folder.join(format!(".{slug}.part"));
        let cannot = || format!("cannot keep the verdict of {bundle} in {}", self.folder.display());
        let _ = std::fs::remove_dir_all(&beside);
        std::fs::create_dir_all(&beside).with_context(cannot)?;
        let json = serde_json::to_string_pretty(verdict)? + "\n";
        std::fs::write(beside.join("verdict.json"), json).with_context(cannot)?;
        for file in files {
            std::fs::write(beside.join(&file.name), &file.bytes).with_context(cannot)?;
        }
        if let Some(key) = key {
            let kept =
                CacheEntry { schema: SCHEMA.to_owned(), bundle: bundle.to_owned(), key: key.to_owned() };
            std::fs::write(beside.join(ENTRY_FILE), serde_json::to_string_pretty(&kept)? + "\n")
                .with_context(cannot)?;
        }
        if place.exists() {
            std::fs::remove_dir_all(&place).with_context(cannot)?;
        }
        std::fs::rename(&beside, &place).with_context(cannot)
    }
}

/// The name of a verdict's folder: the safe characters of the bundle's name and a hash of its path,
/// so that no two are equal. Nothing inside a bundle has an influence on it.
pub(super) fn folder_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let sound = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    let name: String = name.chars().map(sound).take(48).collect();
    let place = heaplab_homework::sha256(path.as_os_str().as_encoded_bytes());
    format!("{name}-{}", &place[..12])
}

/// A hash of what was handed in and of what grades it. An archive that cannot be read is identified
/// by its bytes, and a folder by the error.
pub(super) fn cache_key(path: &Path, read: &Result<Bundle, BundleError>, grader: &str) -> String {
    let handed_in = match read {
        Ok(bundle) => bundle_hash(bundle),
        Err(error) => format!("{error} {}", archive_hash(path)),
    };
    heaplab_homework::sha256([grader, &handed_in].join("\n").as_bytes())
}

fn bundle_hash(bundle: &Bundle) -> String {
    let names = |names: &[String]| names.join("\n");
    let besides = [names(&bundle.pictures), names(&bundle.foreign), bundle.root.clone().unwrap_or_default()];
    let besides = besides.each_ref().map(|text| text.as_bytes());
    let files = bundle.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    // No file has such a name: control characters are refused.
    let named = ["\n1", "\n2", "\n3"].into_iter().zip(besides);
    heaplab_homework::source_sha256(files.chain(named))
}

fn archive_hash(path: &Path) -> String {
    let read = || -> std::io::Result<String> {
        let found = path.symlink_metadata()?;
        if !found.is_file() {
            return Ok(String::new());
        }
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(MOST_HASHED_BYTES).read_to_end(&mut bytes)?;
        Ok(format!("{} {}", found.len(), heaplab_homework::sha256(&bytes)))
    };
    read().unwrap_or_default()
}
