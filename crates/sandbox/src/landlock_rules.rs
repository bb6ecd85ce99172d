//! What of the file system a fenced program sees: landlock.
//!
//! Landlock decides at `open`. Names can still be asked for (`stat`, `readlink`), which tells whether a file is there and no byte
//! of it. A descriptor that was open before stays open.

use crate::Limits;
use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};
use std::path::PathBuf;

/// The newest interface that this was written for. Of an older kernel's, what it knows is used.
const NEWEST: ABI = ABI::V6;

/// Whether the kernel has the oldest interface, which is all that must be there: reading, writing, executing.
pub(crate) fn is_supported() -> bool {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    ruleset.handle_access(AccessFs::from_all(ABI::V1)).and_then(Ruleset::create).is_ok()
}

/// Binds this process and all that it becomes or starts. `Ok(false)` where the kernel has no landlock.
pub(crate) fn restrict_files(limits: &Limits) -> Result<bool, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        // Signals to processes outside, and their sockets without a name in the file system.
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    let ruleset = allow_paths(ruleset, &limits.read, read)?;
    let ruleset = allow_paths(ruleset, &limits.execute, read | AccessFs::Execute)?;
    // No devices, no sockets, and no ioctl on what is one.
    let made = AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::MakeSym
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir;
    let write = read | made | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::Refer;
    let status = allow_paths(ruleset, &limits.write, write)?.restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// A path that is not there allows nothing.
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
