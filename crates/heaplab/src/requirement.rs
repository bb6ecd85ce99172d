//! What `doctor` says of the things that commands need, here and in `cargo xtask doctor`.

use std::fmt::Write as _;

/// The result of one check.
pub enum CheckResult {
    /// It is there.
    Yes(String),
    /// Something optional is missing: what it is good for, and how to get it.
    Without(String),
    /// Something is missing that is always needed.
    No(String),
}

/// The lines of these checks, each with a name, and how many requirements are missing.
pub fn render_checks(checks: Vec<(&str, CheckResult)>) -> (String, u32) {
    let mut text = String::new();
    let mut missing = 0;
    for (name, result) in checks {
        let (sign, said) = match result {
            CheckResult::Yes(said) => ("✓", said),
            CheckResult::Without(said) => ("–", said),
            CheckResult::No(said) => {
                missing += 1;
                ("✗", said)
            }
        };
        let _ = writeln!(text, "{sign} {name:<15} {said}");
    }
    (text, missing)
}
