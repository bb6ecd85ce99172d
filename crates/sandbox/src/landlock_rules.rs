//! Restricts which files a sandboxed program can open, by landlock.
//!
//! Landlock decides at `open`. `stat` and `readlink` still work, so a program can find out whether
//! a file exists, but not its content. Descriptors that were open before stay open.

use crate::Limits;
use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};
use std::path::PathBuf;

/// The newest landlock version that these rules use. Older kernels apply what they know of them.
const NEWEST: ABI = ABI::V6;

/// Whether the kernel has at least the first version: reading, writing, executing.
pub(crate) fn is_supported() -> bool {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    ruleset.handle_access(AccessFs::from_all(ABI::V1)).and_then(Ruleset::create).is_ok()
}

/// Restricts this process and its children. `Ok(false)` where the kernel has no landlock.
pub(crate) fn restrict_files(limits: &Limits) -> Result<bool, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        // Signals to processes outside, and abstract sockets.
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    let ruleset = allow_paths(ruleset, &limits.read, read)?;
    let ruleset = allow_paths(ruleset, &limits.execute, read | AccessFs::Execute)?;
    // No devices, no sockets, and no ioctl on devices.
    let made = AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::MakeSym
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir;
    let write = read | made | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::Refer;
    let status = allow_paths(ruleset, &limits.write, write)?.restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Allows access to these paths; those that do not exist are skipped.
fn allow_paths(
    mut ruleset: RulesetCreated,
    paths: &[PathBuf],
    access: landlock::BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    for path in paths {
        let Ok(opened) = PathFd::new(path) else { continue };
        let is_file = std::fs::metadata(path).is_ok_and(|found| !found.is_dir());
        let of_files = AccessFs::from_file(NEWEST);
        let access = if is_file { access & of_files } else { access };
        ruleset = ruleset.add_rule(PathBeneath::new(opened, access))?;
    }
    Ok(ruleset)
}
