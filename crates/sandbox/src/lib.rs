//! A sandbox for programs that somebody handed in, and a safe reader for handed-in bundles.
//!
//! - [`Limits`] and [`enter`]: a helper process limits itself and executes the program, because
//!   landlock and seccomp apply to the process that calls them.
//! - [`detect_kernel_support`]: which sandbox features the kernel has.
//! - [`bundle`]: a folder, a zip or a tar.gz as a map of names to bytes.
//!
//! This crate starts nothing; heaplab-grader does. README.md says which limit protects against
//! what, and what is not covered.

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
