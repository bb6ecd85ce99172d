//! The page's one script, and the policy that lets it run and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// As it stands between its tags: a byte more, and the browser refuses it.
pub(crate) const SCRIPT: &str = concat!("\n", include_str!("../../templates/report.js"));

/// Nothing is loaded from anywhere. Styles are part of the page, of its elements and of its pictures; the one script is known by
/// its hash (<https://www.w3.org/TR/CSP3/#match-element-to-source-list>).
pub(super) fn security() -> String {
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; img-src data:; form-action 'none'; \
         base-uri 'none'",
        STANDARD.encode(Sha256::digest(SCRIPT))
    )
}
