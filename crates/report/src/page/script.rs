//! The page's only script, and the policy that allows it and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Exactly as between its tags: with one byte more, the browser refuses it.
pub(crate) const SCRIPT: &str = concat!("\n", include_str!("../../templates/report.js"));

/// The policy besides `style-src`: nothing is loaded, and the script is allowed by its hash
/// (<https://www.w3.org/TR/CSP3/#match-element-to-source-list>).
pub(crate) fn script_policy() -> String {
    format!("script-src 'sha256-{}'; img-src data:;", STANDARD.encode(Sha256::digest(SCRIPT)))
}
