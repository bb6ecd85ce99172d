//! The fence between a machine and a program that somebody handed in: limits on a child process, bundles read without
//! unpacking them.
//!
//! - [`Limits`] and [`enter`]: a helper process limits itself and becomes the program. Nobody else can do that for it: landlock
//!   and seccomp bind the process that asks for them, and what it becomes.
//! - [`detect_kernel_support`]: which of these walls the kernel has.
//! - [`bundle`]: a folder, a zip or a tar.gz, as a map of names to bytes.
//!
//! Who spawns, watches and kills is xtask; this crate starts nothing. README.md says what holds what, and where it ends.

pub mod bundle;
#[cfg(target_os = "linux")]
mod enter;
mod kernel_support;
#[cfg(target_os = "linux")]
mod landlock_rules;
mod limits;
#[cfg(target_os = "linux")]
mod syscall_filters;

#[cfg(target_os = "linux")]
pub use enter::{EnterError, enter};
pub use kernel_support::{KernelSupport, detect_kernel_support};
pub use limits::{Limits, WorkKind};
