//! The page's one script, and the policy that lets it run and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// As it stands between its tags: a byte more, and the browser refuses it.
pub(crate) const SCRIPT: &str = concat!("\n", include_str!("../../templates/report.js"));

/// What the page may have besides its styles, which are part of it, of its elements and of its pictures: nothing is loaded from
/// anywhere, and the one script is known by its hash (<https://www.w3.org/TR/CSP3/#match-element-to-source-list>).
pub(crate) fn script_policy() -> String {
    format!("script-src 'sha256-{}'; img-src data:;", STANDARD.encode(Sha256::digest(SCRIPT)))
}
